//! A `keygate serve` of one's own: started on port 0, killed or stopped at will, gone when dropped.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Client, Credentials};

/// A server that has not answered by then never will.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// The key that the server is told to make its root's; the documentation's example, known to nobody's account.
const ROOT_ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const ROOT_SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// How to start one.
#[derive(Clone, Debug)]
pub struct Options {
    /// The `keygate` program.
    pub binary: PathBuf,
    /// Where it keeps its data; a fresh temporary folder if none.
    pub data_dir: Option<PathBuf>,
    /// More arguments to `serve`.
    pub arguments: Vec<String>,
    /// More environment.
    pub environment: Vec<(String, String)>,
    /// The first root key.
    pub root: Credentials,
}

impl Options {
    /// Fresh data, and this program.
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        Self {
            binary: binary.into(),
            data_dir: None,
            arguments: Vec::new(),
            environment: Vec::new(),
            root: Credentials::new(ROOT_ACCESS_KEY_ID, ROOT_SECRET_ACCESS_KEY),
        }
    }

    /// As [`Options::new`], with the program that `KEYGATE_BIN` names or that stands beside (or above, for a
    /// test) the running one in cargo's target folder.
    ///
    /// # Errors
    /// There is none.
    pub fn found() -> io::Result<Self> {
        if let Some(binary) = std::env::var_os("KEYGATE_BIN") {
            return Ok(Self::new(binary));
        }
        let running = std::env::current_exe()?;
        let folders = running.ancestors().skip(1).take(2);
        let found = folders.map(|folder| folder.join("keygate")).find(|path| path.is_file());
        found.map(Self::new).ok_or_else(|| {
            let message = format!("no keygate beside {}: build it, or set KEYGATE_BIN", running.display());
            io::Error::new(io::ErrorKind::NotFound, message)
        })
    }

    /// Keeps the data here.
    #[must_use]
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(path.into());
        self
    }

    /// Adds an argument to `serve`.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }
}

/// Why no server runs; the text quotes what it printed.
#[derive(Debug)]
pub struct StartError {
    message: String,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StartError {}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        Self { message: error.to_string() }
    }
}

/// A running server. Dropping it kills it.
pub struct Server {
    options: Options,
    /// Removed with the server, if it was made for it.
    temporary: Option<tempfile::TempDir>,
    data_dir: PathBuf,
    child: Child,
    output: Output,
    address: SocketAddr,
    account: String,
    time_to_ready: Duration,
}

impl Server {
    /// Starts it and waits until its banner says where it answers.
    ///
    /// # Errors
    /// It did not start, ended at once, or printed no banner in time.
    pub fn start(options: Options) -> Result<Self, StartError> {
        let (temporary, data_dir) = match &options.data_dir {
            Some(path) => (None, path.clone()),
            None => {
                let folder = tempfile::Builder::new().prefix("keygate-test-").tempdir()?;
                let data_dir = folder.path().join("data");
                (Some(folder), data_dir)
            }
        };
        let started = launch(&options, &data_dir)?;
        Ok(Self {
            options,
            temporary,
            data_dir,
            child: started.child,
            output: started.output,
            address: started.banner.address,
            account: started.banner.account,
            time_to_ready: started.time_to_ready,
        })
    }

