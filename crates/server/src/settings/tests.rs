//! Where settings come from, which place wins, and everything that refuses to start.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use super::*;

type Pairs<'a> = &'a [(&'a str, &'a str)];

const FILE: &str = "keygate.toml";

fn resolve(command_line: Pairs<'_>, environment: Pairs<'_>, file: &str) -> Result<Settings, String> {
    let file = SettingsFile { path: Path::new(FILE), text: file };
    let settings = Settings::resolve(command_line.iter().copied(), environment.iter().copied(), Some(file));
    settings.map_err(|error| error.to_string())
}

fn refusal(command_line: Pairs<'_>, environment: Pairs<'_>, file: &str) -> String {
    resolve(command_line, environment, file).unwrap_err()
}

#[test]
fn with_nothing_said_the_defaults_hold() {
    let settings = Settings::resolve([], [], None).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8474");
    assert_eq!(settings.data_dir, DataDir::new("./keygate-data"));
    assert_eq!(settings.public_url, None);
    assert_eq!(settings.account_id, None);
    assert_eq!(settings.region, "us-east-1");
    assert!(settings.root_key.is_none());
    assert!(matches!(settings.master_key, MasterKeySource::DataDir));
    assert_eq!(settings.admin_listen, None);
    assert_eq!(settings.tls, None);
    assert_eq!(settings.log_format, LogFormat::Text);
    assert_eq!(settings.log_level, Level::Info);
    assert!(settings.quotas.is_empty());
    let expected = Limits {
        max_connections: 1024,
        max_header_size: 64 << 10,
        max_body_size: 1 << 20,
        header_timeout: Duration::from_secs(30),
        body_timeout: Duration::from_secs(30),
        shutdown_timeout: Duration::from_secs(10),
    };
    assert_eq!(settings.limits, expected);
}

type IsSet = fn(&Settings) -> bool;

/// A value for every setting that is not its default, and how to see it.
const EXAMPLES: &[(&str, &str, IsSet)] = &[
    ("listen", "[::1]:0", |s| s.listen.to_string() == "[::1]:0"),
    ("public-url", "https://keygate.example.com:8443/", |s| {
        s.public_url.as_deref() == Some("https://keygate.example.com:8443")
    }),
    ("data-dir", "/var/lib/keygate", |s| s.data_dir.path() == Path::new("/var/lib/keygate")),
    ("region", "eu-central-1", |s| s.region == "eu-central-1"),
    ("account-id", "000000000001", |s| s.account_id.is_some_and(|id| id.to_string() == "000000000001")),
    ("root-access-key-id", "AKIAIOSFODNN7EXAMPLE", |s| {
        s.root_key.as_ref().is_some_and(|key| key.id.as_str() == "AKIAIOSFODNN7EXAMPLE")
    }),
    ("root-secret-access-key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", |s| {
        let expected = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        s.root_key.as_ref().is_some_and(|key| key.secret.expose() == expected)
    }),
    ("tls-cert", "c.pem", |s| s.tls.as_ref().is_some_and(|tls| tls.certificates == Path::new("c.pem"))),
    ("tls-key", "k.pem", |s| s.tls.as_ref().is_some_and(|tls| tls.key == Path::new("k.pem"))),
    (
        "master-key-file",
        "m.key",
        |s| matches!(&s.master_key, MasterKeySource::File(path) if path == Path::new("m.key")),
    ),
    (
        "master-key",
        "topsecret",
        |s| matches!(&s.master_key, MasterKeySource::Text(text) if text.expose() == "topsecret"),
    ),
    ("admin-listen", "127.0.0.1:9000", |s| s.admin_listen.is_some_and(|address| address.port() == 9000)),
    ("log-format", "json", |s| s.log_format == LogFormat::Json),
    ("log-level", "debug", |s| s.log_level == Level::Debug),
    ("max-connections", "7", |s| s.limits.max_connections == 7),
    ("max-header-size", "8KiB", |s| s.limits.max_header_size == 8192),
    ("max-body-size", "65536", |s| s.limits.max_body_size == 65536),
    ("header-timeout", "250ms", |s| s.limits.header_timeout == Duration::from_millis(250)),
    ("body-timeout", "2m", |s| s.limits.body_timeout == Duration::from_secs(120)),
    ("shutdown-timeout", "1s", |s| s.limits.shutdown_timeout == Duration::from_secs(1)),
    ("role-templates", "t.json", |s| s.role_templates.as_deref() == Some(Path::new("t.json"))),
    ("quotas", "UsersPerAccount=20000,ACLSizePerRole=8192", |s| {
        s.quotas.get(&Quota::Users) == Some(&20000)
            && s.quotas.get(&Quota::AssumeRolePolicySize) == Some(&8192)
    }),
];

