//! Operations behind one type, so that the pipeline can hold them in one table.

use keygate_ident::AccountId;
use keygate_wire::{ApiError, OperationModel, OperationSchema, Shape, Value};

use crate::asks::Asks;
use crate::cx::{ReadCx, WriteCx};
use crate::{Read, Write};

/// One line of a service's list of operations.
pub struct Entry {
    schema: &'static OperationSchema,
    writes: bool,
    start: Box<dyn Start>,
}

/// One call of an operation, decoded. Reads and writes differ in which of the two `run`s answers.
pub trait Call: Send + Sync {
    /// What has to be allowed.
    ///
    /// # Errors
    /// As the operation's.
    fn asks(&self, cx: &ReadCx<'_>) -> Result<Asks, ApiError>;

    /// Another account that changes together with the caller's.
    fn second(&self, cx: &ReadCx<'_>) -> Option<AccountId>;

    /// Runs an operation that changes nothing.
    ///
    /// # Errors
    /// As the operation's; an internal failure if it is one that writes.
    fn read(&self, cx: &ReadCx<'_>) -> Result<Value, ApiError>;

    /// Runs an operation that writes; may be called again on a newer tree.
    ///
    /// # Errors
    /// As the operation's; an internal failure if it is one that reads.
    fn write(&self, cx: &mut WriteCx<'_>) -> Result<Value, ApiError>;
}

trait Start: Send + Sync {
    fn start<'a>(&'a self, input: Value) -> Result<Box<dyn Call + 'a>, ApiError>;
}

impl Entry {
    /// An operation that changes nothing.
    pub fn read<O: Read>(operation: O) -> Self
    where
        <O::Model as OperationModel>::Input: Clone + Send + Sync,
    {
        Self { schema: O::Model::SCHEMA, writes: false, start: Box::new(Reading(operation)) }
    }

    /// An operation that writes.
    pub fn write<O: Write>(operation: O) -> Self
    where
        <O::Model as OperationModel>::Input: Clone + Send + Sync,
    {
        Self { schema: O::Model::SCHEMA, writes: true, start: Box::new(Writing(operation)) }
    }

    /// The operation's model.
    pub fn schema(&self) -> &'static OperationSchema {
        self.schema
    }

    /// Whether it changes the account.
    pub fn writes(&self) -> bool {
        self.writes
    }

    /// A call with this input, which has been validated against the schema.
    ///
    /// # Errors
    /// An internal failure if the input does not have the form of the schema.
    pub fn start(&self, input: Value) -> Result<Box<dyn Call + '_>, ApiError> {
        self.start.start(input)
    }
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry").field("name", &self.schema.name).field("writes", &self.writes).finish()
    }
}

struct Reading<O>(O);
struct Writing<O>(O);

struct ReadCall<'a, O: Read> {
    operation: &'a O,
    input: <O::Model as OperationModel>::Input,
}

struct WriteCall<'a, O: Write> {
    operation: &'a O,
    input: <O::Model as OperationModel>::Input,
}

impl<O> Start for Reading<O>
where
    O: Read,
    <O::Model as OperationModel>::Input: Clone + Send + Sync,
{
    fn start<'a>(&'a self, input: Value) -> Result<Box<dyn Call + 'a>, ApiError> {
        let input = Shape::from_value(input).map_err(|_| ApiError::internal_failure())?;
        Ok(Box::new(ReadCall { operation: &self.0, input }))
    }
}

impl<O> Start for Writing<O>
where
    O: Write,
    <O::Model as OperationModel>::Input: Clone + Send + Sync,
{
    fn start<'a>(&'a self, input: Value) -> Result<Box<dyn Call + 'a>, ApiError> {
        let input = Shape::from_value(input).map_err(|_| ApiError::internal_failure())?;
        Ok(Box::new(WriteCall { operation: &self.0, input }))
    }
}

impl<O: Read> Call for ReadCall<'_, O>
where
    <O::Model as OperationModel>::Input: Clone + Send + Sync,
{
    fn asks(&self, cx: &ReadCx<'_>) -> Result<Asks, ApiError> {
        self.operation.asks(cx, &self.input).map_err(crate::Failure::into_error)
    }

    fn second(&self, _cx: &ReadCx<'_>) -> Option<AccountId> {
        None
    }

    fn read(&self, cx: &ReadCx<'_>) -> Result<Value, ApiError> {
        let output = self.operation.run(cx, self.input.clone()).map_err(crate::Failure::into_error)?;
        Ok(output.into_value())
    }

    fn write(&self, _cx: &mut WriteCx<'_>) -> Result<Value, ApiError> {
        Err(ApiError::internal_failure())
    }
}

impl<O: Write> Call for WriteCall<'_, O>
where
    <O::Model as OperationModel>::Input: Clone + Send + Sync,
{
    fn asks(&self, cx: &ReadCx<'_>) -> Result<Asks, ApiError> {
        self.operation.asks(cx, &self.input).map_err(crate::Failure::into_error)
    }

    fn second(&self, cx: &ReadCx<'_>) -> Option<AccountId> {
        self.operation.second(cx, &self.input)
    }

    fn read(&self, _cx: &ReadCx<'_>) -> Result<Value, ApiError> {
        Err(ApiError::internal_failure())
    }

    fn write(&self, cx: &mut WriteCx<'_>) -> Result<Value, ApiError> {
        let output = self.operation.run(cx, self.input.clone()).map_err(crate::Failure::into_error)?;
        Ok(output.into_value())
    }
}
