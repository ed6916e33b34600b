//! Scalars as text: in forms, XML, labels, query strings and headers.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::timestamp;
use crate::error::ApiError;
use crate::schema::{Kind, Schema, TimestampFormat};
use crate::value::Value;

/// A scalar as text; nothing for lists, maps and structures.
pub(crate) fn write(value: &Value, format: TimestampFormat) -> Option<Cow<'_, str>> {
    Some(match value {
        Value::Boolean(true) => Cow::Borrowed("true"),
        Value::Boolean(false) => Cow::Borrowed("false"),
        Value::Integer(number) => Cow::Owned(number.to_string()),
        Value::Double(number) => write_double(*number),
        Value::String(text) => Cow::Borrowed(text),
        Value::Blob(bytes) => Cow::Owned(STANDARD.encode(bytes)),
        Value::Timestamp(time) => Cow::Owned(timestamp::write(*time, format)),
        Value::Document(document) => Cow::Owned(document.to_string()),
        Value::List(_) | Value::Map(_) | Value::Structure(_) => return None,
    })
}

/// A scalar of that schema from its text.
pub(crate) fn read(schema: &Schema, text: &str) -> Result<Value, ApiError> {
    let value = match &schema.kind {
        Kind::Boolean => read_boolean(text).map(Value::Boolean),
        Kind::Integer => text.parse::<i32>().ok().map(|number| Value::Integer(i64::from(number))),
        Kind::Long => text.parse().ok().map(Value::Integer),
        Kind::Double => read_double(text).map(Value::Double),
        Kind::String(_) => Some(Value::String(text.to_owned())),
        Kind::Blob => read_blob(text).map(Value::Blob),
        Kind::Timestamp(_) => timestamp::read(text).map(Value::Timestamp),
        Kind::Document => serde_json::from_str(text).ok().map(Value::Document),
        Kind::List { .. } | Kind::Map { .. } | Kind::Structure(_) | Kind::Union(_) => None,
    };
    value.ok_or_else(|| ApiError::malformed_input(unexpected("STRING_VALUE", schema)))
}

/// What a value of that schema is called in the texts for a value that is not one.
pub(crate) fn unexpected(found: &str, schema: &Schema) -> String {
    let wanted = match &schema.kind {
        Kind::Boolean => "Boolean",
        Kind::Integer => "Integer",
        Kind::Long => "Long",
        Kind::Double => "Double",
        Kind::String(_) => "String",
        Kind::Blob => "ByteBuffer",
        Kind::Timestamp(_) => "Date",
        Kind::Document => "Document",
        Kind::List { .. } => "List",
        Kind::Map { .. } => "Map",
        Kind::Structure(_) | Kind::Union(_) => "Structure",
    };
    format!("{found} cannot be converted to {wanted}")
}

pub(crate) fn read_blob(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// A number, or one of the three names that JSON and XML have for those that are none.
pub(crate) fn read_double(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => text.parse::<f64>().ok().filter(|number| number.is_finite()),
    }
}

pub(crate) fn write_double(number: f64) -> Cow<'static, str> {
    if number.is_nan() {
        Cow::Borrowed("NaN")
    } else if number == f64::INFINITY {
        Cow::Borrowed("Infinity")
    } else if number == f64::NEG_INFINITY {
        Cow::Borrowed("-Infinity")
    } else {
        Cow::Owned(number.to_string())
    }
}

/// Query services take XML Schema's booleans.
fn read_boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}
