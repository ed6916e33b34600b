//! The command line: its commands, their options, and what the help teaches.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use keygate_ident::AccountId;
use keygate_server::settings::DataDir;

use crate::events::EventOptions;
use crate::policy::{POLICY_EXAMPLES, PolicyCommand};
use crate::serve::ServeOptions;

const MAIN_EXAMPLES: &str = "\
Getting started:
  keygate serve               answers on http://127.0.0.1:8474, keeps data in ./keygate-data
  eval \"$(keygate env)\"       in another shell: its AWS clients become root of this server
  aws iam create-user --user-name alice
  keygate events --follow     shows every request as it is made

`keygate COMMAND --help` tells more about each command.";

const ENV_EXAMPLES: &str = "\
Examples:
  eval \"$(keygate env)\"                      for this shell
  keygate env --data-dir /var/lib/keygate    of the server that runs on another folder

The key is the root user's, from the file root-credentials in the data folder. Root may do
everything in its account: make users and roles for everyday work.";

const STATUS_EXAMPLES: &str = "\
Examples:
  keygate status
  keygate status --json | jq -r .Endpoint";

const ACCOUNT_CREATE_EXAMPLES: &str = "\
Examples:
  keygate account create --name staging
  keygate account create --name prod --account-id 111122223333 --json > prod.json

An account is separate from all others: its own users, roles and policies, its own root. It costs
a few kilobytes, so have as many as you like. The root key's secret is printed once and kept only
encrypted.";

const ACCOUNT_LIST_EXAMPLES: &str = "\
Examples:
  keygate account list
  keygate account list --json | jq -r '.Accounts[].AccountId'";

const DELEGATION_TOKEN_EXAMPLES: &str = "\
Examples:
  keygate delegation token ADRA…
  aws sts get-delegated-access-token --trade-in-token \"$(keygate delegation token ADRA…)\"

After iam:SendDelegationToken, AWS publishes the token to the requestor's SNS topic. There is no SNS
here: whoever runs the server hands the token on. It is worth something to the requesting account only.";

/// AWS IAM that anyone can run: users, roles, policies and temporary credentials for unmodified AWS clients.
#[derive(Debug, Parser)]
#[command(name = "keygate", version, after_help = MAIN_EXAMPLES, disable_help_subcommand = true)]
#[command(subcommand_required = true, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server
    Serve(ServeOptions),
    /// Print what a shell needs to use the running server
    #[command(after_help = ENV_EXAMPLES)]
    Env(EnvOptions),
    /// Tell how the running server is
    #[command(after_help = STATUS_EXAMPLES)]
    Status(StatusOptions),
    /// Create and list accounts
    #[command(subcommand)]
    Account(AccountCommand),
    /// What the requestors of delegation requests are told
    #[command(subcommand)]
    Delegation(DelegationCommand),
    /// Print the audit trail: one CloudTrail record per request, as JSON lines
    Events(EventOptions),
    /// Check, evaluate, explain and compare policies in files, without a server
    #[command(subcommand, after_help = POLICY_EXAMPLES)]
    Policy(PolicyCommand),
    /// Print the version
    Version,
    /// Print completions for a shell
    #[command(after_help = "Example:\n  keygate completions bash > /etc/bash_completion.d/keygate")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Create an account and print its first root key, once
    #[command(after_help = ACCOUNT_CREATE_EXAMPLES)]
    Create(AccountCreateOptions),
    /// List all accounts
    #[command(after_help = ACCOUNT_LIST_EXAMPLES)]
    List(AccountListOptions),
}

#[derive(Debug, Subcommand)]
pub(crate) enum DelegationCommand {
    /// Print the token that was sent for a delegation request
    #[command(after_help = DELEGATION_TOKEN_EXAMPLES)]
    Token(DelegationTokenOptions),
}

/// Which server a command is for.
#[derive(Debug, Args)]
pub(crate) struct Selected {
    /// Data folder of the server
    #[arg(long, value_name = "DIR", env = "KEYGATE_DATA_DIR", default_value = "./keygate-data")]
    data_dir: PathBuf,
}

impl Selected {
    pub(crate) fn data_dir(&self) -> DataDir {
        DataDir::new(&self.data_dir)
    }
}

#[derive(Debug, Args)]
pub(crate) struct EnvOptions {
    #[command(flatten)]
    pub(crate) server: Selected,
}

#[derive(Debug, Args)]
pub(crate) struct StatusOptions {
    #[command(flatten)]
    pub(crate) server: Selected,
    /// For programs
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AccountCreateOptions {
    #[command(flatten)]
    pub(crate) server: Selected,
    /// What it is called: 1 to 50 printable ASCII characters
    #[arg(long)]
    pub(crate) name: String,
    /// Twelve digits for its id [default: random]
    #[arg(long, value_name = "ID")]
    pub(crate) account_id: Option<AccountId>,
    /// For programs: AccountId, AccessKeyId and SecretAccessKey
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AccountListOptions {
    #[command(flatten)]
    pub(crate) server: Selected,
    /// For programs
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DelegationTokenOptions {
    #[command(flatten)]
    pub(crate) server: Selected,
    /// The delegation request
    #[arg(value_name = "ID", value_parser = delegation_request_id)]
    pub(crate) id: String,
    /// For programs: DelegationRequestId, RequestorId, NotificationChannel, TradeInToken and Expiration
    #[arg(long)]
    pub(crate) json: bool,
}

fn delegation_request_id(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if plain && !text.is_empty() { Ok(text.to_owned()) } else { Err("this is no id".to_owned()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    use super::*;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Cli::try_parse_from(line.split_whitespace()).map(|cli| cli.command)
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn commands_and_their_options() {
        let Ok(Command::Account(AccountCommand::Create(create))) =
            parse("keygate account create --name a --account-id 000000000001 --json --data-dir d")
        else {
            panic!()
        };
        assert_eq!(create.name, "a");
        assert_eq!(create.account_id, AccountId::from_number(1));
        assert!(create.json);
        assert_eq!(create.server.data_dir(), DataDir::new("d"));
        assert!(matches!(
            parse("keygate status --json"),
            Ok(Command::Status(StatusOptions { json: true, .. }))
        ));
        assert!(matches!(parse("keygate completions zsh"), Ok(Command::Completions { shell: Shell::Zsh })));
        assert!(matches!(parse("keygate version"), Ok(Command::Version)));
    }

    #[test]
    fn what_is_not_right_is_refused() {
        for (line, kind) in [
            ("keygate", ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand),
            ("keygate start", ErrorKind::InvalidSubcommand),
            ("keygate env --json", ErrorKind::UnknownArgument),
            ("keygate account create", ErrorKind::MissingRequiredArgument),
            ("keygate account create --name a --account-id 1", ErrorKind::ValueValidation),
            ("keygate completions cmd", ErrorKind::InvalidValue),
        ] {
            let error = parse(line).err().unwrap();
            assert_eq!(error.kind(), kind, "{line}");
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn every_command_has_examples() {
        let mut commands: Vec<_> = Cli::command().get_subcommands().cloned().collect();
        while let Some(command) = commands.pop() {
            let name = command.get_name().to_owned();
            commands.extend(command.get_subcommands().cloned());
            let teaches = command.get_after_help().is_some_and(|help| help.to_string().contains("keygate "));
            assert!(teaches || ["version", "account", "delegation"].contains(&name.as_str()), "{name}");
        }
    }
}
