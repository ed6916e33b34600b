//! A request that was looked at once: what the evaluator wants to know of it again and again.

use crate::fold;
use crate::request::Request;

/// A request made ready for [`decide_prepared`](crate::decide_prepared). Making one allocates nothing.
#[derive(Debug, Clone, Copy)]
pub struct Prepared<'a> {
    request: Request<'a>,
    /// The action, as an index finds it.
    pub(crate) action: ActionKey,
    /// The first five fields of the ARN have no capitals, so that patterns' lower-case beginnings can be compared
    /// with it byte by byte (rule 117).
    pub(crate) plain_head: bool,
    /// How many colons the ARN has, as far as can be counted.
    pub(crate) colons: u8,
    /// Where the resource field of the ARN begins.
    pub(crate) resource_field: usize,
    /// Action and resource are what they must be (rule 10).
    pub(crate) well_formed: bool,
    /// One of the few actions with a rule of their own.
    pub(crate) special: Option<Special>,
}

/// The name of an action as numbers, which stand for the beginnings of vendor and name in their order; different
/// long names may have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ActionKey {
    pub(crate) vendor: u128,
    pub(crate) name: u128,
}

/// Actions with a rule of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    /// `sts:GetCallerIdentity` (rule 74).
    GetCallerIdentity,
    /// `sts:GetSessionToken` (rule 74).
    GetSessionToken,
    /// `kms:RetireGrant` (rule 55).
    RetireGrant,
}

impl<'a> Prepared<'a> {
    /// Looks at a request.
    pub fn new(request: Request<'a>) -> Self {
        let (vendor, name) = match memchr::memchr(b':', request.action.as_bytes()) {
            Some(colon) => request.action.as_bytes().split_at(colon),
            None => (&[] as &[u8], &[] as &[u8]),
        };
        let name = name.get(1..).unwrap_or_default();
        // A zero is what an index takes for the end of a name.
        let plain = |byte: &u8| !matches!(byte, b'*' | b'?' | 0);
        let well_formed = !vendor.is_empty()
            && !name.is_empty()
            && vendor.iter().all(plain)
            && name.iter().all(|byte| *byte != b':' && plain(byte))
            && !request.resource.arn.is_empty();
        let (plain_head, colons, resource_field) = look_at_arn(request.resource.arn.as_bytes());
        Self {
            action: ActionKey { vendor: fold::key(vendor), name: fold::key(name) },
            plain_head,
            colons,
            resource_field,
            well_formed,
            special: Special::of(vendor, name),
            request,
        }
    }

    /// The request.
    pub fn request(&self) -> &Request<'a> {
        &self.request
    }
}

impl Special {
    fn of(vendor: &[u8], name: &[u8]) -> Option<Self> {
        if vendor.len() != 3 {
            return None;
        }
        let is = |wanted: &[u8]| name.eq_ignore_ascii_case(wanted);
        if vendor.eq_ignore_ascii_case(b"sts") {
            is(b"GetCallerIdentity")
                .then_some(Self::GetCallerIdentity)
                .or_else(|| is(b"GetSessionToken").then_some(Self::GetSessionToken))
        } else {
            (vendor.eq_ignore_ascii_case(b"kms") && is(b"RetireGrant")).then_some(Self::RetireGrant)
        }
    }
}

/// Whether the first five fields are without capitals, how many colons there are, and where the sixth field begins.
fn look_at_arn(arn: &[u8]) -> (bool, u8, usize) {
    let (mut colons, mut behind_fifth) = (0_u8, arn.len());
    for at in memchr::memchr_iter(b':', arn) {
        colons = colons.saturating_add(1);
        if colons == 5 {
            behind_fifth = at + 1;
        }
    }
    let head = arn.get(..behind_fifth).unwrap_or(arn);
    (!head.iter().any(u8::is_ascii_uppercase), colons, behind_fifth)
}
