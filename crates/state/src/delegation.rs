//! What delegation requests need beside their records: policy templates, and the token of the exchange.

mod template;
mod token;

pub use template::{TemplateError, resolve_template, role_restrictions};
pub use token::ExchangeToken;
