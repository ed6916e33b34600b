//! Kill test: concurrent writers, `kill -9` at random points, restart, and the truth is still there.
//!
//! After every kill: each acknowledged write is there, a write whose answer was lost is there entirely or not
//! at all, nothing else is, keys still sign, deleted keys do not, and no unique id was ever handed out twice.
//!
//! `KEYGATE_KILLS` sets how many kills (8), `KEYGATE_KILL_SEED` repeats a run's choices (the moment of a kill
//! still depends on the machine). Killing a process leaves the operating system's cache alone: what this proves
//! is the order of acknowledging and committing, not the disk's honesty.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic, and so may what it is made of")]

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::ExitStatusExt;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use keygate_testkit::{Client, Credentials, Options, Query, Response, Server};

const WRITERS: usize = 8;
/// Few, so that users are deleted and created again under their old names.
const USERS_PER_WRITER: usize = 5;
const MANAGED_POLICIES: [&str; 3] = [
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "arn:aws:iam::aws:policy/IAMReadOnlyAccess",
    "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
];

#[test]
fn acknowledged_writes_survive_kills() {
    let kills = number_from("KEYGATE_KILLS").unwrap_or(8);
    let seed =
        number_from("KEYGATE_KILL_SEED").unwrap_or_else(|| keygate_testkit::now().millis().unsigned_abs());
    println!("seed {seed}, {kills} kills: repeat with KEYGATE_KILL_SEED={seed} KEYGATE_KILLS={kills}");
    let mut random = Random(seed);
    let mut writers: Vec<Writer> = (0..WRITERS).map(|number| Writer::new(number, &mut random)).collect();
    let mut ids = BTreeSet::new();
    let mut server = Server::start(Options::new(env!("CARGO_BIN_EXE_keygate"))).unwrap();
    let (mut acknowledged, mut in_doubt) = (0, 0);
    for kill in 1..=kills {
        let writes = 1 + random.below(150);
        let pause = Duration::from_micros(random.below(4_000));
        let client = |server: &Server| server.client();
        let stopped = thread::scope(|scope| {
            let (acknowledge, acknowledgements) = mpsc::channel();
            let threads: Vec<_> = writers
                .iter_mut()
                .map(|writer| {
                    let (client, acknowledge) = (client(&server), acknowledge.clone());
                    scope.spawn(move || writer.write_until_cut_off(client, &acknowledge))
                })
                .collect();
            drop(acknowledge);
            let mut received = 0;
            while received < writes && acknowledgements.recv_timeout(Duration::from_secs(60)).is_ok() {
                received += 1;
            }
            // Not a wait for anything: it moves the kill to a random moment of the commits under way.
            thread::sleep(pause);
            let stopped = server.kill().unwrap();
            let answers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
            acknowledged += answers.iter().map(|answer| answer.as_ref().unwrap()).sum::<usize>();
            stopped
        });
        assert_eq!(stopped.status.signal(), Some(9), "the server ended by itself:\n{}", stopped.output);
        in_doubt += writers.iter().filter(|writer| writer.in_doubt.is_some()).count();
        server = stopped.restart().unwrap_or_else(|error| panic!("no restart after kill {kill}: {error}"));
        for writer in &mut writers {
            writer.verify(&server, &mut ids);
        }
        verify_whole(&mut server.client(), &writers);
    }
    println!("{acknowledged} writes acknowledged, {in_doubt} cut off, {} ids handed out", ids.len());
    assert!(acknowledged > 0 && ids.len() > WRITERS, "the writers wrote nothing");
}

/// The whole account holds the writers' users and nothing else, and counts them rightly.
fn verify_whole(client: &mut Client, writers: &[Writer]) {
    let mut found = BTreeMap::new();
    let mut marker: Option<String> = None;
    loop {
        let mut query = Query::iam("ListUsers").with("MaxItems", "7");
        if let Some(marker) = &marker {
            query = query.with("Marker", marker);
        }
        let page = call(client, &query);
        found.extend(page.fields("UserName").into_iter().zip(page.fields("UserId")));
        marker = page.field("Marker");
        if marker.is_none() {
            break;
        }
    }
    let users = writers.iter().flat_map(|writer| &writer.users);
    let expected: BTreeMap<String, String> =
        users.map(|(name, user)| (name.clone(), user.id.clone())).collect();
    assert_eq!(found, expected, "the users of the account");
    let summary = call(client, &Query::iam("GetAccountSummary"));
    let counts: BTreeMap<_, _> = summary.fields("key").into_iter().zip(summary.fields("value")).collect();
    assert_eq!(counts.get("Users"), Some(&expected.len().to_string()), "the summary's count of users");
}

/// One user, as far as this test writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct User {
    id: String,
    keys: BTreeSet<String>,
    inline: BTreeMap<String, String>,
    attached: BTreeSet<String>,
}

