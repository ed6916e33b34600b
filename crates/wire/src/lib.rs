//! Schemas, and the codecs written once over them: awsQuery, awsJson 1.0 and 1.1, restJson1.
//!
//! A [`Schema`] is data: it says how a shape of an AWS API model is named, constrained and written. A [`Value`] is what
//! a message carries. A codec turns bytes into a value under a schema and back, in both directions, and
//! [`validate`](validate::validate) checks a decoded value against the schema's constraints with AWS's own texts. The generated types of
//! `keygate-shapes` are thin: a [`Shape`] only moves fields between a struct and a value.
//!
//! Not known here: what an operation does, who called it, sockets. Everything that decodes is bounded ([`Limits`]).

mod error;
mod limits;
mod operation;
mod pattern;
pub mod protocol;
mod schema;
mod shape;
pub mod validate;

mod value;

pub use error::{ApiError, Fault};
pub use limits::Limits;
pub use operation::{Auth, ErrorSchema, OperationModel, OperationSchema, ServiceSchema};
pub use pattern::{InvalidPattern, Pattern};
pub use protocol::{HttpRequest, HttpResponse, OwnedRequest, Protocol};
pub use schema::{Kind, Location, Member, Members, Schema, TimestampFormat};
pub use shape::{Blob, Document, Field, Fields, Sensitive, Shape, ShapeError};

pub use validate::{ValidationError, holds_private_key, is_secret_member, validate};
pub use value::Value;