/// What a setting needs beside it.
fn companions(name: &str) -> &'static [&'static str] {
    match name {
        "root-access-key-id" => &["root-secret-access-key"],
        "root-secret-access-key" => &["root-access-key-id"],
        "tls-cert" => &["tls-key"],
        "tls-key" => &["tls-cert"],
        _ => &[],
    }
}

fn example(name: &str) -> &'static str {
    EXAMPLES.iter().find(|(known, ..)| *known == name).unwrap().1
}

#[test]
fn every_setting_can_be_given_in_every_place_that_it_has() {
    for setting in SETTINGS.iter().filter(|setting| setting.name != "config") {
        let Setting { name, .. } = setting;
        let is_set = EXAMPLES.iter().find(|(known, ..)| known == name).expect(name).2;
        assert!(!is_set(&Settings::resolve([], [], None).unwrap()), "{name}: the example is the default");
        let names = || companions(name).iter().chain([name]);
        let variables: Vec<_> =
            names().map(|name| (Setting::named(name).unwrap().variable(), example(name))).collect();
        let environment: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        assert!(is_set(&resolve(&[], &environment, "").unwrap()), "{name} in the environment");
        let text: String = names().map(|name| format!("{name} = {:?}\n", example(name))).collect();
        assert!(is_set(&resolve(&[], &[], &text).unwrap()), "{name} in the file");
        let options: Vec<_> = names().map(|name| (*name, example(name))).collect();
        if setting.on_command_line {
            assert!(is_set(&resolve(&options, &[], "").unwrap()), "{name} on the command line");
        } else {
            let problem = refusal(&options, &[], "");
            assert!(problem.starts_with("unknown option --"), "{name}: {problem}");
        }
    }
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let file = "region = 'in-file-1'";
    let environment = &[("KEYGATE_REGION", "in-environment-1"), ("PATH", "/bin")];
    let region = |options, environment, file| resolve(options, environment, file).unwrap().region;
    assert_eq!(region(&[("region", "in-option-1")], environment, file), "in-option-1");
    assert_eq!(region(&[], environment, file), "in-environment-1");
    assert_eq!(region(&[], &[], file), "in-file-1");
    assert_eq!(region(&[], &[], ""), "us-east-1");
}

#[test]
fn quotas_of_several_places_add_up() {
    let file = "[quotas]\nUsersPerAccount = 1\nGroupsPerAccount = 2\nRolesPerAccount = 3";
    let environment = &[("KEYGATE_QUOTAS", "GroupsPerAccount=20, RolesPerAccount=30")];
    let settings = resolve(&[("quotas", "RolesPerAccount=300")], environment, file).unwrap();
    let quotas: Vec<_> = settings.quotas.into_iter().collect();
    assert_eq!(quotas, [(Quota::Users, 1), (Quota::Groups, 20), (Quota::Roles, 300)]);
    assert!(resolve(&[], &[("KEYGATE_QUOTAS", "")], "[quotas]").unwrap().quotas.is_empty());
}

#[test]
fn numbers_in_the_file_may_stand_without_quotes() {
    let settings = resolve(&[], &[], "max-connections = 5\nmax-body-size = 20000").unwrap();
    assert_eq!((settings.limits.max_connections, settings.limits.max_body_size), (5, 20000));
}

