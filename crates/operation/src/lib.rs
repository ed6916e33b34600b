//! What an operation is: what it asks to be allowed, and its effect.
//!
//! An operation is a pure function on the caller's account. It names its model (wire shapes, declared errors),
//! the (action, resource) pairs it must be allowed, and what it does; the pipeline around it decodes, validates,
//! authorizes, commits, audits and encodes, so that no operation can forget one of them. An operation can fail
//! only with errors its model declares, or with errors that every operation has: [`Failure`] checks it.

mod asks;
mod cx;
mod encoded;
mod entry;
mod failure;
mod page;
pub mod testing;

pub use asks::{Ask, Asks, Listed};
pub use cx::{Environment, Random, ReadCx, WriteCx};
pub use entry::{Call, Entry};
pub use failure::Failure;
pub use page::{DEFAULT_PAGE, Page, paginate, position};

use keygate_ident::AccountId;
use keygate_wire::OperationModel;

/// The input shape of an operation.
pub type Input<O> = <O as OperationModel>::Input;
/// What an operation answers.
pub type Outcome<M> = Result<<M as OperationModel>::Output, Failure<M>>;

/// An operation that changes nothing.
pub trait Read: Send + Sync + 'static {
    /// Its marker in `keygate_shapes`.
    type Model: OperationModel;

    /// What has to be allowed: all of it, each pair by itself (rule 2).
    ///
    /// # Errors
    /// The input does not say what to ask for, e.g. GetUser without a name by a caller that is no user.
    fn asks(&self, cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>>;

    /// The answer.
    ///
    /// # Errors
    /// Errors of the model, and common ones.
    fn run(&self, cx: &ReadCx<'_>, input: Input<Self::Model>) -> Outcome<Self::Model>;
}

/// An operation that changes the caller's account.
pub trait Write: Send + Sync + 'static {
    /// Its marker in `keygate_shapes`.
    type Model: OperationModel;

    /// What has to be allowed: all of it, each pair by itself (rule 2).
    ///
    /// # Errors
    /// As for [`Read::asks`].
    fn asks(&self, cx: &ReadCx<'_>, input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>>;

    /// Another account that the operation changes together with the caller's: both or none. Almost none does.
    fn second(&self, _cx: &ReadCx<'_>, _input: &Input<Self::Model>) -> Option<AccountId> {
        None
    }

    /// The effect on the draft, and the answer. If it fails the draft is dropped. It may run again on a newer
    /// tree.
    ///
    /// # Errors
    /// Errors of the model, and common ones.
    fn run(&self, cx: &mut WriteCx<'_>, input: Input<Self::Model>) -> Outcome<Self::Model>;
}
