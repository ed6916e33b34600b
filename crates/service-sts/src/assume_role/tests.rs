//! AssumeRole: what it asks, what the token holds, and the limits of chains.

use keygate_catalog::catalog;
use keygate_operation::Listed;
use keygate_operation::testing::World;
use keygate_shapes::sts::{Credentials, ProvidedContext, Tag};
use keygate_state::{PolicyText, SessionPolicy};

use super::*;
use crate::get_session_token::GetSessionToken;
use crate::test_support::{
    ALLOW, TRUST, act_as, act_as_new_user, add_role, assume, in_short, opened, policy_arns, principal_tags,
    tag_set, tags, texts,
};

const THERE: u64 = 210_987_654_321;

fn world() -> World {
    let mut world = World::new();
    act_as_new_user(&mut world, "Bob");
    world
}

fn call(world: &mut World, input: AssumeRoleRequest) -> Result<AssumeRoleResponse, String> {
    world.read(&AssumeRole, input).map_err(|error| in_short(&error))
}

fn credentials(world: &mut World, input: AssumeRoleRequest) -> Credentials {
    call(world, input).unwrap().credentials.unwrap()
}

/// Assumes the role and goes on as its session.
fn become_role(world: &mut World, input: AssumeRoleRequest) {
    let credentials = credentials(world, input);
    act_as(world, &credentials);
}

#[test]
fn the_token_opens_to_the_session() {
    let mut world = world();
    world.now = Timestamp::from_millis(1_767_225_600_789);
    let arn = add_role(&mut world, "App", |role| role.path = "/team/".parse().unwrap());
    let answer =
        call(&mut world, AssumeRoleRequest { role_session_name: "s@1".to_owned(), ..assume(&arn) }).unwrap();
    let role = world.account().role("app").unwrap().id.clone();
    let user = answer.assumed_role_user.unwrap();
    // Sessions have no path (rule 185d).
    assert_eq!(user.arn, "arn:aws:sts::123456789012:assumed-role/App/s@1");
    assert_eq!(user.assumed_role_id, format!("{role}:s@1"));
    assert_eq!((answer.packed_policy_size, answer.source_identity), (None, None));
    let credentials = answer.credentials.unwrap();
    assert!(credentials.access_key_id.starts_with("ASIA") && credentials.access_key_id.len() == 20);
    assert!(!format!("{credentials:?}").contains(credentials.secret_access_key.expose()));
    let session = opened(&world, &credentials);
    assert_eq!(session.kind, SessionKind::Role { role, session_name: "s@1".to_owned() });
    assert_eq!((session.account, session.key.account()), (world.here, Some(world.here)));
    assert_eq!(session.expires.seconds() - session.issued.seconds(), 3_600);
    assert_eq!(session.secret.len(), 40);
    assert!(session.policies.is_none() && session.tags.is_empty() && session.transitive.is_empty());
    assert!(session.source_identity.is_none() && session.mfa.is_none());
    // No two are the same.
    let again = call(&mut world, assume(&arn)).unwrap().credentials.unwrap();
    assert_ne!(again.access_key_id, credentials.access_key_id);
    assert_ne!(again.secret_access_key, credentials.secret_access_key);
}

#[test]
fn rule_201_what_is_asked_for() {
    let mut world = world();
    let arn = add_role(&mut world, "App", |role| role.path = "/team/".parse().unwrap());
    let (role, tag, identity) = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity");
    let tagged = AssumeRoleRequest { tags: tags(&[("a", "1")]), ..assume(&arn) };
    let named = AssumeRoleRequest { source_identity: Some("alice".to_owned()), ..assume(&arn) };
    let both = AssumeRoleRequest { source_identity: Some("alice".to_owned()), ..tagged.clone() };
    let check = |world: &mut World, input: &AssumeRoleRequest, expected: &[&str]| {
        let asks = world.asks(&AssumeRole, input).unwrap();
        let actions: Vec<_> = asks.iter().map(|ask| ask.action.as_ref()).collect();
        assert_eq!(actions, expected);
        for ask in asks.iter() {
            assert_eq!(ask.resource, "arn:aws:iam::123456789012:role/team/App");
            assert_eq!(ask.owner, Some(world.here));
            assert_eq!(ask.trust.as_ref().unwrap().text(), TRUST);
        }
    };
    check(&mut world, &assume(&arn), &[role]);
    check(&mut world, &tagged, &[role, tag]);
    check(&mut world, &named, &[role, identity]);
    check(&mut world, &both, &[role, tag, identity]);
    // Tags and identity that are inherited are asked for, too; tags that are not transitive are not inherited.
    become_role(&mut world, both.clone());
    check(&mut world, &assume(&arn), &[role, identity]);
    world.act_as_user("Bob");
    become_role(&mut world, AssumeRoleRequest { transitive_tag_keys: texts(&["A"]), ..tagged });
    check(&mut world, &assume(&arn), &[role, tag]);
}

