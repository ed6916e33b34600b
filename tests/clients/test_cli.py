"""What only a command line does: output formats, --query, paging by --max-items and --starting-token."""

import json

import pytest

import harness

NAMES = [f"user-{number:02}" for number in range(12)]


@pytest.fixture(scope="module")
def people(server):
    """An account with a dozen users."""
    account = server.create_account()
    for name in NAMES:
        account.iam.create_user(UserName=name, Path="/staff/", Tags=[{"Key": "n", "Value": name[-2:]}])
    return account


@pytest.fixture(params=harness.cli_versions(), ids=lambda version: f"cli-v{version}")
def run(request, server, people):
    """Runs the CLI as the account's root and answers its standard output."""
    return lambda *words: harness.aws(request.param, server, people.credentials, *words).stdout


@pytest.fixture(params=harness.cli_versions(), ids=lambda version: f"cli-v{version}")
def fail(request, server, people):
    """Runs the CLI, which must fail; answers exit status and standard error."""

    def failing(*words):
        done = harness.aws(request.param, server, people.credentials, *words, check=False)
        assert done.returncode != 0, done.stdout
        return done.returncode, done.stderr.strip()

    return failing


def test_query(run):
    assert json.loads(run("iam", "list-users", "--query", "Users[].UserName", "--output", "json")) == NAMES
    one = run("iam", "get-user", "--user-name", "user-03", "--query", "User.Path", "--output", "text")
    assert one == "/staff/\n"
    tagged = run("iam", "list-users", "--query", "Users[?UserName==`user-07`].Arn | [0]", "--output", "text")
    assert tagged.strip().endswith(":user/staff/user-07")


def test_output_json(run, people):
    shown = json.loads(run("iam", "get-user", "--user-name", "user-00", "--output", "json"))["User"]
    assert list(shown) == ["Path", "UserName", "UserId", "Arn", "CreateDate", "Tags"]
    assert shown["Arn"] == people.arn("user/staff/user-00")
    assert shown["UserId"].startswith("AIDA")


def test_output_text(run):
    lines = run("iam", "list-users", "--query", "Users[].[UserName,Path]", "--output", "text").splitlines()
    assert lines == [f"{name}\t/staff/" for name in NAMES]


def test_output_table(run):
    table = run("iam", "get-user", "--user-name", "user-05", "--output", "table").splitlines()
    assert table[0].startswith("---") and "GetUser" in table[1]
    row = next(line for line in table if "UserName" in line)
    assert [cell.strip() for cell in row.strip("| ").split("|")][-2:] == ["UserName", "user-05"]


def test_max_items_and_starting_token(run):
    seen, token = [], None
    for _ in range(len(NAMES)):
        words = ["iam", "list-users", "--max-items", "5", "--output", "json"]
        page = json.loads(run(*words, *(["--starting-token", token] if token else [])))
        seen.append([user["UserName"] for user in page["Users"]])
        token = page.get("NextToken")
        if not token:
            break
    assert seen == [NAMES[0:5], NAMES[5:10], NAMES[10:12]]


def test_page_size_changes_nothing_that_is_seen(run):
    words = ["iam", "list-users", "--query", "Users[].UserName", "--output", "json"]
    assert json.loads(run(*words, "--page-size", "5")) == NAMES


def test_no_paginate_shows_one_page(run):
    answer = json.loads(run("iam", "list-users", "--no-paginate", "--max-items", "4", "--output", "json"))
    assert [user["UserName"] for user in answer["Users"]] == NAMES[:4]
    assert answer["IsTruncated"] is True and answer["Marker"]


def test_path_prefix(run):
    words = ["iam", "list-users", "--query", "length(Users)", "--output", "text", "--path-prefix"]
    assert run(*words, "/staff/").strip() == "12"
    assert run(*words, "/other/").strip() == "0"


def test_documents_are_shown_as_json(run):
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    run("iam", "put-user-policy", "--user-name", "user-01", "--policy-name", "p", "--policy-document", json.dumps(document))
    shown = json.loads(run("iam", "get-user-policy", "--user-name", "user-01", "--policy-name", "p", "--output", "json"))
    assert shown == {"UserName": "user-01", "PolicyName": "p", "PolicyDocument": document}


def test_a_policy_from_a_file(run, server):
    path = server.home / "policy.json"
    path.write_text('{\n  "Version": "2012-10-17",\n  "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}\n}\n')
    run("iam", "put-user-policy", "--user-name", "user-02", "--policy-name", "file", "--policy-document", f"file://{path}")
    shown = run("iam", "get-user-policy", "--user-name", "user-02", "--policy-name", "file", "--output", "json")
    assert json.loads(shown)["PolicyDocument"]["Statement"]["Effect"] == "Deny"


def test_errors_are_told_as_by_aws(fail):
    status, told = fail("iam", "get-user", "--user-name", "nobody")
    wanted = "An error occurred (NoSuchEntity) when calling the GetUser operation: The user with name nobody cannot be found."
    assert wanted in told
    assert status in (254, 255), "the CLI's exit status for an error of the service"


def test_waiters(run):
    assert run("iam", "wait", "user-exists", "--user-name", "user-00") == ""
    assert run("iam", "wait", "policy-exists", "--policy-arn", "arn:aws:iam::aws:policy/ReadOnlyAccess") == ""


def test_caller_identity_of_the_root_user(run, people):
    assert json.loads(run("sts", "get-caller-identity", "--output", "json")) == {
        "UserId": people.id,
        "Account": people.id,
        "Arn": people.arn("root"),
    }
