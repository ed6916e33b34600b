//! AssumeRoot: a short session of a member account's root user for one task. The management account of an
//! organization gives it out, and its delegate; everybody else is denied.

use keygate_ident::{AccountId, Arn, ArnParts};
use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::sts::{AssumeRootRequest, op};

/// AssumeRoot.
pub(crate) struct AssumeRoot;

type Failed = Failure<op::AssumeRoot>;

impl Read for AssumeRoot {
    type Model = op::AssumeRoot;

    fn asks(&self, cx: &ReadCx<'_>, input: &AssumeRootRequest) -> Result<Asks, Failed> {
        let target = target(cx, &input.target_principal)?;
        let policy = task_policy(cx, input)?;
        let ask = Ask::on("sts:AssumeRoot", Arn::root(cx.partition(), target)).owned_by(target);
        Ok(Asks::one(ask.key("sts:TaskPolicyArn", Some(policy))))
    }

    fn run(&self, cx: &ReadCx<'_>, input: AssumeRootRequest) -> Outcome<Self::Model> {
        let target = target(cx, &input.target_principal)?;
        let organization = cx.account.organization().map_err(|_| {
            let (caller, root) = (&cx.caller.arn, Arn::root(cx.partition(), target));
            Failure::access_denied(format!(
                "User: {caller} is not authorized to perform: sts:AssumeRoot on resource: {root}"
            ))
        })?;
        match organization {}
    }
}

/// The member account, given by its number or by the ARN of its root user.
fn target(cx: &ReadCx<'_>, principal: &str) -> Result<AccountId, Failed> {
    let of_arn = || {
        let parts = ArnParts::split(principal)?;
        let account = parts.account.parse().ok()?;
        (Arn::root(cx.partition(), account).as_str() == principal).then_some(account)
    };
    let found = principal.parse().ok().or_else(of_arn);
    found.ok_or_else(|| Failure::validation("Request must contain a valid target principal"))
}

/// One of the AWS managed policies that are made for this.
fn task_policy<'a>(cx: &ReadCx<'_>, input: &'a AssumeRootRequest) -> Result<&'a str, Failed> {
    let arn = input.task_policy_arn.arn.as_deref();
    let task = |arn: &&str| {
        keygate_catalog::managed_policy_in(cx.partition(), arn)
            .is_some_and(|policy| policy.is_for_root_tasks())
    };
    let found = arn.filter(task);
    found.ok_or_else(|| Failure::validation("Request must contain valid AWS managed task policy ARN"))
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::sts::PolicyDescriptorType;

    use super::*;

    const TASK: &str = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials";
    const OTHER_ROOT: &str = "arn:aws:iam::210987654321:root";

    fn input(target: &str, policy: &str) -> AssumeRootRequest {
        AssumeRootRequest {
            target_principal: target.to_owned(),
            task_policy_arn: PolicyDescriptorType { arn: Some(policy.to_owned()) },
            ..Default::default()
        }
    }

    #[test]
    fn asks() {
        let mut world = World::new();
        for target in ["210987654321", OTHER_ROOT] {
            let asks = world.asks(&AssumeRoot, &input(target, TASK)).unwrap();
            let ask = asks.iter().next().unwrap();
            assert_eq!((ask.action.as_ref(), ask.resource.as_str()), ("sts:AssumeRoot", OTHER_ROOT));
            assert_eq!(ask.owner, "210987654321".parse().ok());
            assert_eq!(ask.keys[0].0, "sts:TaskPolicyArn");
        }
    }

    #[test]
    fn refusals() {
        let mut world = World::new();
        let invalid_target = ("ValidationError", "Request must contain a valid target principal");
        let invalid_policy = ("ValidationError", "Request must contain valid AWS managed task policy ARN");
        let denied = (
            "AccessDenied",
            "User: arn:aws:iam::123456789012:root is not authorized to perform: sts:AssumeRoot on resource: \
             arn:aws:iam::210987654321:root",
        );
        for (target, policy, expected) in [
            (OTHER_ROOT, TASK, denied),
            ("210987654321", "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy", denied),
            ("arn:aws:iam::210987654321:user/ann", TASK, invalid_target),
            ("arn:aws-cn:iam::210987654321:root", TASK, invalid_target),
            ("2109876543210", TASK, invalid_target),
            (OTHER_ROOT, "arn:aws:iam::aws:policy/ReadOnlyAccess", invalid_policy),
            (OTHER_ROOT, "arn:aws:iam::123456789012:policy/root-task/S3UnlockBucketPolicy", invalid_policy),
        ] {
            let error = world.read(&AssumeRoot, input(target, policy)).unwrap_err();
            assert_eq!((error.code(), error.message()), expected, "{target} {policy}");
        }
    }
}
