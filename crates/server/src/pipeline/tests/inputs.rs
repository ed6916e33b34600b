//! Inputs made from the models' schemas: valid ones, and ones that are wrong in every way a client can think of.

use keygate_wire::{Kind, Member, OperationSchema, Schema};

/// Choices that follow from a seed (splitmix64).
pub(super) struct Choices(pub(super) u64);

impl Choices {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
    }

    pub(super) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// True so many times of ten.
    pub(super) fn often(&mut self, of_ten: usize) -> bool {
        self.below(10) < of_ten
    }
}

/// How an input is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Every member set, with a value that the model accepts.
    Full,
    /// Some optional members left out.
    Plain,
    /// Some optional members left out, some values as short or as long as they may be.
    Valid,
    /// Some members missing, some values wrong, some members too many.
    Wild,
}

/// The parameters of a request to this operation.
pub(super) fn parameters(
    operation: &OperationSchema,
    choices: &mut Choices,
    manner: Manner,
) -> Vec<(String, String)> {
    let mut maker = Maker { choices, manner, parameters: Vec::new() };
    maker.members(operation.input, "", 0);
    if manner == Manner::Wild {
        maker.extras();
    }
    maker.parameters
}

struct Maker<'c> {
    choices: &'c mut Choices,
    manner: Manner,
    parameters: Vec<(String, String)>,
}

