//! `keygate serve`: options from the table of settings, the banner, and the server itself.

use std::env::{args_os, vars_os};
use std::ffi::OsString;
use std::fmt::Write as _;

use clap::{Arg, ArgMatches, Args, FromArgMatches};
use keygate_server::settings::{SETTINGS, Setting, Settings};
use keygate_server::start::{self, Banner};
use keygate_server::{logging, settings};

use crate::failure::Failure;
use crate::output;

const DEFAULT_DATA_DIR: &str = "./keygate-data";

/// The options that were given, by the names of their settings.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ServeOptions {
    given: Vec<(&'static str, String)>,
}

/// Runs the server until it is asked to stop (SIGTERM, Ctrl-C).
pub(crate) fn run(options: &ServeOptions) -> Result<(), Failure> {
    let given = options.given.iter().map(|(name, value)| (*name, value.as_str()));
    let settings = Settings::load(given, vars_os())?;
    logging::start(settings.log_format, settings.log_level).map_err(|error| Failure::of(&error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::of(&error))?;
    let data_dir = settings.data_dir.path().to_string_lossy().into_owned();
    let program = program(args_os().next());
    let on_ready = |banner: &Banner| {
        // The server runs whether or not somebody reads this.
        let _ = output::print(&banner_text(banner, &program, &data_dir));
    };
    runtime.block_on(start::run(settings, on_ready)).map_err(|error| Failure::of(&error))
}

/// How this program was called, so that what the banner says works in a shell where `keygate` is not installed.
fn program(called: Option<OsString>) -> String {
    let called = called.and_then(|called| called.into_string().ok());
    called.map_or_else(|| "keygate".to_owned(), |called| output::quoted(&called).into_owned())
}

fn banner_text(banner: &Banner, program: &str, data_dir: &str) -> String {
    let env = match data_dir {
        DEFAULT_DATA_DIR => format!("{program} env"),
        other => format!("{program} env --data-dir {}", output::quoted(other)),
    };
    format!(
        "Keygate {version}\n\
         \x20 endpoint     {endpoint}\n\
         \x20 account      {account}\n\
         \x20 credentials  {credentials}\n\
         \x20 store        {store}\n\
         \x20 enforcement  on: every request is signed (SigV4) and authorized\n\
         \n\
         In another shell: eval \"$({env})\"\n",
        version = start::VERSION,
        endpoint = banner.endpoint,
        account = banner.account,
        credentials = banner.credentials.display(),
        store = banner.store,
    )
}

impl Args for ServeOptions {
    fn augment_args(command: clap::Command) -> clap::Command {
        let options = SETTINGS.iter().filter(|setting| setting.on_command_line).map(option);
        command.args(options).after_help(examples())
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for ServeOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut options = Self::default();
        options.update_from_arg_matches(matches)?;
        Ok(options)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for setting in SETTINGS.iter().filter(|setting| setting.on_command_line) {
            if let Some(value) = matches.get_one::<String>(setting.name) {
                self.given.push((setting.name, value.clone()));
            }
        }
        Ok(())
    }
}

fn option(setting: &'static Setting) -> Arg {
    let default = setting.default.map(|default| format!(" [default: {default}]"));
    Arg::new(setting.name)
        .long(setting.name)
        .value_name(setting.value)
        .help(format!("{}{}", setting.help, default.unwrap_or_default()))
        .help_heading(setting.group.title())
}

fn examples() -> String {
    let mut text = format!(
        "Every option is also a variable, {prefix} and its name in capitals with underscores (--listen is\n\
         {prefix}LISTEN, --data-dir is {prefix}DATA_DIR), and a key of the TOML file that --config names, by\n\
         the option's name (data-dir = \"/var/lib/keygate\"). Options win over variables, variables over\n\
         the file. Whatever is unknown in one of the three refuses to start.\n\
         \n\
         Secrets are no options, because everybody on a machine can see its command lines. They are\n\
         variables, or keys of the file:\n",
        prefix = settings::ENVIRONMENT_PREFIX,
    );
    for setting in SETTINGS.iter().filter(|setting| !setting.on_command_line) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "  {:<32} {}", setting.variable(), setting.help);
    }
    text.push_str(
        "\nExamples:\n\
         \x20 keygate serve\n\
         \x20 keygate serve --listen 127.0.0.1:0 --data-dir ./try    on a free port, which it prints\n\
         \x20 keygate serve --listen 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem\n\
         \x20 keygate serve --config /etc/keygate.toml\n\
         \n\
         A file of settings:\n\
         \x20 listen = \"0.0.0.0:8474\"\n\
         \x20 data-dir = \"/var/lib/keygate\"\n\
         \x20 log-format = \"json\"\n\
         \x20 [quotas]\n\
         \x20 UsersPerAccount = 20000",
    );
    text
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::cli::{Cli, Command};

    fn parse(line: &str) -> Result<ServeOptions, clap::Error> {
        Cli::try_parse_from(line.split_whitespace()).map(|cli| match cli.command {
            Command::Serve(options) => options,
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn options_are_the_tables_and_only_those() {
        let options = parse("keygate serve --data-dir d --listen=127.0.0.1:0").unwrap();
        let given = [("listen", "127.0.0.1:0".to_owned()), ("data-dir", "d".to_owned())];
        assert_eq!(options.given, given);
        assert_eq!(parse("keygate serve").unwrap(), ServeOptions::default());
        for line in [
            "keygate serve --port 1",
            "keygate serve --root-secret-access-key x",
            "keygate serve --listen",
            "keygate serve --listen a --listen b",
            "keygate serve extra",
        ] {
            assert_eq!(parse(line).err().unwrap().exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn the_help_names_every_setting() {
        let help = Cli::command().find_subcommand_mut("serve").unwrap().render_long_help().to_string();
        for setting in SETTINGS {
            let name =
                if setting.on_command_line { format!("--{}", setting.name) } else { setting.variable() };
            assert!(help.contains(&name), "{name}\n{help}");
        }
        assert!(help.contains("[default: 127.0.0.1:8474]"));
        let widest = help.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{help}");
        let default = Setting::named("data-dir").unwrap().default;
        assert_eq!(default, Some(DEFAULT_DATA_DIR));
    }

    #[test]
    fn the_banner_says_where_everything_is() {
        let banner = Banner {
            endpoint: "http://127.0.0.1:8474".to_owned(),
            account: "123456789012".parse().unwrap(),
            credentials: "./keygate-data/root-credentials".into(),
            store: "sqlite ./keygate-data/keygate.db".to_owned(),
        };
        let version = start::VERSION;
        let expected = format!(
            "Keygate {version}
  endpoint     http://127.0.0.1:8474
  account      123456789012
  credentials  ./keygate-data/root-credentials
  store        sqlite ./keygate-data/keygate.db
  enforcement  on: every request is signed (SigV4) and authorized

In another shell: eval \"$(keygate env)\"
"
        );
        assert_eq!(banner_text(&banner, &program(Some("keygate".into())), DEFAULT_DATA_DIR), expected);
        let elsewhere = banner_text(&banner, &program(Some("./my bin/keygate".into())), "/my data");
        let line = "eval \"$('./my bin/keygate' env --data-dir '/my data')\"\n";
        assert!(elsewhere.ends_with(line), "{elsewhere}");
    }
}
