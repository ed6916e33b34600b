//! Why a simulation is not made.

use keygate_operation::Failure;
use keygate_shapes::declares;
use keygate_state::{InvalidInput, Unreadable};
use keygate_wire::OperationModel;

/// Why a simulation is not made.
#[derive(Debug)]
pub(super) enum Refused {
    /// A parameter is not acceptable.
    Invalid(InvalidInput),
    /// A policy of the account can not be understood: nothing may be decided without it (rule 10).
    Unreadable(Unreadable),
}

impl From<InvalidInput> for Refused {
    fn from(error: InvalidInput) -> Self {
        Self::Invalid(error)
    }
}

impl From<Unreadable> for Refused {
    fn from(error: Unreadable) -> Self {
        Self::Unreadable(error)
    }
}

impl<M> From<Refused> for Failure<M>
where
    M: OperationModel + declares::InvalidInput + declares::PolicyEvaluation,
{
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Invalid(error) => error.into(),
            Refused::Unreadable(Unreadable { policy }) => {
                Failure::policy_evaluation(format!("The policy {policy} could not be evaluated."))
            }
        }
    }
}
