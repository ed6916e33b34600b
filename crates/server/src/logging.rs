//! What the server says about itself: lines on standard error, for people or for machines.

use std::fmt;
use std::io::IsTerminal;
use std::str::FromStr;

use tracing::Subscriber;
use tracing::subscriber::SetGlobalDefaultError;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people; in colour on a terminal.
    Text,
    /// One JSON object per line.
    Json,
}

/// The least important lines to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something is broken.
    Error,
    /// Something may become so.
    Warn,
    /// What an operator wants to know.
    Info,
    /// What a developer wants to know.
    Debug,
    /// Everything.
    Trace,
}

/// Sends all log lines of this process to standard error. To be called once.
///
/// # Errors
/// It was called before.
pub fn start(format: LogFormat, level: Level) -> Result<(), SetGlobalDefaultError> {
    let colours = std::io::stderr().is_terminal();
    match format {
        LogFormat::Text => tracing::subscriber::set_global_default(text(level, colours, std::io::stderr)),
        LogFormat::Json => tracing::subscriber::set_global_default(json(level, std::io::stderr)),
    }
}

fn text<W>(level: Level, colours: bool, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt().with_max_level(LevelFilter::from(level));
    builder.with_target(false).with_ansi(colours).with_writer(writer).finish()
}

fn json<W>(level: Level, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let builder = tracing_subscriber::fmt().json().flatten_event(true);
    builder.with_max_level(LevelFilter::from(level)).with_writer(writer).finish()
}

impl From<Level> for LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::ERROR,
            Level::Warn => Self::WARN,
            Level::Info => Self::INFO,
            Level::Debug => Self::DEBUG,
            Level::Trace => Self::TRACE,
        }
    }
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("{text:?} is neither text nor json")),
        }
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "error" => Ok(Self::Error),
            "warn" => Ok(Self::Warn),
            "info" => Ok(Self::Info),
            "debug" => Ok(Self::Debug),
            "trace" => Ok(Self::Trace),
            _ => Err(format!("{text:?} is none of error, warn, info, debug, trace")),
        }
    }
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Buffer {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    #[test]
    fn text_lines_from_the_level_up() {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        tracing::subscriber::with_default(text(Level::Warn, false, move || writer.clone()), || {
            tracing::info!("quiet");
            tracing::warn!(port = 7, "loud");
        });
        let text = buffer.text();
        assert!(text.contains("WARN loud port=7") && !text.contains("quiet"), "{text}");
    }

    #[test]
    fn json_lines_are_flat_objects() {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        tracing::subscriber::with_default(json(Level::Info, move || writer.clone()), || {
            tracing::info!(account = "123456789012", "made\nan account");
        });
        let text = buffer.text();
        assert_eq!(text.lines().count(), 1);
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["message"], "made\nan account");
        assert_eq!(line["account"], "123456789012");
    }

    #[test]
    fn names() {
        assert_eq!("json".parse(), Ok(LogFormat::Json));
        assert_eq!(LogFormat::Text.to_string().parse(), Ok(LogFormat::Text));
        assert_eq!("trace".parse(), Ok(Level::Trace));
        assert!("JSON".parse::<LogFormat>().is_err());
        assert!("warning".parse::<Level>().is_err());
    }
}
