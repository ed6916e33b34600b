//! The policy simulator: what would be allowed, and which condition keys policies read.
//!
//! A simulation is decided by [`keygate_policy::explain`], the function that decides live requests, over the same
//! policies: for equal input the answer is the one a live call would get. What Amazon's simulator answers
//! differently, and what it fills in by itself, stands in `docs/simulation.md`.

mod caller;
mod context;
mod evaluate;
mod exclude;
mod get_context_keys_for_custom_policy;
mod get_context_keys_for_principal_policy;
mod position;
mod refused;
mod resource;
mod simulate_custom_policy;
mod simulate_principal_policy;
mod source;
mod sourced;
mod work;

use keygate_operation::Entry;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::read(get_context_keys_for_custom_policy::GetContextKeysForCustomPolicy),
        Entry::read(get_context_keys_for_principal_policy::GetContextKeysForPrincipalPolicy),
        Entry::read(simulate_custom_policy::SimulateCustomPolicy),
        Entry::read(simulate_principal_policy::SimulatePrincipalPolicy),
    ]
}

#[cfg(test)]
mod tests;
