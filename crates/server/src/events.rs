//! Reading the audit trail for people: filters as texts, events as CloudTrail records, one per line.

use std::path::Path;
use std::time::Duration;

use keygate_ident::{AccountId, Timestamp};
use keygate_trail::{Cursor, Event, Filter, Options, Order, Outcome, Trail, TrailError};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Events that are rendered and sent together.
const CHUNK: usize = 64;

/// What a value in a query string need not hide.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Which events to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Which ones. Its order and place are not asked for: events come oldest first.
    pub filter: Filter,
    /// Go on with those that are yet to come. Without a start or a limit, only those.
    pub follow: bool,
}

impl EventQuery {
    /// As the operator socket takes it: `event-name=CreateUser&errors-only=true&limit=10`.
    pub fn to_query_string(&self) -> String {
        let filter = &self.filter;
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let errors_only = filter.outcome == Outcome::Failed;
        let pairs = [
            ("account", filter.account.map(|account| account.to_string())),
            ("start", time(filter.start)),
            ("end", time(filter.end)),
            ("event-name", filter.event_name.clone()),
            ("event-source", filter.event_source.clone()),
            ("user-name", filter.user_name.clone()),
            ("principal-arn", filter.principal_arn.clone()),
            ("access-key-id", filter.access_key_id.clone()),
            ("resource", filter.resource.clone()),
            ("event-id", filter.event_id.clone()),
            ("read-only", filter.read_only.map(|read_only| read_only.to_string())),
            ("errors-only", errors_only.then(|| "true".to_owned())),
            ("limit", filter.limit.map(|limit| limit.to_string())),
            ("follow", self.follow.then(|| "true".to_owned())),
        ];
        let pairs = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let pairs = pairs.map(|(name, value)| format!("{name}={}", utf8_percent_encode(&value, PLAIN)));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// The query of this string.
    ///
    /// # Errors
    /// A name is unknown or a value unreadable; says which.
    pub fn from_query_string(text: &str) -> Result<Self, String> {
        let mut query = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, "true"));
            let value = percent_decode_str(value).decode_utf8();
            let value = value.map_err(|_| format!("the value of {name} is not UTF-8"))?;
            query.set(name, &value)?;
        }
        Ok(query)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let filter = &mut self.filter;
        let text = || Some(value.to_owned());
        let wrong = |wanted: &str| format!("{name}: {value:?} is not {wanted}");
        let flag = || value.parse::<bool>().map_err(|_| wrong("true or false"));
        match name {
            "account" => {
                let account: AccountId = value.parse().map_err(|_| wrong("an account id"))?;
                filter.account = Some(account);
            }
            "start" => filter.start = Some(parse_time(value).ok_or_else(|| wrong("an ISO 8601 time"))?),
            "end" => filter.end = Some(parse_time(value).ok_or_else(|| wrong("an ISO 8601 time"))?),
            "event-name" => filter.event_name = text(),
            "event-source" => filter.event_source = text(),
            "user-name" => filter.user_name = text(),
            "principal-arn" => filter.principal_arn = text(),
            "access-key-id" => filter.access_key_id = text(),
            "resource" => filter.resource = text(),
            "event-id" => filter.event_id = text(),
            "read-only" => filter.read_only = Some(flag()?),
            "errors-only" => filter.outcome = if flag()? { Outcome::Failed } else { Outcome::Any },
            "limit" => filter.limit = Some(value.parse().map_err(|_| wrong("a number"))?),
            "follow" => self.follow = flag()?,
            _ => return Err(format!("there is no filter {name}")),
        }
        Ok(())
    }

    /// Hands the events to `send` as JSON lines, several at a time, oldest first. Ends when there are no more, or,
    /// following, when `go_on` says no (asked at least every `patience`) or the trail is closed; and when `send` says
    /// that nobody listens any more. With a limit, the last so many are shown.
    ///
    /// Blocks.
    ///
    /// # Errors
    /// What was appended last cannot be brought to disk and so not be read.
    pub fn run(
        &self,
        trail: &Trail,
        patience: Duration,
        go_on: impl Fn() -> bool,
        mut send: impl FnMut(String) -> bool,
    ) -> Result<(), TrailError> {
        trail.flush()?;
        let mut next = trail.end();
        if self.filter.limit.is_some() {
            let filter = Filter { order: Order::NewestFirst, from: Some(next), ..self.filter.clone() };
            let mut last: Vec<Event> = trail.query(filter).collect();
            last.reverse();
            for chunk in last.chunks(CHUNK) {
                if !send(lines(chunk)) {
                    return Ok(());
                }
            }
        } else if !self.follow || self.filter.start.is_some() {
            next = Cursor::START;
        }
        match (self.follow, self.filter.limit) {
            (true, _) => self.watch(trail, next, patience, go_on, send),
            (false, None) => self.history(trail, next, send),
            (false, Some(_)) => {}
        }
        Ok(())
    }

    fn history(&self, trail: &Trail, from: Cursor, mut send: impl FnMut(String) -> bool) {
        let filter = Filter { order: Order::OldestFirst, from: Some(from), ..self.filter.clone() };
        let mut query = trail.query(filter);
        loop {
            let chunk: Vec<Event> = query.by_ref().take(CHUNK).collect();
            if chunk.is_empty() || !send(lines(&chunk)) {
                return;
            }
        }
    }

    fn watch(
        &self,
        trail: &Trail,
        from: Cursor,
        patience: Duration,
        go_on: impl Fn() -> bool,
        mut send: impl FnMut(String) -> bool,
    ) {
        let mut follow = trail.follow(self.filter.clone(), from);
        while go_on() {
            let chunk = follow.next_events(CHUNK);
            if !chunk.is_empty() {
                if !send(lines(&chunk)) {
                    return;
                }
                continue;
            }
            let begun = crate::clock::instant();
            if !follow.wait(patience) && begun.elapsed() < patience {
                // Nothing new, and not for want of time: the trail is closed.
                return;
            }
        }
    }
}

