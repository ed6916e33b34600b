//! PutUserPolicy, PutGroupPolicy, PutRolePolicy: adds or replaces an inline policy.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::declares;
use keygate_shapes::iam::{
    PutGroupPolicyRequest, PutGroupPolicyResponse, PutRolePolicyRequest, PutRolePolicyResponse,
    PutUserPolicyRequest, PutUserPolicyResponse, op,
};
use keygate_state::{Group, LimitExceeded, PolicyText, Principal, Role, User};
use keygate_wire::OperationModel;

use crate::{ask, policy, role};

/// PutUserPolicy.
pub(crate) struct PutUserPolicy;
/// PutGroupPolicy.
pub(crate) struct PutGroupPolicy;
/// PutRolePolicy.
pub(crate) struct PutRolePolicy;

impl Write for PutUserPolicy {
    type Model = op::PutUserPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &PutUserPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::bounded::<User>(cx, "iam:PutUserPolicy", &input.user_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: PutUserPolicyRequest) -> Outcome<Self::Model> {
        put::<User, _>(cx, &input.user_name, input.policy_name, &input.policy_document)?;
        Ok(PutUserPolicyResponse {})
    }
}

impl Write for PutGroupPolicy {
    type Model = op::PutGroupPolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &PutGroupPolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::group(cx, "iam:PutGroupPolicy", &input.group_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: PutGroupPolicyRequest) -> Outcome<Self::Model> {
        put::<Group, _>(cx, &input.group_name, input.policy_name, &input.policy_document)?;
        Ok(PutGroupPolicyResponse {})
    }
}

impl Write for PutRolePolicy {
    type Model = op::PutRolePolicy;

    fn asks(&self, cx: &ReadCx<'_>, input: &PutRolePolicyRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::bounded::<Role>(cx, "iam:PutRolePolicy", &input.role_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: PutRolePolicyRequest) -> Outcome<Self::Model> {
        role::unprotected(cx.draft.role(&input.role_name)?)?;
        put::<Role, _>(cx, &input.role_name, input.policy_name, &input.policy_document)?;
        Ok(PutRolePolicyResponse {})
    }
}

fn put<P, M>(cx: &mut WriteCx<'_>, name: &str, policy_name: String, document: &str) -> Result<(), Failure<M>>
where
    P: Principal,
    M: OperationModel + declares::NoSuchEntity + declares::LimitExceeded + declares::MalformedPolicyDocument,
{
    let entity = Arc::clone(cx.draft.principal::<P>(name)?);
    let document = policy::document(document)?;
    let limit = cx.draft.quota(P::INLINE_SIZE);
    let others = entity.inline().iter().filter(|(other, _)| **other != policy_name);
    let size = document.size() + others.map(|(_, other)| PolicyText::size(other)).sum::<usize>();
    if size > limit as usize {
        let kind = P::PRINCIPAL.word();
        let message = format!("Maximum policy size of {limit} bytes exceeded for {kind} {}", entity.name());
        return Err(LimitExceeded::new(message).into());
    }
    cx.draft.change(&entity, |entity| {
        entity.inline_mut().insert(policy_name, document);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::policy::testing::{DOCUMENT, add_group, add_role, add_user, error, failure};

    /// One attempt with each of the three; the entities are called `x`.
    fn put_all(world: &mut World, policy: &str, document: &str) -> [Result<(), (String, String)>; 3] {
        let name = || "x".to_owned();
        let (policy_name, policy_document) = (|| policy.to_owned(), || document.to_owned());
        let show = |error: keygate_wire::ApiError| failure::<()>(Err(error));
        let user = PutUserPolicyRequest {
            user_name: name(),
            policy_name: policy_name(),
            policy_document: policy_document(),
        };
        let group = PutGroupPolicyRequest {
            group_name: name(),
            policy_name: policy_name(),
            policy_document: policy_document(),
        };
        let role = PutRolePolicyRequest {
            role_name: name(),
            policy_name: policy_name(),
            policy_document: policy_document(),
        };
        [
            world.write(&PutUserPolicy, user).map(drop).map_err(show),
            world.write(&PutGroupPolicy, group).map(drop).map_err(show),
            world.write(&PutRolePolicy, role).map(drop).map_err(show),
        ]
    }

    fn world() -> World {
        let mut world = World::new();
        add_user(&mut world, "x", "/", None);
        add_group(&mut world, "x", "/");
        add_role(&mut world, "x", "/", None);
        world
    }

    /// A document of this many characters, white space not counted.
    fn document_of(size: usize) -> String {
        let fill = size - DOCUMENT.len() - "arn:aws:s3:::".len() + 1;
        DOCUMENT.replace('*', &format!("arn:aws:s3:::{}", "b".repeat(fill))).replace("[{", "[ {\n")
    }

    #[test]
    fn a_policy_of_the_same_name_is_replaced_byte_for_byte() {
        let mut world = world();
        let spaced = format!(" {DOCUMENT}\n");
        for document in [DOCUMENT, &spaced] {
            assert_eq!(put_all(&mut world, "p", document), [Ok(()), Ok(()), Ok(())]);
        }
        let account = world.account();
        for inline in [
            &account.user("x").unwrap().inline,
            &account.group("x").unwrap().inline,
            &account.role("x").unwrap().inline,
        ] {
            assert_eq!(inline.values().map(PolicyText::as_str).collect::<Vec<_>>(), [spaced.as_str()]);
        }
    }

    #[test]
    fn rule_229_all_inline_policies_together_are_limited() {
        let mut world = world();
        let message = |limit, of: &str| {
            Err(error("LimitExceeded", format!("Maximum policy size of {limit} bytes exceeded for {of} x")))
        };
        assert_eq!(put_all(&mut world, "a", &document_of(1048)), [Ok(()), Ok(()), Ok(())]);
        assert_eq!(put_all(&mut world, "b", &document_of(1001)), [message(2048, "user"), Ok(()), Ok(())]);
        assert_eq!(put_all(&mut world, "b", &document_of(1000)), [Ok(()), Ok(()), Ok(())]);
        // What a policy replaces does not count.
        assert_eq!(put_all(&mut world, "b", &document_of(1000)), [Ok(()), Ok(()), Ok(())]);
        let large = put_all(&mut world, "c", &document_of(3073));
        assert_eq!(large, [message(2048, "user"), message(5120, "group"), Ok(())]);
        let large = put_all(&mut world, "c", &document_of(8193));
        assert_eq!(large, [message(2048, "user"), message(5120, "group"), message(10240, "role")]);
    }

    #[test]
    fn errors() {
        let mut world = world();
        let malformed = Err(error("MalformedPolicyDocument", "Syntax errors in policy."));
        assert_eq!(put_all(&mut world, "p", "{}"), [malformed.clone(), malformed.clone(), malformed]);
        let mut world = World::new();
        let missing = ["user", "group", "role"]
            .map(|kind| Err(error("NoSuchEntity", format!("The {kind} with name x cannot be found."))));
        assert_eq!(put_all(&mut world, "p", DOCUMENT), missing);
        add_role(&mut world, "x", "/aws-service-role/ec2.amazonaws.com/", None);
        let [_, _, role] = put_all(&mut world, "p", DOCUMENT);
        assert_eq!(role.unwrap_err().0, "UnmodifiableEntity");
    }
}
