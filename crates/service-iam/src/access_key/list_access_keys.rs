//! ListAccessKeys: the keys of a user, of the caller itself, or of root; never their secrets.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{AccessKeyMetadata, ListAccessKeysRequest, ListAccessKeysResponse, op};
use keygate_state::AccessKey;

use super::Holder;
use crate::owner::Owner;

/// ListAccessKeys.
pub(crate) struct ListAccessKeys;

impl Read for ListAccessKeys {
    type Model = op::ListAccessKeys;

    fn asks(&self, cx: &ReadCx<'_>, input: &ListAccessKeysRequest) -> Result<Asks, Failure<Self::Model>> {
        let owner = Owner::of(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(owner.ask(cx, "iam:ListAccessKeys")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListAccessKeysRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&Owner::of(cx.caller, input.user_name.as_deref())?, cx.account)?;
        let scope = match &holder {
            Holder::Root => "root",
            Holder::User(user) => user.id.as_str(),
        };
        let key = |key: &&AccessKey| order(key);
        let mut keys: Vec<&AccessKey> = holder.keys(cx.account).iter().collect();
        keys.sort_by_key(key);
        let page = paginate(cx, scope, input.marker.as_deref(), input.max_items, keys, key)?;
        let shown = |key: &AccessKey| AccessKeyMetadata {
            user_name: holder.name().map(str::to_owned),
            access_key_id: Some(key.id.to_string()),
            status: Some(key.status.as_str().to_owned()),
            create_date: Some(key.created),
        };
        Ok(ListAccessKeysResponse {
            access_key_metadata: page.items.into_iter().map(shown).collect(),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

/// Oldest first; two of the same second by id. Times are ISO texts of one length, so that text order is time order.
fn order(key: &AccessKey) -> String {
    format!("{} {}", key.created, key.id)
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::access_key::tests::create;
    use crate::user::tests::add_user;

    #[test]
    fn oldest_first_in_pages() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        let first = create(&mut world, Some("bob")).unwrap();
        world.now = world.now.plus_seconds(1);
        let second = create(&mut world, Some("bob")).unwrap();
        let roots = create(&mut world, None).unwrap();
        let list = |world: &mut World, name: Option<&str>, marker| {
            let input =
                ListAccessKeysRequest { user_name: name.map(str::to_owned), marker, max_items: Some(1) };
            world.read(&ListAccessKeys, input).unwrap()
        };
        let page = list(&mut world, Some("BOB"), None);
        let expected = AccessKeyMetadata {
            user_name: Some("Bob".to_owned()),
            access_key_id: Some(first.access_key_id),
            status: Some("Active".to_owned()),
            create_date: first.create_date,
        };
        assert_eq!((page.access_key_metadata, page.is_truncated), (vec![expected], Some(true)));
        let page = list(&mut world, Some("bob"), page.marker);
        assert_eq!(page.access_key_metadata[0].access_key_id.as_ref(), Some(&second.access_key_id));
        assert_eq!((page.is_truncated, page.marker), (Some(false), None));
        let page = list(&mut world, None, None);
        assert_eq!(page.access_key_metadata[0].access_key_id.as_ref(), Some(&roots.access_key_id));
        assert_eq!(page.access_key_metadata[0].user_name, None);
        world.act_as_user("bob");
        assert_eq!(list(&mut world, None, None).access_key_metadata[0].user_name.as_deref(), Some("Bob"));
        let input = ListAccessKeysRequest { user_name: Some("eve".to_owned()), ..Default::default() };
        let error = world.read(&ListAccessKeys, input).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The user with name eve cannot be found.")
        );
    }
}
