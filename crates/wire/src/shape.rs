//! The bridge between generated types and values.

use std::collections::BTreeMap;
use std::fmt;

use keygate_ident::Timestamp;
use zeroize::Zeroize;

use crate::schema::Schema;
use crate::value::Value;

/// A generated structure or union.
pub trait Shape: Sized {
    /// Its schema.
    const SCHEMA: &'static Schema;

    /// From a value of that schema.
    ///
    /// # Errors
    /// If a required member is missing or a member has another kind, which validation rules out.
    fn from_value(value: Value) -> Result<Self, ShapeError>;

    /// As a value of that schema.
    fn into_value(self) -> Value;
}

/// What a member of a generated structure can be: `Option` is one that may be missing.
pub trait Field: Sized {
    /// From the member's value.
    ///
    /// # Errors
    /// If it is missing or of another kind.
    fn from_field(value: Option<Value>) -> Result<Self, ShapeError>;

    /// As the member's value.
    fn into_field(self) -> Option<Value>;
}

/// The members of a structure, in order, while it is taken apart.
pub struct Fields {
    schema: &'static Schema,
    members: std::vec::IntoIter<Option<Value>>,
    index: usize,
}

/// A value is not one of the schema it was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeError {
    path: String,
    problem: &'static str,
}

/// Text or bytes that must not be shown: Debug hides them and dropping wipes them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sensitive<T: Zeroize + Default>(T);

/// Any JSON value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document(pub serde_json::Value);

impl Fields {
    /// The members of a structure of that schema.
    ///
    /// # Errors
    /// If the value is something else.
    pub fn new(value: Value, schema: &'static Schema) -> Result<Self, ShapeError> {
        match value {
            Value::Structure(members) => Ok(Self { schema, members: members.into_iter(), index: 0 }),
            _ => Err(ShapeError::new("is not a structure").at(schema.name)),
        }
    }

    /// The next member.
    ///
    /// # Errors
    /// If it is missing but required, or of another kind.
    #[expect(clippy::should_implement_trait, reason = "generic in what comes next")]
    pub fn next<T: Field>(&mut self) -> Result<T, ShapeError> {
        let name = self.schema.members().get(self.index).map_or("?", |member| member.name);
        self.index += 1;
        T::from_field(self.members.next().flatten()).map_err(|error| error.at(name))
    }

    /// The one member of a union that is set: its position and value.
    ///
    /// # Errors
    /// If none or several are set.
    pub fn one(self) -> Result<(usize, Value), ShapeError> {
        let name = self.schema.name;
        let mut set =
            self.members.enumerate().filter_map(|(index, member)| member.map(|value| (index, value)));
        match (set.next(), set.next()) {
            (Some(one), None) => Ok(one),
            _ => Err(ShapeError::new("does not have exactly one member").at(name)),
        }
    }
}

impl ShapeError {
    /// A problem without a place.
    pub fn new(problem: &'static str) -> Self {
        Self { path: String::new(), problem }
    }

    /// The same problem, one level further in.
    #[must_use]
    pub fn at(mut self, name: &str) -> Self {
        self.path = if self.path.is_empty() { name.to_owned() } else { format!("{name}.{}", self.path) };
        self
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path, self.problem)
    }
}

impl std::error::Error for ShapeError {}

impl<T: Zeroize + Default> Sensitive<T> {
    /// Marks it as sensitive.
    pub const fn new(inner: T) -> Self {
        Self(inner)
    }

    /// To look at it.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// To take it out, without the protection.
    pub fn into_inner(mut self) -> T {
        std::mem::take(&mut self.0)
    }
}

impl<T: Zeroize + Default> Drop for Sensitive<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize + Default> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

impl<T: Zeroize + Default> From<T> for Sensitive<T> {
    fn from(inner: T) -> Self {
        Self(inner)
    }
}

impl From<&str> for Sensitive<String> {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<T: Shape> Shape for Box<T> {
    const SCHEMA: &'static Schema = T::SCHEMA;

    fn from_value(value: Value) -> Result<Self, ShapeError> {
        T::from_value(value).map(Box::new)
    }

    fn into_value(self) -> Value {
        (*self).into_value()
    }
}

impl<T: Shape> Field for T {
    fn from_field(value: Option<Value>) -> Result<Self, ShapeError> {
        T::from_value(value.ok_or_else(missing)?)
    }

    fn into_field(self) -> Option<Value> {
        Some(self.into_value())
    }
}

impl<T: Field> Field for Option<T> {
    fn from_field(value: Option<Value>) -> Result<Self, ShapeError> {
        value.map(|value| T::from_field(Some(value))).transpose()
    }

