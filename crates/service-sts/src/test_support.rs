//! Roles, users and sessions for the tests of this crate.

use std::sync::Arc;

use keygate_ident::IdKind;
use keygate_operation::testing::World;
use keygate_shapes::sts::{AssumeRoleRequest, Credentials, PolicyDescriptorType, Tag};
use keygate_state::{Caller, PolicyText, Role, Session, TagCase, Tags, User};
use keygate_wire::ApiError;

/// Somebody trusts everybody.
pub(crate) const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}}"#;
pub(crate) const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;

/// Adds a role to the caller's account; its ARN.
pub(crate) fn add_role(world: &mut World, name: &str, edit: impl FnOnce(&mut Role)) -> String {
    let mut role = Role {
        id: world.new_id(IdKind::Role),
        name: name.to_owned(),
        path: Default::default(),
        created: world.now,
        description: None,
        source: None,
        max_session_seconds: 3_600,
        trust: PolicyText::stored(TRUST.to_owned()),
        tags: Tags::default(),
        boundary: None,
        inline: Default::default(),
        attached: Vec::new(),
    };
    edit(&mut role);
    world.edit(|draft| draft.insert(role)).unwrap();
    let account = world.account();
    account.role(name).unwrap().arn(account.partition(), account.id()).into()
}

/// Adds a user to the caller's account and lets it call.
pub(crate) fn act_as_new_user(world: &mut World, name: &str) {
    let user = User {
        id: world.new_id(IdKind::User),
        name: name.to_owned(),
        path: Default::default(),
        created: world.now,
        tags: Tags::default(),
        boundary: None,
        groups: Vec::new(),
        inline: Default::default(),
        attached: Vec::new(),
        access_keys: Vec::new(),
        login_profile: None,
        passwords: Vec::new(),
        ssh_keys: Vec::new(),
        signing_certificates: Vec::new(),
        service_credentials: Vec::new(),
    };
    world.edit(|draft| draft.insert(user)).unwrap();
    world.act_as_user(name);
}

/// A request for a session `s` of this role.
pub(crate) fn assume(role_arn: &str) -> AssumeRoleRequest {
    AssumeRoleRequest {
        role_arn: role_arn.to_owned(),
        role_session_name: "s".to_owned(),
        ..Default::default()
    }
}

/// Tags for a request.
pub(crate) fn tags(pairs: &[(&str, &str)]) -> Option<Vec<Tag>> {
    Some(
        pairs.iter().map(|(key, value)| Tag { key: (*key).to_owned(), value: (*value).to_owned() }).collect(),
    )
}

/// Tags of an entity.
pub(crate) fn tag_set(pairs: &[(&str, &str)]) -> Tags {
    let mut tags = Tags::default();
    tags.set(pairs.iter().copied(), TagCase::Insensitive, 50).unwrap();
    tags
}

/// Texts for a request.
pub(crate) fn texts(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|text| (*text).to_owned()).collect())
}

/// Session policies for a request.
pub(crate) fn policy_arns(arns: &[&str]) -> Option<Vec<PolicyDescriptorType>> {
    Some(arns.iter().map(|arn| PolicyDescriptorType { arn: Some((*arn).to_owned()) }).collect())
}

/// What the token holds, opened as the server opens it.
pub(crate) fn opened(world: &World, credentials: &Credentials) -> Session {
    let bytes = world.keys.open_token(&credentials.session_token).unwrap();
    let session = Session::from_bytes(&bytes).unwrap();
    assert_eq!(session.key.as_str(), credentials.access_key_id);
    assert_eq!(session.secret.as_str(), credentials.secret_access_key.expose().as_str());
    assert_eq!(session.expires, credentials.expiration);
    assert_eq!(session.issued, world.now.to_whole_seconds());
    session
}

/// Lets these credentials call from now on.
pub(crate) fn act_as(world: &mut World, credentials: &Credentials) {
    let session = opened(world, credentials);
    world.here = session.account;
    world.caller = Caller::session(&world.account(), Arc::new(session));
    assert!(world.caller.is_some());
}

/// The caller's principal tags, `key=value`.
pub(crate) fn principal_tags(world: &World) -> Vec<String> {
    let caller = world.caller.as_ref().unwrap();
    caller.tags.iter().map(|(key, value)| format!("{key}={value}")).collect()
}

/// `Code: message`.
pub(crate) fn in_short(error: &ApiError) -> String {
    format!("{}: {}", error.code(), error.message())
}
