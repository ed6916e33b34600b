//! The command line of Keygate.
fn main() {}
