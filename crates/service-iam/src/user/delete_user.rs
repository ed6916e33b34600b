//! DeleteUser: only a user nothing depends on can be deleted.

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteUserRequest, DeleteUserResponse, op};
use keygate_state::{DeleteConflict, User};

use crate::ask;

/// DeleteUser.
pub(crate) struct DeleteUser;

impl Write for DeleteUser {
    type Model = op::DeleteUser;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeleteUserRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(ask::user(cx, "iam:DeleteUser", &input.user_name)))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteUserRequest) -> Outcome<Self::Model> {
        let user = cx.draft.user(&input.user_name)?.clone();
        if let Some(what) = obstacle(&user) {
            return Err(DeleteConflict::new(format!("Cannot delete entity, must {what} first.")).into());
        }
        cx.draft.remove::<User>(&user.id).map_err(|_| Failure::internal())?;
        Ok(DeleteUserResponse {})
    }
}

fn obstacle(user: &User) -> Option<&'static str> {
    [
        (!user.groups.is_empty(), "remove user from all groups"),
        (!user.access_keys.is_empty(), "delete access keys"),
        (!user.attached.is_empty(), "detach all policies"),
        (!user.inline.is_empty(), "delete policies"),
    ]
    .into_iter()
    .find_map(|(blocks, what)| blocks.then_some(what))
}
