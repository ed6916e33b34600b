//! DeleteAccountPasswordPolicy: back to AWS's default.

use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteAccountPasswordPolicyRequest, DeleteAccountPasswordPolicyResponse, op};
use keygate_state::NoSuchEntity;

/// DeleteAccountPasswordPolicy.
pub(crate) struct DeleteAccountPasswordPolicy;

impl Write for DeleteAccountPasswordPolicy {
    type Model = op::DeleteAccountPasswordPolicy;

    fn asks(
        &self,
        _: &ReadCx<'_>,
        _: &DeleteAccountPasswordPolicyRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:DeleteAccountPasswordPolicy")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, _: DeleteAccountPasswordPolicyRequest) -> Outcome<Self::Model> {
        if cx.draft.settings().password_policy.is_none() {
            // AWS's words, other ones than those of GetAccountPasswordPolicy.
            let message = "The account policy with name PasswordPolicy cannot be found.";
            return Err(NoSuchEntity::new(message).into());
        }
        cx.draft.change_settings(|settings| settings.password_policy = None);
        Ok(DeleteAccountPasswordPolicyResponse {})
    }
}
