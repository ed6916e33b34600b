//! A load driver that compares Keygate, in the same run, with what bounds it and with what people use today.
//!
//! Against: a bare hyper handler that answers a constant of the same size (what the HTTP layer allows),
//! `moto_server` (what people test against today), and single durable SQLite transactions (what a commit
//! costs on this disk). Only ratios from one run mean anything; see the README beside this crate.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its standard streams"
)]

mod bare;
mod clock;
mod load;
mod moto;
mod report;
mod run;
mod scenario;
mod sqlite;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What everything here fails with; nobody handles it but the person in front of the screen.
type Failure = Box<dyn Error + Send + Sync>;

#[derive(Parser)]
#[command(about = "Compares Keygate with a bare handler, with moto and with SQLite, in one run")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::Settings,
}

#[derive(Subcommand)]
enum Command {
    /// Answer every request with a constant (started by the run as a process of its own)
    Bare(bare::Settings),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Some(Command::Bare(settings)) => bare::serve(&settings),
        None => run::run(&arguments.run),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("keygate-benches: {error}");
            ExitCode::FAILURE
        }
    }
}
