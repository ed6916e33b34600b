//! GetAccessKeyLastUsed: when, where and for what a key of this account was last used.

use std::sync::Arc;

use keygate_ident::{Arn, UniqueId};
use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{AccessKeyLastUsed, GetAccessKeyLastUsedRequest, GetAccessKeyLastUsedResponse, op};
use keygate_state::User;

use crate::ask;

/// GetAccessKeyLastUsed.
pub(crate) struct GetAccessKeyLastUsed;

impl Read for GetAccessKeyLastUsed {
    type Model = op::GetAccessKeyLastUsed;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &GetAccessKeyLastUsedRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        const ACTION: &str = "iam:GetAccessKeyLastUsed";
        Ok(Asks::one(match find(cx, &input.access_key_id)?.0 {
            Some(user) => ask::user(cx, ACTION, &user.name),
            None => Ask::on(ACTION, Arn::root(cx.partition(), cx.account_id())),
        }))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetAccessKeyLastUsedRequest) -> Outcome<Self::Model> {
        let (user, id) = find(cx, &input.access_key_id)?;
        let last_used = match cx.env.facts.key_use(id) {
            Some(usage) => AccessKeyLastUsed {
                last_used_date: Some(usage.time.to_whole_seconds()),
                service_name: usage.service,
                region: usage.region,
            },
            None => AccessKeyLastUsed {
                last_used_date: None,
                service_name: "N/A".to_owned(),
                region: "N/A".to_owned(),
            },
        };
        Ok(GetAccessKeyLastUsedResponse {
            user_name: user.map(|user| user.name.clone()),
            access_key_last_used: Some(last_used),
        })
    }
}

/// The key of this account with this id: its owner (`None`: root) and its id. For any other id AWS answers as if
/// access to it were denied, so that nobody learns which keys exist elsewhere; the text is AWS's, missing colon
/// included.
fn find<'a>(
    cx: &ReadCx<'a>,
    id: &str,
) -> Result<(Option<&'a Arc<User>>, &'a UniqueId), Failure<op::GetAccessKeyLastUsed>> {
    let found = id.parse().ok().and_then(|id| cx.account.access_key(&id));
    let denied = || {
        let caller = &cx.caller.arn;
        Failure::access_denied(format!(
            "User: {caller} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key {id}"
        ))
    };
    found.map(|(user, key)| (user, &key.id)).ok_or_else(denied)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use keygate_ident::AccountId;
    use keygate_operation::Environment;
    use keygate_operation::testing::{SeededEntropy, World};
    use keygate_state::{Account, Caller, Directory, Facts, KeyUse, RoleUse, Unavailable};

    use super::*;
    use crate::access_key::tests::create;
    use crate::ask::tests::pairs;
    use crate::user::tests::add_user;

    fn about(id: &str) -> GetAccessKeyLastUsedRequest {
        GetAccessKeyLastUsedRequest { access_key_id: id.to_owned() }
    }

    #[test]
    fn a_key_that_was_never_used() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        for (name, shown, resource) in [(Some("bob"), Some("Bob"), "user/Bob"), (None, None, "root")] {
            let id = create(&mut world, name).unwrap().access_key_id;
            let answer = world.read(&GetAccessKeyLastUsed, about(&id)).unwrap();
            assert_eq!(answer.user_name.as_deref(), shown);
            let last_used = answer.access_key_last_used.unwrap();
            assert_eq!((last_used.last_used_date, last_used.region.as_str()), (None, "N/A"));
            assert_eq!(last_used.service_name, "N/A");
            let asks = world.asks(&GetAccessKeyLastUsed, &about(&id)).unwrap();
            let resource = format!("arn:aws:iam::123456789012:{resource}");
            assert_eq!(pairs(&asks), [("iam:GetAccessKeyLastUsed", resource.as_str())]);
        }
    }

    #[test]
    fn a_key_that_is_not_here() {
        let mut world = World::new();
        add_user(&mut world, "Bob");
        world.act_as_user("Bob");
        for id in ["AKIAIOSFODNN7EXAMPLE", "not_a_key_id_at_all"] {
            let error = world.read(&GetAccessKeyLastUsed, about(id)).unwrap_err();
            let expected = format!(
                "User: arn:aws:iam::123456789012:user/Bob is not authorized to perform iam:GetAccessKeyLastUsed \
                 on resource: access key {id}"
            );
            assert_eq!((error.code(), error.message()), ("AccessDenied", expected.as_str()));
        }
    }

    struct Used(KeyUse);

    impl Facts for Used {
        fn key_use(&self, _: &UniqueId) -> Option<KeyUse> {
            Some(self.0.clone())
        }
        fn role_use(&self, _: &UniqueId) -> Option<RoleUse> {
            None
        }
    }

    impl Directory for Used {
        fn account(&self, _: AccountId) -> Result<Option<Arc<Account>>, Unavailable> {
            Ok(None)
        }

        fn alias_owner(&self, _alias: &str) -> Result<Option<AccountId>, Unavailable> {
            Ok(None)
        }
    }

    #[test]
    fn a_key_that_was_used() {
        let mut world = World::new();
        let id = create(&mut world, None).unwrap().access_key_id;
        let time = keygate_ident::Timestamp::from_millis(1_767_225_600_123);
        let used = Used(KeyUse { time, region: "eu-west-1".to_owned(), service: "sts".to_owned() });
        let account = world.account();
        let caller = Caller::root(&account, id.parse().unwrap());
        let env = Environment {
            now: world.now,
            region: "us-east-1",
            endpoint: None,
            directory: &used,
            facts: &used,
            keys: &world.keys,
            entropy: &RefCell::new(SeededEntropy::new(7)),
        };
        let cx = ReadCx { account: &account, caller: &caller, env };
        let answer = GetAccessKeyLastUsed.run(&cx, about(&id)).unwrap().access_key_last_used.unwrap();
        assert_eq!((answer.service_name.as_str(), answer.region.as_str()), ("sts", "eu-west-1"));
        assert_eq!(answer.last_used_date, Some(time.to_whole_seconds()));
    }
}
