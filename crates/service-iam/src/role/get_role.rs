//! GetRole: a role with everything that is known of it, its last use included.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetRoleRequest, GetRoleResponse, op};
use keygate_state::Role;

use crate::{ask, view};

/// GetRole.
pub(crate) struct GetRole;

impl Read for GetRole {
    type Model = op::GetRole;

    fn asks(&self, cx: &ReadCx<'_>, input: &GetRoleRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::bounded::<Role>(cx, "iam:GetRole", &input.role_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetRoleRequest) -> Outcome<Self::Model> {
        Ok(GetRoleResponse { role: view::role(cx, cx.account.role(&input.role_name)?)? })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::Arc;

    use keygate_ident::{AccountId, IdKind, UniqueId};
    use keygate_operation::Environment;
    use keygate_operation::testing::{SeededEntropy, World};
    use keygate_shapes::iam::{CreateRoleRequest, RoleLastUsed};
    use keygate_state::{Account, Caller, Directory, Facts, KeyUse, RoleUse, Unavailable};

    use super::*;
    use crate::role::testing::{TRUST, create, named};

    fn get(name: &str) -> GetRoleRequest {
        GetRoleRequest { role_name: name.to_owned() }
    }

    #[test]
    fn by_name_in_any_case_with_all_that_is_known() {
        let mut world = World::new();
        create(&mut world, CreateRoleRequest { description: Some("d".to_owned()), ..named("App") });
        let role = world.read(&GetRole, get("aPP")).unwrap().role;
        assert_eq!((role.role_name.as_str(), role.path.as_str()), ("App", "/"));
        assert_eq!((role.description.as_deref(), role.max_session_duration), (Some("d"), Some(3600)));
        assert_eq!(role.assume_role_policy_document, Some(view::document(TRUST)));
        assert_eq!(role.role_last_used, Some(RoleLastUsed::default()));
        assert_eq!((role.tags, role.permissions_boundary), (None, None));
        let error = world.read(&GetRole, get("none")).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The role with name none cannot be found.")
        );
    }

    #[test]
    fn a_deleted_principal_stays_visible_as_its_id() {
        let mut world = World::new();
        create(&mut world, named("Caller"));
        let id = world.account().role("Caller").unwrap().id.clone();
        let trusts = |principal: &str| {
            TRUST.replace("\"Service\":\"ec2.amazonaws.com\"", &format!("\"AWS\":\"{principal}\""))
        };
        let text = trusts("arn:aws:iam::123456789012:role/Caller");
        create(&mut world, CreateRoleRequest { assume_role_policy_document: text, ..named("App") });
        world.edit(|draft| draft.remove::<Role>(&id)).unwrap();
        create(&mut world, named("Caller"));
        let shown = world.read(&GetRole, get("App")).unwrap().role.assume_role_policy_document;
        assert_eq!(shown, Some(view::document(&trusts(id.as_str()))));
    }

    struct Used(RoleUse);

    impl Facts for Used {
        fn key_use(&self, _key: &UniqueId) -> Option<KeyUse> {
            None
        }
        fn role_use(&self, _role: &UniqueId) -> Option<RoleUse> {
            Some(self.0.clone())
        }
    }

    struct Nowhere;

    impl Directory for Nowhere {
        fn account(&self, _id: AccountId) -> Result<Option<Arc<Account>>, Unavailable> {
            Ok(None)
        }

        fn alias_owner(&self, _alias: &str) -> Result<Option<AccountId>, Unavailable> {
            Ok(None)
        }
    }

    #[test]
    fn the_last_use_comes_from_the_facts() {
        let mut world = World::new();
        create(&mut world, named("App"));
        let account = world.account();
        let caller = Caller::root(&account, world.new_id(IdKind::AccessKey));
        let facts = Used(RoleUse { time: world.now, region: "eu-west-1".to_owned() });
        let entropy = RefCell::new(SeededEntropy::new(2));
        let env = Environment {
            now: world.now,
            region: "us-east-1",
            endpoint: None,
            directory: &Nowhere,
            facts: &facts,
            keys: &world.keys,
            entropy: &entropy,
        };
        let cx = ReadCx { account: &account, caller: &caller, env };
        let used = GetRole.run(&cx, get("App")).unwrap().role.role_last_used.unwrap();
        assert_eq!((used.last_used_date, used.region.as_deref()), (Some(world.now), Some("eu-west-1")));
    }
}
