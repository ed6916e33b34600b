//! `keygate account`: creating and listing accounts of the running server.

use keygate_server::operator::{AccountLine, AccountRequest, NewAccount};
use serde::Serialize;

use crate::cli::{AccountCreateOptions, AccountListOptions};
use crate::failure::Failure;
use crate::output;
use crate::status::ask;

/// The list, with room for more to say.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Accounts<'a> {
    accounts: &'a [AccountLine],
}

pub(crate) fn create(options: &AccountCreateOptions) -> Result<(), Failure> {
    let request = AccountRequest { account_name: options.name.clone(), account_id: options.account_id };
    let made = ask(&options.server, async |client| client.create_account(&request).await)?;
    if options.json { output::print_json(&made) } else { output::print(&created(&options.name, &made)) }
}

pub(crate) fn list(options: &AccountListOptions) -> Result<(), Failure> {
    let accounts = ask(&options.server, async |client| client.accounts().await)?;
    if options.json {
        output::print_json(&Accounts { accounts: &accounts })
    } else {
        output::print(&table(&accounts))
    }
}

fn created(name: &str, made: &NewAccount) -> String {
    format!(
        "Account {id} ({name}) is made. Its root key is printed only now:\n\
         \x20 AccessKeyId      {key}\n\
         \x20 SecretAccessKey  {secret}\n",
        id = made.id,
        key = made.access_key_id,
        secret = made.secret.expose(),
    )
}

fn table(accounts: &[AccountLine]) -> String {
    let line = |account: &AccountLine| {
        // Its creation is stored in whole seconds, so all of them are equally long.
        format!("{}  {}  {}\n", account.id, account.created, account.name)
    };
    accounts.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed() {
        let made =
            r#"{"AccountId": "000000000001", "AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "s3cret"}"#;
        let made: NewAccount = serde_json::from_str(made).unwrap();
        let expected = "Account 000000000001 (staging) is made. Its root key is printed only now:
  AccessKeyId      AKIAEXAMPLE
  SecretAccessKey  s3cret
";
        assert_eq!(created("staging", &made), expected);
        let line = r#"{"AccountId": "000000000001", "Name": "my team", "Created": "2026-11-21T10:00:00Z"}"#;
        let lines: [AccountLine; 1] = [serde_json::from_str(line).unwrap()];
        assert_eq!(table(&lines), "000000000001  2026-11-21T10:00:00Z  my team\n");
        let json = serde_json::to_string(&Accounts { accounts: &lines }).unwrap();
        let expected = r#"{"Accounts":[{"AccountId":"000000000001","Name":"my team","Created":"2026-11-21T10:00:00Z"}]}"#;
        assert_eq!(json, expected);
    }
}
