//! GetRoleTemplateVersion: a version of a role template, the default one if none is named.

use keygate_operation::{Asks, Failure, Input, Outcome, Read, ReadCx};
use keygate_shapes::iam::{
    self, GetRoleTemplateVersionRequest, GetRoleTemplateVersionResponse, InlinePolicy, TagTemplate, op,
};
use keygate_state::{InvalidInput, ParameterDefinition, RoleTemplate};

use super::{find, template};

/// GetRoleTemplateVersion.
pub(crate) struct GetRoleTemplateVersion;

impl Read for GetRoleTemplateVersion {
    type Model = op::GetRoleTemplateVersion;

    fn asks(&self, cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(template(cx, "iam:GetRoleTemplateVersion", &input.template_arn)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetRoleTemplateVersionRequest) -> Outcome<Self::Model> {
        let arn = input.template_arn;
        let no_arn = || InvalidInput::new(format!("{arn} is not the ARN of a role template."));
        let (service, name, major) = RoleTemplate::parts(&arn).ok_or_else(no_arn)?;
        let (template, version) = find(cx, &arn, input.minor_version)?;
        let inline = version
            .inline
            .iter()
            .map(|one| InlinePolicy { policy_name: one.name.clone(), policy_document: one.document.clone() });
        let tags =
            version.tags.iter().map(|tag| TagTemplate { key: tag.key.clone(), value: tag.value.clone() });
        let shown = iam::RoleTemplateVersion {
            template_name: Some(name.to_owned()),
            template_version_id: version.id.clone(),
            description: template.description.clone(),
            major_version: Some(major),
            default_minor_version: Some(template.default_minor_version),
            managed_by_type: Some("Service".to_owned()),
            managed_by_value: Some(service.to_owned()),
            enabled: Some(template.enabled),
            minor_version: Some(version.minor_version),
            role_name_pattern: Some(version.role_name_pattern.clone()),
            role_path_pattern: Some(version.role_path_pattern.clone()),
            role_description_pattern: version.role_description_pattern.clone(),
            assume_role_policy_document_template: Some(version.trust.clone()),
            inline_policy_templates: some(inline.collect()),
            managed_policy_arns: some(version.managed_policy_arns.clone()),
            permission_boundary_arn: version.permission_boundary_arn.clone(),
            parameters_definition: some(version.parameters.iter().map(parameter).collect()),
            role_tags_template: some(tags.collect()),
            max_session_duration: i32::try_from(version.max_session_duration).ok(),
            version_enabled: Some(version.enabled),
            create_timestamp: version.create_timestamp,
            update_timestamp: version.update_timestamp,
            template_arn: Some(arn),
        };
        Ok(GetRoleTemplateVersionResponse { role_template_version: shown })
    }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}

fn parameter(parameter: &ParameterDefinition) -> iam::ParameterDefinition {
    iam::ParameterDefinition {
        name: parameter.name.clone(),
        r#type: parameter.kind.as_str().to_owned(),
        sub_type: parameter.sub_type.clone(),
        description: parameter.description.clone(),
        is_required: Some(parameter.is_required),
        default_value: parameter.default_value.clone(),
        immutable: Some(parameter.immutable),
    }
}
