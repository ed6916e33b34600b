//! The condition keys of a request.

use crate::request::{Caller, CallerKind, Resource};

/// The name of a condition key, ready to be compared without regard to case (rule 125).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyName {
    /// As it was written.
    text: Box<str>,
    /// In lower case.
    folded: Box<str>,
    /// Of the folded form, so that most keys are told apart by one comparison.
    hash: u64,
}

/// The condition keys of one request and their values.
///
/// Names compare without regard to case. A key that was not put in is absent, which is not the same as empty
/// (rule 1). Numbers, booleans, dates and addresses are given as text.
#[derive(Debug, Clone, Default)]
pub struct Context {
    entries: Vec<Entry>,
}

/// The value of a condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextValue {
    /// The value of a single-valued key.
    One(String),
    /// The values of a multivalued key; none counts as absent (rule 145).
    Many(Vec<String>),
}

#[derive(Debug, Clone)]
struct Entry {
    key: KeyName,
    value: ContextValue,
}

impl KeyName {
    pub(crate) fn new(text: &str) -> Self {
        let folded = text.to_lowercase().into_boxed_str();
        let hash = fnv1a(folded.as_bytes());
        Self { text: text.into(), folded, hash }
    }

    /// The name as it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.hash == other.hash && self.folded == other.folded
    }

    /// The part behind the first slash, as it was written: tag keys may differ by case only (rule 126).
    fn tag(&self) -> Option<&str> {
        self.text.split_once('/').map(|(_, tag)| tag)
    }
}

impl Context {
    /// A context without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// The context with a single-valued key added.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.insert(key, value);
        self
    }

    /// The context with a multivalued key added.
    #[must_use]
    pub fn with_list<V: Into<String>>(mut self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.insert_list(key, values);
        self
    }

    /// Sets a single-valued key.
    pub fn insert(&mut self, key: &str, value: impl Into<String>) {
        self.set(KeyName::new(key), ContextValue::One(value.into()));
    }

    /// Sets a multivalued key.
    pub fn insert_list<V: Into<String>>(&mut self, key: &str, values: impl IntoIterator<Item = V>) {
        self.set(KeyName::new(key), ContextValue::Many(values.into_iter().map(Into::into).collect()));
    }

    /// Removes a key, in every spelling.
    pub fn remove(&mut self, key: &str) {
        let key = KeyName::new(key);
        self.entries.retain(|entry| !entry.key.same_as(&key));
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&ContextValue> {
        self.look_up(&KeyName::new(key))
    }

    /// All keys as they were put in, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.entries.iter().map(|entry| (entry.key.text(), &entry.value))
    }

    /// Adds the keys that follow from the caller and the resource, where they are not there yet: `aws:PrincipalArn`,
    /// `aws:PrincipalAccount`, `aws:PrincipalType`, `aws:userid`, `aws:username`, `aws:PrincipalIsAWSService`,
    /// `aws:PrincipalServiceName` and `aws:ResourceAccount` (rules 173, 213-215, 222, 225).
    pub fn add_derived(&mut self, caller: &Caller<'_>, resource: &Resource<'_>) {
        let account = caller.account.map(|account| account.to_string());
        let last = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
        let (principal_arn, kind, user_id) = match caller.kind {
            CallerKind::Root => (Some(caller.arn), Some("Account"), account.clone()),
            CallerKind::User => (Some(caller.arn), Some("User"), caller.unique_id.map(str::to_owned)),
            CallerKind::AssumedRole => (
                Some(caller.issuer_arn.unwrap_or(caller.arn)),
                Some("AssumedRole"),
                caller.unique_id.map(|id| format!("{id}:{}", last(caller.arn))),
            ),
            CallerKind::FederatedUser => (
                Some(caller.arn),
                Some("FederatedUser"),
                account.as_ref().map(|account| format!("{account}:{}", last(caller.arn))),
            ),
            CallerKind::Anonymous => (None, Some("Anonymous"), Some("anonymous".to_owned())),
            CallerKind::Service | CallerKind::WebIdentity | CallerKind::Saml => (None, None, None),
        };
        let anonymous = caller.kind == CallerKind::Anonymous;
        self.add("aws:PrincipalArn", principal_arn.map(str::to_owned));
        self.add("aws:PrincipalAccount", if anonymous { Some("anonymous".to_owned()) } else { account });
        self.add("aws:PrincipalType", kind.map(str::to_owned));
        self.add("aws:userid", user_id);
        self.add("aws:username", (caller.kind == CallerKind::User).then(|| last(caller.arn)));
        let signed = caller.kind.has_account() || caller.kind == CallerKind::Service;
        let is_service = caller.kind == CallerKind::Service;
        self.add("aws:PrincipalIsAWSService", signed.then(|| is_service.to_string()));
        self.add("aws:PrincipalServiceName", caller.service.filter(|_| is_service).map(str::to_owned));
        self.add("aws:ResourceAccount", resource.account.map(|account| account.to_string()));
    }

    /// The value of a key. Where several tags differ by case only: the one spelled alike, otherwise the first in
    /// byte order (rule 126).
    pub(crate) fn look_up(&self, key: &KeyName) -> Option<&ContextValue> {
        let mut found: Option<&Entry> = None;
        for entry in self.entries.iter().filter(|entry| entry.key.same_as(key)) {
            if entry.key.tag() == key.tag() {
                return Some(&entry.value);
            }
            if found.is_none_or(|best| entry.key.tag() < best.key.tag()) {
                found = Some(entry);
            }
        }
        found.map(|entry| &entry.value)
    }

    fn add(&mut self, key: &str, value: Option<String>) {
        if let Some(value) = value
            && self.get(key).is_none()
        {
            self.insert(key, value);
        }
    }

    fn set(&mut self, key: KeyName, value: ContextValue) {
        let same = |entry: &&mut Entry| entry.key.same_as(&key) && entry.key.tag() == key.tag();
        match self.entries.iter_mut().find(same) {
            Some(entry) => entry.value = value,
            None => self.entries.push(Entry { key, value }),
        }
    }
}

