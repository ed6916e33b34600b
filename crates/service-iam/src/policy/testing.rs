//! What tests of policies, attachments and inline policies start from.

use keygate_operation::testing::World;
use keygate_shapes::iam::{self, CreatePolicyRequest};
use keygate_wire::ApiError;

use super::create_policy::CreatePolicy;
use crate::user::create_user::CreateUser;

/// A document that is accepted.
pub(crate) const DOCUMENT: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}"#;

/// The ARN of a policy of the world's account.
pub(crate) fn arn(path_and_name: &str) -> String {
    format!("arn:aws:iam::123456789012:policy{path_and_name}")
}

/// Creates policies with these paths and names (`/team/name`) and gives their ARNs back.
pub(crate) fn create_policies<const N: usize>(world: &mut World, paths: [&str; N]) -> [String; N] {
    paths.map(|path_and_name| {
        let (path, name) = path_and_name.rsplit_once('/').unwrap();
        let input = CreatePolicyRequest {
            policy_name: name.to_owned(),
            path: Some(format!("{path}/")),
            policy_document: DOCUMENT.to_owned(),
            ..Default::default()
        };
        world.write(&CreatePolicy, input).unwrap().policy.unwrap().arn.unwrap()
    })
}

/// Creates users.
pub(crate) fn create_users<const N: usize>(world: &mut World, names: [&str; N]) {
    for name in names {
        let input = iam::CreateUserRequest { user_name: name.to_owned(), ..Default::default() };
        world.write(&CreateUser, input).unwrap();
    }
}

/// Code and message of a failure.
pub(crate) fn failure<T: std::fmt::Debug>(result: Result<T, ApiError>) -> (String, String) {
    let error = result.unwrap_err();
    (error.code().to_owned(), error.message().to_owned())
}

/// What [`failure`] is expected to be.
pub(crate) fn error(code: &str, message: impl Into<String>) -> (String, String) {
    (code.to_owned(), message.into())
}
