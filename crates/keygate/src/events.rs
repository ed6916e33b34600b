//! `keygate events`: the audit trail, through the running server or, when none runs, from its files.

use std::time::Duration;

use clap::Args;
use keygate_ident::{AccountId, Timestamp};
use keygate_server::clock;
use keygate_server::events::{EventQuery, open, parse_time};
use keygate_server::operator::{Client, ClientError};
use keygate_server::settings::DataDir;
use keygate_trail::{Filter, Outcome};

use crate::cli::Selected;
use crate::failure::Failure;
use crate::output;
use crate::status::block_on;

const EXAMPLES: &str = "\
Examples:
  keygate events --limit 20                 the last 20 requests
  keygate events --follow                   requests from now on, as they are made
  keygate events --follow --start 10m       those of the last ten minutes, too
  keygate events --event-name CreateUser --start 2026-11-01 --end 2026-12-01
  keygate events --errors-only --user-name alice | jq -r '[.eventTime, .eventName] | @tsv'

Every request is in the trail, whether it was allowed, denied or failed. The oldest comes first.
When no server runs on the data folder, the trail's files are read.";

/// Which requests to show.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EventOptions {
    #[command(flatten)]
    server: Selected,
    /// Go on with requests as they are made; without --start or --limit only with those
    #[arg(long, short)]
    follow: bool,
    /// Only the last so many
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Not before this time (2026-11-21, 2026-11-21T10:00:00Z) or so long ago (90s, 15m, 2h, 7d)
    #[arg(long, value_name = "TIME", value_parser = time)]
    start: Option<Timestamp>,
    /// Not after this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    end: Option<Timestamp>,
    /// Only those that were denied or failed
    #[arg(long)]
    errors_only: bool,
    /// Only those that change nothing (true), or only the others (false)
    #[arg(long, value_name = "true|false")]
    read_only: Option<bool>,
    /// The operation: CreateUser
    #[arg(long, value_name = "NAME")]
    event_name: Option<String>,
    /// The service: iam.amazonaws.com
    #[arg(long, value_name = "SERVICE")]
    event_source: Option<String>,
    /// The user, or the session's name
    #[arg(long, value_name = "NAME")]
    user_name: Option<String>,
    /// ARN of the caller, or of the role or user behind its session
    #[arg(long, value_name = "ARN")]
    principal_arn: Option<String>,
    /// The key that signed
    #[arg(long, value_name = "KEY_ID")]
    access_key_id: Option<String>,
    /// What was acted on: an ARN, or its last part
    #[arg(long, value_name = "NAME")]
    resource: Option<String>,
    /// The account
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// The event of this id
    #[arg(long, value_name = "ID")]
    event_id: Option<String>,
}

pub(crate) fn run(options: &EventOptions) -> Result<(), Failure> {
    let data_dir = options.server.data_dir();
    let query = options.query();
    let through_server = block_on(async {
        let mut client = Client::connect(&data_dir).await?;
        client.events(&query, output::write).await
    })?;
    match through_server {
        Ok(()) => Ok(()),
        Err(ClientError::NotRunning(_)) if !query.follow => from_files(&query, &data_dir),
        Err(error) => Err(Failure::of_client(&error, &data_dir)),
    }
}

fn from_files(query: &EventQuery, data_dir: &DataDir) -> Result<(), Failure> {
    let folder = data_dir.trail();
    if !folder.is_dir() {
        return Err(Failure::failed(format!("there is no audit trail in the data folder {data_dir}")));
    }
    let trail = open(&folder).map_err(|error| Failure::of(&error))?;
    let mut written = Ok(());
    let send = |lines: String| {
        written = output::print(&lines);
        written.is_ok()
    };
    query.run(&trail, Duration::ZERO, || false, send).map_err(|error| Failure::of(&error))?;
    written
}

impl EventOptions {
    fn query(&self) -> EventQuery {
        let filter = Filter {
            account: self.account,
            start: self.start,
            end: self.end,
            event_name: self.event_name.clone(),
            event_source: self.event_source.clone(),
            user_name: self.user_name.clone(),
            principal_arn: self.principal_arn.clone(),
            access_key_id: self.access_key_id.clone(),
            resource: self.resource.clone(),
            event_id: self.event_id.clone(),
            read_only: self.read_only,
            outcome: if self.errors_only { Outcome::Failed } else { Outcome::Any },
            limit: self.limit,
            ..Filter::default()
        };
        EventQuery { filter, follow: self.follow }
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    time_at(text, clock::now())
        .ok_or_else(|| "neither a time (2026-11-21T10:00:00Z) nor so long ago (15m)".to_owned())
}

/// A time, or how long before `now` it was.
fn time_at(text: &str, now: Timestamp) -> Option<Timestamp> {
    parse_time(text).or_else(|| {
        let unit = match text.bytes().next_back()? {
            b's' => 1,
            b'm' => 60,
            b'h' => 3_600,
            b'd' => 86_400,
            _ => return None,
        };
        let count: u32 = text.get(..text.len() - 1)?.parse().ok()?;
        Some(now.plus_seconds(-(i64::from(count) * unit)))
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn query(line: &str) -> EventQuery {
        match Cli::try_parse_from(line.split_whitespace()).unwrap().command {
            Command::Events(options) => options.query(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_option_is_a_filter() {
        let asked = query(
            "keygate events -f --limit 3 --start 2026-11-01 --end 2026-11-21T10:00:00Z --errors-only \
             --read-only false --event-name A --event-source B --user-name C --principal-arn D --access-key-id E \
             --resource F --account 000000000001 --event-id G",
        );
        let expected = "account=000000000001&start=2026-11-01T00%3A00%3A00Z&end=2026-11-21T10%3A00%3A00Z&\
                        event-name=A&event-source=B&user-name=C&principal-arn=D&access-key-id=E&resource=F&\
                        event-id=G&read-only=false&errors-only=true&limit=3&follow=true";
        assert_eq!(asked.to_query_string(), expected);
        assert_eq!(query("keygate events"), EventQuery::default());
    }

    #[test]
    fn times_and_so_long_ago() {
        let now = Timestamp::from_seconds(1_000_000);
        for (text, seconds) in [
            ("1970-01-02", 86_400),
            ("1970-01-01T00:01:00Z", 60),
            ("90s", 999_910),
            ("15m", 999_100),
            ("2h", 992_800),
            ("7d", 395_200),
        ] {
            assert_eq!(time_at(text, now), Some(Timestamp::from_seconds(seconds)), "{text}");
        }
        for text in ["", "m", "15", "15w", "-3m", "15 m", "yesterday", "ü"] {
            assert_eq!(time_at(text, now), None, "{text}");
        }
    }
}
