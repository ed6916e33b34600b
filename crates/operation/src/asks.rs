//! What an operation asks to be allowed.

use std::borrow::Cow;
use std::sync::Arc;

use keygate_ident::{AccountId, Arn};
use keygate_policy::Policy;
use keygate_state::Tags;

/// All (action, resource) pairs of one call.
#[derive(Clone, Debug, Default)]
pub struct Asks(Vec<Ask>);

/// One (action, resource) pair with the condition keys that only the operation knows.
#[derive(Clone, Debug)]
pub struct Ask {
    /// `iam:CreateRole`.
    pub action: Cow<'static, str>,
    /// An ARN, or `*` for actions without resource-level permissions (rule 119).
    pub resource: String,
    /// How a denial names the resource, where that is not the ARN: IAM says `user bob`.
    pub shown: Option<String>,
    /// The account that owns the resource (rule 40); `None`: the caller's own.
    pub owner: Option<AccountId>,
    /// Condition keys and values.
    pub keys: Vec<(String, Listed)>,
    /// The trust policy, where the resource is a role to be assumed (rule 29).
    pub trust: Option<Arc<Policy>>,
    /// A policy that comes with the resource and may grant (rule 13): the default permissions of an owner.
    pub resource_policy: Option<Arc<Policy>>,
}

/// The value of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// A single-valued key.
    One(String),
    /// A multivalued key; may be empty.
    Many(Vec<String>),
}

impl Asks {
    /// Nothing: the operation needs no permission and can not be denied (rule 74).
    pub fn none() -> Self {
        Self::default()
    }

    /// One pair.
    pub fn one(ask: Ask) -> Self {
        Self(vec![ask])
    }

    /// And this pair.
    #[must_use]
    pub fn and(mut self, ask: Ask) -> Self {
        self.0.push(ask);
        self
    }

    /// And this pair, if there is one.
    #[must_use]
    pub fn and_if(self, condition: bool, ask: impl FnOnce() -> Ask) -> Self {
        if condition { self.and(ask()) } else { self }
    }

    /// The pairs in the order in which they are decided; the first denial is reported.
    pub fn iter(&self) -> std::slice::Iter<'_, Ask> {
        self.0.iter()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Ask {
    /// This action on this resource of the caller's account.
    pub fn on(action: &'static str, resource: impl Into<Arn>) -> Self {
        Self::named(Cow::Borrowed(action), String::from(resource.into()))
    }

    /// This action, which has no resource-level permissions.
    pub fn on_any(action: &'static str) -> Self {
        Self::named(Cow::Borrowed(action), "*".to_owned())
    }

    /// Action and resource as texts.
    pub fn named(action: Cow<'static, str>, resource: String) -> Self {
        Self {
            action,
            resource,
            shown: None,
            owner: None,
            keys: Vec::new(),
            trust: None,
            resource_policy: None,
        }
    }

    /// A denial names the resource like this.
    #[must_use]
    pub fn shown_as(mut self, name: String) -> Self {
        self.shown = Some(name);
        self
    }

    /// The resource belongs to this account.
    #[must_use]
    pub fn owned_by(mut self, account: AccountId) -> Self {
        self.owner = Some(account);
        self
    }

    /// The resource is a role with this trust policy, and the action is one of `sts:AssumeRole…`.
    #[must_use]
    pub fn trusting(mut self, trust: Arc<Policy>) -> Self {
        self.trust = Some(trust);
        self
    }

    /// This policy comes with the resource.
    #[must_use]
    pub fn granted_by(mut self, policy: Arc<Policy>) -> Self {
        self.resource_policy = Some(policy);
        self
    }

    /// A single-valued condition key; absent if there is no value.
    #[must_use]
    pub fn key(mut self, key: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.keys.push((key.to_owned(), Listed::One(value.to_owned())));
        }
        self
    }

    /// A multivalued condition key.
    #[must_use]
    pub fn list(mut self, key: &str, values: Vec<String>) -> Self {
        self.keys.push((key.to_owned(), Listed::Many(values)));
        self
    }

    /// The tags in the request: `aws:RequestTag/…` and `aws:TagKeys` (rule 217). None at all: both are absent.
    #[must_use]
    pub fn request_tags<'a>(mut self, tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut keys = Vec::new();
        for (key, value) in tags {
            self.keys.push((format!("aws:RequestTag/{key}"), Listed::One(value.to_owned())));
            keys.push(key.to_owned());
        }
        if keys.is_empty() { self } else { self.list("aws:TagKeys", keys) }
    }

    /// The tag keys in an untag request: `aws:TagKeys`.
    #[must_use]
    pub fn tag_keys<'a>(self, keys: impl IntoIterator<Item = &'a str>) -> Self {
        let keys: Vec<String> = keys.into_iter().map(str::to_owned).collect();
        if keys.is_empty() { self } else { self.list("aws:TagKeys", keys) }
    }

    /// The tags on the existing resource: `aws:ResourceTag/…` and IAM's own `iam:ResourceTag/…`.
    #[must_use]
    pub fn resource_tags(mut self, tags: &Tags) -> Self {
        for (key, value) in tags.iter() {
            self.keys.push((format!("aws:ResourceTag/{key}"), Listed::One(value.to_owned())));
            self.keys.push((format!("iam:ResourceTag/{key}"), Listed::One(value.to_owned())));
        }
        self
    }
}
