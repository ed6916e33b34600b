//! `keygate policy decide`: files of decision cases, one line after the other, whatever their number.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use keygate_policy_cases::{Outcome, run_line};

use super::file;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct DecideOptions {
    /// Files of cases, one JSON object a line; - is standard input
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    cases: Vec<PathBuf>,
    /// Print failures and the closing line only
    #[arg(long)]
    quiet: bool,
}

/// Reads the cases of all files and writes down how they end.
struct Run<W> {
    out: W,
    quiet: bool,
    passed: usize,
    failed: usize,
}

pub(crate) fn run(options: &DecideOptions) -> Result<(), Failure> {
    let out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut run = Run { out, quiet: options.quiet, passed: 0, failed: 0 };
    for path in &options.cases {
        if file::is_stdin(path) {
            run.file(path, io::stdin().lock())?;
        } else {
            let cases = File::open(path).map_err(|error| file::unreadable(path, &error))?;
            run.file(path, BufReader::with_capacity(1 << 16, cases))?;
        }
    }
    run.close()
}

impl<W: Write> Run<W> {
    fn file(&mut self, path: &Path, mut cases: impl BufRead) -> Result<(), Failure> {
        let mut line = Vec::new();
        for number in 1_usize.. {
            line.clear();
            if cases.read_until(b'\n', &mut line).map_err(|error| file::unreadable(path, &error))? == 0 {
                break;
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            let outcome = match str::from_utf8(&line) {
                Ok(text) => run_line(text),
                Err(error) => no_case(&error),
            };
            self.outcome(path, number, outcome).map_err(|error| unfinished(&error))?;
        }
        Ok(())
    }

    fn outcome(&mut self, path: &Path, line: usize, mut outcome: Outcome) -> io::Result<()> {
        if outcome.ok {
            self.passed += 1;
            if self.quiet {
                return Ok(());
            }
        } else {
            self.failed += 1;
        }
        // What is no case may have no id to be found by.
        if outcome.decision.is_none() {
            outcome.error = outcome.error.map(|error| format!("{}:{line}: {error}", file::name(path)));
        }
        writeln!(self.out, "{}", outcome.to_json())
    }

    fn close(mut self) -> Result<(), Failure> {
        let Self { passed, failed, .. } = self;
        writeln!(self.out, "{passed} passed, {failed} failed")
            .and_then(|()| self.out.flush())
            .map_err(|error| unfinished(&error))?;
        if failed == 0 { Ok(()) } else { Err(Failure::AnswerIsNo) }
    }
}

/// Cases that nobody asked about have not passed, even if nobody reads that.
fn unfinished(error: &io::Error) -> Failure {
    Failure::of_output(error).or_no()
}

fn no_case(error: &std::str::Utf8Error) -> Outcome {
    Outcome { id: String::new(), decision: None, decided_by: None, ok: false, error: Some(error.to_string()) }
}