#[test]
fn rule_40_a_role_elsewhere_belongs_to_its_own_account() {
    let mut world = world();
    let here = world.here;
    let there = world.add_account(THERE);
    world.here = there;
    let arn = add_role(&mut world, "Remote", |_| ());
    world.here = here;
    let asks = world.asks(&AssumeRole, &assume(&arn)).unwrap();
    let ask = asks.iter().next().unwrap();
    assert_eq!((ask.resource.as_str(), ask.owner), ("arn:aws:iam::210987654321:role/Remote", Some(there)));
    assert!(ask.trust.is_some());
    let answer = call(&mut world, assume(&arn)).unwrap();
    assert_eq!(answer.assumed_role_user.unwrap().arn, "arn:aws:sts::210987654321:assumed-role/Remote/s");
    let session = opened(&world, &answer.credentials.unwrap());
    assert_eq!((session.account, session.key.account()), (there, Some(there)));
}

#[test]
fn rule_203_to_206_condition_keys() {
    let mut world = world();
    let first =
        add_role(&mut world, "First", |role| role.tags = tag_set(&[("Team", "role"), ("Own", "role")]));
    let input = AssumeRoleRequest {
        external_id: Some("x-1".to_owned()),
        source_identity: Some("alice".to_owned()),
        tags: tags(&[("team", "session"), ("b", "2")]),
        transitive_tag_keys: texts(&["Team"]),
        ..assume(&first)
    };
    let key = |world: &mut World, input: &AssumeRoleRequest, name: &str| {
        let asks = world.asks(&AssumeRole, input).unwrap();
        let ask = asks.iter().next().unwrap();
        ask.keys.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    };
    let one = |text: &str| Some(Listed::One(text.to_owned()));
    for (name, value) in [
        ("sts:ExternalId", one("x-1")),
        ("sts:RoleSessionName", one("s")),
        ("sts:SourceIdentity", one("alice")),
        ("sts:TransitiveTagKeys", texts(&["Team"]).map(Listed::Many)),
        ("aws:TagKeys", texts(&["team", "b"]).map(Listed::Many)),
        ("aws:RequestTag/team", one("session")),
        ("aws:ResourceTag/Team", one("role")),
        ("iam:ResourceTag/Own", one("role")),
    ] {
        assert_eq!(key(&mut world, &input, name), value, "{name}");
    }
    // Absent, not empty.
    for name in ["sts:ExternalId", "sts:SourceIdentity", "sts:TransitiveTagKeys", "aws:TagKeys"] {
        assert_eq!(key(&mut world, &assume(&first), name), None, "{name}");
    }
    // An inherited transitive tag overrides the role's own while its trust policy is evaluated.
    become_role(&mut world, input);
    assert_eq!(key(&mut world, &assume(&first), "aws:ResourceTag/team"), one("session"));
    assert_eq!(key(&mut world, &assume(&first), "aws:ResourceTag/Team"), None);
    assert_eq!(key(&mut world, &assume(&first), "aws:ResourceTag/Own"), one("role"));
    assert_eq!(key(&mut world, &assume(&first), "sts:SourceIdentity"), one("alice"));
}

#[test]
fn keys_are_as_the_catalogue_lists_them() {
    let mut world = world();
    let arn = add_role(&mut world, "App", |role| role.tags = tag_set(&[("Team", "role")]));
    let input = AssumeRoleRequest {
        external_id: Some("x-1".to_owned()),
        source_identity: Some("alice".to_owned()),
        tags: tags(&[("team", "session")]),
        transitive_tag_keys: texts(&["team"]),
        ..assume(&arn)
    };
    let asks = world.asks(&AssumeRole, &input).unwrap();
    assert_eq!(asks.iter().count(), 3);
    // The catalogue lists fewer keys with the two side actions. They are decided in the context of the same
    // request: a statement for all three actions with a condition on sts:ExternalId has to hold for all three.
    let of_the_request = catalog().action("sts:AssumeRole").unwrap();
    for ask in asks.iter() {
        let action = catalog().action(&ask.action).unwrap();
        assert!(action.resource("role").is_some());
        for (key, _) in &ask.keys {
            let listed = action.knows_condition_key(key) || of_the_request.knows_condition_key(key);
            assert!(listed || key.starts_with("aws:ResourceTag/"), "{} does not know {key}", ask.action);
        }
    }
}

