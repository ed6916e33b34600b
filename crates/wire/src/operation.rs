//! Services and operations of API models, as data.

use crate::protocol::Protocol;
use crate::schema::Schema;
use crate::shape::Shape;

/// One API: a service in one version.
#[derive(Debug, Clone, Copy)]
pub struct ServiceSchema {
    /// The model's `serviceId`: `IAM`, `STS`.
    pub id: &'static str,
    /// The first label of its host names: `iam`, `access-analyzer`.
    pub endpoint_prefix: &'static str,
    /// The service in a credential scope.
    pub signing_name: &'static str,
    /// `2010-05-08`
    pub api_version: &'static str,
    /// How its messages are written.
    pub protocol: Protocol,
    /// awsQuery: the namespace of its answers.
    pub xml_namespace: Option<&'static str>,
    /// awsJson: what stands before the dot of `X-Amz-Target`.
    pub target_prefix: Option<&'static str>,
    /// Whether a ValidationError quotes the value it refuses. Sensitive values are never quoted.
    pub quotes_values: bool,
    /// All operations, ordered by name.
    pub operations: &'static [&'static OperationSchema],
}

/// One operation of a service.
#[derive(Debug, Clone, Copy)]
pub struct OperationSchema {
    /// `CreateUser`
    pub name: &'static str,
    /// Whose operation it is.
    pub service: &'static ServiceSchema,
    /// HTTP method.
    pub method: &'static str,
    /// Path with labels, and constant query parameters (restJson1).
    pub uri: &'static str,
    /// HTTP status of a success.
    pub status: u16,
    /// Its input; an empty structure if the model has none.
    pub input: &'static Schema,
    /// Its output; an empty structure if the model has none.
    pub output: &'static Schema,
    /// Whether the model has an output; without one a success of awsJson and restJson1 has no body.
    pub has_output: bool,
    /// awsQuery: the element around the output's members, if the model has an output.
    pub result_wrapper: Option<&'static str>,
    /// The errors that the model lets it answer.
    pub errors: &'static [&'static ErrorSchema],
    /// Whether the caller signs.
    pub auth: Auth,
}

/// How a caller of an operation shows who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Signature Version 4.
    SigV4,
    /// Not at all: the request carries a token of its own (AssumeRoleWithSAML, AssumeRoleWithWebIdentity).
    None,
}

/// An error that a service declares.
#[derive(Debug, Clone, Copy)]
pub struct ErrorSchema {
    /// The name without the suffix `Exception`, by which `declares` traits are named.
    pub name: &'static str,
    /// The model's name of its shape: `NoSuchEntityException`.
    pub shape: &'static str,
    /// What clients of awsQuery see: `NoSuchEntity`.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// The caller's fault, not the service's.
    pub sender_fault: bool,
    /// Its members.
    pub schema: &'static Schema,
}

/// The marker type of an operation, such as `keygate_shapes::iam::op::CreateUser`.
pub trait OperationModel: Sized + 'static {
    /// `CreateUser`
    const NAME: &'static str;
    /// The operation as data.
    const SCHEMA: &'static OperationSchema;
    /// What it takes.
    type Input: Shape;
    /// What it answers.
    type Output: Shape;
}

impl ServiceSchema {
    /// The operation of that name.
    pub fn operation(&self, name: &str) -> Option<&'static OperationSchema> {
        let index = self.operations.binary_search_by(|operation| operation.name.cmp(name)).ok()?;
        self.operations.get(index).copied()
    }

    /// awsJson: the operation that an `X-Amz-Target` names, if it is of this service.
    pub fn target(&self, target: &str) -> Option<&'static OperationSchema> {
        let (prefix, name) = target.rsplit_once('.')?;
        (Some(prefix) == self.target_prefix).then(|| self.operation(name)).flatten()
    }
}

impl OperationSchema {
    /// The declared error of that name (without the suffix `Exception`), shape, or code.
    pub fn declared(&self, name: &str) -> Option<&'static ErrorSchema> {
        self.errors
            .iter()
            .copied()
            .find(|error| error.name == name || error.code == name || error.shape == name)
    }
}
