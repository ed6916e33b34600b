//! UpdateAccessKey: switches a key on or off.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateAccessKeyRequest, UpdateAccessKeyResponse, op};
use keygate_state::AccessKey;

use super::Holder;
use crate::input;
use crate::owner::Owner;

/// UpdateAccessKey.
pub(crate) struct UpdateAccessKey;

impl Write for UpdateAccessKey {
    type Model = op::UpdateAccessKey;

    fn asks(&self, cx: &ReadCx<'_>, input: &UpdateAccessKeyRequest) -> Result<Asks, Failure<Self::Model>> {
        let owner = Owner::of(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(owner.ask(cx, "iam:UpdateAccessKey")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateAccessKeyRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&Owner::of(cx.caller, input.user_name.as_deref())?, cx.draft)?;
        let status = input::key_status(&input.status, "an access key")?;
        let id = &input.access_key_id;
        holder.change_key(cx.draft, id, |key| Some(AccessKey { status, ..key }))?;
        Ok(UpdateAccessKeyResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_state::KeyStatus;

    use super::*;
    use crate::access_key::tests::create;
    use crate::user::tests::add_user;

    fn update(world: &mut World, name: Option<&str>, id: &str, status: &str) -> Result<(), String> {
        let input = UpdateAccessKeyRequest {
            user_name: name.map(str::to_owned),
            access_key_id: id.to_owned(),
            status: status.to_owned(),
        };
        let updated = world.write(&UpdateAccessKey, input);
        updated.map(drop).map_err(|error| format!("{}: {}", error.code(), error.message()))
    }

    #[test]
    fn only_this_key_of_this_owner() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        let bobs = create(&mut world, Some("bob")).unwrap().access_key_id;
        let second = create(&mut world, Some("bob")).unwrap().access_key_id;
        let roots = create(&mut world, None).unwrap().access_key_id;
        let status =
            |world: &World, id: &str| world.account().access_key(&id.parse().unwrap()).unwrap().1.status;
        for (name, id) in [(Some("BOB"), &bobs), (None, &roots)] {
            for (text, expected) in [("Inactive", KeyStatus::Inactive), ("Active", KeyStatus::Active)] {
                update(&mut world, name, id, text).unwrap();
                assert_eq!(status(&world, id), expected);
                assert_eq!(status(&world, &second), KeyStatus::Active);
            }
        }
        let missing = |id: &str| Err(format!("NoSuchEntity: The Access Key with id {id} cannot be found."));
        // The key must be the named user's.
        assert_eq!(update(&mut world, None, &bobs, "Inactive"), missing(&bobs));
        assert_eq!(update(&mut world, Some("bob"), &roots, "Inactive"), missing(&roots));
        let none = "AKIAIOSFODNN7EXAMPLE";
        assert_eq!(update(&mut world, Some("bob"), none, "Inactive"), missing(none));
        let error = update(&mut world, Some("eve"), &bobs, "Inactive").unwrap_err();
        assert_eq!(error, "NoSuchEntity: The user with name eve cannot be found.");
        let error = update(&mut world, Some("bob"), &bobs, "Expired").unwrap_err();
        assert!(error.starts_with("InvalidInput: "));
        assert_eq!(status(&world, &bobs), KeyStatus::Active);
    }
}
