//! UpdateGroup: another name or path. Members and policies stay with it.

use keygate_ident::{Arn, EntityPath};
use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateGroupRequest, UpdateGroupResponse, op};
use keygate_state::Group;

use crate::{ask, input};

/// UpdateGroup.
pub(crate) struct UpdateGroup;

impl Write for UpdateGroup {
    type Model = op::UpdateGroup;

    /// The caller must be allowed on the group as it is and as it will be.
    fn asks(&self, cx: &ReadCx<'_>, input: &UpdateGroupRequest) -> Result<Asks, Failure<Self::Model>> {
        let before = ask::group(cx, "iam:UpdateGroup", &input.group_name);
        let group = cx.account.groups.named(&input.group_name);
        let old_path = group.map(|group| group.path.clone()).unwrap_or_default();
        let old_name = group.map_or(input.group_name.as_str(), |group| &group.name);
        let path = new_path(input, &old_path)?;
        let name = input.new_group_name.as_deref().unwrap_or(old_name);
        let arn = Arn::iam(cx.partition(), cx.account_id(), "group", &path, name);
        let moves = before.resource != arn.as_str();
        Ok(Asks::one(before).and_if(moves, || Ask::on("iam:UpdateGroup", arn)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateGroupRequest) -> Outcome<Self::Model> {
        let mut group: Group = cx.draft.group(&input.group_name)?.as_ref().clone();
        group.path = new_path(&input, &group.path)?;
        if let Some(name) = input.new_group_name {
            group.name = name;
        }
        cx.draft.update(group)?;
        Ok(UpdateGroupResponse {})
    }
}

fn new_path(input: &UpdateGroupRequest, old: &EntityPath) -> Result<EntityPath, Failure<op::UpdateGroup>> {
    match input.new_path.as_deref() {
        None => Ok(old.clone()),
        given => input::path(given),
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::ask::tests::pairs;
    use crate::group::tests::{add_group, join};
    use crate::user::tests::add_user;

    fn update(name: &str, new_name: Option<&str>, new_path: Option<&str>) -> UpdateGroupRequest {
        UpdateGroupRequest {
            group_name: name.to_owned(),
            new_group_name: new_name.map(str::to_owned),
            new_path: new_path.map(str::to_owned),
        }
    }

    #[test]
    fn members_stay() {
        let mut world = World::new();
        let id = add_group(&mut world, "Admins");
        add_user(&mut world, "bob");
        join(&mut world, "admins", "bob");
        world.write(&UpdateGroup, update("ADMINS", Some("Ops"), Some("/x/"))).unwrap();
        let account = world.account();
        let group = account.group("ops").unwrap();
        assert_eq!((&group.id, group.name.as_str(), group.path.as_str()), (&id, "Ops", "/x/"));
        assert_eq!(account.members(&id).len(), 1);
        assert!(account.group("admins").is_err());
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        add_group(&mut world, "Admins");
        add_group(&mut world, "ops");
        for (input, code, message) in [
            (
                update("ops", Some("admins"), None),
                "EntityAlreadyExists",
                "Group with name admins already exists.",
            ),
            (update("none", Some("x"), None), "NoSuchEntity", "The group with name none cannot be found."),
        ] {
            let error = world.write(&UpdateGroup, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
    }

    #[test]
    fn both_arns_are_asked() {
        let mut world = World::new();
        add_group(&mut world, "Admins");
        let arn = |rest: &str| format!("arn:aws:iam::123456789012:group/{rest}");
        for (input, resources) in [
            (update("admins", Some("Ops"), Some("/x/")), vec![arn("Admins"), arn("x/Ops")]),
            (update("admins", Some("Ops"), None), vec![arn("Admins"), arn("Ops")]),
            (update("admins", None, None), vec![arn("Admins")]),
        ] {
            let asks = world.write_asks(&UpdateGroup, &input).unwrap();
            let expected: Vec<_> = resources.iter().map(|arn| ("iam:UpdateGroup", arn.as_str())).collect();
            assert_eq!(pairs(&asks), expected);
        }
    }
}
