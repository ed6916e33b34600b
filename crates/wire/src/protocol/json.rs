//! JSON bodies, and the protocols that are nothing else: awsJson 1.0 and 1.1.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::{HttpRequest, HttpResponse, OwnedRequest, Protocol, scalar, timestamp};
use crate::error::ApiError;
use crate::limits::Limits;
use crate::operation::OperationSchema;
use crate::schema::{Kind, Location, Member, Schema, TimestampFormat};
use crate::value::Value;

/// Parsed JSON. Unlike `serde_json::Value` it was bounded while it was read, and no name comes twice in an object.
pub(crate) enum Node {
    Null,
    Boolean(bool),
    Integer(i64),
    Double(f64),
    String(String),
    List(Vec<Node>),
    Object(BTreeMap<String, Node>),
}

/// Parses a body.
pub(crate) fn parse(body: &[u8], limits: &Limits) -> Result<Node, ApiError> {
    if body.len() > limits.bytes {
        return Err(ApiError::malformed_input("The request is too large"));
    }
    let mut budget = limits.elements;
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let seed = Seed { budget: &mut budget, depth: limits.depth };
    let node = seed.deserialize(&mut deserializer).and_then(|node| deserializer.end().map(|()| node));
    // The parser's text says where and what, and quotes no more than single characters.
    node.map_err(|error| ApiError::malformed_input(error.to_string()))
}

struct Seed<'a> {
    budget: &'a mut usize,
    depth: usize,
}