    /// Where it answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// As a client's `--endpoint-url`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The id of its first account.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Its data.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The root's key.
    pub fn root(&self) -> &Credentials {
        &self.options.root
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// From the start of the process to its banner, which it prints once it answers.
    pub fn time_to_ready(&self) -> Duration {
        self.time_to_ready
    }

    /// A client that signs as the root.
    pub fn client(&self) -> Client {
        self.client_as(self.root().clone())
    }

    /// A client that signs with this key.
    pub fn client_as(&self, credentials: Credentials) -> Client {
        Client::new(self.address, credentials)
    }

    /// Everything it has printed so far.
    pub fn output(&self) -> String {
        self.output.text()
    }

    /// `kill -9`: it gets no chance to tidy up.
    ///
    /// # Errors
    /// The operating system refuses.
    pub fn kill(mut self) -> io::Result<Stopped> {
        self.child.kill()?;
        self.wait()
    }

    /// Asks it to stop (SIGTERM) and waits for that.
    ///
    /// # Errors
    /// It cannot be signalled.
    pub fn stop(mut self) -> io::Result<Stopped> {
        // The standard library can only kill; every shell can send the rest.
        let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status()?;
        if !sent.success() {
            return Err(io::Error::other("the server cannot be signalled: has it ended?"));
        }
        self.wait()
    }

    fn wait(&mut self) -> io::Result<Stopped> {
        let status = self.child.wait()?;
        let options = Options { data_dir: Some(self.data_dir.clone()), ..self.options.clone() };
        Ok(Stopped { options, temporary: self.temporary.take(), status, output: self.output.text() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that has ended; its data is still there.
pub struct Stopped {
    options: Options,
    temporary: Option<tempfile::TempDir>,
    /// How it ended.
    pub status: ExitStatus,
    /// Everything it printed.
    pub output: String,
}

impl Stopped {
    /// Starts it again on the same data, on another port.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub fn restart(self) -> Result<Server, StartError> {
        let mut server = Server::start(self.options)?;
        server.temporary = self.temporary;
        Ok(server)
    }
}

struct Started {
    child: Child,
    output: Output,
    banner: Banner,
    time_to_ready: Duration,
}

#[expect(clippy::disallowed_methods, reason = "an edge: measures how long a process takes to start")]
fn launch(options: &Options, data_dir: &Path) -> Result<Started, StartError> {
    let begin = Instant::now();
    let mut command = Command::new(&options.binary);
    // A variable of the developer's own shell must not reach the server under test.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KEYGATE_")) {
        command.env_remove(name);
    }
    command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data_dir).args(&options.arguments);
    command.env("KEYGATE_ROOT_ACCESS_KEY_ID", &options.root.access_key_id);
    command.env("KEYGATE_ROOT_SECRET_ACCESS_KEY", &options.root.secret_access_key);
    command.envs(options.environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| StartError {
        message: format!("{} does not start: {error}", options.binary.display()),
    })?;
    let (output, lines) = Output::of(&mut child);
    match read_banner(&lines) {
        Ok(banner) => Ok(Started { child, output, banner, time_to_ready: begin.elapsed() }),
        Err(problem) => {
            // It is of no use to anybody now.
            let _ = child.kill();
            let _ = child.wait();
            let message = format!("{problem}; it printed:\n{}", output.text());
            Err(StartError { message })
        }
    }
}

struct Banner {
    address: SocketAddr,
    account: String,
}

/// Waits for the banner's lines `endpoint` and `account`, in any order.
fn read_banner(lines: &Receiver<String>) -> Result<Banner, String> {
    let (mut address, mut account) = (None, None);
    loop {
        if let (Some(address), Some(account)) = (address, &account) {
            return Ok(Banner { address, account: String::clone(account) });
        }
        let line = lines.recv_timeout(START_TIMEOUT).map_err(|error| match error {
            RecvTimeoutError::Timeout => "keygate printed no banner in time".to_owned(),
            RecvTimeoutError::Disconnected => "keygate ended before it was ready".to_owned(),
        })?;
        let mut words = line.split_whitespace();
        match (words.next(), words.next()) {
            (Some("endpoint"), Some(url)) => {
                let host = url.strip_prefix("http://").map(|host| host.trim_end_matches('/'));
                address = host.and_then(|host| host.parse().ok());
            }
            (Some("account"), Some(id)) => account = Some(id.to_owned()),
            _ => {}
        }
    }
}

/// What a process prints: kept, so that its pipes never fill up.
#[derive(Clone, Default)]
struct Output {
    text: Arc<Mutex<String>>,
}

impl Output {
    /// Drains both streams of the child; its lines also come through the channel, until both have ended.
    fn of(child: &mut Child) -> (Self, Receiver<String>) {
        let (sender, lines) = mpsc::channel();
        let output = Self::default();
        if let Some(stream) = child.stdout.take() {
            output.drain(stream, sender.clone());
        }
        if let Some(stream) = child.stderr.take() {
            output.drain(stream, sender);
        }
        (output, lines)
    }

    fn drain(&self, stream: impl Read + Send + 'static, lines: Sender<String>) {
        let output = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                {
                    let mut text = output.text.lock().unwrap_or_else(PoisonError::into_inner);
                    text.push_str(&line);
                    text.push('\n');
                }
                // Nobody listens any more once the banner was read.
                let _ = lines.send(line);
            }
        });
    }

    fn text(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A program that prints what a server prints.
    fn pretender(folder: &Path, script: &str) -> PathBuf {
        let path = folder.join("keygate");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn the_banner_is_read_and_a_stop_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let script = "trap 'echo bye; exit 7' TERM\n\
                      echo 'Keygate is ready.'; echo '  endpoint     http://127.0.0.1:4711'\n\
                      echo '  account      123456789012'; echo \"$KEYGATE_ROOT_ACCESS_KEY_ID $*\" >&2\n\
                      while :; do read x </dev/null; done";
        let server =
            Server::start(Options::new(pretender(folder.path(), script)).argument("--region=x")).unwrap();
        assert_eq!(server.endpoint(), "http://127.0.0.1:4711");
        assert_eq!(server.account(), "123456789012");
        let data_dir = server.data_dir().to_owned();
        let stopped = server.stop().unwrap();
        assert_eq!(stopped.status.code(), Some(7));
        let again = stopped.restart().unwrap();
        assert_eq!(again.data_dir(), data_dir);
        assert_eq!(again.kill().unwrap().status.code(), None);
    }

    #[test]
    fn a_server_that_ends_is_an_error_that_quotes_it() {
        let folder = tempfile::tempdir().unwrap();
        let binary = pretender(folder.path(), "echo 'no such option' >&2; exit 2");
        let error = Server::start(Options::new(binary)).err().unwrap();
        assert!(error.to_string().contains("no such option"), "{error}");
    }
}
