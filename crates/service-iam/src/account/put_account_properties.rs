//! PutAccountProperties: sets the switches of account-wide features, those of one namespace at a time.
//!
//! AWS knows one namespace, `RoleManager`, and in it one property, `Enabled`; other properties of that namespace are
//! ignored. Enabling role manager makes its service-linked role, and asks for the permission to do so even if the
//! role is there.

use std::collections::{BTreeMap, BTreeSet};

use keygate_catalog::ServiceLinkedRole;
use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{PutAccountPropertiesRequest, PutAccountPropertiesResponse, op};
use keygate_state::{Draft, InsertError, InvalidInput};

use crate::service_linked_role;

/// PutAccountProperties.
pub(crate) struct PutAccountProperties;

/// The namespaces that a request reads or sets.
pub(super) const NAMESPACES: &str = "iam:AccountPropertyNamespaces";
/// The one namespace.
pub(super) const ROLE_MANAGER: &str = "RoleManager";
/// Its one property.
pub(super) const ROLE_MANAGER_ENABLED: &str = "RoleManager/Enabled";

const SERVICE: &str = "role-manager.iam.amazonaws.com";

impl Write for PutAccountProperties {
    type Model = op::PutAccountProperties;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &PutAccountPropertiesRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let namespaces: BTreeSet<&str> = input.properties.keys().map(|key| namespace(key)).collect();
        let namespaces = namespaces.into_iter().map(str::to_owned).collect();
        let enables = input.properties.get(ROLE_MANAGER_ENABLED).is_some_and(|value| value == "true");
        let ask = Ask::on_any("iam:PutAccountProperties").list(NAMESPACES, namespaces);
        if !enables {
            return Ok(Asks::one(ask));
        }
        let linked = linked()?;
        Ok(Asks::one(ask).and(service_linked_role::ask_to_create(cx, linked, linked.role)?))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: PutAccountPropertiesRequest) -> Outcome<Self::Model> {
        let enabled = role_manager(&input.properties)?;
        let linked = linked()?;
        let taken = || {
            InvalidInput::new(format!("Service role name {} has been taken in this account.", linked.role))
        };
        match cx.draft.roles.named(linked.role) {
            _ if !enabled => {}
            Some(role) if role.is_service_linked() => {}
            Some(_) => return Err(taken().into()),
            None => {
                let role = service_linked_role::new_role(cx, linked, linked.role.to_owned(), None)?;
                cx.draft.insert(role).map_err(|error| match error {
                    InsertError::Exists(_) => taken(),
                    // The operation declares no error for this.
                    InsertError::Limit(error) => InvalidInput::new(error.message()),
                })?;
            }
        }
        set(cx.draft, enabled);
        Ok(PutAccountPropertiesResponse {})
    }
}

fn set(draft: &mut Draft, enabled: bool) {
    if draft.settings().role_manager != enabled {
        draft.change_settings(|settings| settings.role_manager = enabled);
    }
}

/// What the properties say of role manager; in AWS's order of complaints.
fn role_manager(properties: &BTreeMap<String, String>) -> Result<bool, InvalidInput> {
    if let Some(key) = properties.keys().find(|key| !key.contains('/')) {
        return Err(InvalidInput::new(format!(
            "Property key must be in format Namespace/PropertyName: {key}"
        )));
    }
    let mut namespaces = properties.keys().map(|key| namespace(key));
    let first = namespaces.next().unwrap_or_default();
    if namespaces.any(|other| other != first) {
        return Err(InvalidInput::new("All properties must belong to the same namespace"));
    }
    if first != ROLE_MANAGER {
        return Err(InvalidInput::new(format!("Unsupported namespace: {first}")));
    }
    match properties.get(ROLE_MANAGER_ENABLED).map(String::as_str) {
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(_) => Err(InvalidInput::new("Enabled must be 'true' or 'false'")),
        None => Err(InvalidInput::new("RoleManager namespace requires Enabled property")),
    }
}

/// What stands before the first slash.
fn namespace(key: &str) -> &str {
    key.split_once('/').map_or(key, |(namespace, _)| namespace)
}

