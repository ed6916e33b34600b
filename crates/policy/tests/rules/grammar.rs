//! What is accepted and what is refused at the door (rules 49-57, 77-102), with AWS's words and the place.

use keygate_policy::{Policy, PolicyKind, PrincipalKind, RefusalCode};
use serde_json::{Value, json};

use crate::support::*;

const SYNTAX: &str = "Syntax errors in policy.";
const LEGACY: &str = "The policy failed legacy parsing";

fn statement() -> Value {
    allow("s3:ListBucket", "arn:aws:s3:::b")
}

fn saved(text: &str, kind: PolicyKind) -> Result<(), String> {
    Policy::parse(text, kind).map(drop).map_err(|refusal| refusal.message)
}

#[track_caller]
fn identity(statements: Value, expected: Result<(), &str>) {
    let text = document(statements);
    assert_eq!(saved(&text, PolicyKind::Identity), expected.map_err(str::to_owned), "{text}");
}

#[test]
fn rule_77_no_unknown_elements() {
    let text = |extra: &str| format!(r#"{{"Version": "2012-10-17", "Statement": {}{extra}}}"#, statement());
    assert_eq!(saved(&text(""), PolicyKind::Identity), Ok(()));
    for extra in [r#", "Conditions": {}"#, r#", "statement": []"#, r#", "version": "2012-10-17""#] {
        assert_eq!(saved(&text(extra), PolicyKind::Identity), Err(SYNTAX.into()), "{extra}");
    }
    for element in ["Extra", "effect", "Actions", "NotEffect", "NotSid", "NotCondition"] {
        identity(with(statement(), element, "x"), Err(SYNTAX));
    }
}

#[test]
fn rules_78_to_80_versions() {
    for (version, kind, expected) in [
        (json!("2012-10-17"), PolicyKind::Identity, Ok(())),
        (
            json!("2008-10-17"),
            PolicyKind::Identity,
            Err("Policy document must be version 2012-10-17 or greater."),
        ),
        (json!("2012-10-18"), PolicyKind::Identity, Err(SYNTAX)),
        (json!(2012), PolicyKind::Identity, Err(SYNTAX)),
        (json!(null), PolicyKind::Identity, Err(SYNTAX)),
        (
            json!("2008-10-17"),
            PolicyKind::Session,
            Err("Policy document must be version 2012-10-17 or greater."),
        ),
    ] {
        let text = json!({"Version": version, "Statement": statement()}).to_string();
        assert_eq!(saved(&text, kind), expected.map_err(str::to_owned), "{text}");
    }
    for version in ["2012-10-17", "2008-10-17"] {
        let trust = json!({"Version": version, "Statement": assume(json!({"AWS": ACCOUNT}))}).to_string();
        assert_eq!(saved(&trust, PolicyKind::Trust), Ok(()));
        let bucket = json!({"Version": version, "Statement": grant_to(json!("*"))}).to_string();
        assert_eq!(saved(&bucket, PolicyKind::Resource), Ok(()));
    }
    let old = json!({"Statement": assume(json!({"AWS": ACCOUNT}))}).to_string();
    assert_eq!(saved(&old, PolicyKind::Trust), Ok(()));
    assert_eq!(
        saved(&old.replace("\"Statement\"", "\"Version\":\"x\",\"Statement\""), PolicyKind::Trust),
        Err("The policy must contain a valid version string".into())
    );
}

#[test]
fn rule_81_one_statement_or_a_list() {
    identity(statement(), Ok(()));
    identity(json!([statement()]), Ok(()));
    identity(json!([]), Err(SYNTAX));
    identity(json!({}), Err(SYNTAX));
    identity(json!([statement(), []]), Err(SYNTAX));
    identity(json!("x"), Err(SYNTAX));
}

#[test]
fn rule_82_effects() {
    for (effect, expected) in [
        ("Allow", Ok(())),
        ("Deny", Ok(())),
        ("allow", Err(LEGACY)),
        ("DENY", Err(LEGACY)),
        ("Permit", Err(SYNTAX)),
    ] {
        identity(with(statement(), "Effect", effect), expected);
    }
    identity(without(statement(), "Effect"), Err(SYNTAX));
    identity(with(statement(), "Effect", json!(["Allow"])), Err(SYNTAX));
}

#[test]
fn rule_83_single_values_numbers_and_booleans() {
    let condition =
        json!({"NumericEquals": {"a": 5, "b": [1.5, "2"]}, "Bool": {"c": true, "d": ["false", false]}});
    identity(with(statement(), "Condition", condition), Ok(()));
    identity(with(statement(), "Action", 5), Err(SYNTAX));
    identity(with(statement(), "Action", json!(["s3:Get", 5])), Err(SYNTAX));
    identity(with(statement(), "Resource", true), Err(SYNTAX));
}

#[test]
fn rule_84_nothing_twice() {
    for text in [
        r#"{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}"#,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "a:b", "\u0041ction": "*", "Resource": "*"}}"#,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"StringEquals": {"a": "1"}, "StringEquals": {"b": "2"}}}}"#,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"StringEquals": {"a": "1", "a": "2"}}}}"#,
    ] {
        assert_eq!(saved(text, PolicyKind::Identity), Err(SYNTAX.into()), "{text}");
        assert!(Policy::read(text, PolicyKind::Identity).is_err(), "{text}");
    }
}

#[test]
fn rule_85_pairs_exclude_each_other() {
    identity(with(statement(), "NotAction", json!([])), Err(SYNTAX));
    identity(with(statement(), "NotResource", json!([])), Err(SYNTAX));
    let both = with(with(statement(), "Principal", "*"), "NotPrincipal", "*");
    identity(both, Err(SYNTAX));
}

#[test]
fn rules_86_and_87_actions_and_resources_are_needed() {
    let (no_actions, no_resources) =
        ("Policy statement must contain actions.", "Policy statement must contain resources.");
    identity(without(statement(), "Action"), Err(no_actions));
    identity(with(statement(), "Action", json!([])), Err(no_actions));
    identity(without(statement(), "Resource"), Err(no_resources));
    identity(with(statement(), "Resource", json!([])), Err(no_resources));
    identity(json!({"Effect": "Allow", "NotAction": [], "Resource": "*"}), Err(no_actions));
    identity(json!({"Effect": "Allow", "Action": "*", "NotResource": []}), Err(no_resources));
    identity(json!({"Effect": "Allow", "Action": "*", "NotResource": [null]}), Err(no_resources));
    identity(with(statement(), "Resource", json!([null, "arn:aws:s3:::b"])), Ok(()));
    identity(with(statement(), "Resource", json!(null)), Err(SYNTAX));
    identity(with(statement(), "Action", json!([null])), Err(SYNTAX));
    // The evaluator never sees such a statement either.
    for broken in [
        json!({"Effect": "Allow", "NotAction": [], "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "*", "NotResource": []}),
        json!({"Effect": "Allow", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "*"}),
        json!({"Effect": "allow", "Action": "*", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "s3", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "s3:a:b", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}),
    ] {
        assert!(Policy::read(&document(broken.clone()), PolicyKind::Identity).is_err(), "{broken}");
    }
    let empty = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "NotResource": []});
    assert!(Policy::read(&document(empty), PolicyKind::Resource).is_err());
}

#[test]
fn rule_88_an_id_is_a_string() {
    for (id, expected) in
        [(json!("x"), Ok(())), (json!(""), Ok(())), (json!(5), Err(SYNTAX)), (json!({}), Err(SYNTAX))]
    {
        let text = json!({"Version": "2012-10-17", "Id": id, "Statement": statement()}).to_string();
        assert_eq!(saved(&text, PolicyKind::Identity), expected.map_err(str::to_owned));
    }
}

#[test]
fn rules_89_and_90_sids() {
    let form = "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";
    let unique = "Statement IDs (SID) in a single policy must be unique.";
    let sids = |first: &str, second: &str| {
        json!([with(statement(), "Sid", first), with(statement(), "Sid", second)])
    };
    identity(sids("a", "A"), Ok(()));
    identity(sids("", ""), Ok(()));
    identity(sids("a", "a"), Err(unique));
    identity(sids("a b", "c"), Err(form));
    identity(sids("é", "c"), Err(form));
    let bucket = |first: &str, second: &str| {
        let grant = |sid: &str| with(grant_to(json!("*")), "Sid", sid);
        saved(&document(json!([grant(first), grant(second)])), PolicyKind::Resource)
    };
    assert_eq!(bucket("Allow all of it", "b"), Ok(()));
    assert_eq!(bucket("a", "a"), Err("The Statement Ids in the policy are not unique".into()));
}

#[test]
fn rule_91_principals_only_where_they_belong() {
    for kind in [PolicyKind::Identity, PolicyKind::Boundary, PolicyKind::Session] {
        for element in ["Principal", "NotPrincipal"] {
            let text = document(with(statement(), element, "*"));
            assert_eq!(saved(&text, kind), Err("Policy document should not specify a principal.".into()));
        }
    }
    let bucket = document(statement());
    assert_eq!(saved(&bucket, PolicyKind::Resource), Err("Missing required field Principal".into()));
    assert_eq!(saved(&bucket, PolicyKind::VpcEndpoint), Ok(()));
}

#[test]
fn rules_91a_and_175_to_177_principals_of_resource_policies() {
    let mut cases = vec![
        (json!("*"), true),
        (json!({"AWS": "*"}), true),
        (json!({"AWS": ["*", ACCOUNT]}), true),
        (json!({"AWS": ROOT}), true),
        (json!({"AWS": USER}), true),
        (json!({"AWS": ROLE}), true),
        (json!({"AWS": SESSION}), true),
        (json!({"AWS": FEDERATED}), true),
        (json!({"AWS": USER_ID}), true),
        (json!({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}), true),
        (json!({"Service": "sns.amazonaws.com"}), true),
        (json!({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}), true),
        (json!({"AWS": ACCOUNT, "Service": "sns.amazonaws.com"}), true),
        (json!("x"), false),
        (json!(""), false),
        (json!(["*"]), false),
        (json!({}), false),
        (json!({"AWS": []}), false),
        (json!({"aws": ACCOUNT}), false),
        (json!({"Everybody": "*"}), false),
        (json!({"AWS": "11112222333"}), false),
        (json!({"AWS": "arn:aws:iam::111122223333:group/g"}), false),
        (json!({"AWS": "arn:aws:iam::*:root"}), false),
        (json!({"AWS": "arn:aws:iam::111122223333:user/*"}), false),
        (json!({"AWS": "arn:aws:iam::111122223333:role/a?b"}), false),
        (json!({"AWS": "arn:aws:sts::111122223333:assumed-role/R/*"}), false),
        (json!({"AWS": "arn:aws:sts::111122223333:assumed-role/R"}), false),
        (json!({"AWS": "arn:xyz:iam::111122223333:root"}), false),
        (json!({"AWS": "AKIAQAAAAAAAAAAAAAAAA"}), false),
        (json!({"Service": "*"}), false),
        (json!({"Service": "sns"}), false),
        (json!({"Federated": "accounts.google.com"}), false),
        (json!({"AWS": 111_122_223_333_u64}), false),
        (json!({"AWS": null}), false),
    ];
    cases.push((json!({"CanonicalUser": "*"}), false));
    for (principal, expected) in cases {
        let text = document(grant_to(principal.clone()));
        assert_eq!(saved(&text, PolicyKind::Resource).is_ok(), expected, "{principal}");
        assert_eq!(saved(&text, PolicyKind::VpcEndpoint).is_ok(), expected, "{principal}");
    }
}

#[test]
fn rule_92_actions() {
    let vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
    for (action, expected) in [
        ("*", Ok(())),
        ("s3:*", Ok(())),
        ("*:Get*", Ok(())),
        ("no-such.service:Anything at all", Ok(())),
        ("s3:", Ok(())),
        ("s3", Err(vendor)),
        ("", Err(vendor)),
        (":Get", Err(vendor)),
        ("**", Err(vendor)),
        ("s3:a:b", Err("Actions/Condition can contain only one colon.")),
        ("s*:Get", Err("Vendor s* is not valid")),
        ("a a:Get", Err("Vendor a a is not valid")),
        ("é:Get", Err("Vendor é is not valid")),
    ] {
        identity(with(statement(), "Action", action), expected);
    }
}

#[test]
fn rules_93_to_96_resources() {
    let vendor = "Resource vendor must be fully qualified and cannot contain regexes.";
    for (resource, expected) in [
        ("*", Ok(())),
        ("arn:aws:s3:::b/*", Ok(())),
        ("arn:*:s3:::b", Ok(())),
        ("arn:aws-cn:s3:::b", Ok(())),
        ("x:aws:s3:::b", Ok(())),
        ("arn:aws:s3", Ok(())),
        ("arn:aws:s3:*", Ok(())),
        ("arn:aws:iam:*", Ok(())),
        ("arn:aws:logs:*:*", Ok(())),
        ("arn:aws:iam::111122223333:role/*", Ok(())),
        ("arn:aws:iam::111122223333:*", Ok(())),
        // Unlisted, and named by policies of AWS's own.
        ("arn:aws:iam::*:root", Ok(())),
        ("arn:aws:iam::aws:contextProvider/IdentityCenter", Ok(())),
        ("arn:aws:s3:us-east-1:111122223333:accesspoint/a/object/*", Ok(())),
        ("b", Err("Resource b must be in ARN format or \"*\".")),
        ("**", Err("Resource ** must be in ARN format or \"*\".")),
        ("arn:xyz:s3:::b", Err("Partition \"xyz\" is not valid for resource \"arn:xyz:s3:::b\".")),
        ("arn:aw*:s3:::b", Err("Partition \"aw*\" is not valid for resource \"arn:aw*:s3:::b\".")),
        ("arn::s3:::b", Err("Partition \"\" is not valid for resource \"arn::s3:::b\".")),
        ("arn:xyz", Err("Partition \"xyz\" is not valid for resource \"arn:xyz:*:*:*:*\".")),
        ("arn:aws", Err(vendor)),
        ("arn:aws:*:::b", Err(vendor)),
        ("arn:aws:s?:::b", Err(vendor)),
        ("arn:aws::::b", Err(LEGACY)),
        ("arn:aws:s3::b", Err(LEGACY)),
        (
            "arn:aws:iam:us-east-1::role/r",
            Err("IAM resource arn:aws:iam:us-east-1::role/r cannot contain region information."),
        ),
        (
            "arn:aws:s3:us-east-1::b",
            Err("Resource arn:aws:s3:us-east-1::b can not contain region information."),
        ),
    ] {
        identity(with(statement(), "Resource", resource), expected);
    }
}

#[test]
fn rule_97_conditions() {
    for (condition, valid) in [
        (json!({}), true),
        (json!({"StringEquals": {}}), true),
        (json!({"NoSuchOperator": {}}), true),
        (json!({"NoSuchOperator": {"a": "b"}}), false),
        (json!({"NullIfExists": {"a": "true"}}), false),
        (json!({"ForSomeValues:StringEquals": {"a": "b"}}), false),
        (json!({"StringEquals": {"a": []}}), true),
        (json!({"StringEquals": {"a": null}}), false),
        (json!({"StringEquals": {"a": [null]}}), false),
        (json!({"StringEquals": {"a": [["b"]]}}), false),
        (json!({"StringEquals": {"a": {"b": "c"}}}), false),
        (json!({"StringEquals": "a"}), false),
        (json!([]), false),
        (json!(null), false),
    ] {
        identity(with(statement(), "Condition", condition), if valid { Ok(()) } else { Err(SYNTAX) });
    }
    // What is not understood is refused when stored documents are read, too.
    let unknown = document(with(statement(), "Condition", json!({"NoSuchOperator": {"a": "b"}})));
    assert!(Policy::read(&unknown, PolicyKind::Identity).is_err());
}

#[test]
fn rule_99_the_order_of_errors() {
    let mut broken = json!({
        "Extra": 1, "Version": "2008-10-17",
        "Statement": [
            {"Sid": "a", "Effect": "allow", "Action": "s3", "Resource": "b"},
            {"Sid": "a", "Effect": "Deny"},
        ]
    });
    let mut expect = |repair: &dyn Fn(&mut Value), expected: &str| {
        assert_eq!(saved(&broken.to_string(), PolicyKind::Identity), Err(expected.to_owned()));
        repair(&mut broken);
    };
    expect(&|doc| drop(doc.as_object_mut().unwrap().remove("Extra")), SYNTAX);
    expect(
        &|doc| doc["Version"] = "2012-10-17".into(),
        "Policy document must be version 2012-10-17 or greater.",
    );
    expect(&|doc| doc["Statement"][0]["Effect"] = "Allow".into(), LEGACY);
    expect(
        &|doc| doc["Statement"][1]["Sid"] = "b".into(),
        "Statement IDs (SID) in a single policy must be unique.",
    );
    expect(&|doc| doc["Statement"][0]["Resource"] = "*".into(), "Resource b must be in ARN format or \"*\".");
    expect(
        &|doc| doc["Statement"][0]["Action"] = "s3:*".into(),
        "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
    );
    expect(&|doc| doc["Statement"][1]["Action"] = "s3:*".into(), "Policy statement must contain actions.");
    expect(&|doc| doc["Statement"][1]["Resource"] = "*".into(), "Policy statement must contain resources.");
    assert_eq!(saved(&broken.to_string(), PolicyKind::Identity), Ok(()));
}

#[test]
fn rules_100_and_101_size_and_broken_json() {
    let padded = |size: usize| {
        let text = document(statement());
        format!("{text}{}", " ".repeat(size - text.len()))
    };
    assert_eq!(saved(&padded(131_072), PolicyKind::Identity), Ok(()));
    assert_eq!(saved(&padded(131_073), PolicyKind::Identity), Err(SYNTAX.into()));
    assert!(Policy::read(&padded(131_073), PolicyKind::Identity).is_ok());
    assert_eq!(saved("{", PolicyKind::Identity), Err(SYNTAX.into()));
    assert_eq!(saved("{", PolicyKind::Trust), Err("This policy contains invalid Json".into()));
}

#[test]
fn refusals_have_a_code_and_a_place() {
    let text = "{\"Version\": \"2012-10-17\",\n \"Statement\": [{\"Effect\": \"Allow\",\n  \"Action\": [\"s3:Get\", \"é:Put\"], \"Resource\": \"*\"}]}";
    let refusal = Policy::parse(text, PolicyKind::Identity).unwrap_err();
    let span = refusal.span.unwrap();
    assert_eq!(refusal.code, RefusalCode::Action);
    assert_eq!((span.start.line, span.start.column, span.end.column), (3, 24, 31));
    assert_eq!(&text[span.start.offset..span.end.offset], "\"é:Put\"");
    assert_eq!(refusal.to_string(), "Vendor é is not valid");
    let refusal = Policy::parse("{\n \"Version\": x}", PolicyKind::Identity).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.span.unwrap().start.line, refusal.span.unwrap().start.column),
        (RefusalCode::Json, 2, 13)
    );
}

