//! Why a command ends with another code than 0.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use keygate_server::operator::ClientError;
use keygate_server::settings::{DataDir, SettingsError};

/// What went wrong, for the person at the keyboard.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It could not be done.
    Failed(String),
    /// It was not said right.
    Misused(String),
    /// It was done, and what was printed is a no: a policy is refused, a request denied.
    AnswerIsNo,
    /// Whoever read our output has seen enough.
    NobodyReads,
}

impl Failure {
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }

    /// An error and what caused it, in one line.
    pub(crate) fn of(error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            // Writing to a string does not fail.
            let _ = write!(message, ": {cause}");
            source = cause.source();
        }
        Self::Failed(message)
    }

    /// A command to the server on this folder did not get its answer.
    pub(crate) fn of_client(error: &ClientError, data_dir: &DataDir) -> Self {
        match error {
            ClientError::NotRunning(_) => Self::Failed(format!(
                "no server runs on the data folder {data_dir}; start one with `keygate serve`, \
                 or name another folder with --data-dir (or KEYGATE_DATA_DIR)"
            )),
            ClientError::Output(error) => Self::of_output(error),
            other => Self::of(other),
        }
    }

    /// Our output could not be written.
    pub(crate) fn of_output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::NobodyReads,
            _ => Self::of(error),
        }
    }

    /// The end of a command that answers yes or no by its exit code, after it printed the answer. A no stays a no
    /// if nobody reads it.
    pub(crate) fn answer(printed: Result<(), Self>, yes: bool) -> Result<(), Self> {
        match printed {
            Ok(()) | Err(Self::NobodyReads) if !yes => Err(Self::AnswerIsNo),
            other => other,
        }
    }

    /// The same, where the answer is not known.
    pub(crate) fn or_no(self) -> Self {
        match self {
            Self::NobodyReads => Self::AnswerIsNo,
            other => other,
        }
    }

    /// Says it, and chooses the exit code.
    pub(crate) fn report(self) -> ExitCode {
        let (message, code) = match self {
            Self::NobodyReads => return ExitCode::SUCCESS,
            Self::AnswerIsNo => return ExitCode::FAILURE,
            Self::Failed(message) => (message, 1),
            Self::Misused(message) => (message, 2),
        };
        // Nobody is left to be told if this fails.
        let _ = writeln!(io::stderr(), "keygate: {message}");
        ExitCode::from(code)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::Misused(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_causes_stand_behind_what_they_caused() {
        let cause = io::Error::other("no space");
        let error = ClientError::Socket("a/operator.sock".into(), cause);
        let Failure::Failed(message) = Failure::of(&error) else { panic!() };
        assert_eq!(message, "a/operator.sock can not be opened: no space");
    }

    #[test]
    fn who_closes_the_pipe_has_seen_enough() {
        let closed = ClientError::Output(io::ErrorKind::BrokenPipe.into());
        assert!(matches!(Failure::of_client(&closed, &DataDir::new("d")), Failure::NobodyReads));
    }

    #[test]
    fn a_no_stays_a_no_if_nobody_reads_it() {
        let answer = |printed, yes| Failure::answer(printed, yes);
        assert!(answer(Ok(()), true).is_ok());
        assert!(matches!(answer(Ok(()), false), Err(Failure::AnswerIsNo)));
        assert!(matches!(answer(Err(Failure::NobodyReads), false), Err(Failure::AnswerIsNo)));
        assert!(matches!(answer(Err(Failure::NobodyReads), true), Err(Failure::NobodyReads)));
        assert!(matches!(answer(Err(Failure::failed("x")), false), Err(Failure::Failed(_))));
    }
}
