//! GetAccountPasswordPolicy: the account's own policy; AWS's default is not shown.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{
    GetAccountPasswordPolicyRequest, GetAccountPasswordPolicyResponse, PasswordPolicy, op,
};
use keygate_state::NoSuchEntity;

/// GetAccountPasswordPolicy.
pub(crate) struct GetAccountPasswordPolicy;

impl Read for GetAccountPasswordPolicy {
    type Model = op::GetAccountPasswordPolicy;

    fn asks(
        &self,
        _: &ReadCx<'_>,
        _: &GetAccountPasswordPolicyRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:GetAccountPasswordPolicy")))
    }

    fn run(&self, cx: &ReadCx<'_>, _: GetAccountPasswordPolicyRequest) -> Outcome<Self::Model> {
        let Some(policy) = &cx.account.settings().password_policy else {
            let account = cx.account_id();
            let message = format!("The Password Policy with domain name {account} cannot be found.");
            return Err(NoSuchEntity::new(message).into());
        };
        let number = |number: u32| i32::try_from(number).ok();
        Ok(GetAccountPasswordPolicyResponse {
            password_policy: PasswordPolicy {
                minimum_password_length: number(policy.minimum_length),
                require_symbols: Some(policy.require_symbols),
                require_numbers: Some(policy.require_numbers),
                require_uppercase_characters: Some(policy.require_uppercase),
                require_lowercase_characters: Some(policy.require_lowercase),
                allow_users_to_change_password: Some(policy.allow_users_to_change),
                expire_passwords: Some(policy.max_age_days.is_some()),
                max_password_age: policy.max_age_days.and_then(number),
                password_reuse_prevention: policy.reuse_prevention.and_then(number),
                hard_expiry: policy.hard_expiry,
            },
        })
    }
}