impl Seed<'_> {
    fn spend<E: serde::de::Error>(&mut self) -> Result<(), E> {
        *self.budget = self.budget.checked_sub(1).ok_or_else(|| E::custom("too many values"))?;
        Ok(())
    }

    fn below<E: serde::de::Error>(&mut self) -> Result<Seed<'_>, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Seed { budget: self.budget, depth })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<Node, D::Error> {
        self.spend()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "beyond 64 bits signed there is no whole-number kind")]
    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(i64::try_from(value).map_or(Node::Double(value as f64), Node::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Double(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Node, E> {
        Ok(Node::String(value))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Node, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = access.next_element_seed(self.below()?)? {
            elements.push(element);
        }
        Ok(Node::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(name) = access.next_key::<String>()? {
            let node = access.next_value_seed(self.below()?)?;
            if entries.insert(name, node).is_some() {
                return Err(A::Error::custom("duplicate name"));
            }
        }
        Ok(Node::Object(entries))
    }
}

impl Node {
    const fn found(&self) -> &'static str {
        match self {
            Self::Null => "NULL_VALUE",
            Self::Boolean(true) => "TRUE_VALUE",
            Self::Boolean(false) => "FALSE_VALUE",
            Self::Integer(_) => "NUMBER_VALUE",
            Self::Double(_) => "DECIMAL_VALUE",
            Self::String(_) => "STRING_VALUE",
            Self::List(_) => "List",
            Self::Object(_) => "Structure",
        }
    }

    fn into_document(self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Boolean(value) => value.into(),
            Self::Integer(value) => value.into(),
            Self::Double(value) => value.into(),
            Self::String(value) => value.into(),
            Self::List(elements) => elements.into_iter().map(Node::into_document).collect(),
            Self::Object(entries) => {
                entries.into_iter().map(|(name, node)| (name, node.into_document())).collect()
            }
        }
    }
}

/// The members of a structure that stand in a body.
pub(crate) fn read_members(schema: &'static Schema, node: Node) -> Result<Value, ApiError> {
    let Node::Object(mut entries) = node else { return Err(mismatch(&node, schema)) };
    let mut values = Vec::with_capacity(schema.members().len());
    for member in schema.members() {
        let found = (member.location == Location::Body).then(|| entries.remove(member.wire_name())).flatten();
        values.push(match found {
            None | Some(Node::Null) => None,
            Some(node) => Some(read(member.target, node)?),
        });
    }
    Ok(Value::Structure(values))
}

/// A value of that schema.
pub(crate) fn read(schema: &'static Schema, node: Node) -> Result<Value, ApiError> {
    Ok(match (&schema.kind, node) {
        (Kind::Structure(_) | Kind::Union(_), node) => read_members(schema, node)?,
        (Kind::Document, node) => Value::Document(node.into_document()),
        (Kind::List { member, .. }, Node::List(elements)) => Value::List(
            elements.into_iter().map(|element| read(member.target, element)).collect::<Result<_, _>>()?,
        ),
        (Kind::Map { value, .. }, Node::Object(entries)) => {
            let entries = entries.into_iter().filter(|(_, node)| !matches!(node, Node::Null));
            let entries = entries.map(|(name, node)| Ok((name, read(value.target, node)?)));
            Value::Map(entries.collect::<Result<_, ApiError>>()?)
        }
        (_, node) => read_scalar(schema, node)?,
    })
}

#[expect(clippy::cast_precision_loss, reason = "a whole number where a floating-point one is meant")]
fn read_scalar(schema: &Schema, node: Node) -> Result<Value, ApiError> {
    let value = match (&schema.kind, &node) {
        (Kind::Boolean, Node::Boolean(value)) => Some(Value::Boolean(*value)),
        (Kind::Integer, Node::Integer(number)) => {
            i32::try_from(*number).ok().map(|number| Value::Integer(number.into()))
        }
        (Kind::Long, Node::Integer(number)) => Some(Value::Integer(*number)),
        (Kind::Double, Node::Integer(number)) => Some(Value::Double(*number as f64)),
        (Kind::Double, Node::Double(number)) => Some(Value::Double(*number)),
        // The three that JSON has no number for.
        (Kind::Double, Node::String(text)) => {
            scalar::read_double(text).filter(|number| !number.is_finite()).map(Value::Double)
        }
        (Kind::Blob, Node::String(text)) => scalar::read_blob(text).map(Value::Blob),
        (Kind::Timestamp(_), Node::Integer(seconds)) => {
            timestamp::read_epoch(*seconds as f64).map(Value::Timestamp)
        }
        (Kind::Timestamp(_), Node::Double(seconds)) => timestamp::read_epoch(*seconds).map(Value::Timestamp),
        (Kind::Timestamp(_), Node::String(text)) => timestamp::read(text).map(Value::Timestamp),
        _ => None,
    };
    match (value, &schema.kind, node) {
        (Some(value), ..) => Ok(value),
        (None, Kind::String(_), Node::String(text)) => Ok(Value::String(text)),
        (None, _, node) => Err(mismatch(&node, schema)),
    }
}

fn mismatch(node: &Node, schema: &Schema) -> ApiError {
    ApiError::malformed_input(match node {
        Node::List(_) => "Start of list found where not expected".to_owned(),
        Node::Object(_) => "Start of structure or map found where not expected.".to_owned(),
        _ => scalar::unexpected(node.found(), schema),
    })
}

/// Writes JSON.
#[derive(Default)]
pub(crate) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// An object of the body's members that are set, in the model's order. `first` are members before them, already text.
    pub(crate) fn members(&mut self, schema: &Schema, value: &Value, first: &[(&str, &str)]) {
        self.out.push(b'{');
        let mut empty = true;
        for (name, text) in first {
            self.name(name, &mut empty);
            self.string(text);
        }
        if let Value::Structure(values) = value {
            for (member, value) in schema.members().iter().zip(values) {
                if let (Location::Body, Some(value)) = (member.location, value) {
                    self.name(member.wire_name(), &mut empty);
                    self.value(member, value);
                }
            }
        }
        self.out.push(b'}');
    }

    pub(crate) fn value(&mut self, member: &Member, value: &Value) {
        match (&member.target.kind, value) {
            (_, Value::Boolean(value)) => self.raw(if *value { "true" } else { "false" }),
            (_, Value::Integer(number)) => self.raw(&number.to_string()),
            (_, Value::Double(number)) => self.double(*number),
            (_, Value::String(text)) => self.string(text),
            (_, Value::Blob(bytes)) => self.string(&STANDARD.encode(bytes)),
            (_, Value::Document(document)) => self.raw(&document.to_string()),
            (_, Value::Timestamp(time)) => {
                let format = member.format().unwrap_or(TimestampFormat::Epoch);
                let text = timestamp::write(*time, format);
                if format == TimestampFormat::Epoch { self.raw(&text) } else { self.string(&text) }
            }
            (Kind::List { member: element, .. }, Value::List(values)) => {
                self.out.push(b'[');
                for (index, value) in values.iter().enumerate() {
                    self.raw(if index == 0 { "" } else { "," });
                    self.value(element, value);
                }
                self.out.push(b']');
            }
            (Kind::Map { value: element, .. }, Value::Map(entries)) => {
                self.out.push(b'{');
                let mut empty = true;
                for (name, value) in entries {
                    self.name(name, &mut empty);
                    self.value(element, value);
                }
                self.out.push(b'}');
            }
            _ => self.members(member.target, value, &[]),
        }
    }

    fn name(&mut self, name: &str, empty: &mut bool) {
        if !*empty {
            self.out.push(b',');
        }
        *empty = false;
        self.string(name);
        self.out.push(b':');
    }

    fn double(&mut self, number: f64) {
        let text = scalar::write_double(number);
        if number.is_finite() { self.raw(&text) } else { self.string(&text) }
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn string(&mut self, text: &str) {
        self.out.push(b'"');
        for c in text.chars() {
            match c {
                '"' => self.raw("\\\""),
                '\\' => self.raw("\\\\"),
                '\n' => self.raw("\\n"),
                '\r' => self.raw("\\r"),
                '\t' => self.raw("\\t"),
                c if c < ' ' => self.raw(&format!("\\u{:04x}", u32::from(c))),
                c => self.raw(c.encode_utf8(&mut [0; 4])),
            }
        }
        self.out.push(b'"');
    }
}

/// An awsJson request's input.
pub(crate) fn decode_request(
    operation: &OperationSchema,
    request: &HttpRequest<'_>,
    limits: &Limits,
) -> Result<Value, ApiError> {
    if request.body.is_empty() {
        return Ok(Value::empty(operation.input));
    }
    read_members(operation.input, parse(request.body, limits)?)
}

/// An awsJson answer. An operation without an output answers an empty body, as AWS does.
pub(crate) fn encode_response(operation: &OperationSchema, output: &Value) -> HttpResponse {
    let mut writer = Writer::default();
    if operation.has_output {
        writer.members(operation.output, output, &[]);
    }
    respond(operation.service.protocol, operation.status, writer)
}

/// An awsJson answer to a request that failed.
pub(crate) fn encode_error(protocol: Protocol, error: &ApiError) -> HttpResponse {
    let mut writer = Writer::default();
    write_error(&mut writer, protocol, error, true);
    respond(protocol, error.status_in(protocol), writer)
}

/// `{"__type":…,"message":…}`, with the spelling of `message` that the error's shape has.
pub(crate) fn write_error(writer: &mut Writer, protocol: Protocol, error: &ApiError, typed: bool) {
    let schema = error.schema();
    let spelling = schema.and_then(|schema| {
        schema.members().iter().find(|member| member.name.eq_ignore_ascii_case("message"))
    });
    let message = (spelling.map_or("message", |member| member.wire_name()), error.message());
    let code = ("__type", error.code_in(protocol));
    let mut first = vec![code, message];
    first.retain(|(name, text)| if *name == "__type" { typed } else { !text.is_empty() });
    match error.members() {
        Some((schema, members)) => writer.members(schema, members, &first),
        None => writer.members(&NOTHING, &Value::Structure(Vec::new()), &first),
    }
}

static NOTHING: Schema = Schema::structure("Nothing", &[]);

fn respond(protocol: Protocol, status: u16, writer: Writer) -> HttpResponse {
    let headers = [(CONTENT_TYPE, content_type(protocol))].into_iter().collect();
    HttpResponse { status, headers, body: writer.finish() }
}

const fn content_type(protocol: Protocol) -> HeaderValue {
    HeaderValue::from_static(match protocol {
        Protocol::Json10 => "application/x-amz-json-1.0",
        _ => "application/x-amz-json-1.1",
    })
}

/// An awsJson request as clients send it.
pub(crate) fn encode_request(operation: &OperationSchema, input: &Value) -> OwnedRequest {
    let mut writer = Writer::default();
    writer.members(operation.input, input, &[]);
    let target = format!("{}.{}", operation.service.target_prefix.unwrap_or_default(), operation.name);
    let mut headers = http::HeaderMap::new();
    headers.insert(CONTENT_TYPE, content_type(operation.service.protocol));
    if let Ok(target) = HeaderValue::from_str(&target) {
        headers.insert(HeaderName::from_static("x-amz-target"), target);
    }
    OwnedRequest {
        method: operation.method,
        path: "/".to_owned(),
        query: String::new(),
        headers,
        body: writer.finish(),
    }
}

/// An awsJson answer as clients read it.
pub(crate) fn decode_response(
    operation: &OperationSchema,
    response: &HttpResponse,
) -> Result<Value, ApiError> {
    if response.status >= 300 {
        return Err(read_error(response));
    }
    if response.body.is_empty() {
        return Ok(Value::empty(operation.output));
    }
    read_members(operation.output, parse(&response.body, &Limits::DEFAULT)?)
}

/// The error of an answer: its code stands in a header or in the body, sometimes with a namespace or a URI around it.
pub(crate) fn read_error(response: &HttpResponse) -> ApiError {
    let body = match parse(&response.body, &Limits::DEFAULT) {
        Ok(Node::Object(entries)) => entries,
        _ => BTreeMap::new(),
    };
    let text = |name: &str| match body.get(name) {
        Some(Node::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let header = response.headers.get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let code = header.or_else(|| text("__type")).or_else(|| text("code")).unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    let message = text("message").or_else(|| text("Message")).unwrap_or_default();
    ApiError::new(code.to_owned(), response.status, message)
}

#[cfg(test)]
mod tests;
