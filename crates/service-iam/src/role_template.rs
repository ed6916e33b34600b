//! Role templates, and roles made from them. On AWS its services own the templates; here the operator defines them
//! (`docs/role-templates.md`), and where there are none, none exists.

mod acquire_role;
mod get_role_template_version;

use keygate_operation::{Ask, Entry, ReadCx};
use keygate_state::{NoSuchEntity, RoleTemplate, RoleTemplateVersion};

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(acquire_role::AcquireRole),
        Entry::read(get_role_template_version::GetRoleTemplateVersion),
    ]
}

/// The template with this ARN, and its version of this number, or its default one.
fn find<'a>(
    cx: &ReadCx<'a>,
    arn: &str,
    minor: Option<i32>,
) -> Result<(&'a RoleTemplate, &'a RoleTemplateVersion), NoSuchEntity> {
    let missing = || NoSuchEntity::new(format!("The role template {arn} cannot be found."));
    let template = cx.env.directory.role_template(arn).ok_or_else(missing)?;
    let unknown = || {
        let minor = minor.unwrap_or(template.default_minor_version);
        NoSuchEntity::new(format!("The role template {arn} has no minor version {minor}."))
    };
    Ok((template, template.version(minor).ok_or_else(unknown)?))
}

/// This action on this template. What is no ARN of one counts as all of them.
fn template(cx: &ReadCx<'_>, action: &'static str, arn: &str) -> Ask {
    let resource = match RoleTemplate::parts(arn) {
        Some(_) => arn.to_owned(),
        None => format!("arn:{}:iam::aws:role-template/*/*:*", cx.partition()),
    };
    Ask::named(action.into(), resource)
}

#[cfg(test)]
mod tests;