/// Opens the trail in this folder for reading while no server runs on it.
///
/// # Errors
/// There is none, a server has it open, or it cannot be read.
pub fn open(folder: &Path) -> Result<Trail, TrailError> {
    if !folder.is_dir() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(TrailError::Io { what: format!("open {}", folder.display()), source: missing.into() });
    }
    let (trail, findings) = Trail::open(folder, Options::default())?;
    for finding in findings {
        tracing::warn!(%finding, "the trail is damaged");
    }
    Ok(trail)
}

/// An instant, `2026-11-21T10:00:00Z`, or a day, `2026-11-21` (its first instant in UTC).
pub fn parse_time(text: &str) -> Option<Timestamp> {
    text.parse().or_else(|_| format!("{text}T00:00:00Z").parse()).ok()
}

fn lines(events: &[Event]) -> String {
    let mut text = String::new();
    for event in events {
        text.push_str(&event.to_cloudtrail_json());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> EventQuery {
        EventQuery::from_query_string(text).unwrap()
    }

    /// A trail with the events `E1` to `E5`, a second apart; the even ones failed.
    fn trail() -> (tempfile::TempDir, Trail) {
        let folder = tempfile::tempdir().unwrap();
        let (trail, _) = Trail::open(folder.path().join("trail"), Options::default()).unwrap();
        for number in 1..=5 {
            trail.append(event(number)).unwrap();
        }
        (folder, trail)
    }

    fn event(number: i64) -> Event {
        let mut event = Event::new(format!("id-{number}"), Timestamp::from_seconds(number));
        event.event_name = format!("E{number}").into();
        event.event_source = "iam.amazonaws.com".into();
        if number % 2 == 0 {
            event.error = Some(keygate_trail::EventError { code: "X".into(), message: String::new() });
        }
        event
    }

    fn names(lines: &str) -> Vec<String> {
        let events = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        events.map(|event| event["eventName"].as_str().unwrap().to_owned()).collect()
    }

    fn shown(query: &EventQuery, trail: &Trail) -> Vec<String> {
        let mut all = String::new();
        let take = |lines: String| {
            all.push_str(&lines);
            true
        };
        query.run(trail, Duration::from_millis(5), || false, take).unwrap();
        names(&all)
    }

    #[test]
    fn a_query_survives_its_string() {
        for text in [
            "",
            "account=123456789012&start=2026-11-21T10:00:00Z&end=2026-11-22T00:00:00Z",
            "event-name=CreateUser&event-source=iam.amazonaws.com&user-name=a%20b%26c%3Dd%2B%25",
            "principal-arn=arn%3Aaws%3Aiam%3A%3A123456789012%3Auser%2Fx&access-key-id=AKIA&resource=r&event-id=e",
            "read-only=false&errors-only=true&limit=10&follow=true",
        ] {
            let query = query(text);
            assert_eq!(EventQuery::from_query_string(&query.to_query_string()), Ok(query), "{text}");
        }
        let asked = query("user-name=a%20b%26c%3Dd%2B%25&start=2026-11-21&follow");
        assert_eq!(asked.filter.user_name.as_deref(), Some("a b&c=d+%"));
        assert_eq!(asked.filter.start.unwrap().to_string(), "2026-11-21T00:00:00Z");
        assert!(asked.follow);
    }

    #[test]
    fn what_is_wrong_with_a_query_is_said() {
        for (text, expected) in [
            ("usr=x", "there is no filter usr"),
            ("limit=many", "limit: \"many\" is not a number"),
            ("start=yesterday", "start: \"yesterday\" is not an ISO 8601 time"),
            ("follow=maybe", "follow: \"maybe\" is not true or false"),
            ("account=1", "account: \"1\" is not an account id"),
            ("user-name=%ff", "the value of user-name is not UTF-8"),
        ] {
            assert_eq!(EventQuery::from_query_string(text), Err(expected.to_owned()));
        }
    }

    #[test]
    fn history_is_shown_oldest_first_and_a_limit_shows_the_last() {
        let (_folder, trail) = trail();
        for (text, expected) in [
            ("", &["E1", "E2", "E3", "E4", "E5"][..]),
            ("limit=2", &["E4", "E5"]),
            ("limit=9", &["E1", "E2", "E3", "E4", "E5"]),
            ("errors-only=true", &["E2", "E4"]),
            ("errors-only=true&limit=1", &["E4"]),
            ("event-name=E3", &["E3"]),
            ("start=1970-01-01T00:00:02Z&end=1970-01-01T00:00:03Z", &["E2", "E3"]),
            ("event-name=Nothing", &[]),
        ] {
            assert_eq!(shown(&query(text), &trail), expected, "{text}");
        }
    }

    /// Runs a following query until it has shown so many events; another is appended when it has shown the first.
    fn followed(text: &str, trail: &Trail, wanted: usize) -> Vec<String> {
        let query = query(text);
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let sender = sender;
                query
                    .run(trail, Duration::from_millis(5), || true, |lines| sender.send(lines).is_ok())
                    .unwrap();
            });
            let mut all = Vec::new();
            let mut number = 6;
            while all.len() < wanted {
                // Whether it has begun to follow cannot be seen: appended again and again until it shows one.
                match receiver.recv_timeout(Duration::from_millis(20)) {
                    Ok(lines) => all.extend(names(&lines)),
                    Err(_) => {
                        trail.append(event(number)).unwrap();
                        number += 1;
                    }
                }
            }
            drop(receiver);
            // The thread sees that nobody listens when it has something to say.
            trail.append(event(number)).unwrap();
            all
        })
    }

    #[test]
    fn following_begins_now_or_where_it_was_told() {
        for (text, expected) in [
            ("follow", None),
            ("follow&limit=1", Some(&["E5"][..])),
            ("follow&start=1970-01-01T00:00:04Z", Some(&["E4", "E5"])),
        ] {
            let (_folder, trail) = trail();
            let past = expected.unwrap_or_default();
            let all = followed(text, &trail, past.len() + 1);
            assert_eq!(all[..past.len()], *past, "{text}");
            let next: u32 = all[past.len()].strip_prefix('E').unwrap().parse().unwrap();
            assert!(next > 5, "{text}: {all:?}");
        }
    }

    #[test]
    fn following_ends_with_the_trail() {
        let (_folder, trail) = trail();
        let mut calls = 0;
        std::thread::scope(|scope| {
            let follower = scope.spawn(|| {
                let take = |_| {
                    calls += 1;
                    true
                };
                query("follow&start=1970-01-01").run(&trail, Duration::from_secs(3600), || true, take)
            });
            // An hour's patience: only the close can end it. If it comes first, the follower sees no events at all.
            trail.close().unwrap();
            follower.join().unwrap().unwrap();
        });
        assert!(calls <= 1);
    }

    #[test]
    fn only_a_trail_that_exists_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("trail");
        assert!(open(&missing).is_err());
        assert!(!missing.exists());
        let (folder, writing) = trail();
        writing.close().unwrap();
        drop(writing);
        let reading = open(&folder.path().join("trail")).unwrap();
        assert_eq!(shown(&query("limit=1"), &reading), ["E5"]);
    }
}
