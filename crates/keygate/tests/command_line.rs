//! The program itself: what it prints, where, and how it ends, with a real server behind it.

#![expect(clippy::unwrap_used, reason = "a test may panic, and so may what it is made of")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use keygate_testkit::{Client, Credentials, Options, Query, Server};

const KEYGATE: &str = env!("CARGO_BIN_EXE_keygate");

/// `keygate` with these words, in an environment without settings.
fn keygate(words: &[&str]) -> Command {
    let mut command = Command::new(KEYGATE);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KEYGATE_")) {
        command.env_remove(name);
    }
    command.args(words).stdin(Stdio::null());
    command
}

fn run(words: &[&str]) -> Output {
    keygate(words).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// What a command that has to succeed prints.
fn printed(words: &[&str]) -> String {
    let output = run(words);
    assert!(output.status.success(), "{words:?}: {}", stderr(&output));
    stdout(&output)
}

/// What a command that has to fail with this code says.
fn refused(mut command: Command, code: i32) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}{}", stdout(&output), stderr(&output));
    assert_eq!(stdout(&output), "");
    stderr(&output)
}

fn serve() -> Server {
    Server::start(Options::new(KEYGATE)).unwrap()
}

fn data_dir(server: &Server) -> &str {
    server.data_dir().to_str().unwrap()
}

fn create_user(client: &mut Client, name: &str) {
    client.call(&Query::iam("CreateUser").with("UserName", name)).unwrap().success().unwrap();
}

