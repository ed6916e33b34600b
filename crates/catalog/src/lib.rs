//! What AWS consists of: services, actions, resource types, condition keys, managed policies.
//!
//! Nearly everything here is data from the files in `data/`, which `cargo xtask catalog update` writes and `data/lock.toml`
//! describes (sources, versions, licences, hashes). Nothing is read or unpacked before it is asked for: a server that
//! never asks for a managed policy's document or an action's resource types pays neither time nor memory for them.
//!
//! - [`managed_policy()`]: AWS's managed policies, their versions, and their documents one block at a time.
//! - [`catalog()`]: services with their actions, resource types and condition keys.
//! - [`action_of()`]: which action an API operation asks for.
//! - [`service_linked_role()`]: the roles that services own, and the policies in them.
//! - [`global_key()`]: the condition keys that belong to no service, their types, and when they are present.
//!
//! This crate knows names, not meanings: it never evaluates a policy.

mod catalog;
mod corrupt;
mod global_key;
mod managed_policy;
mod operation;
mod service;
mod service_linked_role;
mod text;

pub use catalog::{Catalog, catalog};
pub use corrupt::CorruptData;
pub use global_key::{GlobalKey, Presence, global_key, global_keys};
pub use managed_policy::{
    ManagedPolicy, managed_policies, managed_policy, managed_policy_in, managed_policy_named,
};
pub use operation::{Exception, Required, action_of, exceptions, is_permission_only, prefix_of};
pub use service::{AccessLevel, Action, ActionResource, ConditionKey, ResourceType, Service, ValueType};
pub use service_linked_role::{ServiceLinkedRole, service_linked_role, service_linked_roles};
