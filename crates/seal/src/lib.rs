//! Sealing of secrets and session tokens under a ring of keys.