#[test]
fn what_is_unknown_refuses_and_names_what_is_known() {
    for (command_line, environment, file, expected) in [
        (&[("lisen", "x")][..], &[][..], "", "unknown option --lisen; known are --listen, --data-dir,"),
        (&[], &[("KEYGATE_LISEN", "x")], "", "unknown variable KEYGATE_LISEN; known are KEYGATE_LISTEN,"),
        (&[], &[("KEYGATE_", "x")], "", "unknown variable KEYGATE_; known are"),
        (&[], &[("KEYGATE_listen", "x")], "", "unknown variable KEYGATE_listen; known are"),
        (&[], &[("KEYGATE_BIN", "x")], "", "unknown variable KEYGATE_BIN; known are"),
        (&[], &[], "lisen = 1", "keygate.toml: unknown key lisen; known are listen, data-dir,"),
        (&[], &[], "data_dir = 'x'", "keygate.toml: unknown key data_dir; known are"),
        (&[], &[], "config = 'other.toml'", "keygate.toml: unknown key config; known are"),
        (&[], &[], "[server]\nlisten = '127.0.0.1:1'", "keygate.toml: unknown key server; known are"),
    ] {
        let problem = refusal(command_line, environment, file);
        assert!(problem.starts_with(expected), "{problem}");
    }
    assert!(!refusal(&[("x", "")], &[], "").contains("secret"), "secrets are no options");
}

