//! Which events to read, and the keys under which the index knows an event.

use keygate_ident::{AccountId, Timestamp};

use crate::bloom::{KeyHash, key_hash};
use crate::{Event, Resource};

/// Which events to read. Every condition that is set must hold; the default is everything, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// The recipient account.
    pub account: Option<AccountId>,
    /// At or after this instant.
    pub start: Option<Timestamp>,
    /// At or before this instant.
    pub end: Option<Timestamp>,
    /// The operation, exactly as written.
    pub event_name: Option<String>,
    /// The service, `iam.amazonaws.com`.
    pub event_source: Option<String>,
    /// The caller's name as `LookupEvents` understands it, see [`crate::Identity::lookup_name`].
    pub user_name: Option<String>,
    /// The ARN of the caller, or of the role or user that issued the caller's session.
    pub principal_arn: Option<String>,
    /// The access key that signed.
    pub access_key_id: Option<String>,
    /// A resource by its ARN or by its name (the last part of the ARN).
    pub resource: Option<String>,
    /// The event's own id.
    pub event_id: Option<String>,
    /// Only operations that change nothing (true), or only those that change something (false).
    pub read_only: Option<bool>,
    /// By how the request ended.
    pub outcome: Outcome,
    /// At most so many events.
    pub limit: Option<usize>,
    /// Which end to start at.
    pub order: Order,
    /// Continue here: events at or after this place (oldest first), or before it (newest first).
    pub from: Option<Cursor>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// However it ended.
    #[default]
    Any,
    /// Without an error.
    Succeeded,
    /// Denied or failed.
    Failed,
}

/// Which end of the trail to start at. The order is that of the trail, which is that of time but for a few
/// milliseconds: a write's record is moved here after its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As they were appended.
    #[default]
    OldestFirst,
    /// The last one first.
    NewestFirst,
}

/// A place in the trail, before the event of this number. It survives restarts, packing and retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Cursor(pub(crate) u64);

/// What a key is about; part of its hash, so that a user `Alice` is not a resource `Alice`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum KeyKind {
    Account = 1,
    EventName = 2,
    EventSource = 3,
    UserName = 4,
    PrincipalArn = 5,
    AccessKeyId = 6,
    Resource = 7,
    EventId = 8,
}

impl Cursor {
    /// Before the first event ever.
    pub const START: Self = Self(0);

    /// The number of the event that comes next at this place; for tokens that clients hand back.
    pub fn number(self) -> u64 {
        self.0
    }

    /// The place before the event of this number.
    pub fn from_number(number: u64) -> Self {
        Self(number)
    }
}

impl Filter {
    /// Whether this event fulfils every condition (limit, order and place aside).
    pub fn matches(&self, event: &Event) -> bool {
        let identity = &event.identity;
        let issuer = identity.session.as_ref().and_then(|s| s.issuer.as_ref()).map(|i| i.arn.as_str());
        self.start.is_none_or(|start| event.time >= start)
            && self.end.is_none_or(|end| event.time <= end)
            && self.account.is_none_or(|account| event.account == Some(account))
            && self.read_only.is_none_or(|read_only| event.read_only == read_only)
            && self.outcome.admits(event.error.is_some())
            && is(&self.event_name, Some(&event.event_name))
            && is(&self.event_source, Some(&event.event_source))
            && is(&self.user_name, event.user_name())
            && (is(&self.principal_arn, identity.arn.as_deref()) || is(&self.principal_arn, issuer))
            && is(&self.access_key_id, identity.access_key_id.as_deref())
            && is(&self.event_id, Some(&event.id))
            && self
                .resource
                .as_deref()
                .is_none_or(|wanted| event.resources.iter().any(|r| r.is_called(wanted)))
    }

    /// Whether [`Filter::from`] leaves any of the numbers from `first` to before `end`.
    pub(crate) fn covers(&self, first: u64, end: u64) -> bool {
        match (self.from, self.order) {
            (None, _) => true,
            (Some(Cursor(from)), Order::OldestFirst) => end > from,
            (Some(Cursor(from)), Order::NewestFirst) => first < from,
        }
    }

    /// The keys that a block must hold to be worth reading.
    pub(crate) fn keys(&self) -> Vec<KeyHash> {
        let account = self.account.map(|account| account.to_string());
        [
            (KeyKind::Account, &account),
            (KeyKind::EventName, &self.event_name),
            (KeyKind::EventSource, &self.event_source),
            (KeyKind::UserName, &self.user_name),
            (KeyKind::PrincipalArn, &self.principal_arn),
            (KeyKind::AccessKeyId, &self.access_key_id),
            (KeyKind::Resource, &self.resource),
            (KeyKind::EventId, &self.event_id),
        ]
        .into_iter()
        .filter_map(|(kind, text)| text.as_deref().map(|text| key_hash(kind, text)))
        .collect()
    }
}

impl Outcome {
    fn admits(self, failed: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Succeeded => !failed,
            Self::Failed => failed,
        }
    }
}

impl Resource {
    fn is_called(&self, wanted: &str) -> bool {
        self.arn == wanted || self.name() == wanted
    }
}

fn is(wanted: &Option<String>, found: Option<&str>) -> bool {
    wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
}

/// Calls `add` with every key of this event.
pub(crate) fn event_keys(event: &Event, mut add: impl FnMut(KeyHash)) {
    let mut text = |kind, text: Option<&str>| {
        if let Some(text) = text {
            add(key_hash(kind, text));
        }
    };
    let identity = &event.identity;
    if let Some(account) = event.account {
        text(KeyKind::Account, Some(&account.to_string()));
    }
    text(KeyKind::EventName, Some(&event.event_name));
    text(KeyKind::EventSource, Some(&event.event_source));
    text(KeyKind::UserName, event.user_name());
    text(KeyKind::PrincipalArn, identity.arn.as_deref());
    text(
        KeyKind::PrincipalArn,
        identity.session.as_ref().and_then(|s| s.issuer.as_ref()).map(|i| i.arn.as_str()),
    );
    text(KeyKind::AccessKeyId, identity.access_key_id.as_deref());
    text(KeyKind::EventId, Some(&event.id));
    for resource in &event.resources {
        text(KeyKind::Resource, Some(&resource.arn));
        text(KeyKind::Resource, Some(resource.name()));
    }
}
