//! `keygate policy`: commands over files, with what they print and how they end. No server runs.

#![expect(clippy::unwrap_used, reason = "a test may panic, and so may what it is made of")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const KEYGATE: &str = env!("CARGO_BIN_EXE_keygate");

/// Documents that the commands below speak of.
const FILES: [(&str, &str); 14] = [
    (
        "alice.json",
        r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*",
     "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
    {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::photos/secret/*"}
  ]
}
"#,
    ),
    // The same in other words.
    (
        "alice2.json",
        r#"{"Statement": [
    {"Effect": "Deny", "Resource": ["arn:aws:s3:::photos/secret/*"], "Action": "s3:*"},
    {"Sid": "Read", "Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject", "s3:GetObject"], "Resource": "*",
     "Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}}],
  "Version": "2012-10-17"}"#,
    ),
    (
        "alice3.json",
        r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*",
     "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/25"}}},
    {"Sid": "New", "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}"#,
    ),
    (
        "full.json",
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
    ),
    (
        "sqs.json",
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}"#,
    ),
    (
        "deny.json",
        r#"{"Version": "2012-10-17", "Statement": {"Sid": "No", "Effect": "Deny", "Action": "s3:Get*", "Resource": "*"}}"#,
    ),
    (
        "tags.json",
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}, "Null": {"aws:TagKeys": "false"}}}}"#,
    ),
    (
        "trust.json",
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}}"#,
    ),
    (
        "lambda.json",
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#,
    ),
    (
        "typo.json",
        "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Effect\": \"Allow\", \"Acton\": \"s3:GetObject\", \"Resource\": \"*\"}\n  ]\n}\n",
    ),
    (
        "old.json",
        r#"{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
    ),
    (
        "odd.json",
        "{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:GetObjct\", \"Resource\": \"*\"}}",
    ),
    ("not.json", "{\"Version\": \n oops}"),
    (
        "twice.json",
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}}"#,
    ),
];

/// Alice reads a photo.
const GET: &str = "--action s3:GetObject --resource arn:aws:s3:::photos/cat --resource-account 111122223333 \
                   --principal arn:aws:iam::111122223333:user/alice";
/// From the address that her policy wants.
const FROM: &str = "--context aws:SourceIp=203.0.113.9";
/// Somebody assumes a role.
const ASSUME: &str = "--action sts:AssumeRole --resource arn:aws:iam::111122223333:role/r";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// `keygate policy` with these words, separated by white space, in this folder.
fn policy(folder: &Path, line: &str, input: &[u8]) -> Output {
    let mut child = Command::new(KEYGATE)
        .arg("policy")
        .args(line.split_whitespace())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that is misused ends without having read its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The command ends with this code; its output or its complaint begins with or is what is expected.
fn check(line: &str, code: i32, expected: &str) {
    let folder = folder();
    let output = policy(folder.path(), line, b"");
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{line}\n{stdout}{stderr}");
    let shown = if code == 2 { &stderr } else { &stdout };
    if code == 2 {
        assert_eq!(stdout, "", "{line}");
    }
    let found = match expected.strip_suffix('…') {
        Some(begin) => shown.starts_with(begin),
        None => shown == expected,
    };
    assert!(found, "{line}\n{shown}\nis not\n{expected}");
}

fn denial(reason: &str) -> String {
    format!(
        "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:GetObject on resource: \
         arn:aws:s3:::photos/cat {reason}\n"
    )
}

#[test]
fn check_says_what_is_wrong_and_where() {
    let typo = "error: MalformedPolicyDocument: Syntax errors in policy.\n --> typo.json:4:25\n  |\n\
                4 |     {\"Effect\": \"Allow\", \"Acton\": \"s3:GetObject\", \"Resource\": \"*\"}\n  \
                |                         ^^^^^^^\nhelp: Unknown field Acton\n";
    let principal = "error: MalformedPolicyDocument: Policy document should not specify a principal.\n \
                     --> trust.json:1:60\n…";
    for (line, code, expected) in [
        ("check alice.json", 0, "alice.json: ok (identity policy, 2 statements, 263 characters)\n"),
        (
            "check full.json typo.json",
            1,
            &format!("full.json: ok (identity policy, 1 statement, 83 characters)\n{typo}"),
        ),
        ("check trust.json", 1, principal),
        ("check --kind trust trust.json", 0, "trust.json: ok (trust policy, 1 statement, 116 characters)\n"),
        ("check --kind resource trust.json", 0, "trust.json: ok (resource policy,…"),
        ("check --kind boundary full.json", 0, "full.json: ok (boundary policy,…"),
        ("check --kind session full.json", 0, "full.json: ok (session policy,…"),
        ("check --kind scp full.json", 0, "full.json: ok (scp policy,…"),
        (
            "check --kind rcp full.json",
            1,
            "error: MalformedPolicyDocument: The provided policy document does not meet the requirements of the \
             specified policy type.\n --> full.json:1:51\n…",
        ),
        ("check --kind vpc-endpoint full.json", 0, "full.json: ok (vpc-endpoint policy,…"),
        (
            "check not.json",
            1,
            "error: MalformedPolicyDocument: Syntax errors in policy.\n --> not.json:2:2\n  |\n2 |  oops}\n  |  ^\n\
             help: expected value at line 2 column 2\n",
        ),
        (
            "check twice.json",
            1,
            "error: MalformedPolicyDocument: Syntax errors in policy.\n --> twice.json:1:59\n…",
        ),
        ("check absent.json", 2, "keygate: absent.json can not be read: No such file…"),
        ("check --kind user alice.json", 2, "error: invalid value 'user' for '--kind <KIND>'…"),
        ("check", 2, "error: the following required arguments were not provided…"),
    ] {
        check(line, code, expected);
    }
}

#[test]
fn check_warns_of_what_is_hardly_meant() {
    let warned = "odd.json: ok (identity policy, 1 statement, 93 characters)\n\
                  warning: s3 has no action GetObjct\n --> odd.json:2:45\n  |\n\
                  2 |  \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:GetObjct\", \"Resource\": \"*\"}}\n  \
                  |                                             ^^^^^^^^^^^^^\n";
    check("check odd.json", 0, warned);
    check("check --strict odd.json", 1, warned);
    check("check --strict full.json", 0, "full.json: ok…");
    let folder = folder();
    let output = policy(folder.path(), "check --json --strict odd.json", b"");
    assert_eq!(output.status.code(), Some(1));
    let reports: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = serde_json::json!([{"message": "s3 has no action GetObjct",
        "line": 2, "column": 45, "endLine": 2, "endColumn": 58}]);
    assert_eq!((&reports[0]["ok"], &reports[0]["warnings"]), (&serde_json::json!(true), &expected));
}

#[test]
fn check_for_programs() {
    let folder = folder();
    let output = policy(folder.path(), "check --json full.json typo.json", b"");
    assert_eq!(output.status.code(), Some(1));
    let reports: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = serde_json::json!([
        {"file": "full.json", "ok": true, "size": 83, "statements": 1, "error": null, "warnings": []},
        {"file": "typo.json", "ok": false, "size": null, "statements": null, "error": {
            "code": "MalformedPolicyDocument", "message": "Syntax errors in policy.",
            "line": 4, "column": 25, "endLine": 4, "endColumn": 32}, "warnings": []},
    ]);
    assert_eq!(reports, expected);
    let output = policy(folder.path(), "check -", FILES[0].1.as_bytes());
    assert!(text(&output.stdout).starts_with("standard input: ok"), "{output:?}");
}

#[test]
fn eval_decides_over_every_layer() {
    let allowed = "Allowed: alice.json:4:5 Allow \"Read\", of the identity-based policies\n";
    let implicit = |layer: &str, phrase: &str| {
        let because = denial(&format!("because no {phrase} allows the s3:GetObject action"));
        format!("ImplicitlyDenied: the {layer} do not allow it\n{because}")
    };
    let explicit = |layer: &str, article: &str| {
        let with = denial(&format!("with an explicit deny in {article}"));
        format!("ExplicitlyDenied: deny.json:1:40 Deny \"No\", of the {layer}\n{with}")
    };
    let identity = implicit("identity-based policies", "identity-based policy");
    let full = "Allowed: full.json:1:40 Allow statement 1, of the identity-based policies\n";
    for (options, code, expected) in [
        (format!("{FROM} --identity alice.json"), 0, allowed),
        ("--identity alice.json".to_owned(), 1, &identity),
        (String::new(), 1, &identity),
        ("--identity full.json".to_owned(), 0, full),
        (
            "--identity full.json deny.json".to_owned(),
            1,
            &explicit("identity-based policies", "an identity-based policy"),
        ),
        (
            "--identity full.json --boundary sqs.json".to_owned(),
            1,
            &implicit("permissions boundaries", "permissions boundary"),
        ),
        (
            "--identity full.json --boundary deny.json".to_owned(),
            1,
            &explicit("permissions boundaries", "a permissions boundary"),
        ),
        (
            "--identity full.json --session sqs.json".to_owned(),
            1,
            &implicit("session policies", "session policy"),
        ),
        ("--identity full.json --session sqs.json full.json".to_owned(), 0, full),
        (
            "--identity full.json --scp root=full.json account=sqs.json".to_owned(),
            1,
            &implicit("service control policies", "service control policy"),
        ),
        (
            "--identity full.json --scp root=full.json --scp account=sqs.json --scp account=full.json"
                .to_owned(),
            0,
            full,
        ),
        (
            "--identity full.json --scp root=full.json account=".to_owned(),
            1,
            &implicit("service control policies", "service control policy"),
        ),
        (
            "--identity full.json --scp root=deny.json".to_owned(),
            1,
            &explicit("service control policies", "a service control policy"),
        ),
        (
            "--identity full.json --rcp root=".to_owned(),
            1,
            &implicit("resource control policies", "resource control policy"),
        ),
        (
            "--identity full.json --vpc-endpoint sqs.json".to_owned(),
            1,
            &implicit("VPC endpoint policies", "VPC endpoint policy"),
        ),
        // A key with several values.
        ("--identity tags.json --context aws:TagKeys=a aws:TagKeys=b".to_owned(), 0, "Allowed: tags.json…"),
        ("--identity tags.json --context aws:TagKeys=a aws:TagKeys=c".to_owned(), 1, &identity),
    ] {
        check(&format!("eval {GET} {options}"), code, expected);
    }
}

/// Rule 188: AWS names the policy that denies, if it has an ARN.
#[test]
fn rule_188_eval_shows_the_arn_of_the_policy_that_denies() {
    const ARN: &str = "arn:aws:iam::111122223333:policy/team/p=1";
    const SCP: &str = "arn:aws:organizations::111122223333:policy/o-1/service_control_policy/p-1";
    let denied = |layer: &str, article: &str, arn: &str| {
        let with = denial(&format!("with an explicit deny in {article}: {arn}"));
        format!("ExplicitlyDenied: deny.json:1:40 Deny \"No\", of the {layer}\n{with}")
    };
    for (options, expected) in [
        (
            format!("--identity full.json {ARN}=deny.json"),
            denied("identity-based policies", "an identity-based policy", ARN),
        ),
        (
            format!("--identity full.json --boundary {ARN}=deny.json"),
            denied("permissions boundaries", "a permissions boundary", ARN),
        ),
        (
            format!("--identity full.json --session {ARN}=deny.json"),
            denied("session policies", "a session policy", ARN),
        ),
        (
            format!("--identity full.json --scp root={SCP}=deny.json"),
            denied("service control policies", "a service control policy", SCP),
        ),
    ] {
        check(&format!("eval {GET} {options}"), 1, &expected);
    }
    check(&format!("eval {GET} --identity {ARN}="), 2, "error: invalid value '…");
}

#[test]
fn eval_knows_every_kind_of_caller() {
    let bob = "--principal arn:aws:iam::444455556666:user/bob";
    let session = "--principal arn:aws:sts::111122223333:assumed-role/r/s";
    for (options, code, expected) in [
        (format!("{ASSUME} {bob} --resource-policy trust.json"), 1, "ImplicitlyDenied: the identity-based policies…"),
        (format!("{ASSUME} {bob} --resource-policy trust.json --identity full.json"), 0, "Allowed: …"),
        (format!("{ASSUME} {bob} --identity full.json"), 1, "ImplicitlyDenied: the resource-based policies…"),
        (format!("{ASSUME} --principal lambda.amazonaws.com --resource-policy lambda.json"), 0, "Allowed: lambda.json:…"),
        (format!("{ASSUME} --principal anonymous --resource-policy lambda.json"), 1, "ImplicitlyDenied: …"),
        (format!("{ASSUME} {session} --role-arn arn:aws:iam::111122223333:role/p/r --resource-policy trust.json"), 1, "ImplicitlyDenied: …"),
        ("--action s3:ListAllMyBuckets --resource * --principal arn:aws:iam::111122223333:root".to_owned(), 0, "Allowed: …"),
        ("--action sts:GetCallerIdentity --resource * --principal arn:aws:iam::111122223333:user/u --identity deny.json".to_owned(), 0, "Allowed: no policy has to allow it\n"),
    ] {
        check(&format!("eval {options}"), code, expected);
    }
}

#[test]
fn eval_refuses_what_is_no_question() {
    for (line, expected) in [
        (
            format!("eval {GET} --identity typo.json"),
            "keygate: MalformedPolicyDocument: Syntax errors in policy.\n --> typo.json:4:25\n…",
        ),
        (format!("eval {GET} --identity twice.json"), "keygate: MalformedPolicyDocument: …"),
        (
            format!("eval {GET} --identity trust.json"),
            "keygate: MalformedPolicyDocument: Policy document should not specify a principal.…",
        ),
        (format!("eval {GET} --identity absent.json"), "keygate: absent.json can not be read: …"),
        (
            format!("eval {GET} --scp full.json"),
            "error: invalid value 'full.json' for '--scp <LEVEL=[ARN=]FILE>...': say to which root…",
        ),
        (
            format!("eval {GET} --context aws:SourceIp"),
            "error: invalid value 'aws:SourceIp' for '--context <KEY=VALUE>...': a condition key…",
        ),
        (
            format!("eval {GET} --context aws:TagKeys=a AWS:tagkeys=b"),
            "keygate: --context has AWS:tagkeys in two spellings\n",
        ),
        (
            format!("eval {}", GET.replace("111122223333 ", "12 ")),
            "error: invalid value '12' for '--resource-account <ID>'…",
        ),
        (format!("eval {GET} --force"), "error: unexpected argument '--force' found…"),
        (
            "eval --action s3:* --resource * --principal x.y".to_owned(),
            "error: invalid value 's3:*' for '--action <ACTION>': a request is for one action…",
        ),
        (
            "eval --action a:b --resource * --principal nobody".to_owned(),
            "keygate: `nobody` is no principal\n",
        ),
        (
            "eval --action a:b --resource *".to_owned(),
            "error: the following required arguments were not provided…",
        ),
    ] {
        check(&line, 2, expected);
    }
}

#[test]
fn eval_tells_what_surprises() {
    let folder = folder();
    let unknown = GET.replace("--resource-account 111122223333", "");
    let output = policy(folder.path(), &format!("eval {unknown} --identity full.json"), b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("--resource-account says whose it is"), "{output:?}");
    let output = policy(folder.path(), &format!("eval {GET} --identity old.json"), b"");
    assert_eq!(output.status.code(), Some(0), "policies of the old version are still in force");
    assert!(text(&output.stderr).contains("AWS would refuse to save old.json"), "{output:?}");
    fs::write(folder.path().join("empty.json"), r#"{"Version": "2012-10-17", "Statement": []}"#).unwrap();
    let line = format!("eval {GET} --identity full.json --boundary empty.json");
    let output = policy(folder.path(), &line, b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("empty.json has no statements, so it allows nothing"),
        "{output:?}"
    );
}

#[test]
fn explain_shows_every_part_of_every_statement() {
    let because = denial("because no service control policy allows the s3:GetObject action");
    let expected = format!(
        r#"ImplicitlyDenied: the service control policies do not allow it
{because}
service control policies of root: nothing matches
  - sqs.json:1:40 Allow statement 1 does not match
      - Action
      + Resource

identity-based policies: nothing matches
  - alice.json:4:5 Allow "Read" does not match
      + Action
      + Resource
      - Condition 5:34 IpAddress "aws:SourceIp": "203.0.113.0/24"; the request has no aws:SourceIp
  - alice.json:6:5 Deny statement 2 does not match
      + Action
      - Resource
"#
    );
    check(&format!("explain {GET} --identity alice.json --scp root=sqs.json"), 1, &expected);
    let expected = r#"Allowed: lambda.json:1:40 Allow statement 1, of the resource-based policies

resource-based policies: an Allow matches
  + lambda.json:1:40 Allow statement 1 matches
      + Principal
      + Action
      + Resource

service control policies: do not limit this request
"#;
    let lambda = "--principal lambda.amazonaws.com --resource-policy lambda.json --scp root=sqs.json";
    check(&format!("explain {ASSUME} {lambda}"), 0, expected);
}

#[test]
fn explain_for_programs() {
    let folder = folder();
    let output = policy(folder.path(), &format!("explain {GET} {FROM} --identity alice.json --json"), b"");
    assert_eq!(output.status.code(), Some(0));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let at = |pointer: &str| answer.pointer(pointer).unwrap().clone();
    assert_eq!(at("/decision"), "Allowed");
    assert_eq!(at("/decidedBy"), "IDENTITY");
    assert_eq!(at("/statement/sid"), "Read");
    assert_eq!(at("/layers/0/finding"), "Allow");
    assert_eq!(at("/layers/0/statements/1/matched"), false);
    assert_eq!(at("/layers/0/statements/0/conditions/0/line"), 5);
    assert_eq!(at("/layers/0/statements/0/conditions/0/requestValues/0"), "203.0.113.9");
    let output = policy(folder.path(), &format!("eval {GET} {FROM} --identity alice.json --json"), b"");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer.get("layers"), None);
    assert_eq!(answer.get("message"), Some(&serde_json::Value::Null));
}

#[test]
fn diff_finds_what_differs_in_meaning() {
    let changed = r#"~ changed statement "Read" (old 4:5, new 2:5)
    - Action: "s3:ListBucket"
    - Condition: IpAddress: aws:SourceIp: "203.0.113.0/24"
    + Condition: IpAddress: aws:SourceIp: "203.0.113.0/25"
- removed statement (old 6:5)
    - Action: "s3:*"
    - Effect: "Deny"
    - Resource: "arn:aws:s3:::photos/secret/*"
+ added statement "New" (new 4:5)
    + Action: "s3:ListAllMyBuckets"
    + Effect: "Allow"
    + Resource: "*"
"#;
    let position = "~ changed statement (old 1:40, new 1:40)\n    - Action: \"*\"\n    + Action: \"sqs:*\"\n";
    for (line, code, expected) in [
        ("diff alice.json alice.json", 0, ""),
        ("diff alice.json alice2.json", 0, ""),
        ("diff alice2.json alice.json", 0, ""),
        ("diff alice.json alice3.json", 1, changed),
        ("diff full.json sqs.json", 1, position),
        ("diff full.json old.json", 1, "- Version: \"2012-10-17\"\n+ Version: \"2008-10-17\"\n"),
        (
            "diff trust.json lambda.json",
            1,
            "~ changed statement (old 1:40, new 1:40)\n    - Principal: AWS: \"444455556666\"\n    + Principal: Service: \"lambda.amazonaws.com\"\n",
        ),
        ("diff full.json typo.json", 2, "keygate: MalformedPolicyDocument: …"),
        ("diff twice.json full.json", 2, "keygate: MalformedPolicyDocument: …"),
        ("diff full.json", 2, "error: the following required arguments…"),
    ] {
        check(line, code, expected);
    }
}

#[test]
fn format_changes_white_space_only() {
    let folder = folder();
    for (name, original) in FILES.iter().filter(|(name, _)| *name != "not.json") {
        let output = policy(folder.path(), "format -", original.as_bytes());
        let formatted = text(&output.stdout);
        let dense = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(dense(&formatted), dense(original), "{name}");
        assert!(formatted.starts_with("{\n  \""), "{formatted}");
    }
    check("format --check full.json", 1, "");
    check("format --check alice.json", 1, "");
    let pretty = policy(folder.path(), "format alice.json", b"").stdout;
    let output = policy(folder.path(), "format --check -", &pretty);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), ""));
    for (options, code) in [("--json", 0), ("--json --check", 1)] {
        let output = policy(folder.path(), &format!("format {options} alice.json"), b"");
        assert_eq!(output.status.code(), Some(code));
        let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let expected = serde_json::json!({"file": "alice.json", "changed": true, "text": text(&pretty)});
        assert_eq!(result, expected);
    }
    check("format not.json", 2, "keygate: MalformedPolicyDocument: …");
}

const CASE: &str = r#""request": {"principal": "arn:aws:iam::111122223333:user/a", "action": "s3:GetObject",
    "resource": {"arn": "*"}}"#;

/// Lines of cases: one met, one not, three that are no cases.
fn cases() -> Vec<u8> {
    let request = CASE.replace('\n', "");
    let lines = [
        format!(r#"{{"id": "met", {request}, "expected": "Denied"}}"#),
        format!(r#"{{"id": "unmet", {request}, "expected": "Allowed"}}"#),
        format!(r#"{{"id": "unknown", {request}, "comment": 1}}"#),
        String::new(),
        "no json".to_owned(),
        format!(r#"{{"id": "last", {request}, "expected": "ImplicitlyDenied"}}"#),
    ];
    let mut bytes = lines.join("\n").into_bytes();
    bytes.extend(b"\n\xff\n");
    bytes
}

#[test]
fn decide_goes_on_after_lines_that_are_no_cases() {
    let folder = folder();
    fs::write(folder.path().join("cases.jsonl"), cases()).unwrap();
    let met = |id: &str| {
        format!(r#"{{"id":"{id}","decision":"ImplicitlyDenied","decidedBy":"IDENTITY","ok":true}}"#)
    };
    let unmet = met("unmet").replace("true", "false");
    let output = policy(folder.path(), "decide --cases cases.jsonl", b"");
    assert_eq!(output.status.code(), Some(1));
    let all = text(&output.stdout);
    let lines: Vec<_> = all.lines().collect();
    assert_eq!(lines.len(), 7, "{all}");
    assert_eq!((lines[0], lines[1], lines[4]), (met("met").as_str(), unmet.as_str(), met("last").as_str()));
    let refused = r#"{"id":"unknown","decision":null,"decidedBy":null,"ok":false,"error":"cases.jsonl:3: unknown field `comment`"#;
    assert!(lines[2].starts_with(refused), "{all}");
    assert!(lines[3].contains(r#""error":"cases.jsonl:5: "#), "{all}");
    assert!(lines[5].contains(r#""error":"cases.jsonl:7: invalid utf-8"#), "{all}");
    assert_eq!(lines[6], "2 passed, 4 failed");
    let output = policy(folder.path(), "decide --quiet --cases cases.jsonl", b"");
    assert_eq!(output.status.code(), Some(1));
    let quiet: Vec<_> = [&lines[1..4], &lines[5..]].concat();
    assert_eq!(text(&output.stdout).lines().collect::<Vec<_>>(), quiet);
    let first = cases().split(|byte| *byte == b'\n').next().unwrap().to_vec();
    let output = policy(folder.path(), "decide --cases - --quiet", &first);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), "1 passed, 0 failed\n"));
    check("decide --cases absent.jsonl", 2, "keygate: absent.jsonl can not be read: …");
    check("decide", 2, "error: the following required arguments…");
}

#[test]
fn the_corpus_is_decided_as_it_says() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let files: Vec<PathBuf> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    let files: Vec<_> = files.iter().filter(|path| path.extension().is_some_and(|e| e == "jsonl")).collect();
    assert!(!files.is_empty());
    let lines: usize = files.iter().map(|path| fs::read_to_string(path).unwrap().lines().count()).sum();
    let output =
        Command::new(KEYGATE).args(["policy", "decide", "--quiet", "--cases"]).args(&files).output().unwrap();
    assert_eq!(text(&output.stdout), format!("{lines} passed, 0 failed\n"));
    assert_eq!(output.status.code(), Some(0));
}
