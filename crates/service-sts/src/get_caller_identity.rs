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
