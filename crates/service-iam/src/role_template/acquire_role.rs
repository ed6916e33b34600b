//! AcquireRole: a role as a template makes it, with everything at once: policies, boundary and tags.

use std::collections::BTreeMap;

use keygate_ident::{Arn, EntityPath, IdKind};
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{AcquireRoleRequest, AcquireRoleResponse, Tag, op};
use keygate_state::{
    InsertError, InvalidInput, LimitExceeded, ManagedRef, PolicyText, Quota, Role, RoleTemplateVersion,
    SourceTemplate, TagCase, TemplatedRole,
};
use keygate_wire::ApiError;

use super::{find, template};
use crate::input::BoundaryError;
use crate::{ask, input, policy, role, view};

/// AcquireRole.
pub(crate) struct AcquireRole;

type Failed = Failure<op::AcquireRole>;

const ACTION: &str = "iam:AcquireRole";

impl Write for AcquireRole {
    type Model = op::AcquireRole;

    /// The role that is made; where none can be, the template.
    fn asks(&self, cx: &ReadCx<'_>, input: &AcquireRoleRequest) -> Result<Asks, Failed> {
        let found = find(cx, &input.template_arn, input.template_minor_version);
        let made = found.ok().and_then(|(_, version)| Some((version, made(version, input).ok()?)));
        let ask = match made {
            Some((version, made)) => {
                let path: EntityPath = made.path.parse().unwrap_or_default();
                let arn = Arn::iam(cx.partition(), cx.account_id(), "role", &path, &made.name);
                let boundary = version.permission_boundary_arn.as_deref();
                ask::creation(ACTION, arn, Some(&tags(&made))).key(ask::PERMISSIONS_BOUNDARY, boundary)
            }
            None => template(cx, ACTION, &input.template_arn),
        };
        Ok(Asks::one(ask.key("iam:RoleTemplateARN", Some(&input.template_arn))))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: AcquireRoleRequest) -> Outcome<Self::Model> {
        let (template, version) = find(&cx.read(), &input.template_arn, input.template_minor_version)?;
        if !template.enabled || !version.enabled {
            let message = format!("The role template {} is disabled.", template.arn);
            return Err(Failure::common(ApiError::declared_by::<op::AcquireRole>(
                "RoleTemplateDisabled",
                message,
            )));
        }
        let made = made(version, &input).map_err(InvalidInput::new)?;
        let source = SourceTemplate { arn: template.arn.clone(), minor: version.minor_version };
        check_name(cx, &made.name, &source)?;
        let path = input::path(Some(&made.path))?;
        let role = Role {
            id: cx.new_id(IdKind::Role),
            path,
            created: cx.now(),
            max_session_seconds: version.max_session_duration,
            trust: role::trust(cx.draft, &made.trust, cx.env.directory)?,
            tags: input::new_tags(cx.draft, Some(&tags(&made)), TagCase::Insensitive)?,
            boundary: input::boundary(cx.draft, version.permission_boundary_arn.as_deref()).map_err(
                |error| -> Failed {
                    match error {
                        BoundaryError::Invalid(error) => error.into(),
                        BoundaryError::Absent(error) => error.into(),
                    }
                },
            )?,
            inline: inline(cx, &made)?,
            attached: attached(cx, version)?,
            source: Some(source),
            name: made.name,
            description: made.description,
        };
        if role.is_service_linked() {
            let message = "Path prefix '/aws-service-role/' can only be used for AWS Service linked Roles";
            return Err(InvalidInput::new(message).into());
        }
        let shown = view::role(&cx.read(), &role)?;
        cx.draft.insert(role).map_err(|error| -> Failed {
            match error {
                InsertError::Exists(error) => error.into(),
                InsertError::Limit(error) => error.into(),
            }
        })?;
        Ok(AcquireRoleResponse { role: shown })
    }
}

/// The role with the values of a request.
fn made(version: &RoleTemplateVersion, input: &AcquireRoleRequest) -> Result<TemplatedRole, String> {
    let values = input.replacement_values.iter().flatten();
    let values: BTreeMap<_, _> = values.map(|(name, entry)| (name.clone(), entry.values.clone())).collect();
    version.role(&values)
}

fn tags(made: &TemplatedRole) -> Vec<Tag> {
    made.tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

/// A name must have the form of one, and be free: EntityAlreadyExists if the role there is was made from the same
/// template, NameConflict if it is another one.
fn check_name(cx: &WriteCx<'_>, name: &str, source: &SourceTemplate) -> Result<(), Failed> {
    let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b));
    if !letters || !(1..=64).contains(&name.len()) {
        return Err(InvalidInput::new(format!("The role name {name} is not valid.")).into());
    }
    match cx.draft.roles.named(name) {
        None => Ok(()),
        Some(role) if role.source.as_ref().is_some_and(|made| made.arn == source.arn) => {
            let message = format!("Role with name {name} already exists.");
            Err(keygate_state::EntityAlreadyExists::new(message).into())
        }
        Some(_) => {
            let message = format!("The role name {name} conflicts with an existing role.");
            Err(Failure::common(ApiError::declared_by::<op::AcquireRole>("NameConflict", message)))
        }
    }
}

fn inline(cx: &WriteCx<'_>, made: &TemplatedRole) -> Result<BTreeMap<String, PolicyText>, Failed> {
    let mut inline = BTreeMap::new();
    for (name, document) in &made.inline {
        // The other one may be what denies.
        if inline.insert(name.clone(), policy::document(document)?).is_some() {
            let message = format!("The role template makes two inline policies of the name {name}.");
            return Err(InvalidInput::new(message).into());
        }
    }
    let limit = cx.draft.quota(Quota::RolePolicySize);
    if inline.values().map(PolicyText::size).sum::<usize>() > limit as usize {
        let message = format!("Maximum policy size of {limit} bytes exceeded for role {}", made.name);
        return Err(LimitExceeded::new(message).into());
    }
    Ok(inline)
}

fn attached(cx: &WriteCx<'_>, version: &RoleTemplateVersion) -> Result<Vec<ManagedRef>, Failed> {
    let limit = cx.draft.quota(Quota::AttachedPoliciesPerRole);
    if version.managed_policy_arns.len() > limit as usize {
        return Err(LimitExceeded::quota(Quota::AttachedPoliciesPerRole.name(), limit).into());
    }
    let one = |arn: &String| match cx.draft.managed(arn) {
        Some(_) => Ok(ManagedRef::new(arn.clone())),
        None => Err(policy::not_attachable(arn)),
    };
    Ok(version.managed_policy_arns.iter().map(one).collect::<Result<_, _>>()?)
}