    fn into_field(self) -> Option<Value> {
        self.and_then(T::into_field)
    }
}

/// A scalar is one variant of [`Value`].
macro_rules! scalar {
    ($type:ty, $variant:ident) => {
        impl Field for $type {
            fn from_field(value: Option<Value>) -> Result<Self, ShapeError> {
                match value {
                    Some(Value::$variant(inner)) => Ok(inner),
                    Some(_) => Err(unexpected()),
                    None => Err(missing()),
                }
            }

            fn into_field(self) -> Option<Value> {
                Some(Value::$variant(self))
            }
        }
    };
}

scalar!(String, String);
scalar!(bool, Boolean);
scalar!(i64, Integer);
scalar!(f64, Double);
scalar!(Timestamp, Timestamp);

impl Field for i32 {
    fn from_field(value: Option<Value>) -> Result<Self, ShapeError> {
        i64::from_field(value)?.try_into().map_err(|_| unexpected())
    }

    fn into_field(self) -> Option<Value> {
        Some(Value::Integer(i64::from(self)))
    }
}

/// Bytes, so that a list of numbers is not mistaken for them.
impl Field for Sensitive<Vec<u8>> {
    fn from_field(value: Option<Value>) -> Result<Self, ShapeError> {
        Blob::from_field(value).map(|blob| Self(blob.0))
    }

    fn into_field(self) -> Option<Value> {
        Blob(self.into_inner()).into_field()
    }
}

impl Field for Sensitive<String> {
    fn from_field(value: Option<Value>) -> Result<Self, ShapeError> {
        String::from_field(value).map(Self)
    }

    fn into_field(self) -> Option<Value> {
        self.into_inner().into_field()
    }
}

impl Field for Document {
    fn from_field(value: Option<Value>) -> Result<Self, ShapeError> {
        match value {
            Some(Value::Document(inner)) => Ok(Self(inner)),
            Some(_) => Err(unexpected()),
            None => Err(missing()),
        }
    }

    fn into_field(self) -> Option<Value> {
        Some(Value::Document(self.0))
    }
}

impl<T: Field> Field for Vec<T> {
    fn from_field(value: Option<Value>) -> Result<Self, ShapeError> {
        match value {
            Some(Value::List(values)) => values.into_iter().map(|value| T::from_field(Some(value))).collect(),
            Some(_) => Err(unexpected()),
            None => Err(missing()),
        }
    }

    fn into_field(self) -> Option<Value> {
        Some(Value::List(self.into_iter().filter_map(T::into_field).collect()))
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn from_field(value: Option<Value>) -> Result<Self, ShapeError> {
        match value {
            Some(Value::Map(entries)) => {
                entries.into_iter().map(|(key, value)| Ok((key, T::from_field(Some(value))?))).collect()
            }
            Some(_) => Err(unexpected()),
            None => Err(missing()),
        }
    }

    fn into_field(self) -> Option<Value> {
        let entries = self.into_iter().filter_map(|(key, value)| Some((key, value.into_field()?)));
        Some(Value::Map(entries.collect()))
    }
}

/// Bytes of a `blob`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}

impl Field for Blob {
    fn from_field(value: Option<Value>) -> Result<Self, ShapeError> {
        match value {
            Some(Value::Blob(inner)) => Ok(Self(inner)),
            Some(_) => Err(unexpected()),
            None => Err(missing()),
        }
    }

    fn into_field(self) -> Option<Value> {
        Some(Value::Blob(self.0))
    }
}

fn missing() -> ShapeError {
    ShapeError::new("is missing")
}

fn unexpected() -> ShapeError {
    ShapeError::new("has another kind than the model says")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensitive_text_does_not_show() {
        let secret = Sensitive::from("hunter2");
        assert_eq!(format!("{:?} {:?}", secret, Some(&secret)), "<redacted> Some(<redacted>)");
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(secret.into_inner(), "hunter2");
    }

    #[test]
    fn fields_are_strict() {
        assert_eq!(String::from_field(Some(Value::String("a".into()))), Ok("a".to_owned()));
        assert_eq!(Option::<String>::from_field(None), Ok(None));
        assert!(String::from_field(None).is_err());
        assert!(String::from_field(Some(Value::Integer(1))).is_err());
        assert!(i32::from_field(Some(Value::Integer(1 << 40))).is_err());
        let error = Vec::<i64>::from_field(Some(Value::Boolean(true))).unwrap_err().at("Sizes").at("Disk");
        assert_eq!(error.to_string(), "Disk.Sizes has another kind than the model says");
    }
}
