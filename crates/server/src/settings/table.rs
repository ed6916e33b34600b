//! The table of settings: a row each, and the draft that the rows write into.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use keygate_ident::{AccountId, UniqueId};
use keygate_seal::Secret;
use keygate_state::Quota;

use super::{DataDir, MasterKeySource, RootKey, Settings, TlsFiles, parse};
use crate::listener::Limits;
use crate::logging::{Level, LogFormat};

/// One setting, wherever it is given.
pub struct Setting {
    /// The option without its dashes, the key in the file, and (in capitals, after `KEYGATE_`) the variable.
    pub name: &'static str,
    /// What its value is called in the help.
    pub value: &'static str,
    /// One line for the help.
    pub help: &'static str,
    /// The text that it has if nobody says otherwise.
    pub default: Option<&'static str>,
    /// Under which heading the help shows it.
    pub group: Group,
    /// Whether it is an option; secrets are not, because every user of a machine can read its command lines.
    pub on_command_line: bool,
    /// Whether it is a key of the file.
    pub in_file: bool,
    set: fn(&mut Draft, &str) -> Result<(), String>,
}

/// The headings of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Where it answers and what it keeps.
    Server,
    /// Only the first start, which makes the first account, looks at these.
    FirstStart,
    /// Encryption of connections and of secrets.
    Keys,
    /// What it says about itself.
    Observability,
    /// What clients may do.
    Limits,
}

impl Group {
    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Server => "Server",
            Self::FirstStart => "First start",
            Self::Keys => "Encryption",
            Self::Observability => "Observability",
            Self::Limits => "Limits",
        }
    }
}

impl Setting {
    /// The setting of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// Its variable: `KEYGATE_DATA_DIR`.
    pub fn variable(&self) -> String {
        format!("{}{}", super::ENVIRONMENT_PREFIX, self.name.replace('-', "_").to_ascii_uppercase())
    }
}

const fn setting(
    group: Group,
    name: &'static str,
    value: &'static str,
    default: Option<&'static str>,
    help: &'static str,
    set: fn(&mut Draft, &str) -> Result<(), String>,
) -> Setting {
    Setting { name, value, help, default, group, on_command_line: true, in_file: true, set }
}

impl Setting {
    const fn never_on_command_line(self) -> Self {
        Self { on_command_line: false, ..self }
    }

    const fn never_in_file(self) -> Self {
        Self { in_file: false, ..self }
    }
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    setting(
        Group::Server,
        "listen",
        "ADDRESS",
        Some("127.0.0.1:8474"),
        "IP address and port to answer on; port 0 chooses a free one",
        |draft, text| parse::address(text).map(|address| draft.listen = address),
    ),
    setting(
        Group::Server,
        "data-dir",
        "DIR",
        Some("./keygate-data"),
        "Folder for everything that is kept; made at the first start",
        |draft, text| parse::path(text).map(|path| draft.data_dir = path),
    ),
    setting(
        Group::Server,
        "region",
        "REGION",
        Some("us-east-1"),
        "AWS region that this server is",
        |draft, text| parse::region(text).map(|region| draft.region = region),
    ),
    setting(
        Group::Server,
        "public-url",
        "URL",
        None,
        "URL by which others reach the server; issuer of its tokens [default: from listen]",
        |draft, text| parse::public_url(text).map(|url| draft.public_url = Some(url)),
    ),
    setting(
        Group::Server,
        "config",
        "FILE",
        None,
        "TOML file with settings: a key for every option, without its dashes",
        // It was read before anything else could be.
        |_, text| parse::path(text).map(drop),
    )
    .never_in_file(),
    setting(
        Group::FirstStart,
        "account-id",
        "ID",
        None,
        "Twelve digits for the first account's id [default: random]",
        |draft, text| parse::account(text).map(|account| draft.account_id = Some(account)),
    ),
    setting(
        Group::FirstStart,
        "root-access-key-id",
        "KEY_ID",
        None,
        "The first root access key's id [default: random]",
        |draft, text| parse::access_key_id(text).map(|id| draft.root_key_id = Some(id)),
    )
    .never_on_command_line(),
    setting(
        Group::FirstStart,
        "root-secret-access-key",
        "SECRET",
        None,
        "The first root access key's secret [default: random]",
        |draft, text| parse::secret_access_key(text).map(|secret| draft.root_secret = Some(secret)),
    )
    .never_on_command_line(),
    setting(
        Group::Keys,
        "tls-cert",
        "FILE",
        None,
        "PEM file with the certificate chain; answers by HTTPS only",
        |draft, text| parse::path(text).map(|path| draft.tls_cert = Some(path)),
    ),
    setting(
        Group::Keys,
        "tls-key",
        "FILE",
        None,
        "PEM file with the certificate's private key",
        |draft, text| parse::path(text).map(|path| draft.tls_key = Some(path)),
    ),
    setting(
        Group::Keys,
        "master-key-file",
        "FILE",
        None,
        "File with the key that seals all secrets [default: master-key in the data folder]",
        |draft, text| parse::path(text).map(|path| draft.master_key_file = Some(path)),
    ),
    setting(
        Group::Keys,
        "master-key",
        "KEY",
        None,
        "The key that seals all secrets, itself",
        |draft, text| parse::secret(text).map(|secret| draft.master_key = Some(secret)),
    )
    .never_on_command_line(),
    setting(
        Group::Observability,
        "admin-listen",
        "ADDRESS",
        None,
        "IP address and port for GET /metrics, /health and /ready [default: none]",
        |draft, text| parse::address(text).map(|address| draft.admin_listen = Some(address)),
    ),
    setting(
        Group::Observability,
        "log-format",
        "text|json",
        Some("text"),
        "How log lines look; they go to standard error",
        |draft, text| text.parse().map(|format| draft.log_format = format),
    ),
    setting(
        Group::Observability,
        "log-level",
        "LEVEL",
        Some("info"),
        "Least important lines to log: error, warn, info, debug or trace",
        |draft, text| text.parse().map(|level| draft.log_level = level),
    ),
    setting(
        Group::Limits,
        "max-connections",
        "COUNT",
        Some("1024"),
        "Connections at a time; one more is closed at once",
        |draft, text| {
            parse::count(text, 1, 1_000_000).map(|count| draft.limits.max_connections = count as usize)
        },
    ),
    setting(
        Group::Limits,
        "max-header-size",
        "SIZE",
        Some("64KiB"),
        "Request line and headers of a request, together",
        |draft, text| {
            let size = parse::size(text, 4 * parse::KIB, parse::MIB / 4);
            size.map(|size| draft.limits.max_header_size = size)
        },
    ),
    setting(Group::Limits, "max-body-size", "SIZE", Some("1MiB"), "Body of a request", |draft, text| {
        let size = parse::size(text, 16 * parse::KIB, 1024 * parse::MIB);
        size.map(|size| draft.limits.max_body_size = size)
    }),
    setting(
        Group::Limits,
        "header-timeout",
        "TIME",
        Some("30s"),
        "From the opening of a connection, or the last answer on it, to the next request's headers",
        |draft, text| parse::duration(text).map(|time| draft.limits.header_timeout = time),
    ),
    setting(
        Group::Limits,
        "body-timeout",
        "TIME",
        Some("30s"),
        "From a request's headers to the end of its body",
        |draft, text| parse::duration(text).map(|time| draft.limits.body_timeout = time),
    ),
    setting(
        Group::Limits,
        "shutdown-timeout",
        "TIME",
        Some("10s"),
        "How long requests under way may take when the server is asked to stop",
        |draft, text| parse::duration(text).map(|time| draft.limits.shutdown_timeout = time),
    ),
    setting(
        Group::Limits,
        "quotas",
        "NAME=N,…",
        None,
        "Quotas of an account that differ from AWS's, such as UsersPerAccount=20000; a table in the file",
        |draft, text| parse::quotas(text).map(|quotas| draft.quotas.extend(quotas)),
    ),
    setting(
        Group::Server,
        "role-templates",
        "FILE",
        None,
        "Role templates for iam:AcquireRole, as JSON; see docs/role-templates.md",
        |draft, text| parse::path(text).map(|path| draft.role_templates = Some(path)),
    ),
];