#[test]
fn what_can_not_be_read_refuses_and_says_where_it_stands() {
    for (name, text, expected) in [
        ("listen", "8474", r#""8474" is not an IP address and a port, such as 127.0.0.1:8474 or [::1]:8474"#),
        ("listen", "localhost:8474", r#""localhost:8474" is not an IP address and a port"#),
        ("listen", "", r#""" is not an IP address and a port"#),
        (
            "public-url",
            "keygate.example.com",
            r#""keygate.example.com" is not a URL without a path, such as https://keygate.example.com"#,
        ),
        ("public-url", "https://k.example/iam", r#""https://k.example/iam" is not a URL without a path"#),
        ("public-url", "https://k.example?a=b", r#""https://k.example?a=b" is not a URL without a path"#),
        ("public-url", "https://me@k.example", r#""https://me@k.example" is not a URL without a path"#),
        ("public-url", "ftp://k.example", r#""ftp://k.example" is not a URL without a path"#),
        ("public-url", "https://", r#""https://" is not a URL without a path"#),
        ("data-dir", "", "the path is empty"),
        ("region", "", r#""" is not a region, such as us-east-1"#),
        ("region", "US East", r#""US East" is not a region"#),
        ("account-id", "123", r#""123" is not an account id, such as 123456789012"#),
        ("log-format", "xml", r#""xml" is neither text nor json"#),
        ("log-level", "loud", r#""loud" is none of error, warn, info, debug, trace"#),
        ("max-connections", "0", r#""0" is not a number from 1 to 1000000"#),
        ("max-connections", "-1", r#""-1" is not a number from 1 to 1000000"#),
        ("max-header-size", "1KiB", r#""1KiB" is not a size from 4KiB to 256KiB, such as 64KiB or 1MiB"#),
        ("max-body-size", "2GiB", r#""2GiB" is not a size from 16KiB to 1024MiB"#),
        ("max-body-size", "99999999999999999999MiB", r#""99999999999999999999MiB" is not a size"#),
        ("header-timeout", "30", r#""30" is not a time above zero, such as 500ms, 30s or 5m"#),
        ("header-timeout", "0s", r#""0s" is not a time above zero"#),
        ("body-timeout", "9999999m", r#""9999999m" is not a time"#),
        ("quotas", "Users", r#""Users" is not a quota and its value, such as UsersPerAccount=20000"#),
        ("quotas", "Users=1", r#""Users" is not a quota; these are: UsersPerAccount, "#),
        ("quotas", "UsersPerAccount=many", r#"UsersPerAccount: "many" is not a number from 0 to 4294967295"#),
        ("quotas", "ACLSizePerRole=9000", r#"ACLSizePerRole: "9000" is not a number from 0 to 8192"#),
    ] {
        let variable = Setting::named(name).unwrap().variable();
        for (place, problem) in [
            (format!("--{name}"), refusal(&[(name, text)], &[], "")),
            (variable.clone(), refusal(&[], &[(&variable, text)], "")),
            (format!("{FILE}: {name}"), refusal(&[], &[], &format!("{name} = {text:?}"))),
        ] {
            assert!(problem.starts_with(&format!("{place}: {expected}")), "{problem}");
        }
    }
    for (file, expected) in [
        (
            "tls-cert = true",
            "keygate.toml: tls-cert: a text or a number is wanted, not a value of type boolean",
        ),
        ("quotas = [1]", "keygate.toml: quotas: a text or a number is wanted, not a value of type array"),
        ("[quotas]\nUsersPerAccount = '1'", "keygate.toml: quotas: UsersPerAccount is not a number"),
        ("region = 'a'\nlisten", "keygate.toml: line 2: "),
        ("region = 'a'\nregion = 'b'", "keygate.toml: line 2: duplicate key"),
    ] {
        let problem = refusal(&[], &[], file);
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[test]
fn what_belongs_together_is_wanted_together() {
    for (environment, expected) in [
        (&[("KEYGATE_TLS_CERT", "c")][..], "tls-cert and tls-key go together: set both or neither"),
        (&[("KEYGATE_TLS_KEY", "k")], "tls-cert and tls-key go together: set both or neither"),
        (
            &[("KEYGATE_ROOT_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")],
            "root-access-key-id and root-secret-access-key go together: set both or neither",
        ),
        (
            &[("KEYGATE_MASTER_KEY", "k"), ("KEYGATE_MASTER_KEY_FILE", "f")],
            "the master key is given twice: set master-key-file or master-key",
        ),
    ] {
        assert_eq!(refusal(&[], environment, ""), expected);
    }
    let other_place = resolve(&[("tls-key", "k")], &[], "tls-cert = 'c'").unwrap();
    assert!(other_place.tls.is_some(), "they may come from different places");
}

#[test]
fn no_secret_is_ever_quoted() {
    const SECRET: &str = "hush hush";
    for (environment, file) in [
        (&[("KEYGATE_ROOT_SECRET_ACCESS_KEY", SECRET)][..], ""),
        (&[("KEYGATE_ROOT_ACCESS_KEY_ID", SECRET)], ""),
        (&[("KEYGATE_MASTER_KEY", " ")], ""),
        (&[], "root-secret-access-key = 'hush hush'"),
        (&[], "root-secret-access-key = 'hush hush"),
        (&[], "master-key = hush hush"),
        (&[], "master-key = ['hush hush']"),
    ] {
        let problem = refusal(&[], environment, file);
        assert!(!problem.contains("hush"), "{problem}");
    }
    let environment = &[
        ("KEYGATE_ROOT_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("KEYGATE_ROOT_SECRET_ACCESS_KEY", "hush-hush-hush-hush"),
        ("KEYGATE_MASTER_KEY", "hush"),
    ];
    assert!(!format!("{:?}", resolve(&[], environment, "").unwrap()).contains("hush"));
}

#[test]
fn only_our_variables_are_looked_at() {
    let os = |text: &[u8]| OsString::from_vec(text.to_vec());
    let variables =
        [(os(b"\xff"), os(b"\xff")), (os(b"HOME"), os(b"\xff")), (os(b"KEYGATE_REGION"), os(b"a"))];
    let ours = from_environment(variables).unwrap();
    assert_eq!(ours, [("KEYGATE_REGION".to_owned(), "a".to_owned())]);
    let error = from_environment([(os(b"KEYGATE_REGION"), os(b"\xff"))]).unwrap_err();
    assert_eq!(error.to_string(), "KEYGATE_REGION: its value is not UTF-8");
}

#[test]
fn the_file_is_the_one_that_the_command_line_or_else_the_environment_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("one.toml"), "region = 'one-1'").unwrap();
    std::fs::write(path("two.toml"), "region = 'two-2'").unwrap();
    let load = |option: Option<&str>, variable: Option<&str>| {
        let options: Vec<_> = option.map(|path| ("config", path)).into_iter().collect();
        let variables = variable.map(|path| (OsString::from("KEYGATE_CONFIG"), OsString::from(path)));
        Settings::load(options, variables).map(|settings| settings.region).map_err(|error| error.to_string())
    };
    let (one, two) = (path("one.toml"), path("two.toml"));
    assert_eq!(load(None, None).unwrap(), "us-east-1");
    assert_eq!(load(None, Some(&one)).unwrap(), "one-1");
    assert_eq!(load(Some(&two), Some(&one)).unwrap(), "two-2");
    assert_eq!(load(None, Some("")).unwrap_err(), "KEYGATE_CONFIG: the path is empty");
    let missing = load(Some(&path("three.toml")), None).unwrap_err();
    assert!(missing.contains("three.toml can not be read: No such file"), "{missing}");
}

#[test]
fn the_folder_has_its_files() {
    let folder = DataDir::new("d");
    assert_eq!(folder.to_string(), "d");
    assert_eq!(folder.operator_socket(), Path::new("d/operator.sock"));
    assert_eq!(folder.root_credentials(), Path::new("d/root-credentials"));
}