impl Maker<'_> {
    fn is_wild(&mut self, of_ten: usize) -> bool {
        self.manner == Manner::Wild && self.choices.often(of_ten)
    }

    fn members(&mut self, schema: &Schema, prefix: &str, depth: usize) {
        if schema.is_union() {
            let members = schema.members();
            let mut chosen = vec![self.choices.below(members.len())];
            if self.is_wild(2) {
                chosen.push(self.choices.below(members.len()));
            }
            for index in chosen {
                self.member(&members[index], prefix, depth);
            }
            return;
        }
        for member in schema.members() {
            let wanted = match (self.manner, member.required) {
                (Manner::Full, _) => true,
                (Manner::Wild, true) => !self.choices.often(1),
                (_, true) => true,
                (_, false) => self.choices.often(5),
            };
            if wanted {
                self.member(member, prefix, depth);
            }
        }
    }

    fn member(&mut self, member: &Member, prefix: &str, depth: usize) {
        let name = format!("{prefix}{}", member.wire_name());
        self.value(member.target, member.name, &name, depth);
    }

    fn value(&mut self, schema: &Schema, member: &str, name: &str, depth: usize) {
        if self.is_wild(1) {
            let text = self.hostile(schema);
            self.parameters.push((name.to_owned(), text));
            return;
        }
        match &schema.kind {
            Kind::Structure(_) | Kind::Union(_) => {
                if depth < 6 {
                    self.members(schema, &format!("{name}."), depth + 1);
                }
            }
            Kind::List { member: element, .. } => {
                let least = usize::try_from(schema.min.unwrap_or(0)).unwrap_or(0);
                let count = if self.manner == Manner::Full { 1 } else { self.choices.below(3) };
                for index in 1..=count.max(least) {
                    // The singular of the list's name tells most about its elements.
                    self.value(
                        element.target,
                        member.trim_end_matches('s'),
                        &format!("{name}.member.{index}"),
                        depth + 1,
                    );
                }
            }
            Kind::Map { key, value, .. } => {
                let count = if self.manner == Manner::Full { 1 } else { self.choices.below(3) };
                for index in 1..=count {
                    self.value(key.target, "Key", &format!("{name}.entry.{index}.key"), depth + 1);
                    self.value(value.target, "Value", &format!("{name}.entry.{index}.value"), depth + 1);
                }
            }
            _ => {
                let text = self.scalar(schema, member);
                self.parameters.push((name.to_owned(), text));
            }
        }
    }

    fn scalar(&mut self, schema: &Schema, member: &str) -> String {
        match &schema.kind {
            Kind::Boolean => self.choices.one(&["true", "false"]).to_owned(),
            Kind::Integer | Kind::Long | Kind::Double => {
                let (min, max) = (schema.min.unwrap_or(1), schema.max.unwrap_or(100));
                let middle = min.max(1).min(max);
                [min, max, middle][self.choices.below(3)].to_string()
            }
            Kind::Timestamp(_) => "2026-01-01T00:00:00Z".to_owned(),
            Kind::Blob => "AQID".to_owned(),
            Kind::String(values) if !values.is_empty() => self.choices.one(values).to_owned(),
            _ => self.text(schema, member),
        }
    }

    /// A text that the schema accepts, if one is known; one that means something to the member, if there is one.
    fn text(&mut self, schema: &Schema, member: &str) -> String {
        let mut known = known(member).to_vec();
        known.extend([
            "alice",
            "123456",
            "123456789012",
            "https://example.com",
            "/x/",
            "abcdef0123456789abcdef",
        ]);
        let fits = |text: &str| {
            let length = i64::try_from(text.chars().count()).unwrap();
            schema.min.is_none_or(|min| length >= min)
                && schema.max.is_none_or(|max| length <= max)
                && schema.pattern.is_none_or(|pattern| pattern.matches(text))
        };
        let mean = known.len() - 6;
        let start = if mean == 0 { 0 } else { self.choices.below(mean) };
        let known = known[start..].iter().copied().find(|text| fits(text)).map(str::to_owned);
        let repeated = |count: i64| "a".repeat(usize::try_from(count).unwrap_or(0));
        let edge = [schema.min.unwrap_or(1), schema.max.unwrap_or(64).min(4_000)][self.choices.below(2)];
        let is_plain = matches!(self.manner, Manner::Full | Manner::Plain);
        let edge = Some(repeated(edge)).filter(|text| fits(text) && !(is_plain && known.is_some()));
        match (known, edge) {
            (Some(known), Some(edge)) => {
                if self.choices.often(8) {
                    known
                } else {
                    edge
                }
            }
            (known, edge) => known.or(edge).unwrap_or_else(|| repeated(schema.min.unwrap_or(1))),
        }
    }

    /// A text that is wrong, or looks as if.
    fn hostile(&mut self, schema: &Schema) -> String {
        let longer = usize::try_from(schema.max.unwrap_or(3_000)).unwrap_or(3_000).min(140_000) + 1;
        match self.choices.below(24) {
            0 => String::new(),
            1 => "a".repeat(longer),
            2 => "ä".repeat(longer.min(2_000)),
            3 => "\u{0}".to_owned(),
            4 => "a\r\nX-Injected: 1".to_owned(),
            5 => "<![CDATA[</Error>]]>&amp;\"'".to_owned(),
            6 => "日本語\u{202e}\u{feff}\u{1f600}".to_owned(),
            7 => "${aws:username}".to_owned(),
            8 => "*".to_owned(),
            9 => "../../etc/passwd".to_owned(),
            10 => "' OR '1'='1".to_owned(),
            11 => "-1".to_owned(),
            12 => "99999999999999999999999999".to_owned(),
            13 => "1.5e3".to_owned(),
            14 => "NaN".to_owned(),
            15 => "yesterday".to_owned(),
            16 => "{".repeat(2_000),
            17 => r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(),
            18 => "arn:aws:iam::123456789012:user/".to_owned(),
            19 => "arn:aws:iam::999999999999:role/x".to_owned(),
            20 => ":::::".to_owned(),
            21 => " alice ".to_owned(),
            22 => "\u{7f}\u{80}\u{9f}\u{ff}".to_owned(),
            _ => "!!!not base64!!!".to_owned(),
        }
    }

    /// Members that no model has, and shapes that a member does not have.
    fn extras(&mut self) {
        for _ in 0..self.choices.below(3) {
            let name = match (self.choices.below(10), self.parameters.first()) {
                (0, Some((name, _))) => format!("{name}.member.1"),
                (1, Some((name, _))) => format!("{name}.entry.1.key"),
                (2, Some((name, _))) => format!("{name}.x.y.z"),
                (3, Some((name, _))) => name.clone(),
                (4, _) => "Tags.member.0.Key".to_owned(),
                (5, _) => "Tags.member.4294967296.Key".to_owned(),
                (6, _) => "Tags".to_owned(),
                (7, _) => "Tags.member.x".to_owned(),
                (8, _) => format!("a{}", ".a".repeat(40)),
                _ => "Nonsense".to_owned(),
            };
            self.parameters.push((name, "x".to_owned()));
        }
    }
}