impl ContextValue {
    /// The values, one or many.
    pub fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    /// The value if there is exactly one.
    pub fn single(&self) -> Option<&str> {
        match self.values() {
            [value] => Some(value),
            _ => None,
        }
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_125_names_ignore_case() {
        let mut context =
            Context::new().with("aws:SourceIp", "203.0.113.1").with("AWS:SOURCEIP", "203.0.113.2");
        assert_eq!(context.iter().count(), 1);
        assert_eq!(context.get("aws:sourceip"), Some(&ContextValue::One("203.0.113.2".into())));
        context.remove("aws:sourceIP");
        assert!(context.get("aws:SourceIp").is_none());
    }

    #[test]
    fn rule_126_of_two_tags_that_differ_by_case_the_one_spelled_alike_else_the_first() {
        let context = Context::new().with("aws:ResourceTag/team", "low").with("aws:ResourceTag/Team", "high");
        for (key, value) in [
            ("aws:ResourceTag/team", "low"),
            ("AWS:resourcetag/Team", "high"),
            ("aws:ResourceTag/TEAM", "high"),
        ] {
            assert_eq!(context.get(key), Some(&ContextValue::One(value.into())), "{key}");
        }
    }

    #[test]
    fn rule_173_keys_of_the_callers() {
        let account = "111122223333".parse().ok();
        let resource = Resource { arn: "*", account };
        let derive = |mut caller: Caller<'static>| {
            if caller.kind.has_account() {
                caller.account = account;
            }
            let mut context = Context::new();
            context.add_derived(&caller, &resource);
            ["aws:username", "aws:userid", "aws:PrincipalType", "aws:PrincipalArn"]
                .map(|key| context.get(key).and_then(ContextValue::single).unwrap_or("-").to_owned())
        };
        let mut user = Caller::new(CallerKind::User, "arn:aws:iam::111122223333:user/team/ann");
        user.unique_id = Some("AIDAX");
        assert_eq!(derive(user), ["ann", "AIDAX", "User", "arn:aws:iam::111122223333:user/team/ann"]);
        let mut role = Caller::new(CallerKind::AssumedRole, "arn:aws:sts::111122223333:assumed-role/app/s1");
        role.unique_id = Some("AROAX");
        role.issuer_arn = Some("arn:aws:iam::111122223333:role/team/app");
        assert_eq!(derive(role), ["-", "AROAX:s1", "AssumedRole", "arn:aws:iam::111122223333:role/team/app"]);
        let federated =
            Caller::new(CallerKind::FederatedUser, "arn:aws:sts::111122223333:federated-user/bob");
        assert_eq!(
            derive(federated),
            ["-", "111122223333:bob", "FederatedUser", "arn:aws:sts::111122223333:federated-user/bob"]
        );
        let root = Caller::new(CallerKind::Root, "arn:aws:iam::111122223333:root");
        assert_eq!(derive(root), ["-", "111122223333", "Account", "arn:aws:iam::111122223333:root"]);
        assert_eq!(derive(Caller::anonymous()), ["-", "anonymous", "Anonymous", "-"]);
    }
}