impl User {
    /// What the server says; none if there is no such user. A user that is there in part fails the test.
    fn read(client: &mut Client, name: &str) -> Option<Self> {
        let of_user = |action| Query::iam(action).with("UserName", name);
        let user = client.call(&of_user("GetUser")).unwrap();
        if user.error_code().as_deref() == Some("NoSuchEntity") {
            for action in ["ListAccessKeys", "ListUserPolicies", "ListAttachedUserPolicies"] {
                let rest = client.call(&of_user(action)).unwrap();
                assert_eq!(
                    rest.error_code().as_deref(),
                    Some("NoSuchEntity"),
                    "{name}, {action}: {}",
                    rest.body
                );
            }
            return None;
        }
        let mut found = Self { id: user.success().unwrap().field("UserId").unwrap(), ..Self::default() };
        found.keys.extend(call(client, &of_user("ListAccessKeys")).fields("AccessKeyId"));
        for policy in call(client, &of_user("ListUserPolicies")).fields("member") {
            let answer = call(client, &of_user("GetUserPolicy").with("PolicyName", &policy));
            found.inline.insert(policy, answer.document("PolicyDocument").unwrap());
        }
        found.attached.extend(call(client, &of_user("ListAttachedUserPolicies")).fields("PolicyArn"));
        Some(found)
    }
}

/// One write.
#[derive(Clone, Debug)]
enum Write {
    CreateUser,
    DeleteUser,
    CreateKey,
    DeleteKey(String),
    PutPolicy(String, String),
    DeletePolicy(String),
    Attach(String),
    Detach(String),
}

impl Write {
    fn query(&self, user: &str) -> Query {
        let of_user = |action| Query::iam(action).with("UserName", user);
        match self {
            Self::CreateUser => of_user("CreateUser").with("Path", "/kill/"),
            Self::DeleteUser => of_user("DeleteUser"),
            Self::CreateKey => of_user("CreateAccessKey"),
            Self::DeleteKey(id) => of_user("DeleteAccessKey").with("AccessKeyId", id),
            Self::PutPolicy(name, document) => {
                of_user("PutUserPolicy").with("PolicyName", name).with("PolicyDocument", document)
            }
            Self::DeletePolicy(name) => of_user("DeleteUserPolicy").with("PolicyName", name),
            Self::Attach(arn) => of_user("AttachUserPolicy").with("PolicyArn", arn),
            Self::Detach(arn) => of_user("DetachUserPolicy").with("PolicyArn", arn),
        }
    }

    /// The user after this write. `new_id` is the id that the write made, if it makes one.
    fn apply(&self, user: Option<User>, new_id: Option<String>) -> Option<User> {
        if matches!(self, Self::CreateUser) {
            return Some(User { id: new_id.unwrap(), ..User::default() });
        }
        let mut user = user.unwrap();
        match self {
            Self::CreateUser => {}
            Self::DeleteUser => return None,
            Self::CreateKey => user.keys.extend(new_id),
            Self::DeleteKey(id) => user.keys.retain(|key| key != id),
            Self::PutPolicy(name, document) => user.inline.extend([(name.clone(), document.clone())]),
            Self::DeletePolicy(name) => user.inline.retain(|policy, _| policy != name),
            Self::Attach(arn) => user.attached.extend([arn.clone()]),
            Self::Detach(arn) => user.attached.retain(|attached| attached != arn),
        }
        Some(user)
    }

    /// The id that this write made, read off the user that it was applied to.
    fn id_it_made(&self, before: Option<&User>, after: &User) -> Option<String> {
        match self {
            Self::CreateUser => Some(after.id.clone()),
            Self::CreateKey => {
                after.keys.iter().find(|id| before.is_some_and(|b| !b.keys.contains(*id))).cloned()
            }
            _ => None,
        }
    }
}

/// Writes to users of its own, one request at a time, and remembers what was acknowledged.
struct Writer {
    number: usize,
    random: Random,
    users: BTreeMap<String, User>,
    /// Of keys whose creation was acknowledged.
    secrets: BTreeMap<String, String>,
    /// A key whose deletion was acknowledged.
    deleted: Option<Credentials>,
    /// Ids that were acknowledged since the last check.
    new_ids: Vec<String>,
    /// The write that was under way when the server was killed.
    in_doubt: Option<(String, Write)>,
}

impl Writer {
    fn new(number: usize, random: &mut Random) -> Self {
        Self {
            number,
            random: Random(random.next()),
            users: BTreeMap::new(),
            secrets: BTreeMap::new(),
            deleted: None,
            new_ids: Vec::new(),
            in_doubt: None,
        }
    }

    /// Writes until the connection breaks; how many writes were acknowledged. A refusal is an error.
    fn write_until_cut_off(&mut self, mut client: Client, acknowledge: &Sender<()>) -> Result<usize, String> {
        for count in 0.. {
            let (name, write) = self.choose();
            let Ok(response) = client.call(&write.query(&name)) else {
                self.in_doubt = Some((name, write));
                return Ok(count);
            };
            if !response.is_success() {
                return Err(format!("{write:?} of {name}: status {}: {}", response.status, response.body));
            }
            self.acknowledged(name, &write, &response);
            // Nobody counts any more once the kill is decided.
            let _ = acknowledge.send(());
        }
        Err("there are more numbers".to_owned())
    }

