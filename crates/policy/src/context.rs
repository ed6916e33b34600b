//! The condition keys of a request.

use std::borrow::Cow;

use crate::fold;
use crate::inline::{Spelled, Text};
use crate::request::{Caller, CallerKind, Resource};

/// The name of a condition key, ready to be compared without regard to case (rule 125).
#[derive(Debug, Clone)]
pub(crate) struct KeyName<T = Text> {
    /// As it was written.
    text: T,
    /// In lower case, where that is more than ASCII.
    folded: Option<Box<str>>,
    /// Of the folded form, so that most keys are told apart by one comparison.
    hash: u64,
}

/// The condition keys of one request and their values.
///
/// Names compare without regard to case. A key that was not put in is absent, which is not the same as empty
/// (rule 1). Numbers, booleans, dates and addresses are given as text.
///
/// Keys and values are either owned ([`Keys::insert`]) or lent for `'a` ([`Keys::lend`]), which allocates nothing
/// once the collection has room for them; [`Keys::recycled`] keeps that room from one request to the next.
#[derive(Debug, Clone, Default)]
pub struct Keys<'a> {
    /// By a few bits of a name's hash: the number of the first entry with these bits, counted from one. Zero where
    /// there is none, [`CROWDED`] where the number would be too large.
    slots: Slots,
    /// The hashes of the entries' names.
    hashes: Vec<u64>,
    entries: Vec<Entry<'a>>,
    /// There are keys that differ by the case of their tags only.
    twins: bool,
}

/// Condition keys that own, or borrow for ever, what they hold.
pub type Context = Keys<'static>;

#[derive(Debug, Clone, Copy)]
struct Slots([u8; 64]);

/// Look at all entries.
const CROWDED: u8 = u8::MAX;

/// The value of a condition key.
#[derive(Debug, Clone)]
pub enum KeyValue<'a> {
    /// The value of a single-valued key.
    One(Cow<'a, str>),
    /// The values of a multivalued key; none counts as absent (rule 145).
    Many(Vec<String>),
    /// The same, borrowed.
    Lent(&'a [&'a str]),
}

/// The value of a condition key that owns its text.
pub type ContextValue = KeyValue<'static>;

#[derive(Debug, Clone)]
struct Entry<'a> {
    key: KeyName<Cow<'a, str>>,
    value: KeyValue<'a>,
}

impl<T: Spelled> KeyName<T> {
    #[inline]
    pub(crate) fn new(text: impl Into<T>) -> Self {
        let text = text.into();
        if text.bytes().is_ascii() {
            let hash = fold::hash(text.bytes());
            return Self { text, folded: None, hash };
        }
        let folded = text.text().to_lowercase().into_boxed_str();
        Self { hash: fold::hash(folded.as_bytes()), folded: Some(folded), text }
    }

    /// The name as it was written.
    pub(crate) fn text(&self) -> &str {
        self.text.text()
    }

    #[inline]
    pub(crate) fn same_as<U: Spelled>(&self, other: &KeyName<U>) -> bool {
        self.hash == other.hash && self.has_same_text(other)
    }

    /// For names of the same hash.
    #[inline]
    fn has_same_text<U: Spelled>(&self, other: &KeyName<U>) -> bool {
        let (own, others) = (self.text.bytes(), other.text.bytes());
        match (&self.folded, &other.folded) {
            (None, None) => own == others || own.eq_ignore_ascii_case(others),
            (Some(one), Some(two)) => one == two,
            (Some(one), None) => one.as_bytes().eq_ignore_ascii_case(others),
            (None, Some(two)) => two.as_bytes().eq_ignore_ascii_case(own),
        }
    }

    /// The part behind the first slash, as it was written: tag keys may differ by case only (rule 126).
    fn tag(&self) -> Option<&[u8]> {
        let bytes = self.text.bytes();
        let slash = memchr::memchr(b'/', bytes)?;
        bytes.get(slash + 1..)
    }
}

