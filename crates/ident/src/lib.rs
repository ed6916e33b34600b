//! Names of things on AWS: accounts, partitions, ARNs, unique ids, entity paths, and instants.
//!
//! Pure values: nothing here reads a clock, draws randomness, or knows what a policy is.
//! Parse, don't check: a value of one of these types is well formed.

mod account;
mod arn;
mod entropy;
mod partition;
mod path;
mod time;
mod unique_id;
mod uuid;

pub use account::{AccountId, InvalidAccountId};
pub use arn::{Arn, ArnParts, InvalidArn};
pub use entropy::Entropy;
pub use partition::Partition;
pub use path::{EntityPath, InvalidPath};
pub use time::{InvalidTimestamp, Timestamp};
pub use unique_id::{IdKind, InvalidUniqueId, UniqueId};
pub use uuid::{uuid, uuid_of_version};