#[test]
fn roles_that_can_not_be_assumed() {
    let mut world = world();
    world.add_account(THERE);
    add_role(&mut world, "App", |role| role.path = "/team/".parse().unwrap());
    let unreadable = add_role(&mut world, "Broken", |role| role.trust = PolicyText::stored("{".to_owned()));
    for arn in [
        "arn:aws:iam::123456789012:role/none",
        "arn:aws:iam::123456789012:role/App",
        "arn:aws:iam::123456789012:role/team/app",
        "arn:aws:iam::210987654321:role/App",
        "arn:aws:iam::111122223333:role/App",
        "arn:aws-cn:iam::123456789012:role/team/App",
    ] {
        let denied = format!(
            "AccessDenied: User: arn:aws:iam::123456789012:user/Bob is not authorized to perform: sts:AssumeRole on \
             resource: {arn}"
        );
        assert_eq!(call(&mut world, assume(arn)).map(drop), Err(denied));
    }
    for arn in [
        "arn:aws:iam::123456789012:user/Bob",
        "arn:aws:sts::123456789012:assumed-role/App/s",
        "arn:aws:iam:us-east-1:123456789012:role/team/App",
        "arn:aws:iam::aws:role/App",
        "arn:aws:iam::123:role/App",
        "no-arn-but-long-enough",
    ] {
        let invalid = format!("ValidationError: {arn} is invalid");
        assert_eq!(call(&mut world, assume(arn)).map(drop), Err(invalid));
    }
    // A trust policy that nobody can read trusts nobody (rule 10).
    let error = call(&mut world, assume(&unreadable)).unwrap_err();
    assert!(error.starts_with("InternalFailure: "), "{error}");
}

#[test]
fn rule_70_and_71_durations() {
    const TOO_LONG: &str = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    const CHAINED: &str =
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
    let mut world = world();
    let short = add_role(&mut world, "Short", |_| ());
    let long = add_role(&mut world, "Long", |role| role.max_session_seconds = 43_200);
    let check = |world: &mut World, arn: &str, asked: Option<i32>, expected: Result<i64, &str>| {
        let answer = call(world, AssumeRoleRequest { duration_seconds: asked, ..assume(arn) });
        let lasts = answer.map(|answer| {
            let session = opened(world, &answer.credentials.unwrap());
            session.expires.seconds() - session.issued.seconds()
        });
        assert_eq!(lasts, expected.map_err(|text| format!("ValidationError: {text}")), "{asked:?}");
    };
    for (arn, asked, expected) in [
        (&short, None, Ok(3_600)),
        (&short, Some(900), Ok(900)),
        (&short, Some(3_601), Err(TOO_LONG)),
        (&long, None, Ok(3_600)),
        (&long, Some(43_200), Ok(43_200)),
        (&long, Some(43_201), Err(TOO_LONG)),
    ] {
        check(&mut world, arn, asked, expected);
    }
    // A session of the user itself is no chain (rule 25).
    let token = world.read(&GetSessionToken, Default::default()).unwrap().credentials.unwrap();
    act_as(&mut world, &token);
    check(&mut world, &long, Some(43_200), Ok(43_200));
    become_role(&mut world, assume(&short));
    for (arn, asked, expected) in [
        (&long, None, Ok(3_600)),
        (&long, Some(3_600), Ok(3_600)),
        (&long, Some(3_601), Err(CHAINED)),
        (&short, Some(3_601), Err(CHAINED)),
    ] {
        check(&mut world, arn, asked, expected);
    }
}

#[test]
fn rule_205_to_207_the_three_role_chain_of_the_user_guide() {
    let mut world = world();
    let one = add_role(&mut world, "Role1", |role| role.tags = tag_set(&[("Heart", "1")]));
    let two = add_role(&mut world, "Role2", |role| role.tags = tag_set(&[("Sun", "2")]));
    let three = add_role(&mut world, "Role3", |role| role.tags = tag_set(&[("Star", "3")]));
    let first = AssumeRoleRequest {
        tags: tags(&[("Star", "1"), ("Heart", "1")]),
        transitive_tag_keys: texts(&["Star", "Heart"]),
        ..assume(&one)
    };
    become_role(&mut world, first);
    assert_eq!(principal_tags(&world), ["Heart=1", "Star=1"]);
    // Star and Heart come along; Sun is the role's own and goes no further.
    become_role(&mut world, assume(&two));
    assert_eq!(principal_tags(&world), ["Heart=1", "Star=1", "Sun=2"]);
    // A key of an inherited tag can not be passed, in whatever case.
    for key in ["Heart", "heart"] {
        let again = AssumeRoleRequest { tags: tags(&[(key, "3")]), ..assume(&three) };
        let error = call(&mut world, again).unwrap_err();
        assert!(
            error.starts_with("InvalidParameterValue: One of the specified transitive tag keys can't be set"),
            "{error}"
        );
    }
    // The inherited Star overrides the role's.
    become_role(&mut world, AssumeRoleRequest { tags: tags(&[("Lightning", "3")]), ..assume(&three) });
    assert_eq!(principal_tags(&world), ["Heart=1", "Lightning=3", "Star=1"]);
    // And on: what was passed without being transitive ends with its session.
    become_role(&mut world, assume(&two));
    assert_eq!(principal_tags(&world), ["Heart=1", "Star=1", "Sun=2"]);
}

