//! Principals of trust policies: ARN to id and back, and nothing else of the text changes (rule 180).

use super::*;
use crate::test_support::{Accounts, trust};
use crate::{Role, User};

const HERE: u64 = 123_456_789_012;
const THERE: u64 = 210_987_654_321;

/// Account HERE with user /team/Bob and role R, account THERE with role /x/Remote.
fn world() -> (Accounts, crate::test_support::Maker) {
    let mut accounts = Accounts::new(&[HERE, THERE]);
    let mut maker = crate::test_support::Maker::new(crate::test_support::account_id(HERE));
    let mut remote = crate::test_support::Maker::new(crate::test_support::account_id(THERE));
    accounts.insert(HERE, User { path: "/team/".parse().unwrap(), ..maker.user("Bob") });
    accounts.insert(HERE, maker.role("R"));
    accounts.insert(HERE, maker.group("g"));
    accounts.insert(THERE, Role { path: "/x/".parse().unwrap(), ..remote.role("Remote") });
    (accounts, maker)
}

fn id_of(accounts: &Accounts, number: u64, arn: &str) -> String {
    accounts.tree(number).principal_id(arn).unwrap().into()
}

fn show(accounts: &Accounts, stored: &PolicyText) -> String {
    externalize(stored, &accounts.tree(HERE), accounts).unwrap()
}

const BOB: &str = "arn:aws:iam::123456789012:user/team/Bob";
const ROLE: &str = "arn:aws:iam::123456789012:role/R";
const REMOTE: &str = "arn:aws:iam::210987654321:role/x/Remote";