/// Values that mean something in the account of these tests.
fn known(member: &str) -> &'static [&'static str] {
    const DOCUMENTS: &[&str] = &[
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}","Condition":{"Bool":{"aws:SecureTransport":"true"}}}}"#,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#,
    ];
    match member {
        "UserName" | "DefaultUserName" => &["alice", "bob", "none"],
        "NewUserName" | "NewGroupName" => &["carol", "alice"],
        "GroupName" => &["devs", "none"],
        "RoleName" => &["app", "none"],
        "RoleSessionName" | "Name" => &["session-1"],
        "PolicyName" => &["p", "none"],
        "InstanceProfileName" => &["web", "none"],
        "AccountAlias" => &["an-alias"],
        "PolicyArn" | "PermissionsBoundary" => &[
            "arn:aws:iam::123456789012:policy/p",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::123456789012:policy/none",
        ],
        "PolicyDocument"
        | "Policy"
        | "PolicyInputList"
        | "PermissionsBoundaryPolicyInputList"
        | "ResourcePolicy" => DOCUMENTS,
        "AssumeRolePolicyDocument" => DOCUMENTS.split_at(2).1,
        "Path" | "NewPath" | "PathPrefix" => &["/", "/x/"],
        "VersionId" => &["v1", "v2"],
        "AccessKeyId" => &["AKIAIOSFODNN7EXAMPLE"],
        "RoleArn" => &["arn:aws:iam::123456789012:role/app", "arn:aws:iam::123456789012:role/none"],
        "PolicySourceArn" | "CallerArn" | "Arn" => {
            &["arn:aws:iam::123456789012:user/alice", "arn:aws:iam::123456789012:role/app"]
        }
        "EntityArn" => &["arn:aws:iam::123456789012:delegation-request/0123456789abcdef0123456789abcdef"],
        "Url" => &["https://example.com"],
        "SigningAlgorithm" => &["RS256", "ES384"],
        "DeletionTaskId" => &[
            "task/aws-service-role/elasticbeanstalk.amazonaws.com/AWSServiceRoleForElasticBeanstalk/0d1e2f3a-0000-4000-8000-000000000000",
        ],
        "ResourceOwner" => &["arn:aws:iam::123456789012:root"],
        "ActionName" | "ActionNames" => &["s3:GetObject", "sts:AssumeRole"],
        "ResourceArn" | "ResourceArns" => &["arn:aws:s3:::b/a", "arn:aws:iam::123456789012:role/app"],
        "ContextKeyName" => &["aws:SourceIp", "s3:prefix"],
        "Password" | "NewPassword" | "OldPassword" => &["Corr3ct-Horse-Battery"],
        "SerialNumber" => &["arn:aws:iam::123456789012:mfa/phone"],
        "VirtualMFADeviceName" => &["phone"],
        "AuthenticationCode1" | "AuthenticationCode2" | "TokenCode" => &["123456"],
        "Key" | "TagKey" => &["team", "env"],
        "Value" => &["blue", ""],
        "ExternalId" | "SourceIdentity" => &["outsider"],
        "AWSServiceName" => &["elasticbeanstalk.amazonaws.com", "none.amazonaws.com"],
        "ServiceName" => &["codecommit.amazonaws.com"],
        "OpenIDConnectProviderArn" => &["arn:aws:iam::123456789012:oidc-provider/example.com"],
        "SAMLProviderArn" => &["arn:aws:iam::123456789012:saml-provider/idp"],
        "ServerCertificateName" => &["cert"],
        _ => &[],
    }
}
