//! What delegation requests need beside their records: policy templates, and the token of the exchange.

mod asked;
mod template;
mod token;

pub use asked::{AskedStatement, asked_statements};
pub use template::{TemplateError, resolve_template, role_restrictions};
pub(crate) use template::{fill_document, fill_text};
pub use token::ExchangeToken;

use serde_json::Value;

/// The members of a list, or the one value that stands for a list.
fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        value => vec![value],
    }
}
