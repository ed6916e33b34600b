//! UpdateAccountPasswordPolicy: the whole policy anew. What is not given gets its default, whatever it was.

use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UpdateAccountPasswordPolicyRequest, UpdateAccountPasswordPolicyResponse, op};
use keygate_state::PasswordPolicy;

/// UpdateAccountPasswordPolicy.
pub(crate) struct UpdateAccountPasswordPolicy;

/// Characters, if the caller names no number.
const DEFAULT_LENGTH: u32 = 6;

impl Write for UpdateAccountPasswordPolicy {
    type Model = op::UpdateAccountPasswordPolicy;

    fn asks(
        &self,
        _: &ReadCx<'_>,
        _: &UpdateAccountPasswordPolicyRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:UpdateAccountPasswordPolicy")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UpdateAccountPasswordPolicyRequest) -> Outcome<Self::Model> {
        // The model has checked the ranges.
        let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
        let policy = PasswordPolicy {
            minimum_length: number(input.minimum_password_length).unwrap_or(DEFAULT_LENGTH),
            require_symbols: input.require_symbols.unwrap_or_default(),
            require_numbers: input.require_numbers.unwrap_or_default(),
            require_uppercase: input.require_uppercase_characters.unwrap_or_default(),
            require_lowercase: input.require_lowercase_characters.unwrap_or_default(),
            allow_users_to_change: input.allow_users_to_change_password.unwrap_or_default(),
            max_age_days: number(input.max_password_age),
            reuse_prevention: number(input.password_reuse_prevention),
            hard_expiry: input.hard_expiry,
        };
        cx.draft.change_settings(|settings| settings.password_policy = Some(policy));
        Ok(UpdateAccountPasswordPolicyResponse {})
    }
}