/// Settings while they are put together: nothing has been checked against another yet.
#[derive(Debug)]
pub(super) struct Draft {
    listen: SocketAddr,
    public_url: Option<String>,
    data_dir: PathBuf,
    account_id: Option<AccountId>,
    region: String,
    root_key_id: Option<UniqueId>,
    root_secret: Option<Secret>,
    master_key_file: Option<PathBuf>,
    master_key: Option<Secret>,
    admin_listen: Option<SocketAddr>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    log_format: LogFormat,
    log_level: Level,
    limits: Limits,
    quotas: BTreeMap<Quota, u32>,
    role_templates: Option<PathBuf>,
}

impl Default for Draft {
    /// Blank: the defaults stand in the table.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            public_url: None,
            data_dir: PathBuf::new(),
            account_id: None,
            region: String::new(),
            root_key_id: None,
            root_secret: None,
            master_key_file: None,
            master_key: None,
            admin_listen: None,
            tls_cert: None,
            tls_key: None,
            log_format: LogFormat::Text,
            log_level: Level::Info,
            limits: Limits {
                max_connections: 0,
                max_header_size: 0,
                max_body_size: 0,
                header_timeout: Duration::ZERO,
                body_timeout: Duration::ZERO,
                shutdown_timeout: Duration::ZERO,
            },
            quotas: BTreeMap::new(),
            role_templates: None,
        }
    }
}

impl Draft {
    /// Takes a value over; the error says what is wrong with the text.
    pub(super) fn apply(&mut self, setting: &Setting, text: &str) -> Result<(), String> {
        (setting.set)(self, text)
    }

    /// Checks what has to go together.
    pub(super) fn finish(self) -> Result<Settings, String> {
        let root_key = match (self.root_key_id, self.root_secret) {
            (Some(id), Some(secret)) => Some(RootKey { id, secret }),
            (None, None) => None,
            _ => return Err(both("root-access-key-id", "root-secret-access-key")),
        };
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(certificates), Some(key)) => Some(TlsFiles { certificates, key }),
            (None, None) => None,
            _ => return Err(both("tls-cert", "tls-key")),
        };
        let master_key = match (self.master_key_file, self.master_key) {
            (None, None) => MasterKeySource::DataDir,
            (Some(path), None) => MasterKeySource::File(path),
            (None, Some(text)) => MasterKeySource::Text(text),
            _ => return Err("the master key is given twice: set master-key-file or master-key".to_owned()),
        };
        Ok(Settings {
            listen: self.listen,
            public_url: self.public_url,
            data_dir: DataDir::new(self.data_dir),
            account_id: self.account_id,
            region: self.region,
            root_key,
            master_key,
            admin_listen: self.admin_listen,
            tls,
            log_format: self.log_format,
            log_level: self.log_level,
            limits: self.limits,
            quotas: self.quotas,
            role_templates: self.role_templates,
        })
    }
}

fn both(first: &str, second: &str) -> String {
    format!("{first} and {second} go together: set both or neither")
}
