//! Types, schemas and operation markers, generated from AWS's API models by `cargo xtask codegen`.
//!
//! For each service there is a module: its structures by their model names (`iam::CreateUserRequest`), markers of its operations
//! (`iam::op::CreateUser`), its errors (`iam::errors`), the traits by which an operation declares errors (`iam::declares`), values
//! of enumerations (`iam::values`), and all of it as data (`iam::SERVICE`, `iam::operations`, `iam::schemas`).
//!
//! Required members are plain, others `Option`; text that must not be shown is [`keygate_wire::Sensitive`]. An operation
//! without input or output in its model takes an empty `…Request` or answers an empty `…Response`.

#[macro_use]
mod macros;

pub mod access_analyzer;
pub mod cloudtrail;
pub mod declares;
pub mod iam;
pub mod organizations;
pub mod sts;
pub mod toolbox;

use keygate_wire::ServiceSchema;

/// All services.
pub static SERVICES: &[&ServiceSchema] = &[
    &access_analyzer::SERVICE,
    &cloudtrail::SERVICE,
    &iam::SERVICE,
    &organizations::SERVICE,
    &sts::SERVICE,
    &toolbox::SERVICE,
];
