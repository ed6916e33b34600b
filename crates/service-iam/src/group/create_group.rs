//! CreateGroup: a new group without members.

use keygate_ident::{Arn, IdKind};
use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{CreateGroupRequest, CreateGroupResponse, op};
use keygate_state::Group;

use crate::{input, view};

/// CreateGroup.
pub(crate) struct CreateGroup;

impl Write for CreateGroup {
    type Model = op::CreateGroup;

    fn asks(&self, cx: &ReadCx<'_>, input: &CreateGroupRequest) -> Result<Asks, Failure<Self::Model>> {
        let path = input::path(input.path.as_deref())?;
        let arn = Arn::iam(cx.partition(), cx.account_id(), "group", &path, &input.group_name);
        Ok(Asks::one(Ask::on("iam:CreateGroup", arn)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateGroupRequest) -> Outcome<Self::Model> {
        let group = Group {
            id: cx.new_id(IdKind::Group),
            name: input.group_name,
            path: input::path(input.path.as_deref())?,
            created: cx.now(),
            inline: Default::default(),
            attached: Vec::new(),
        };
        let shown = view::group(cx.draft, &group);
        cx.draft.insert(group)?;
        Ok(CreateGroupResponse { group: shown })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;

    fn named(name: &str, path: Option<&str>) -> CreateGroupRequest {
        CreateGroupRequest { group_name: name.to_owned(), path: path.map(str::to_owned) }
    }

    #[test]
    fn the_group_is_there() {
        let mut world = World::new();
        let group = world.write(&CreateGroup, named("Admins", Some("/team/"))).unwrap().group;
        assert_eq!(group.arn, "arn:aws:iam::123456789012:group/team/Admins");
        assert_eq!((group.path.as_str(), group.create_date), ("/team/", world.now));
        assert!(group.group_id.starts_with("AGPA") && group.group_id.len() == 21);
        assert_eq!(world.write(&CreateGroup, named("ops", None)).unwrap().group.path, "/");
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        world.write(&CreateGroup, named("Admins", None)).unwrap();
        world.edit(|draft| {
            draft.change_settings(|settings| settings.quotas.extend([("GroupsPerAccount".to_owned(), 1)]));
        });
        for (name, code, message) in [
            ("admins", "EntityAlreadyExists", "Group with name admins already exists."),
            ("ops", "LimitExceeded", "Cannot exceed quota for GroupsPerAccount: 1"),
        ] {
            let error = world.write(&CreateGroup, named(name, Some("/x/"))).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
    }
}
