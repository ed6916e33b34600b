//! GetCallerIdentity: who the caller is. Needs no permission and can not be denied (rule 74).

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::sts::{GetCallerIdentityRequest, GetCallerIdentityResponse, op};

/// GetCallerIdentity.
pub(crate) struct GetCallerIdentity;

impl Read for GetCallerIdentity {
    type Model = op::GetCallerIdentity;

    fn asks(&self, _: &ReadCx<'_>, _: &GetCallerIdentityRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::none())
    }

    fn run(&self, cx: &ReadCx<'_>, _: GetCallerIdentityRequest) -> Outcome<Self::Model> {
        Ok(GetCallerIdentityResponse {
            user_id: Some(cx.caller.user_id.clone()),
            account: Some(cx.account_id().to_string()),
            arn: Some(cx.caller.arn.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::assume_role::AssumeRole;
    use crate::get_federation_token::GetFederationToken;
    use crate::test_support::{act_as, act_as_new_user, add_role, assume};

    #[test]
    fn rule_173_users_and_sessions() {
        let mut world = World::new();
        act_as_new_user(&mut world, "Bob");
        let arn = add_role(&mut world, "App", |role| role.path = "/x/".parse().unwrap());
        let guest =
            keygate_shapes::sts::GetFederationTokenRequest { name: "guest".to_owned(), ..Default::default() };
        let guest = world.read(&GetFederationToken, guest).unwrap().credentials.unwrap();
        let role = world.read(&AssumeRole, assume(&arn)).unwrap().credentials.unwrap();
        let account = world.account();
        let (user_id, role_id) = (&account.user("bob").unwrap().id, &account.role("app").unwrap().id);
        for (credentials, arn, id) in [
            (None, "arn:aws:iam::123456789012:user/Bob", user_id.to_string()),
            (Some(role), "arn:aws:sts::123456789012:assumed-role/App/s", format!("{role_id}:s")),
            (Some(guest), "arn:aws:sts::123456789012:federated-user/guest", "123456789012:guest".to_owned()),
        ] {
            if let Some(credentials) = credentials {
                act_as(&mut world, &credentials);
            }
            let answer = world.read(&GetCallerIdentity, GetCallerIdentityRequest {}).unwrap();
            assert_eq!((answer.arn.as_deref(), answer.user_id), (Some(arn), Some(id)));
            assert_eq!(answer.account.as_deref(), Some("123456789012"));
        }
    }

    #[test]
    fn rule_74_root_and_no_permission_asked() {
        let mut world = World::new();
        let input = GetCallerIdentityRequest {};
        assert!(world.asks(&GetCallerIdentity, &input).unwrap().is_empty());
        let answer = world.read(&GetCallerIdentity, input).unwrap();
        assert_eq!(answer.arn.as_deref(), Some("arn:aws:iam::123456789012:root"));
        assert_eq!(answer.user_id.as_deref(), Some("123456789012"));
    }
}
