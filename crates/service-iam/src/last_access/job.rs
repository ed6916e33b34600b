//! Job ids: what was asked, when, and that it was this caller who asked, in the form of a UUID.
//!
//! Nothing is stored for a job, so that it outlives every restart and is known to every node; see
//! [`KeyRing::ticket`](keygate_seal::KeyRing::ticket). A job belongs to the user, or to the one session, that made it:
//! for everybody else it does not exist.

use keygate_ident::{Timestamp, UniqueId};
use keygate_operation::{Failure, ReadCx};
use keygate_seal::TICKET_CONTENT;
use keygate_shapes::declares;
use keygate_state::{Account, AwsManaged, CallerKind, Entity, Managed, NoSuchEntity};
use keygate_wire::OperationModel;

use super::subject::Subject;

/// A report that was asked for.
pub(super) struct Job {
    pub(super) subject: Subject,
    pub(super) granularity: Granularity,
    /// When it was asked for, in whole seconds.
    pub(super) created: Timestamp,
}

/// How much a report tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Granularity {
    /// Services.
    Service,
    /// Services and actions.
    Action,
}

impl Granularity {
    /// As on the wire.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "SERVICE_LEVEL",
            Self::Action => "ACTION_LEVEL",
        }
    }
}

/// AWS keeps a job for seven days.
const LIFE_SECONDS: i64 = 7 * 24 * 60 * 60;

/// The lowest bit of the flags is the granularity, the next two are the kind.
const ACTION_LEVEL: u8 = 1;

impl Job {
    /// The id by which the caller finds the job.
    ///
    /// # Errors
    /// An internal one.
    pub(super) fn id<M: OperationModel>(&self, cx: &ReadCx<'_>) -> Result<String, Failure<M>> {
        let (kind, id) = match &self.subject {
            Subject::User(user) => (0, user.id.as_str()),
            Subject::Group(group) => (1, group.id.as_str()),
            Subject::Role(role) => (2, role.id.as_str()),
            Subject::Policy(Managed::Own(policy)) => (3, policy.id.as_str()),
            Subject::Policy(Managed::Aws(policy)) => (3, policy.entry().id),
        };
        let level = if self.granularity == Granularity::Action { ACTION_LEVEL } else { 0 };
        let seconds = u32::try_from(self.created.seconds()).map_err(|_| Failure::internal())?;
        let [a, b, c, d] = seconds.to_be_bytes();
        let [e, f, g, h, i] = short(id);
        let content = [a, b, c, d, (kind << 1) | level, e, f, g, h, i];
        Ok(uuid(cx.env.keys.ticket(context(cx).as_bytes(), content)?))
    }

    /// The job with this id.
    ///
    /// # Errors
    /// "Job … does not exist.": it was never made, not by this caller, too long ago, or what it is about is gone.
    pub(super) fn find<M>(cx: &ReadCx<'_>, id: &str) -> Result<Self, Failure<M>>
    where
        M: OperationModel + declares::NoSuchEntity,
    {
        let found = bytes(id)
            .and_then(|ticket| cx.env.keys.open_ticket(context(cx).as_bytes(), ticket))
            .and_then(|content| Self::read(cx.account, content))
            .filter(|job| cx.env.now.seconds() - job.created.seconds() <= LIFE_SECONDS);
        found.ok_or_else(|| NoSuchEntity::job(id).into())
    }

    fn read(account: &Account, content: [u8; TICKET_CONTENT]) -> Option<Self> {
        let [a, b, c, d, flags, e, f, g, h, i] = content;
        let id = [e, f, g, h, i];
        let subject = match flags >> 1 {
            0 => by_id(account, id).map(Subject::User),
            1 => by_id(account, id).map(Subject::Group),
            2 => by_id(account, id).map(Subject::Role),
            3 => policy(account, id).map(Subject::Policy),
            _ => None,
        }?;
        Some(Self {
            subject,
            granularity: if flags & ACTION_LEVEL == 0 { Granularity::Service } else { Granularity::Action },
            created: Timestamp::from_seconds(i64::from(u32::from_be_bytes([a, b, c, d]))),
        })
    }
}

/// Whose job it is: a user's with every key of it, a session's alone.
fn context(cx: &ReadCx<'_>) -> String {
    let owner = match (&cx.caller.session, &cx.caller.kind) {
        (Some(session), _) => session.key.as_str(),
        (None, CallerKind::User(user)) => user.id.as_str(),
        (None, _) => "root",
    };
    format!("service-last-accessed/{}/{owner}", cx.account_id())
}

fn by_id<E: Entity>(account: &Account, wanted: [u8; 5]) -> Option<std::sync::Arc<E>> {
    E::table(account).iter().find(|entity| short(UniqueId::as_str(entity.id())) == wanted).cloned()
}

fn policy(account: &Account, wanted: [u8; 5]) -> Option<Managed> {
    let aws = || {
        let found = AwsManaged::all(account.partition()).find(|policy| short(policy.entry().id) == wanted);
        found.map(Managed::Aws)
    };
    by_id(account, wanted).map(Managed::Own).or_else(aws)
}

/// Forty bits that tell the ids of an account apart: a hash (FNV-1a), folded.
fn short(id: &str) -> [u8; 5] {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325, step);
    let [_, _, _, a, b, c, d, e] = (hash ^ (hash >> 40)).to_be_bytes();
    [a, b, c, d, e]
}

/// `01234567-89ab-cdef-0123-456789abcdef`
fn uuid(bytes: [u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// The bytes of a UUID, written as [`uuid`] writes it.
fn bytes(text: &str) -> Option<[u8; 16]> {
    let number = u128::from_str_radix(&text.replace('-', ""), 16).ok()?;
    let bytes = number.to_be_bytes();
    (uuid(bytes) == text).then_some(bytes)
}
