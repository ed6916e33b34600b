//! Prints how long the policy engine takes for decisions, for compiling, and for what is made to hurt.

use std::process::ExitCode;

use clap::Parser;
use keygate_engine_bench::engine::{self, Settings};

fn main() -> ExitCode {
    engine::run(&Settings::parse());
    ExitCode::SUCCESS
}
