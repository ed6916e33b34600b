//! CreateAccessKey: a new key for a user, for the caller itself, or for root. The secret is shown here and never
//! again; it is stored sealed.

use keygate_ident::IdKind;
use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_seal::Purpose;
use keygate_shapes::iam::{self, CreateAccessKeyRequest, CreateAccessKeyResponse, op};
use keygate_state::{AccessKey, KeyStatus, LimitExceeded, Quota};
use keygate_wire::Sensitive;

use super::Holder;
use crate::owner::Owner;

/// CreateAccessKey.
pub(crate) struct CreateAccessKey;

impl Write for CreateAccessKey {
    type Model = op::CreateAccessKey;

    fn asks(&self, cx: &ReadCx<'_>, input: &CreateAccessKeyRequest) -> Result<Asks, Failure<Self::Model>> {
        let owner = Owner::of(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(owner.ask(cx, "iam:CreateAccessKey")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateAccessKeyRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&Owner::of(cx.caller, input.user_name.as_deref())?, cx.draft)?;
        let mut keys = holder.keys(cx.draft).to_vec();
        let limit = cx.draft.quota(Quota::AccessKeysPerUser);
        if keys.len() >= limit as usize {
            return Err(LimitExceeded::quota(Quota::AccessKeysPerUser.name(), limit).into());
        }
        let id = cx.new_id(IdKind::AccessKey);
        let mut random = cx.env.random();
        let secret = keygate_seal::secret_access_key(&mut random);
        let context = id.as_str().as_bytes();
        let plaintext = secret.expose().as_bytes();
        let sealed = cx.env.keys.seal(Purpose::SecretAccessKey, context, plaintext, &mut random)?;
        let key = AccessKey { id, secret: sealed, status: KeyStatus::Active, created: cx.now() };
        let shown = iam::AccessKey {
            user_name: holder.name().unwrap_or_default().to_owned(),
            access_key_id: key.id.to_string(),
            status: key.status.as_str().to_owned(),
            secret_access_key: Sensitive::new(secret.expose().to_owned()),
            create_date: Some(key.created),
        };
        keys.push(key);
        holder.set_keys(cx.draft, keys);
        Ok(CreateAccessKeyResponse { access_key: shown })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::access_key::tests::{act_as_guest, create};
    use crate::ask::tests::pairs;
    use crate::user::tests::add_user;

    #[test]
    fn the_secret_is_stored_sealed_under_the_keys_id() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        let shown = create(&mut world, Some("BOB")).unwrap();
        assert_eq!((shown.user_name.as_str(), shown.status.as_str()), ("Bob", "Active"));
        assert!(shown.access_key_id.starts_with("AKIA") && shown.access_key_id.len() == 20);
        assert_eq!(shown.create_date, Some(world.now));
        let account = world.account();
        let (owner, key) = account.access_key(&shown.access_key_id.parse().unwrap()).unwrap();
        assert_eq!(owner.unwrap().name, "Bob");
        let context = shown.access_key_id.as_bytes();
        let opened = world.keys.open(Purpose::SecretAccessKey, context, &key.secret).unwrap();
        assert_eq!(opened.as_slice(), shown.secret_access_key.expose().as_bytes());
        assert_eq!(opened.len(), 40);
        assert!(world.keys.open(Purpose::SecretAccessKey, b"AKIAOTHER", &key.secret).is_err());
        assert!(!format!("{shown:?}").contains(shown.secret_access_key.expose()));
    }

    #[test]
    fn without_a_name_it_is_the_callers_own() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        let root = create(&mut world, None).unwrap();
        assert_eq!(root.user_name, "");
        assert_eq!(world.account().settings().root_keys[0].id.as_str(), root.access_key_id);
        assert!(world.account().access_key(&root.access_key_id.parse().unwrap()).unwrap().0.is_none());
        world.act_as_user("Bob");
        assert_eq!(create(&mut world, None).unwrap().user_name, "Bob");
        assert_eq!(world.account().settings().root_keys.len(), 1);
        act_as_guest(&mut world);
        let error = create(&mut world, None).unwrap_err();
        assert_eq!(error, "ValidationError: Must specify userName when calling with non-User credentials");
        assert_eq!(create(&mut world, Some("bob")).unwrap().user_name, "Bob");
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        let full = Err("LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2".to_owned());
        for name in [Some("bob"), None] {
            for _ in 0..2 {
                create(&mut world, name).unwrap();
            }
            assert_eq!(create(&mut world, name).map(drop), full);
        }
        let missing = Err("NoSuchEntity: The user with name eve cannot be found.".to_owned());
        assert_eq!(create(&mut world, Some("eve")).map(drop), missing);
    }

    #[test]
    fn the_owner_is_asked() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        let input = |name: Option<&str>| CreateAccessKeyRequest { user_name: name.map(str::to_owned) };
        let check = |world: &mut World, name, resource: &str| {
            let asks = world.write_asks(&CreateAccessKey, &input(name)).unwrap();
            assert_eq!(pairs(&asks), [("iam:CreateAccessKey", resource)]);
        };
        check(&mut world, Some("bob"), "arn:aws:iam::123456789012:user/Bob");
        check(&mut world, None, "arn:aws:iam::123456789012:root");
        world.act_as_user("Bob");
        check(&mut world, None, "arn:aws:iam::123456789012:user/Bob");
    }
}
