//! What a message carries, without its types.

use std::fmt;

use keygate_ident::Timestamp;

use crate::schema::{Kind, Schema};

/// A value of some schema.
///
/// Debug shows the outline only: a value may hold what its schema calls sensitive, and does not know it.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// true or false.
    Boolean(bool),
    /// An `integer` or `long`.
    Integer(i64),
    /// A `float` or `double`.
    Double(f64),
    /// Text.
    String(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// An instant.
    Timestamp(Timestamp),
    /// Any JSON.
    Document(serde_json::Value),
    /// The elements of a list.
    List(Vec<Value>),
    /// The entries of a map, in the order they came.
    Map(Vec<(String, Value)>),
    /// The members of a structure or union, by position in the schema.
    Structure(Vec<Option<Value>>),
}

impl Value {
    /// A structure of that schema with no member set.
    pub fn empty(schema: &Schema) -> Self {
        Self::Structure(vec![None; schema.members().len()])
    }

    /// A structure of that schema with the named members set; names that it does not have are left out.
    pub fn of<const N: usize>(schema: &Schema, members: [(&str, Value); N]) -> Self {
        let mut fields = vec![None; schema.members().len()];
        for (name, value) in members {
            let slot = schema.member(name).and_then(|(index, _)| fields.get_mut(index));
            if let Some(slot) = slot {
                *slot = Some(value);
            }
        }
        Self::Structure(fields)
    }

    /// The member of that name, if this is a structure of that schema and has it.
    pub fn get(&self, schema: &Schema, name: &str) -> Option<&Value> {
        match self {
            Self::Structure(fields) => {
                schema.member(name).and_then(|(index, _)| fields.get(index)).and_then(Option::as_ref)
            }
            _ => None,
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Whether this is a value of that kind, looking at the outermost level only.
    pub fn is_of(&self, schema: &Schema) -> bool {
        match (self, &schema.kind) {
            (Self::Boolean(_), Kind::Boolean)
            | (Self::Integer(_), Kind::Integer | Kind::Long)
            | (Self::Double(_), Kind::Double)
            | (Self::String(_), Kind::String(_))
            | (Self::Blob(_), Kind::Blob)
            | (Self::Timestamp(_), Kind::Timestamp(_))
            | (Self::Document(_), Kind::Document)
            | (Self::List(_), Kind::List { .. })
            | (Self::Map(_), Kind::Map { .. }) => true,
            (Self::Structure(fields), Kind::Structure(_) | Kind::Union(_)) => {
                fields.len() == schema.members().len()
            }
            _ => false,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(_) => f.write_str("boolean"),
            Self::Integer(_) => f.write_str("integer"),
            Self::Double(_) => f.write_str("double"),
            Self::String(text) => write!(f, "string of {} bytes", text.len()),
            Self::Blob(bytes) => write!(f, "blob of {} bytes", bytes.len()),
            Self::Timestamp(_) => f.write_str("timestamp"),
            Self::Document(_) => f.write_str("document"),
            Self::List(values) => f.debug_list().entries(values).finish(),
            Self::Map(entries) => f.debug_list().entries(entries.iter().map(|(_, value)| value)).finish(),
            Self::Structure(values) => f.debug_list().entries(values).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_content() {
        let secret = || Value::String("hunter2".to_owned());
        let value = Value::Structure(vec![
            Some(secret()),
            None,
            Some(Value::Map(vec![("hunter2".to_owned(), Value::List(vec![secret()]))])),
            Some(Value::Document(serde_json::json!("hunter2"))),
            Some(Value::Blob(b"hunter2".to_vec())),
        ]);
        assert!(!format!("{value:?} {value:#?}").contains("hunter2"));
    }
}
