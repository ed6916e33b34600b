//! `keygate`: the server, the commands that talk to the one that runs, and tools for policies in files.
//!
//! Exit codes: 0 done, 1 it could not be done, 2 it was not said right (unknown option, variable or key).

mod account;
mod cli;
mod delegation;
mod env;
mod events;
mod failure;
mod output;
mod policy;
mod serve;
mod status;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{AccountCommand, Cli, Command, DelegationCommand};
use failure::Failure;

/// Requests make many small allocations, and the audit trail's thread frees what the workers made.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too. If they cannot be printed, nobody reads the reason either.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1));
        }
    };
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(options) => serve::run(&options),
        Command::Env(options) => env::run(&options),
        Command::Status(options) => status::run(&options),
        Command::Account(AccountCommand::Create(options)) => account::create(&options),
        Command::Account(AccountCommand::List(options)) => account::list(&options),
        Command::Delegation(DelegationCommand::Token(options)) => delegation::token(&options),
        Command::Events(options) => events::run(&options),
        Command::Policy(command) => policy::run(&command),
        Command::Version => output::print(&format!("keygate {}\n", env!("CARGO_PKG_VERSION"))),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "keygate", &mut script);
            output::print_bytes(&script)
        }
    }
}
