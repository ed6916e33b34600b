//! The project's automation: `cargo xtask <task>`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its standard streams"
)]

mod catalog;
mod codegen;
mod models;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

/// What every task answers: a text for the person in front of it, or why it failed.
type TaskResult = Result<(), Box<dyn std::error::Error>>;

const USAGE: &str = "\
cargo xtask <task>

  codegen [--check]   write crates/shapes from models/ (or say what is out of date)
  models update       renew models/ from the botocore release named in models/lock.toml [--version V]
  catalog update      renew crates/catalog/data from the sources named in its lock file
  tidy                house rules that the compiler cannot check
  licenses            licences of all dependencies against the allowed list
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = project_root();
    let result = match words.as_slice() {
        ["codegen"] => codegen::run(&root, codegen::Mode::Write),
        ["codegen", "--check"] => codegen::run(&root, codegen::Mode::Check),
        ["models", "update", rest @ ..] => models::update(&root, rest),
        ["catalog", "update", rest @ ..] => catalog::update(&root, rest),
        ["tidy"] => tidy::run(&root),
        ["licenses"] => tidy::licenses(&root),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The folder that holds the workspace's `Cargo.toml`.
fn project_root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(PathBuf::from).unwrap_or(here)
}
