//! How much work a simulation is, said before it is begun: a simulation runs where other requests wait.
//!
//! What the engine does for one resource is bounded by the lengths of the policies and of what they are compared
//! with: a pattern with wildcards takes the product of both at worst, anything else about one look at it.

use keygate_policy::Context;

use super::resource::Trusts;
use super::sourced::Sourced;

/// Work that one call may be; more is spread over pages. Less than a second.
pub(super) const MOST: usize = 400_000_000;

/// How much longer one step of a match with wildcards takes than a look at a byte; measured.
const WILDCARD: usize = 4;

/// What a trust policy that is looked up counts as.
const TRUST: Texts = Texts { bytes: 8_192, wildcards: 4_096, variables: 1_024 };

/// What is to be looked at for each resource.
#[derive(Clone, Copy, Debug, Default)]
struct Texts {
    bytes: usize,
    wildcards: usize,
    /// Variables; what is escaped may be one.
    variables: usize,
}

/// The work of one action on all these resources; saturates.
pub(super) fn of_action<'a>(
    policies: impl Iterator<Item = &'a Sourced>,
    trusts: Trusts,
    context: &Context,
    resources: &[String],
) -> usize {
    let start = if trusts == Trusts::LookedUp { TRUST } else { Texts::default() };
    let texts = policies.map(|source| Texts::of(source.policy.text())).fold(start, Texts::and);
    let keys = || context.iter().map(|(_, value)| value);
    let length = |value: &keygate_policy::ContextValue| value.iter().map(str::len).sum::<usize>();
    let longest = keys().map(length).max().unwrap_or_default();
    let most_values = keys().map(|value| value.iter().count()).max().unwrap_or_default();
    // Looking for a key takes longer among many.
    let breadth = most_values + keys().count() / 16;
    let copied = context.iter().map(|(key, value)| key.len() + length(value) + 64).sum::<usize>();
    let of_resource = |arn: &String| {
        let compared = longest.max(arn.len());
        let once = texts.bytes.saturating_mul(1 + breadth + compared / 64);
        // Values of variables are compared at each place, many bytes at once.
        let hard = texts.wildcards + texts.variables.saturating_mul(1 + compared / 32);
        once.saturating_add(hard.saturating_mul(compared).saturating_mul(WILDCARD)).saturating_add(copied)
    };
    resources.iter().map(of_resource).fold(0, usize::saturating_add)
}

impl Texts {
    fn of(text: &str) -> Self {
        let count = |wanted: &[u8]| text.bytes().filter(|byte| wanted.contains(byte)).count();
        // Each policy costs something, however short it is.
        Self { bytes: text.len() + 64, wildcards: count(b"*?"), variables: count(b"$\\") }
    }

    fn and(self, other: Self) -> Self {
        Self {
            bytes: self.bytes + other.bytes,
            wildcards: self.wildcards + other.wildcards,
            variables: self.variables + other.variables,
        }
    }
}
