//! `keygate status`, and how every command asks the running server.

use keygate_server::operator::{Client, ClientError, Status};

use crate::cli::{Selected, StatusOptions};
use crate::failure::Failure;
use crate::output;

pub(crate) fn run(options: &StatusOptions) -> Result<(), Failure> {
    let status = ask(&options.server, async |client| client.status().await)?;
    if options.json { output::print_json(&status) } else { output::print(&text(&status)) }
}

/// Asks the selected server.
pub(crate) fn ask<T>(
    server: &Selected,
    question: impl AsyncFnOnce(&mut Client) -> Result<T, ClientError>,
) -> Result<T, Failure> {
    let data_dir = server.data_dir();
    let answer = block_on(async {
        let mut client = Client::connect(&data_dir).await?;
        question(&mut client).await
    })?;
    answer.map_err(|error| Failure::of_client(&error, &data_dir))
}

/// Runs one conversation; a command needs no threads.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    Ok(runtime.map_err(|error| Failure::of(&error))?.block_on(work))
}

fn text(status: &Status) -> String {
    let admin = status.admin_endpoint.as_ref().map(|url| format!("  metrics      {url}/metrics\n"));
    format!(
        "Keygate {version} {ready}, for {uptime}\n\
         \x20 endpoint     {endpoint}\n{admin}\
         \x20 region       {region}\n\
         \x20 account      {account}\n\
         \x20 credentials  {credentials}\n\
         \x20 store        {store}\n\
         \x20 accounts     {accounts}, {loaded} of them in memory\n",
        version = status.version,
        ready = if status.ready { "answers" } else { "does not answer yet" },
        uptime = uptime(status.uptime_seconds),
        endpoint = status.endpoint,
        admin = admin.unwrap_or_default(),
        region = status.region,
        account = status.account,
        credentials = status.credentials.display(),
        store = status.store,
        accounts = status.accounts,
        loaded = status.accounts_loaded,
    )
}

/// The two largest units: `3d 4h`.
fn uptime(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {}s", seconds % 60),
        (0, _, _) => format!("{hours}h {}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_it_is() {
        let status = Status {
            version: "1.2.3".to_owned(),
            endpoint: "http://127.0.0.1:8474".to_owned(),
            admin_endpoint: Some("http://127.0.0.1:9000".to_owned()),
            account: "123456789012".parse().unwrap(),
            region: "us-east-1".to_owned(),
            credentials: "d/root-credentials".into(),
            store: "sqlite d/keygate.db".to_owned(),
            ready: true,
            uptime_seconds: 61,
            accounts_loaded: 2,
            accounts: 1000,
        };
        let expected = "Keygate 1.2.3 answers, for 1m 1s
  endpoint     http://127.0.0.1:8474
  metrics      http://127.0.0.1:9000/metrics
  region       us-east-1
  account      123456789012
  credentials  d/root-credentials
  store        sqlite d/keygate.db
  accounts     1000, 2 of them in memory
";
        assert_eq!(text(&status), expected);
    }

    #[test]
    fn times() {
        for (seconds, expected) in
            [(0, "0s"), (59, "59s"), (60, "1m 0s"), (3_600, "1h 0m"), (3_725, "1h 2m"), (90_061, "1d 1h")]
        {
            assert_eq!(uptime(seconds), expected);
        }
    }
}