/// Role manager's role.
fn linked() -> Result<ServiceLinkedRole, Failure<op::PutAccountProperties>> {
    keygate_catalog::service_linked_role(SERVICE).ok_or_else(Failure::internal)
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_policy::PolicyKind;

    use super::*;
    use crate::account::get_account_properties::GetAccountProperties;
    use crate::ask::tests::{assert_catalogued, pairs};
    use crate::policy::testing::{add_role, error, failure};

    fn input(properties: &[(&str, &str)]) -> PutAccountPropertiesRequest {
        let properties = properties.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        PutAccountPropertiesRequest { properties: properties.collect() }
    }

    fn enabled(world: &mut World) -> String {
        let answer = world.read(&GetAccountProperties, Default::default()).unwrap();
        answer.properties.unwrap()["RoleManager/Enabled"].clone()
    }

    #[test]
    fn role_manager_on_and_off() {
        let mut world = World::new();
        assert_eq!(enabled(&mut world), "false");
        world.write(&PutAccountProperties, input(&[(ROLE_MANAGER_ENABLED, "true")])).unwrap();
        assert_eq!(enabled(&mut world), "true");
        let role = world.account().role("AWSServiceRoleForIAMRoleManager").unwrap().clone();
        assert!(role.is_service_linked());
        assert!(role.trust.policy(PolicyKind::Trust).is_some());
        assert!(world.account().managed(role.attached[0].arn()).is_some());
        // Again, with a property that nobody knows; then off: the role stays.
        let both = [(ROLE_MANAGER_ENABLED, "true"), ("RoleManager/Other", "1")];
        world.write(&PutAccountProperties, input(&both)).unwrap();
        world.write(&PutAccountProperties, input(&[(ROLE_MANAGER_ENABLED, "false")])).unwrap();
        assert_eq!(enabled(&mut world), "false");
        assert_eq!(world.account().role("AWSServiceRoleForIAMRoleManager").unwrap().id, role.id);
    }

    #[test]
    fn role_manager_s_role_has_to_be_made() {
        let on = || input(&[(ROLE_MANAGER_ENABLED, "true")]);
        // A customer's role of that name is not the service's.
        let mut world = World::new();
        add_role(&mut world, "awsserviceroleforiamrolemanager", "/", None);
        let taken = "Service role name AWSServiceRoleForIAMRoleManager has been taken in this account.";
        assert_eq!(failure(world.write(&PutAccountProperties, on())), error("InvalidInput", taken));
        assert_eq!(enabled(&mut world), "false");
        world.write(&PutAccountProperties, input(&[(ROLE_MANAGER_ENABLED, "false")])).unwrap();
        let mut world = World::new();
        add_role(&mut world, "only", "/", None);
        world.edit(|draft| draft.change_settings(|s| s.quotas.extend([("RolesPerAccount".to_owned(), 1)])));
        let full = "Cannot exceed quota for RolesPerAccount: 1";
        assert_eq!(failure(world.write(&PutAccountProperties, on())), error("InvalidInput", full));
        assert_eq!(enabled(&mut world), "false");
    }

    #[test]
    fn asks() {
        let mut world = World::new();
        let enable =
            world.write_asks(&PutAccountProperties, &input(&[(ROLE_MANAGER_ENABLED, "true")])).unwrap();
        let role = "arn:aws:iam::123456789012:role/aws-service-role/role-manager.iam.amazonaws.com/AWSServiceRoleForIAMRoleManager";
        assert_eq!(
            pairs(&enable),
            [("iam:PutAccountProperties", "*"), ("iam:CreateServiceLinkedRole", role)]
        );
        assert_catalogued(&enable);
        let disable =
            world.write_asks(&PutAccountProperties, &input(&[(ROLE_MANAGER_ENABLED, "false")])).unwrap();
        assert_eq!(pairs(&disable), [("iam:PutAccountProperties", "*")]);
        assert_catalogued(&world.asks(&GetAccountProperties, &Default::default()).unwrap());
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        for (properties, message) in [
            (
                &[("RoleManager", "true")][..],
                "Property key must be in format Namespace/PropertyName: RoleManager",
            ),
            (&[("RoleManager/a/b", "true")], "RoleManager namespace requires Enabled property"),
            (&[("RoleManager/Enabed", "true")], "RoleManager namespace requires Enabled property"),
            (&[("Other/Enabled", "true")], "Unsupported namespace: Other"),
            (
                &[("Other/Enabled", "true"), (ROLE_MANAGER_ENABLED, "true")],
                "All properties must belong to the same namespace",
            ),
            (&[(ROLE_MANAGER_ENABLED, "FALSE")], "Enabled must be 'true' or 'false'"),
            (&[(ROLE_MANAGER_ENABLED, " false")], "Enabled must be 'true' or 'false'"),
        ] {
            let result = world.write(&PutAccountProperties, input(properties));
            assert_eq!(failure(result), error("InvalidInput", message));
        }
    }
}