#[test]
fn rule_180_users_and_roles_are_stored_by_id_and_shown_by_arn() {
    let (accounts, _) = world();
    for (arn, number) in [(BOB, HERE), (ROLE, HERE), (REMOTE, THERE)] {
        let text = trust(&format!(r#"{{"AWS":"{arn}"}}"#));
        let stored = accounts.internalize(HERE, &text).unwrap();
        let id = id_of(&accounts, number, arn);
        assert_eq!(stored.as_str(), text.replace(arn, &id));
        assert_eq!(show(&accounts, &stored), text);
    }
}

#[test]
fn rule_180_everything_else_stays_byte_for_byte() {
    let (accounts, _) = world();
    let text = format!(
        "\n{{ \"Version\" : \"2012-10-17\",\t\"Id\":\"x\",\r\n \"Statement\":[ {{\"Sid\":\"One\",\"Effect\":\"Allow\",\"Principal\":\
         {{\"AWS\":[ \"{BOB}\" , \"arn:aws:sts::123456789012:assumed-role/R/s\",\"{REMOTE}\", \"arn:aws:iam::210987654321:root\"],\
         \"Service\":\"ec2.amazonaws.com\"}},\"Action\":\"sts:AssumeRole\",\"Condition\":{{\"ArnEquals\":{{\"aws:PrincipalArn\":\
         \"{BOB}\"}}}}}},\n{{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"sts:TagSession\"}}\n]}} "
    );
    let stored = accounts.internalize(HERE, &text).unwrap();
    let bob = id_of(&accounts, HERE, BOB);
    let remote = id_of(&accounts, THERE, REMOTE);
    // The ARN in the condition is not rewritten (rule 181): only its first occurrence is a principal.
    assert_eq!(stored.as_str(), text.replacen(BOB, &bob, 1).replacen(REMOTE, &remote, 1));
    assert_eq!(show(&accounts, &stored), text);
}

#[test]
fn rule_180_escapes_in_the_text_do_not_shift_the_replacement() {
    let (accounts, _) = world();
    let text = trust(
        r#"{"\u0041WS":["\u0061rn:aws:iam::123456789012:user\/team\/Bob","arn:aws:iam::123456789012:role/R"]}"#,
    );
    let stored = accounts.internalize(HERE, &text).unwrap();
    let (bob, role) = (id_of(&accounts, HERE, BOB), id_of(&accounts, HERE, ROLE));
    assert_eq!(stored.as_str(), trust(&format!(r#"{{"\u0041WS":["{bob}","{role}"]}}"#)));
    assert_eq!(show(&accounts, &stored), trust(&format!(r#"{{"\u0041WS":["{BOB}","{ROLE}"]}}"#)));
}

#[test]
fn rule_180_a_deleted_principal_shows_its_id_and_a_new_one_is_another() {
    let (mut accounts, mut maker) = world();
    let text = trust(&format!(r#"{{"AWS":["{BOB}","{REMOTE}"]}}"#));
    let stored = accounts.internalize(HERE, &text).unwrap();
    let bob = accounts.tree(HERE).user("bob").unwrap().id.clone();
    accounts.edit(HERE, |draft| draft.remove::<User>(&bob)).unwrap();
    let deleted = text.replace(BOB, bob.as_str());
    assert_eq!(show(&accounts, &stored), deleted);
    let again = User { path: "/team/".parse().unwrap(), ..maker.user("Bob") };
    let new_id = again.id.clone();
    accounts.insert(HERE, again);
    assert_eq!(show(&accounts, &stored), deleted);
    assert!(!stored.as_str().contains(new_id.as_str()));
    // Saved again as it is shown, it is refused; with the ARN it trusts the new user.
    let refused = accounts.internalize(HERE, &deleted).unwrap_err();
    let message = format!("Invalid principal in policy: \"AWS\":\"{bob}\"");
    assert_eq!(refused, TrustError::Malformed(MalformedPolicyDocument::new(message)));
    assert!(accounts.internalize(HERE, &text).unwrap().as_str().contains(new_id.as_str()));
    // The remote role, too.
    let remote = accounts.tree(THERE).role("remote").unwrap().id.clone();
    accounts.edit(THERE, |draft| draft.remove::<Role>(&remote)).unwrap();
    assert!(show(&accounts, &stored).contains(remote.as_str()));
}

#[test]
fn rule_180_a_renamed_user_is_shown_by_its_new_arn() {
    let (mut accounts, _) = world();
    let stored = accounts.internalize(HERE, &trust(&format!(r#"{{"AWS":"{BOB}"}}"#))).unwrap();
    let bob = User::clone(accounts.tree(HERE).user("bob").unwrap());
    let renamed = User { name: "Rob".to_owned(), path: "/".parse().unwrap(), ..bob };
    accounts.edit(HERE, |draft| draft.update(renamed)).unwrap();
    assert_eq!(show(&accounts, &stored), trust(r#"{"AWS":"arn:aws:iam::123456789012:user/Rob"}"#));
}

#[test]
fn rule_180_a_raw_id_is_accepted_while_it_names_something() {
    let (accounts, _) = world();
    for (number, arn) in [(HERE, BOB), (THERE, REMOTE)] {
        let text = trust(&format!(r#"{{"AWS":"{}"}}"#, id_of(&accounts, number, arn)));
        let stored = accounts.internalize(HERE, &text).unwrap();
        assert_eq!(stored.as_str(), text);
        assert_eq!(show(&accounts, &stored), trust(&format!(r#"{{"AWS":"{arn}"}}"#)));
    }
}

#[test]
fn rule_182_the_short_form_of_an_account_is_shown_as_its_root() {
    let (accounts, _) = world();
    let stored = accounts.internalize(HERE, &trust(r#"{"AWS":["210987654321","*"]}"#)).unwrap();
    let long = trust(r#"{"AWS":["arn:aws:iam::210987654321:root","*"]}"#);
    assert_eq!((stored.as_str(), show(&accounts, &stored)), (long.as_str(), long.clone()));
}

#[test]
fn rule_102_principals_that_do_not_exist_are_refused() {
    let (accounts, _) = world();
    for principal in [
        "arn:aws:iam::123456789012:user/eve",
        // Right name, wrong path or case: ARNs are exact.
        "arn:aws:iam::123456789012:user/Bob",
        "arn:aws:iam::123456789012:user/team/bob",
        "arn:aws:iam::123456789012:role/team/Bob",
        "arn:aws:iam::210987654321:role/Remote",
        "arn:aws:iam::111122223333:role/R",
        "arn:aws:iam::123456789012:group/g",
        "arn:aws-cn:iam::123456789012:role/R",
        "AIDAIOSFODNN7EXAMPLEA",
    ] {
        let refused = accounts.internalize(HERE, &trust(&format!(r#"{{"AWS":"{principal}"}}"#))).unwrap_err();
        let TrustError::Malformed(error) = refused else { panic!("{principal}: {refused:?}") };
        assert_eq!(error.message(), format!("Invalid principal in policy: \"AWS\":\"{principal}\""));
    }
}

#[test]
fn other_kinds_of_principals_stay() {
    let (accounts, _) = world();
    for principal in [
        r#""*""#,
        r#"{"AWS":"*"}"#,
        r#"{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]}"#,
        r#"{"Federated":"cognito-identity.amazonaws.com"}"#,
        r#"{"AWS":"arn:aws:sts::123456789012:assumed-role/R/session"}"#,
        r#"{"AWS":"arn:aws:sts::123456789012:federated-user/guest"}"#,
    ] {
        let text = trust(principal);
        let stored = accounts.internalize(HERE, &text).unwrap();
        assert_eq!((stored.as_str(), show(&accounts, &stored)), (text.as_str(), text.clone()));
    }
}

#[test]
fn an_account_that_can_not_be_read_is_no_missing_principal() {
    let (mut accounts, _) = world();
    let remote = accounts.internalize(HERE, &trust(&format!(r#"{{"AWS":"{REMOTE}"}}"#))).unwrap();
    accounts.broken = true;
    let refused = accounts.internalize(HERE, &trust(&format!(r#"{{"AWS":"{REMOTE}"}}"#))).unwrap_err();
    assert_eq!(refused, TrustError::Unavailable(Unavailable));
    assert_eq!(externalize(&remote, &accounts.tree(HERE), &accounts), Err(Unavailable));
    // One's own account needs no look-up.
    assert!(accounts.internalize(HERE, &trust(&format!(r#"{{"AWS":"{BOB}"}}"#))).is_ok());
}

#[test]
fn malformed_documents_are_refused_with_the_parsers_text() {
    let (accounts, _) = world();
    for text in ["", "{}", "not json", &trust(r#"{"AWS":"arn:aws:iam::123456789012:role/R*"}"#)] {
        let refused = accounts.internalize(HERE, text).unwrap_err();
        let TrustError::Malformed(error) = refused else { panic!("{text}: {refused:?}") };
        assert!(!error.message().is_empty());
    }
}

#[test]
fn a_path_with_quotes_stays_json() {
    let (mut accounts, mut maker) = world();
    let odd = Role { path: "/\"\\/".parse().unwrap(), ..maker.role("Odd") };
    accounts.insert(HERE, odd);
    let arn = r#"arn:aws:iam::123456789012:role/\"\\/Odd"#;
    let text = trust(&format!(r#"{{"AWS":["{arn}","{BOB}"]}}"#));
    let stored = accounts.internalize(HERE, &text).unwrap();
    assert!(!stored.as_str().contains("Odd"));
    assert_eq!(show(&accounts, &stored), text);
}
