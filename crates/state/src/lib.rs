//! An account as a value: entities, invariants, quotas, references, the effective policies of a principal.
