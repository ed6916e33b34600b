//! JSON with everything in it: order, duplicate keys are refused, numbers keep their text.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// As it is written (rule 83).
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Members of an object in their order.
struct Members(Vec<(String, Box<RawValue>)>);

impl Json {
    /// Reads one value; a key that occurs twice in one object is an error (rule 84).
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|error| error.to_string())?;
        Self::of(raw.get())
    }

    fn of(text: &str) -> Result<Self, String> {
        let failed = |error: serde_json::Error| error.to_string();
        Ok(match text.chars().next() {
            Some('n') => Self::Null,
            Some('t') => Self::Bool(true),
            Some('f') => Self::Bool(false),
            Some('"') => Self::Text(serde_json::from_str(text).map_err(failed)?),
            Some('[') => {
                let items: Vec<Box<RawValue>> = serde_json::from_str(text).map_err(failed)?;
                Self::List(items.iter().map(|item| Self::of(item.get())).collect::<Result<_, _>>()?)
            }
            Some('{') => {
                let Members(members) = serde_json::from_str(text).map_err(failed)?;
                let mut object = Vec::new();
                for (key, value) in members {
                    object.push((key, Self::of(value.get())?));
                }
                Self::Object(object)
            }
            _ => Self::Number(text.to_owned()),
        })
    }

    /// A truth value.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The text of a string, number or boolean (rule 83).
    pub(crate) fn scalar(&self) -> Option<String> {
        match self {
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(text) | Self::Text(text) => Some(text.clone()),
            Self::Null | Self::List(_) | Self::Object(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members: Vec<(String, Box<RawValue>)> = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if members.iter().any(|(seen, _)| *seen == key) {
                        return Err(A::Error::custom(format!("`{key}` occurs twice")));
                    }
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}