fn assume(principal: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})
}

#[test]
fn rules_197_and_209_trust_policies() {
    let good = || assume(json!({"AWS": ACCOUNT}));
    for (statement, expected) in [
        (good(), Ok(())),
        (assume(json!("*")), Ok(())),
        (assume(json!({"AWS": "*"})), Ok(())),
        (assume(json!({"AWS": ROLE_ID})), Ok(())),
        (assume(json!({"Federated": "accounts.google.com"})), Ok(())),
        (assume(json!({"Federated": "arn:aws:iam::111122223333:saml-provider/idp"})), Ok(())),
        (
            with(good(), "Action", json!(["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"])),
            Ok(()),
        ),
        (with(good(), "Action", "STS:*"), Ok(())),
        (with(good(), "Action", "*"), Err("AssumeRole policy may only specify STS AssumeRole actions.")),
        (with(good(), "Action", "s3:*"), Err("AssumeRole policy may only specify STS AssumeRole actions.")),
        (without(good(), "Action"), Err("Missing required field Action")),
        (without(good(), "Effect"), Err("Missing required field Effect")),
        (with(good(), "Effect", "allow"), Err("Invalid effect: allow")),
        (with(good(), "Effect", "Maybe"), Err("Invalid effect: Maybe")),
        (without(good(), "Principal"), Err("Missing required field Principal")),
        (assume(json!({})), Err("Missing required field Principal cannot be empty!")),
        (assume(json!({"Nobody": "x"})), Err("Invalid principal in policy: \"Nobody\"")),
        (assume(json!({"AWS": "nobody"})), Err("Invalid principal in policy: \"AWS\":\"nobody\"")),
        (assume(json!({"Service": "nobody"})), Err("Invalid principal in policy: \"SERVICE\":\"nobody\"")),
        (
            assume(json!({"AWS": "arn:aws:iam::111122223333:group/g"})),
            Err("Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:group/g\""),
        ),
        (with(good(), "Resource", "*"), Err("Has prohibited field Resource")),
        (with(good(), "NotResource", "*"), Err("AssumeRole policy must not contain resources.")),
        (
            with(without(good(), "Principal"), "NotPrincipal", json!({"AWS": ACCOUNT})),
            Err("Allow with NotPrincipal is not allowed."),
        ),
        (with(good(), "Condition", json!({"DateLessThan": {"aws:CurrentTime": "soon"}})), Err(LEGACY)),
        (json!([]), Err("Could not parse the policy: Statement is empty!")),
    ] {
        let text = document(statement);
        assert_eq!(saved(&text, PolicyKind::Trust), expected.map_err(str::to_owned), "{text}");
    }
    let denied = json!({"Effect": "Deny", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"});
    assert_eq!(
        saved(&document(denied), PolicyKind::Trust),
        Err("AssumeRole policy must not contain NotPrincipal field.".into())
    );
    assert_eq!(saved("{}", PolicyKind::Trust), Err("Missing required field Statement".into()));
    assert_eq!(saved("[]", PolicyKind::Trust), Err(SYNTAX.into()));
}

#[test]
fn rules_49_and_51_service_control_policies() {
    for (statement, valid) in [
        (allow("*", "*"), true),
        (deny("s3:*Object", "arn:aws:s3:::b/*"), true),
        (json!({"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::b"}), true),
        (deny("s3:*", "arn:aws:s3:*"), true),
        (deny("s3:*", "arn:aws:s3"), false),
        (with(allow("*", "*"), "Principal", "*"), false),
        (with(allow("*", "*"), "NotPrincipal", "*"), false),
        (without(allow("*", "*"), "Resource"), false),
    ] {
        let found = saved(&document(statement.clone()), PolicyKind::Scp);
        assert_eq!(found.is_ok(), valid, "{statement}");
        if !valid {
            assert_eq!(
                found,
                Err("The provided policy document does not meet the requirements of the specified policy type.".into())
            );
        }
    }
}

#[test]
fn rules_56_and_57_resource_control_policies() {
    let fence = || with(deny("s3:*", "*"), "Principal", "*");
    for (statement, valid) in [
        (fence(), true),
        (with(fence(), "Condition", json!({"Bool": {"aws:SecureTransport": false}})), true),
        (with(without(fence(), "Resource"), "NotResource", "arn:aws:s3:::b"), true),
        (with(fence(), "Effect", "Allow"), false),
        (without(fence(), "Principal"), false),
        (with(fence(), "Principal", json!({"AWS": ACCOUNT})), false),
        (with(without(fence(), "Principal"), "NotPrincipal", "*"), false),
        (with(without(fence(), "Action"), "NotAction", "s3:*"), false),
        (with(fence(), "Action", "*"), false),
        (with(fence(), "Resource", "arn:aws:s3*"), false),
    ] {
        assert_eq!(saved(&document(statement.clone()), PolicyKind::Rcp).is_ok(), valid, "{statement}");
    }
    let default = document(with(allow("*", "*"), "Principal", "*"));
    assert!(Policy::read(&default, PolicyKind::Rcp).is_ok());
    let old = json!({"Version": "2008-10-17", "Statement": fence()}).to_string();
    assert!(saved(&old, PolicyKind::Rcp).is_err());
}

#[test]
fn principals_can_be_rewritten_by_their_spans() {
    let text = document(json!([
        assume(json!({"AWS": [USER, "*"], "Service": "ec2.amazonaws.com"})),
        assume(json!("*"))
    ]));
    let policy = Policy::parse(&text, PolicyKind::Trust).unwrap();
    let mut rewritten = text.clone();
    for principal in policy.principals().filter(|p| p.kind == PrincipalKind::Aws && p.value == USER) {
        rewritten.replace_range(principal.span, USER_ID);
    }
    assert_eq!(rewritten, text.replace(USER, USER_ID));
    assert!(Policy::read(&rewritten, PolicyKind::Trust).is_ok());
}

/// What is no ARN matches nothing: a stored Deny with it would be a Deny that never applies.
#[test]
fn rule_93_a_stored_policy_with_a_resource_that_is_no_arn_is_refused() {
    for kind in [
        PolicyKind::Identity,
        PolicyKind::Resource,
        PolicyKind::Scp,
        PolicyKind::Rcp,
        PolicyKind::VpcEndpoint,
    ] {
        let read = |element: &str, resource: Value| {
            let statement = with(with(without(statement(), "Resource"), "Effect", "Deny"), element, resource);
            let principal = matches!(kind, PolicyKind::Resource | PolicyKind::Rcp | PolicyKind::VpcEndpoint);
            let statement = if principal { with(statement, "Principal", "*") } else { statement };
            Policy::read(&document(statement), kind).map(drop).map_err(|refusal| refusal.code)
        };
        for element in ["Resource", "NotResource"] {
            assert_eq!(read(element, json!("arn:aws:s3:::b")), Ok(()));
            assert_eq!(read(element, json!(["arn:aws:s3:::b", "*"])), Ok(()));
            for resource in [json!("bucket"), json!(["arn:aws:s3:::b", "bucket/*"]), json!("**"), json!("")] {
                let code = read(element, resource.clone()).unwrap_err();
                assert_eq!(code, RefusalCode::Resource, "{kind:?} {resource}");
            }
        }
    }
}