impl<'a> Keys<'a> {
    /// No keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// The keys with a single-valued key added.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.insert(key, value);
        self
    }

    /// The keys with a multivalued key added.
    #[must_use]
    pub fn with_list<V: Into<String>>(mut self, key: &str, values: impl IntoIterator<Item = V>) -> Self {
        self.insert_list(key, values);
        self
    }

    /// Sets a single-valued key.
    pub fn insert(&mut self, key: &str, value: impl Into<String>) {
        self.set(KeyName::new(key.to_owned()), KeyValue::One(Cow::Owned(value.into())));
    }

    /// Sets a multivalued key.
    pub fn insert_list<V: Into<String>>(&mut self, key: &str, values: impl IntoIterator<Item = V>) {
        let values = values.into_iter().map(Into::into).collect();
        self.set(KeyName::new(key.to_owned()), KeyValue::Many(values));
    }

    /// Sets a single-valued key without copying name or value. Names in ASCII are not allocated for either.
    pub fn lend(&mut self, key: &'a str, value: &'a str) {
        self.set(KeyName::new(key), KeyValue::One(Cow::Borrowed(value)));
    }

    /// Sets a multivalued key without copying name or values.
    pub fn lend_list(&mut self, key: &'a str, values: &'a [&'a str]) {
        self.set(KeyName::new(key), KeyValue::Lent(values));
    }

    /// No keys, but the room of these, for a request that lends for another time.
    #[must_use]
    pub fn recycled<'b>(mut self) -> Keys<'b> {
        self.hashes.clear();
        self.entries.clear();
        // Collecting into a vector of the same layout keeps the allocation.
        let entries = self.entries.into_iter().map_while(|_| None).collect();
        Keys { slots: Slots::default(), hashes: self.hashes, entries, twins: false }
    }

    /// Removes a key, in every spelling.
    pub fn remove(&mut self, key: &str) {
        let key: KeyName<&str> = KeyName::new(key);
        self.entries.retain(|entry| !entry.key.same_as(&key));
        self.hashes.clear();
        self.slots = Slots::default();
        for entry in &self.entries {
            self.slots.take(entry.key.hash, self.hashes.len());
            self.hashes.push(entry.key.hash);
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&KeyValue<'a>> {
        self.look_up(&KeyName::<&str>::new(key))
    }

    /// All keys as they were put in, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &KeyValue<'a>)> {
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
    #[inline]
    pub(crate) fn look_up<T: Spelled>(&self, key: &KeyName<T>) -> Option<&KeyValue<'a>> {
        let number = self.slots.of(key.hash);
        let first = self.entries.get(usize::from(number).checked_sub(1)?);
        match first {
            Some(first) if number != CROWDED && !self.twins && first.key.same_as(key) => Some(&first.value),
            _ => self.search(key),
        }
    }

    fn search<T: Spelled>(&self, key: &KeyName<T>) -> Option<&KeyValue<'a>> {
        let mut found: Option<&Entry<'a>> = None;
        for (_, entry) in self.hashes.iter().zip(&self.entries).filter(|(hash, _)| **hash == key.hash) {
            if !entry.key.has_same_text(key) {
                continue;
            }
            if !self.twins || entry.key.tag() == key.tag() {
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

    fn set(&mut self, key: KeyName<Cow<'a, str>>, value: KeyValue<'a>) {
        if self.slots.of(key.hash) != 0 {
            for (_, entry) in self.hashes.iter().zip(&mut self.entries).filter(|(hash, _)| **hash == key.hash)
            {
                if !entry.key.has_same_text(&key) {
                    continue;
                }
                if entry.key.tag() == key.tag() {
                    entry.value = value;
                    return;
                }
                self.twins = true;
            }
        }
        self.slots.take(key.hash, self.entries.len());
        self.hashes.push(key.hash);
        self.entries.push(Entry { key, value });
    }
}

impl Slots {
    #[inline]
    fn of(&self, hash: u64) -> u8 {
        self.0.get(Self::place(hash)).copied().unwrap_or(CROWDED)
    }

    /// Takes the slot of the hash for the entry of this index if it is free.
    #[inline]
    fn take(&mut self, hash: u64, index: usize) {
        if let Some(slot) = self.0.get_mut(Self::place(hash))
            && *slot == 0
        {
            *slot = u8::try_from(index + 1).unwrap_or(CROWDED);
        }
    }

    #[inline]
    fn place(hash: u64) -> usize {
        usize::from(hash.to_le_bytes()[2] & 63)
    }
}

impl Default for Slots {
    fn default() -> Self {
        Self([0; 64])
    }
}

impl KeyValue<'_> {
    /// The values, one or many.
    pub fn values(&self) -> Vec<&str> {
        self.iter().collect()
    }

    /// The values, without collecting them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.count()).map(|index| self.at(index).unwrap_or_default())
    }

    /// The value if there is exactly one.
    pub fn single(&self) -> Option<&str> {
        if self.count() == 1 { self.at(0) } else { None }
    }

    /// How many values there are.
    #[inline]
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many(values) => values.len(),
            Self::Lent(values) => values.len(),
        }
    }

    /// Whether the key was given as a multivalued one, of however many values.
    pub(crate) fn is_list(&self) -> bool {
        !matches!(self, Self::One(_))
    }

    #[inline]
    fn at(&self, index: usize) -> Option<&str> {
        match self {
            Self::One(value) => Some(value),
            Self::Many(values) => values.get(index).map(String::as_str),
            Self::Lent(values) => values.get(index).copied(),
        }
    }
}

impl PartialEq for KeyValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.is_list() == other.is_list() && self.iter().eq(other.iter())
    }
}

impl Eq for KeyValue<'_> {}

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