#[test]
fn rule_205_tags_that_are_refused() {
    let mut world = world();
    let arn = add_role(&mut world, "App", |_| ());
    let many: Vec<Tag> = (0..51).map(|n| Tag { key: format!("k{n}"), value: String::new() }).collect();
    for (passed, transitive, code) in [
        (tags(&[("a", "1"), ("A", "2")]), None, "InvalidParameterValue"),
        (tags(&[("aws:x", "1")]), None, "InvalidParameterValue"),
        (Some(many), None, "InvalidParameterValue"),
        (tags(&[("a", "1")]), texts(&["b"]), "ValidationError"),
        (None, texts(&["b"]), "ValidationError"),
    ] {
        let input = AssumeRoleRequest { tags: passed, transitive_tag_keys: transitive, ..assume(&arn) };
        let error = call(&mut world, input).unwrap_err();
        assert_eq!(error.split(':').next(), Some(code), "{error}");
    }
    let fifty: Vec<Tag> = (0..50).map(|n| Tag { key: format!("k{n}"), value: String::new() }).collect();
    assert!(call(&mut world, AssumeRoleRequest { tags: Some(fifty), ..assume(&arn) }).is_ok());
}

#[test]
fn rule_204_a_source_identity_stays() {
    let mut world = world();
    let arn = add_role(&mut world, "App", |_| ());
    let named = |identity: Option<&str>| AssumeRoleRequest {
        source_identity: identity.map(str::to_owned),
        ..assume(&arn)
    };
    let answer = call(&mut world, named(Some("alice"))).unwrap();
    assert_eq!(answer.source_identity.as_deref(), Some("alice"));
    let credentials = answer.credentials.unwrap();
    act_as(&mut world, &credentials);
    for passed in [None, Some("alice"), None] {
        let answer = call(&mut world, named(passed)).unwrap();
        assert_eq!(answer.source_identity.as_deref(), Some("alice"));
        let session = opened(&world, &answer.credentials.unwrap());
        assert_eq!(session.source_identity.as_deref(), Some("alice"));
    }
    become_role(&mut world, named(None));
    for other in ["bob", "Alice"] {
        let error = call(&mut world, named(Some(other))).unwrap_err();
        assert!(error.starts_with("ValidationError: The source identity"), "{error}");
    }
}

#[test]
fn rule_67_session_policies_are_the_role_accounts() {
    let mut world = world();
    let here = world.here;
    let there = world.add_account(THERE);
    world.here = there;
    let remote = add_role(&mut world, "Remote", |_| ());
    world.here = here;
    let read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let input = AssumeRoleRequest {
        policy: Some(ALLOW.to_owned()),
        policy_arns: policy_arns(&[read_only]),
        ..assume(&remote)
    };
    let answer = call(&mut world, input).unwrap();
    assert!(matches!(answer.packed_policy_size, Some(1..=100)));
    let session = opened(&world, &answer.credentials.unwrap());
    let version = keygate_catalog::managed_policy(read_only).unwrap().version;
    assert_eq!(
        session.policies,
        Some(vec![
            SessionPolicy::Inline(ALLOW.to_owned()),
            SessionPolicy::Managed { arn: read_only.to_owned(), version: version.to_owned(), id: None },
        ])
    );
    // A policy of the caller's account is none of the role's.
    let own = "arn:aws:iam::123456789012:policy/Own";
    let error = call(&mut world, AssumeRoleRequest { policy_arns: policy_arns(&[own]), ..assume(&remote) })
        .unwrap_err();
    assert_eq!(error, format!("MalformedPolicyDocument: Policy {own} does not exist or is not attachable."));
}

#[test]
fn what_is_not_supported_is_refused() {
    let mut world = world();
    let arn = add_role(&mut world, "App", |_| ());
    let context =
        AssumeRoleRequest { provided_contexts: Some(vec![ProvidedContext::default()]), ..assume(&arn) };
    assert_eq!(
        call(&mut world, context).unwrap_err(),
        "ValidationError: ProvidedContexts are not supported."
    );
}
