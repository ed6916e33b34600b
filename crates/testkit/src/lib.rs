//! For black-box tests and benches: starts a real server on port 0 and talks to it with real signatures.