    fn choose(&mut self) -> (String, Write) {
        let name = format!("writer-{}-{}", self.number, self.random.below(USERS_PER_WRITER as u64));
        let Some(user) = self.users.get(&name) else { return (name, Write::CreateUser) };
        let key = self.random.pick(&user.keys);
        let policy = self.random.pick(&user.inline.keys().cloned().collect());
        let attached = self.random.pick(&user.attached);
        let write = match (self.random.below(10), key, policy, attached) {
            // Three of ten times it is taken apart, in the order that AWS asks for.
            (0..3, Some(id), _, _) => Write::DeleteKey(id),
            (0..3, None, Some(name), _) => Write::DeletePolicy(name),
            (0..3, None, None, Some(arn)) => Write::Detach(arn),
            (0..3, None, None, None) => Write::DeleteUser,
            (3..6, _, _, _) if user.keys.len() < 2 => Write::CreateKey,
            (3..8, _, _, _) => {
                let bucket = self.random.below(1_000_000);
                let document = format!(
                    r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket-{bucket}/*"}}]}}"#
                );
                Write::PutPolicy(format!("policy-{}", self.random.below(3)), document)
            }
            _ => {
                let arns = MANAGED_POLICIES.map(str::to_owned).into();
                Write::Attach(self.random.pick(&arns).unwrap())
            }
        };
        (name, write)
    }

    fn acknowledged(&mut self, name: String, write: &Write, response: &Response) {
        let new_id = match write {
            Write::CreateUser => response.field("UserId"),
            Write::CreateKey => response.field("AccessKeyId"),
            _ => None,
        };
        if let (Write::CreateKey, Some(id)) = (write, &new_id) {
            self.secrets.insert(id.clone(), response.field("SecretAccessKey").unwrap());
        }
        if let Write::DeleteKey(id) = write {
            self.deleted = self.secrets.remove(id).map(|secret| Credentials::new(id, secret));
        }
        self.new_ids.extend(new_id.clone());
        let before = self.users.remove(&name);
        if let Some(after) = write.apply(before, new_id) {
            self.users.insert(name, after);
        }
    }

    /// Compares what the restarted server says with what was acknowledged.
    fn verify(&mut self, server: &Server, ids: &mut BTreeSet<String>) {
        let mut client = server.client();
        let in_doubt = self.in_doubt.take();
        for number in 0..USERS_PER_WRITER {
            let name = format!("writer-{}-{number}", self.number);
            let expected = self.users.get(&name).cloned();
            let found = User::read(&mut client, &name);
            if found == expected {
                continue;
            }
            // The only other truth: the write that was cut off, entirely.
            let write = in_doubt.as_ref().filter(|(user, _)| *user == name).map(|(_, write)| write);
            let write = write.unwrap_or_else(|| panic!("{name}: acknowledged {expected:?}, found {found:?}"));
            let made = found.as_ref().and_then(|after| write.id_it_made(expected.as_ref(), after));
            assert!(
                made.is_some() || !matches!(write, Write::CreateUser | Write::CreateKey),
                "{name}: {expected:?}, then in part {write:?}: {found:?}"
            );
            self.new_ids.extend(made.clone());
            let after = write.apply(expected, made);
            assert_eq!(found, after, "{name}, with {write:?} cut off");
            match after {
                Some(user) => self.users.insert(name, user),
                None => self.users.remove(&name),
            };
        }
        for id in self.new_ids.drain(..) {
            assert!(!ids.contains(&id), "the id {id} was handed out twice");
            ids.insert(id);
        }
        self.verify_keys(server);
    }

    /// A key that exists signs, a key that was deleted does not.
    fn verify_keys(&mut self, server: &Server) {
        let who = Query::sts("GetCallerIdentity");
        for (name, user) in &self.users {
            let key = user.keys.iter().find_map(|id| Some(Credentials::new(id, self.secrets.get(id)?)));
            if let Some(key) = key {
                let answer = call(&mut server.client_as(key), &who);
                let arn = format!("arn:aws:iam::{}:user/kill/{name}", server.account());
                assert_eq!(answer.field("Arn"), Some(arn));
            }
        }
        if let Some(key) = self.deleted.take() {
            let answer = server.client_as(key).call(&who).unwrap();
            assert_eq!(answer.error_code().as_deref(), Some("InvalidClientTokenId"), "{}", answer.body);
        }
    }
}

fn call(client: &mut Client, query: &Query) -> Response {
    client.call(query).and_then(Response::success).unwrap_or_else(|error| panic!("{}: {error}", query.body()))
}

/// SplitMix64: enough for choices, and repeatable.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn pick(&mut self, from: &BTreeSet<String>) -> Option<String> {
        let index = self.next() as usize % from.len().max(1);
        from.iter().nth(index).cloned()
    }
}

fn number_from(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text:?}")))
}
