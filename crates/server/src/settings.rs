//! What `keygate serve` can be told, and where: on the command line, in the environment, in a TOML file.
//!
//! One table, [`SETTINGS`], has a row per setting. Its name is the option (`--data-dir`), the key in the file
//! (`data-dir`) and, in capitals, the variable (`KEYGATE_DATA_DIR`); one function per row reads the text that any
//! of the three gives. The command line wins over the environment, the environment over the file, the file over
//! the default. Whatever is not in the table refuses to start: a mistyped setting is never silently ignored.

mod parse;
mod places;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use keygate_ident::{AccountId, UniqueId};
use keygate_seal::Secret;
use keygate_state::Quota;

use crate::listener::Limits;
use crate::logging::{Level, LogFormat};

pub use places::{ENVIRONMENT_PREFIX, from_environment};
pub use table::{Group, SETTINGS, Setting};

/// Everything that `keygate serve` can be told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the API answers; port 0 lets the system choose one.
    pub listen: SocketAddr,
    /// The URL by which others reach the API, without a slash at its end; `None`: that of `listen`, if it says one.
    pub public_url: Option<String>,
    /// Where everything is kept.
    pub data_dir: DataDir,
    /// The first account's id; a random one if it is not set. Means something at the first start only.
    pub account_id: Option<AccountId>,
    /// The region this server is, where a request does not say one.
    pub region: String,
    /// The first account's root key; a random one if it is not set. Means something at the first start only.
    pub root_key: Option<RootKey>,
    /// Where the master key comes from.
    pub master_key: MasterKeySource,
    /// Where metrics and health answer, if anywhere.
    pub admin_listen: Option<SocketAddr>,
    /// Certificates, if the API is to be encrypted.
    pub tls: Option<TlsFiles>,
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is worth a log line.
    pub log_level: Level,
    /// What a client may ask for, and how long it may take.
    pub limits: Limits,
    /// Quotas that differ from AWS's defaults, for every account of this server.
    pub quotas: BTreeMap<Quota, u32>,
    /// The file with the role templates of this server, if it has any.
    pub role_templates: Option<PathBuf>,
}

/// The first account's root key, chosen by hand.
#[derive(Clone, Debug)]
pub struct RootKey {
    /// `AKIA…`
    pub id: UniqueId,
    /// Its secret.
    pub secret: Secret,
}

/// Where the master key, which seals every secret in the store, comes from.
#[derive(Clone, Debug)]
pub enum MasterKeySource {
    /// A file in the data folder, made at the first start.
    DataDir,
    /// This file. It must exist.
    File(PathBuf),
    /// The text itself, in the form [`keygate_seal::KeyRing::from_env_value`] reads.
    Text(Secret),
}

/// A certificate chain and its key, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The server's certificate first, then the intermediate ones.
    pub certificates: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// The data folder, and what lies where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// The folder at this path; it need not exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The SQLite database.
    pub fn database(&self) -> PathBuf {
        self.0.join("keygate.db")
    }

    /// The master key, unless it is kept elsewhere.
    pub fn master_key(&self) -> PathBuf {
        self.0.join("master-key")
    }

    /// The first account's root key, for its owner to read (mode 0600).
    pub fn root_credentials(&self) -> PathBuf {
        self.0.join("root-credentials")
    }

    /// The folder of the audit trail.
    pub fn trail(&self) -> PathBuf {
        self.0.join("trail")
    }

    /// The socket by which the command line talks to the running server (mode 0600).
    pub fn operator_socket(&self) -> PathBuf {
        self.0.join("operator.sock")
    }
}

impl fmt::Display for DataDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

/// A file of settings, read.
#[derive(Clone, Copy, Debug)]
pub struct SettingsFile<'a> {
    /// Where it came from, for error messages.
    pub path: &'a Path,
    /// What is in it.
    pub text: &'a str,
}

/// Why the server refuses to start with these settings. Never quotes a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    message: String,
}

impl Settings {
    /// The settings from the command line (setting names without dashes), the process's environment (other
    /// programs' variables are passed over) and the TOML file that one of them names.
    ///
    /// # Errors
    /// As [`Settings::resolve`], and if the file cannot be read.
    pub fn load<'a>(
        command_line: impl IntoIterator<Item = (&'a str, &'a str)>,
        environment: impl IntoIterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
    ) -> Result<Self, SettingsError> {
        let command_line: Vec<_> = command_line.into_iter().collect();
        let environment = from_environment(environment)?;
        let pairs = || environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let Some(path) = places::config_file(&command_line, pairs()) else {
            return Self::resolve(command_line, pairs(), None);
        };
        let text = std::fs::read_to_string(&path).map_err(|error| {
            SettingsError::new(format!("the settings file {} can not be read: {error}", path.display()))
        })?;
        Self::resolve(command_line, pairs(), Some(SettingsFile { path: &path, text: &text }))
    }

    /// The settings from these three places; the first wins over the second, the second over the third. Reads no
    /// file and no environment.
    ///
    /// # Errors
    /// Something is unknown, not allowed in its place, unreadable, out of range, or does not go together.
    pub fn resolve<'a>(
        command_line: impl IntoIterator<Item = (&'a str, &'a str)>,
        environment: impl IntoIterator<Item = (&'a str, &'a str)>,
        file: Option<SettingsFile<'_>>,
    ) -> Result<Self, SettingsError> {
        let mut draft = table::Draft::default();
        for setting in SETTINGS {
            if let Some(default) = setting.default {
                draft.apply(setting, default).map_err(|problem| {
                    SettingsError::new(format!("the default of {}: {problem}", setting.name))
                })?;
            }
        }
        if let Some(file) = file {
            places::apply_file(&mut draft, file)?;
        }
        places::apply_environment(&mut draft, environment)?;
        places::apply_command_line(&mut draft, command_line)?;
        draft.finish().map_err(SettingsError::new)
    }
}

impl SettingsError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SettingsError {}