/// The member of this name of every JSON line.
fn members(lines: &str, name: &str) -> Vec<String> {
    let values = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    values
        .map(|value| value.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn without_a_server_the_commands_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    for words in [&["env"][..], &["status"], &["account", "list"], &["account", "create", "--name", "a"]] {
        let message = refused(keygate(&[words, &["--data-dir", path]].concat()), 1);
        assert!(
            message.starts_with(&format!("keygate: no server runs on the data folder {path};")),
            "{message}"
        );
        let mut command = keygate(words);
        command.env("KEYGATE_DATA_DIR", path);
        assert_eq!(refused(command, 1), message);
    }
    let message = refused(keygate(&["events", "--data-dir", path]), 1);
    assert_eq!(message, format!("keygate: there is no audit trail in the data folder {path}\n"));
    let message = refused(keygate(&["events", "--follow", "--data-dir", path]), 1);
    assert!(message.contains("no server runs"), "{message}");
    assert_eq!(fs::read_dir(path).unwrap().count(), 0, "asking leaves nothing behind");
}

#[test]
fn what_is_not_known_refuses_to_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keygate.toml");
    fs::write(&file, "lisen = 'x'").unwrap();
    let data = folder.path().join("data");
    let serve = || keygate(&["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]);
    let with = |word: &str| {
        let mut command = serve();
        command.arg(word);
        command
    };
    let mut variable = serve();
    variable.env("KEYGATE_LISEN", "x");
    let mut key = serve();
    key.env("KEYGATE_CONFIG", &file);
    for (command, expected) in [
        (with("--lisen=x"), "unexpected argument '--lisen'"),
        (with("--log-level=loud"), "--log-level: \"loud\" is none of"),
        (variable, "unknown variable KEYGATE_LISEN; known are KEYGATE_LISTEN,"),
        (key, "keygate.toml: unknown key lisen; known are listen,"),
    ] {
        let message = refused(command, 2);
        assert!(message.contains(expected), "{message}");
    }
    assert!(!data.exists());
}

#[test]
fn help_and_version_go_to_standard_output() {
    for (words, expected) in [
        (&["--help"][..], "eval \"$(keygate env)\""),
        (&["serve", "--help"], "KEYGATE_ROOT_SECRET_ACCESS_KEY"),
        (&["events", "--help"], "--errors-only"),
        (&["version"], env!("CARGO_PKG_VERSION")),
        (&["--version"], env!("CARGO_PKG_VERSION")),
        (&["completions", "bash"], "complete -F _keygate"),
    ] {
        let text = printed(words);
        assert!(text.contains(expected), "{words:?}: {text}");
    }
}

#[test]
fn the_banner_is_true_and_a_stop_is_clean() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let words = ["serve", "--listen", "127.0.0.1:0", "--account-id", "000000000042", "--data-dir"];
    let mut child = keygate(&words).arg(&path).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let banner: Vec<_> = lines.by_ref().take(8).map(Result::unwrap).collect();
    let (endpoint, rest) = banner.get(1).unwrap().split_once("http://127.0.0.1:").unwrap();
    let port: u16 = rest.parse().unwrap();
    let expected = [
        format!("Keygate {}", env!("CARGO_PKG_VERSION")),
        format!("{endpoint}http://127.0.0.1:{port}"),
        "  account      000000000042".to_owned(),
        format!("  credentials  {}/root-credentials", path.display()),
        format!("  store        sqlite {}/keygate.db", path.display()),
        "  enforcement  on: every request is signed (SigV4) and authorized".to_owned(),
        String::new(),
        format!("In another shell: eval \"$({KEYGATE} env --data-dir {})\"", path.display()),
    ];
    assert_eq!(banner, expected);
    assert_eq!(endpoint, "  endpoint     ");
    for name in ["root-credentials", "master-key", "operator.sock"] {
        assert_eq!(mode(&path.join(name)), 0o600, "{name}");
    }
    assert_eq!(mode(&path), 0o700);
    let mut connection = keygate_testkit::Connection::open(([127, 0, 0, 1], port).into()).unwrap();
    let health = connection.exchange(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(health.is_success(), "it answers when it says so");
    let stop = format!("kill -TERM {}", child.id());
    assert!(Command::new("sh").args(["-c", &stop]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(lines.count(), 0, "nothing more on standard output");
    assert!(!path.join("operator.sock").exists());
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn env_makes_a_shell_a_client() {
    let server = serve();
    let script = format!("eval \"$('{KEYGATE}' env --data-dir '{}')\" && env", data_dir(&server));
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).env("AWS_PROFILE", "other").env("AWS_SESSION_TOKEN", "old");
    let variables = stdout(&shell.output().unwrap());
    let root = server.root();
    for expected in [
        format!("AWS_ENDPOINT_URL={}", server.endpoint()),
        format!("AWS_ACCESS_KEY_ID={}", root.access_key_id),
        format!("AWS_SECRET_ACCESS_KEY={}", root.secret_access_key),
        "AWS_DEFAULT_REGION=us-east-1".to_owned(),
        "AWS_REGION=us-east-1".to_owned(),
    ] {
        assert!(variables.lines().any(|line| line == expected), "{expected}");
    }
    assert!(!variables.contains("AWS_PROFILE") && !variables.contains("AWS_SESSION_TOKEN"), "{variables}");
}

#[test]
fn accounts_are_made_by_command_and_answer_at_once() {
    let server = serve();
    let folder = data_dir(&server);
    let made = printed(&["account", "create", "--name", "Team A", "--json", "--data-dir", folder]);
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let member = |name: &str| made[name].as_str().unwrap();
    let root = Credentials::new(member("AccessKeyId"), member("SecretAccessKey"));
    let identity = server.client_as(root).call(&Query::sts("GetCallerIdentity")).unwrap();
    assert_eq!(identity.field("Account").as_deref(), made["AccountId"].as_str());

    let create = ["account", "create", "--name", "b", "--account-id", "000000000042", "--data-dir", folder];
    let text = printed(&create);
    assert!(text.starts_with("Account 000000000042 (b) is made."), "{text}");
    let again = refused(keygate(&create), 1);
    assert!(again.contains("already"), "{again}");

    let listed = printed(&["account", "list", "--json", "--data-dir", folder]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let accounts = listed["Accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 3);
    for id in [server.account(), member("AccountId"), "000000000042"] {
        assert!(accounts.iter().any(|account| account["AccountId"] == id), "{id}");
    }
    assert!(!listed.to_string().contains(member("SecretAccessKey")));
    let status = printed(&["status", "--json", "--data-dir", folder]);
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["Accounts"], 3);
    assert_eq!(status["Ready"], true);
    assert_eq!(status["Endpoint"], server.endpoint());
}

#[test]
fn events_tell_every_request_with_and_without_a_server() {
    let server = serve();
    let folder = data_dir(&server).to_owned();
    let mut client = server.client();
    let events = |more: &[&str]| printed(&[&["events", "--data-dir", &folder], more].concat());
    create_user(&mut client, "alice");
    // The server's first start made the account.
    let so_far = ["CreateAccount", "CreateUser"];
    assert_eq!(members(&events(&[]), "eventName"), so_far, "what was answered is there at once");
    assert!(!client.call(&Query::iam("GetUser").with("UserName", "nobody")).unwrap().is_success());
    let check = || {
        assert_eq!(members(&events(&[]), "eventName"), ["CreateAccount", "CreateUser", "GetUser"]);
        assert_eq!(members(&events(&["--limit", "1"]), "eventName"), ["GetUser"]);
        assert_eq!(members(&events(&["--errors-only"]), "errorCode"), ["NoSuchEntity"]);
        assert_eq!(members(&events(&["--resource", "alice"]), "eventName"), ["CreateUser"]);
        assert_eq!(events(&["--end", "2020-01-01"]), "");
    };
    check();
    let stopped = server.stop().unwrap();
    check();
    stopped.restart().unwrap();
}

/// A `keygate events --follow`, and its lines.
struct Follower {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

#[test]
fn events_are_followed_until_the_server_stops() {
    let server = serve();
    let mut client = server.client();
    create_user(&mut client, "first");
    let words = ["events", "--follow", "--limit", "1", "--data-dir", data_dir(&server)];
    let mut child = keygate(&words).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut follower = Follower { child, lines };
    let mut next = || members(&follower.lines.next().unwrap().unwrap(), "eventName").remove(0);
    assert_eq!(next(), "CreateUser");
    client.call(&Query::iam("DeleteUser").with("UserName", "first")).unwrap().success().unwrap();
    assert_eq!(next(), "DeleteUser");
    let stopping = thread::spawn(move || server.stop().unwrap());
    assert!(follower.child.wait().unwrap().success());
    assert_eq!(stopping.join().unwrap().status.code(), Some(0));
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let server = serve();
    create_user(&mut server.client(), "alice");
    let script = format!("'{KEYGATE}' events --data-dir '{}'; echo $? >&2", data_dir(&server));
    let output = Command::new("sh").args(["-c", &format!("({script}) | true")]).output().unwrap();
    assert_eq!(stderr(&output), "0\n");
}

#[test]
fn a_data_folder_has_one_server() {
    let server = serve();
    let words = ["serve", "--listen", "127.0.0.1:0", "--data-dir", data_dir(&server)];
    let output = run(&words);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(!stdout(&output).contains("endpoint"));
    let status = printed(&["status", "--data-dir", data_dir(&server)]);
    assert!(status.contains(&server.endpoint()), "the first one goes on: {status}");
}

#[test]
fn metrics_and_probes_answer_on_their_own_address() {
    let server = Server::start(Options::new(KEYGATE).env("KEYGATE_ADMIN_LISTEN", "127.0.0.1:0")).unwrap();
    create_user(&mut server.client(), "alice");
    let status = printed(&["status", "--json", "--data-dir", data_dir(&server)]);
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    let admin = status["AdminEndpoint"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
    let get = |address: &str, path: &str| {
        let mut connection = keygate_testkit::Connection::open(address.parse().unwrap()).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
        connection.exchange(request.as_bytes()).unwrap()
    };
    let page = get(&admin, "/metrics").body;
    let series =
        r#"keygate_requests_total{service="iam.amazonaws.com",operation="CreateUser",outcome="success"} 1"#;
    assert!(page.contains(series), "{page}");
    assert!(page.contains("\nkeygate_ready 1\n"), "{page}");
    for address in [admin.as_str(), &server.address().to_string()] {
        assert_eq!(get(address, "/health").status, 200);
        assert_eq!(get(address, "/ready").status, 200);
    }
    assert!(!get(&server.address().to_string(), "/metrics").is_success(), "metrics are not for clients");
}
