//! DeleteAccessKey: a key that is deleted can not be used again.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteAccessKeyRequest, DeleteAccessKeyResponse, op};

use super::Holder;
use crate::owner::Owner;

/// DeleteAccessKey.
pub(crate) struct DeleteAccessKey;

impl Write for DeleteAccessKey {
    type Model = op::DeleteAccessKey;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeleteAccessKeyRequest) -> Result<Asks, Failure<Self::Model>> {
        let owner = Owner::of(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(owner.ask(cx, "iam:DeleteAccessKey")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteAccessKeyRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&Owner::of(cx.caller, input.user_name.as_deref())?, cx.draft)?;
        holder.change_key(cx.draft, &input.access_key_id, |_| None)?;
        Ok(DeleteAccessKeyResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::access_key::tests::{act_as_guest, create};
    use crate::user::tests::add_user;

    fn delete(world: &mut World, name: Option<&str>, id: &str) -> Result<(), String> {
        let input =
            DeleteAccessKeyRequest { user_name: name.map(str::to_owned), access_key_id: id.to_owned() };
        let deleted = world.write(&DeleteAccessKey, input);
        deleted.map(drop).map_err(|error| format!("{}: {}", error.code(), error.message()))
    }

    #[test]
    fn only_this_key_of_this_owner() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        let first = create(&mut world, Some("bob")).unwrap().access_key_id;
        let second = create(&mut world, Some("bob")).unwrap().access_key_id;
        let roots = create(&mut world, None).unwrap().access_key_id;
        let missing = |id: &str| Err(format!("NoSuchEntity: The Access Key with id {id} cannot be found."));
        assert_eq!(delete(&mut world, None, &first), missing(&first));
        assert_eq!(delete(&mut world, Some("bob"), &first), Ok(()));
        assert_eq!(delete(&mut world, Some("bob"), &first), missing(&first));
        assert!(world.account().access_key(&first.parse().unwrap()).is_none());
        assert!(world.account().access_key(&second.parse().unwrap()).is_some());
        assert_eq!(delete(&mut world, None, &roots), Ok(()));
        assert!(world.account().settings().root_keys.is_empty());
        // A user's own key, without a name.
        world.act_as_user("bob");
        assert_eq!(delete(&mut world, None, &second), Ok(()));
        act_as_guest(&mut world);
        let error = delete(&mut world, None, &second).unwrap_err();
        assert_eq!(error, "ValidationError: Must specify userName when calling with non-User credentials");
    }
}
