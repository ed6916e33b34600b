//! CreateRole: a new role in the caller's account.
//!
//! The answer has no description, no session length and no last use, whatever was given: AWS leaves them to GetRole.

use keygate_ident::{Arn, IdKind};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{self, CreateRoleRequest, CreateRoleResponse, errors, op};
use keygate_state::{InvalidInput, Role, TagCase};
use keygate_wire::ApiError;

use crate::input::BoundaryError;
use crate::{ask, input, view};

/// CreateRole.
pub(crate) struct CreateRole;

/// Seconds a session may last if the caller names no other limit (rule 70).
const DEFAULT_SESSION: u32 = 3600;

impl Write for CreateRole {
    type Model = op::CreateRole;

    fn asks(&self, cx: &ReadCx<'_>, input: &CreateRoleRequest) -> Result<Asks, Failure<Self::Model>> {
        let path = input::path(input.path.as_deref())?;
        let arn = Arn::iam(cx.partition(), cx.account_id(), "role", &path, &input.role_name);
        let tags = input.tags.as_deref();
        let create = ask::creation("iam:CreateRole", arn.clone(), tags)
            .key(ask::PERMISSIONS_BOUNDARY, input.permissions_boundary.as_deref());
        Ok(Asks::one(create)
            .and_if(input::pairs(tags).next().is_some(), || ask::creation("iam:TagRole", arn, tags)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateRoleRequest) -> Outcome<Self::Model> {
        let role = Role {
            id: cx.new_id(IdKind::Role),
            name: input.role_name,
            path: input::path(input.path.as_deref())?,
            created: cx.now(),
            description: input.description,
            source: None,
            max_session_seconds: session_length(input.max_session_duration).unwrap_or(DEFAULT_SESSION),
            trust: super::trust(cx.draft, &input.assume_role_policy_document, cx.env.directory)?,
            tags: input::new_tags(cx.draft, input.tags.as_deref(), TagCase::Insensitive)?,
            boundary: input::boundary(cx.draft, input.permissions_boundary.as_deref())
                .map_err(boundary_error)?,
            inline: Default::default(),
            attached: Vec::new(),
        };
        if role.is_service_linked() {
            let message = "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles";
            return Err(InvalidInput::new(message).into());
        }
        let full = view::role(&cx.read(), &role)?;
        cx.draft.insert(role)?;
        let shown = iam::Role { description: None, max_session_duration: None, role_last_used: None, ..full };
        Ok(CreateRoleResponse { role: shown })
    }
}

/// The model has checked the range.
pub(super) fn session_length(seconds: Option<i32>) -> Option<u32> {
    seconds.and_then(|seconds| u32::try_from(seconds).ok())
}

/// AWS answers NoSuchEntity for a boundary that does not exist, though the operation's model does not declare it.
fn boundary_error(error: BoundaryError) -> Failure<op::CreateRole> {
    match error {
        BoundaryError::Invalid(error) => error.into(),
        BoundaryError::Absent(error) => {
            Failure::common(ApiError::declared(&errors::NO_SUCH_ENTITY, error.message()))
        }
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::role::testing::{BOUNDARY, TRUST, named};

    #[test]
    fn the_answer_leaves_out_what_aws_leaves_out() {
        let mut world = World::new();
        let input = CreateRoleRequest {
            path: Some("/team/".to_owned()),
            description: Some("runs things".to_owned()),
            max_session_duration: Some(7200),
            permissions_boundary: Some(BOUNDARY.to_owned()),
            tags: Some(vec![Tag { key: "a".to_owned(), value: "1".to_owned() }]),
            ..named("App")
        };
        let role = world.write(&CreateRole, input).unwrap().role;
        assert_eq!(role.arn, "arn:aws:iam::123456789012:role/team/App");
        assert!(role.role_id.starts_with("AROA") && role.role_id.len() == 21);
        assert_eq!(role.assume_role_policy_document, Some(view::document(TRUST)));
        assert_eq!(role.permissions_boundary.unwrap().permissions_boundary_arn.as_deref(), Some(BOUNDARY));
        assert_eq!(role.tags.unwrap().len(), 1);
        assert_eq!((role.description, role.max_session_duration, role.role_last_used), (None, None, None));
        let account = world.account();
        let stored = account.role("app").unwrap();
        assert_eq!((stored.max_session_seconds, stored.description.as_deref()), (7200, Some("runs things")));
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        world.write(&CreateRole, named("App")).unwrap();
        let tag = |key: &str| Tag { key: key.to_owned(), value: String::new() };
        let boundary =
            |arn: &str| CreateRoleRequest { permissions_boundary: Some(arn.to_owned()), ..named("new") };
        let trust =
            |text: &str| CreateRoleRequest { assume_role_policy_document: text.to_owned(), ..named("new") };
        for (input, code, message) in [
            (named("aPP"), "EntityAlreadyExists", "Role with name aPP already exists."),
            (
                CreateRoleRequest {
                    path: Some("/aws-service-role/ecs.amazonaws.com/".to_owned()),
                    ..named("new")
                },
                "InvalidInput",
                "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles",
            ),
            (
                boundary("arn:aws:iam::123456789012:not_a_policy/p"),
                "InvalidInput",
                "ARN arn:aws:iam::123456789012:not_a_policy/p is not valid.",
            ),
            (
                boundary("arn:aws:iam::123456789012:policy/none"),
                "NoSuchEntity",
                "Scope ARN: arn:aws:iam::123456789012:policy/none does not exist or is not attachable.",
            ),
            (
                CreateRoleRequest { tags: Some(vec![tag("k"), tag("K")]), ..named("new") },
                "InvalidInput",
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ),
            (
                trust(&TRUST.replace(
                    "\"Service\":\"ec2.amazonaws.com\"",
                    "\"AWS\":\"arn:aws:iam::123456789012:user/none\"",
                )),
                "MalformedPolicyDocument",
                "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:user/none\"",
            ),
            (
                trust(
                    &TRUST
                        .replace("2012-10-17\",", &format!("2012-10-17\",\"Id\":\"{}\",", "x".repeat(2048))),
                ),
                "LimitExceeded",
                "Cannot exceed quota for ACLSizePerRole: 2048",
            ),
            // Too long, so that its principals are not looked for; but it has to be a policy.
            (
                trust(
                    &TRUST
                        .replace("2012-10-17\",", &format!("2012-10-17\",\"Id\":\"{}\",", "x".repeat(2048)))
                        .replace(
                            "\"Service\":\"ec2.amazonaws.com\"",
                            "\"AWS\":\"arn:aws:iam::123456789012:user/none\"",
                        ),
                ),
                "LimitExceeded",
                "Cannot exceed quota for ACLSizePerRole: 2048",
            ),
            (
                trust(
                    &TRUST
                        .replace("sts:AssumeRole", "s3:GetObject")
                        .replace("2012-10-17\",", &format!("2012-10-17\",\"Id\":\"{}\",", "x".repeat(2048))),
                ),
                "MalformedPolicyDocument",
                "AssumeRole policy may only specify STS AssumeRole actions.",
            ),
        ] {
            let error = world.write(&CreateRole, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
        assert_eq!(world.account().roles.len(), 1);
        world.edit(|draft| draft.change_settings(|s| s.quotas.extend([("RolesPerAccount".to_owned(), 1)])));
        let error = world.write(&CreateRole, named("new")).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1")
        );
    }

    #[test]
    fn rule_230_white_space_does_not_count() {
        let mut world = World::new();
        let padded = TRUST.replace("[{", &format!("[{}{{", " ".repeat(4000)));
        let input = CreateRoleRequest { assume_role_policy_document: padded.clone(), ..named("App") };
        let shown = world.write(&CreateRole, input).unwrap().role.assume_role_policy_document;
        assert_eq!(shown, Some(view::document(&padded)));
    }

    #[test]
    fn rule_180_principals_are_stored_as_ids_and_shown_as_arns() {
        let mut world = World::new();
        world.write(&CreateRole, named("Caller")).unwrap();
        let id = world.account().role("Caller").unwrap().id.to_string();
        let arn = "arn:aws:iam::123456789012:role/Caller";
        let text = TRUST.replace("\"Service\":\"ec2.amazonaws.com\"", &format!("\"AWS\":\"{arn}\""));
        let input = CreateRoleRequest { assume_role_policy_document: text.clone(), ..named("App") };
        let shown = world.write(&CreateRole, input).unwrap().role.assume_role_policy_document;
        assert_eq!(shown, Some(view::document(&text)));
        assert_eq!(world.account().role("App").unwrap().trust.as_str(), text.replace(arn, &id));
    }

    #[test]
    fn rule_217_tags_in_the_request_count_as_the_resources_own() {
        let mut world = World::new();
        let asks = world.write_asks(&CreateRole, &named("app")).unwrap();
        assert_eq!(asks.iter().map(|ask| ask.action.as_ref()).collect::<Vec<_>>(), ["iam:CreateRole"]);
        let tag = Tag { key: "Team".to_owned(), value: "a".to_owned() };
        let asks = world
            .write_asks(&CreateRole, &CreateRoleRequest { tags: Some(vec![tag]), ..named("app") })
            .unwrap();
        assert_eq!(
            asks.iter().map(|ask| ask.action.as_ref()).collect::<Vec<_>>(),
            ["iam:CreateRole", "iam:TagRole"]
        );
        for ask in asks.iter() {
            let keys: Vec<_> = ask.keys.iter().map(|(key, _)| key.as_str()).collect();
            assert_eq!(
                keys,
                ["aws:RequestTag/Team", "aws:TagKeys", "aws:ResourceTag/Team", "iam:ResourceTag/Team"]
            );
        }
    }
}
