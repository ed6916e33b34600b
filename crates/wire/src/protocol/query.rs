//! awsQuery: a form in, XML out.

use std::cmp::Ordering;

use http::HeaderValue;
use http::header::CONTENT_TYPE;

use super::{HttpRequest, HttpResponse, OwnedRequest, percent, scalar, xml};
use crate::error::{ApiError, Fault};
use crate::limits::Limits;
use crate::operation::{OperationSchema, ServiceSchema};
use crate::schema::{Kind, Member, Schema, TimestampFormat};
use crate::value::Value;

/// The parameters of a request: of its query string, and of its body.
pub struct Form {
    /// Ordered by the segments of their names, so that everything below a name is one slice.
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads a request's parameters.
    ///
    /// # Errors
    /// `MalformedInput` for bad encoding, too many or too deep names, or a name that comes twice.
    pub fn parse(request: &HttpRequest<'_>, limits: &Limits) -> Result<Self, ApiError> {
        let mut pairs = Vec::new();
        percent::pairs(request.query, limits, &mut pairs)?;
        let body =
            std::str::from_utf8(request.body).map_err(|_| ApiError::malformed_input("Invalid UTF-8"))?;
        percent::pairs(body, limits, &mut pairs)?;
        if pairs.iter().any(|(name, _)| name.bytes().filter(|byte| *byte == b'.').count() >= limits.depth) {
            return Err(ApiError::malformed_input("A parameter is nested too deeply"));
        }
        pairs.sort_by(|(a, _), (b, _)| by_segments(a, b));
        if pairs.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b)) {
            return Err(ApiError::malformed_input("A parameter is given more than once"));
        }
        Ok(Self { pairs })
    }

    /// The parameter of exactly that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let index = self.pairs.binary_search_by(|(other, _)| by_segments(other, name)).ok()?;
        self.pairs.get(index).map(|(_, value)| value.as_str())
    }

    /// Which operation.
    pub fn action(&self) -> Option<&str> {
        self.get("Action").filter(|action| !action.is_empty())
    }

    /// Which version of the API.
    pub fn version(&self) -> Option<&str> {
        self.get("Version")
    }

    /// The operation that the form asks for.
    ///
    /// # Errors
    /// `MissingAction`, or `InvalidAction` if the service has no such operation or not in that version.
    pub fn operation(&self, service: &ServiceSchema) -> Result<&'static OperationSchema, ApiError> {
        let action = self.action().ok_or_else(ApiError::missing_action)?;
        let version = self.version().unwrap_or_default();
        service.operation(action).filter(|_| version == service.api_version).ok_or_else(|| {
            ApiError::invalid_action(
                action,
                if version.is_empty() { "NO_VERSION_SPECIFIED" } else { version },
            )
        })
    }

    /// The parameters as a value of that structure. Parameters that it does not have are left out, as AWS does.
    ///
    /// # Errors
    /// `MalformedInput` if a value is not of its kind or a list's index is not a number.
    pub fn decode(&self, schema: &'static Schema) -> Result<Value, ApiError> {
        read_members(schema, Parameters { pairs: &self.pairs, start: 0 })
    }
}

/// The parameters below one name.
#[derive(Clone, Copy)]
struct Parameters<'a> {
    /// All of them start with the name; the one that *is* the name comes first.
    pairs: &'a [(String, String)],
    /// Where the next segment starts in each name: behind the name and its dot.
    start: usize,
}

impl<'a> Parameters<'a> {
    /// The value of the name itself.
    fn text(self) -> Option<&'a str> {
        self.pairs.first().filter(|(name, _)| name.len() < self.start).map(|(_, value)| value.as_str())
    }

    /// The next segments, each with what is below it. One pass: a parameter is visited once for each of its segments.
    fn children(self) -> impl Iterator<Item = (&'a str, Parameters<'a>)> {
        let start = self.start;
        let mut rest = self.pairs;
        if self.text().is_some() {
            rest = rest.get(1..).unwrap_or_default();
        }
        std::iter::from_fn(move || {
            let segment = segment_at(&rest.first()?.0, start);
            let length = rest.iter().take_while(|(name, _)| segment_at(name, start) == segment).count();
            let (pairs, after) = rest.split_at_checked(length)?;
            rest = after;
            Some((segment, Parameters { pairs, start: start + segment.len() + 1 }))
        })
    }

    fn child(self, name: &str) -> Option<Parameters<'a>> {
        self.children().find(|(segment, _)| *segment == name).map(|(_, below)| below)
    }

    /// The elements under `1`, `2`, …, by their numbers. Gaps close up.
    fn elements(self) -> Result<Vec<Parameters<'a>>, ApiError> {
        let mut elements = Vec::new();
        for (segment, below) in self.children() {
            elements.push((index_of(segment)?, below));
        }
        elements.sort_by_key(|(index, _)| *index);
        Ok(elements.into_iter().map(|(_, below)| below).collect())
    }
}

fn segment_at(name: &str, start: usize) -> &str {
    let rest = name.get(start..).unwrap_or_default();
    rest.split_once('.').map_or(rest, |(segment, _)| segment)
}

fn by_segments(a: &str, b: &str) -> Ordering {
    a.split('.').cmp(b.split('.'))
}

fn index_of(segment: &str) -> Result<u32, ApiError> {
    let canonical = !segment.starts_with(['0', '+']);
    segment
        .parse()
        .ok()
        .filter(|_| canonical)
        .ok_or_else(|| ApiError::malformed_input("Keys of list elements must be numbers from 1"))
}

fn read_members(schema: &'static Schema, parameters: Parameters<'_>) -> Result<Value, ApiError> {
    let mut values = vec![None; schema.members().len()];
    for (segment, below) in parameters.children() {
        let found =
            schema.members().iter().zip(&mut values).find(|(member, _)| member.wire_name() == segment);
        if let Some((member, slot)) = found {
            *slot = Some(read_value(member, below, member.is_flattened())?);
        }
    }
    Ok(Value::Structure(values))
}

fn read_value(
    member: &'static Member,
    parameters: Parameters<'_>,
    flattened: bool,
) -> Result<Value, ApiError> {
    match &member.target.kind {
        Kind::Structure(_) | Kind::Union(_) => match parameters.text() {
            None => read_members(member.target, parameters),
            Some(_) => Err(ApiError::malformed_input("Start of structure or map expected")),
        },
        Kind::List { member: element, .. } => {
            let below =
                if flattened { Some(parameters) } else { parameters.child(xml::element_name(element)) };
            match (below, parameters.text()) {
                // `Names=` is how an empty list is sent.
                (_, Some("")) if parameters.pairs.len() == 1 => Ok(Value::List(Vec::new())),
                (Some(below), None) if below.text().is_none() => {
                    let elements = below.elements()?.into_iter();
                    elements
                        .map(|below| read_value(element, below, false))
                        .collect::<Result<_, _>>()
                        .map(Value::List)
                }
                _ => Err(ApiError::malformed_input("Start of list expected")),
            }
        }
        Kind::Map { key, value, .. } => {
            let below = if flattened { Some(parameters) } else { parameters.child("entry") };
            match (below, parameters.text()) {
                (_, Some("")) if parameters.pairs.len() == 1 => Ok(Value::Map(Vec::new())),
                (Some(below), None) if below.text().is_none() => read_entries(key, value, below),
                _ => Err(ApiError::malformed_input("Start of structure or map expected")),
            }
        }
        _ => match parameters.text() {
            Some(text) if parameters.pairs.len() == 1 => scalar::read(member.target, text),
            _ => Err(ApiError::malformed_input("Start of structure or map found where not expected.")),
        },
    }
}

fn read_entries(key: &Member, value: &'static Member, parameters: Parameters<'_>) -> Result<Value, ApiError> {
    let mut entries: Vec<(String, Value)> = Vec::new();
    let missing = || ApiError::malformed_input("A map entry needs a key and a value");
    for entry in parameters.elements()? {
        let name =
            entry.child(key.location_name.unwrap_or("key")).and_then(Parameters::text).ok_or_else(missing)?;
        let below = entry.child(value.location_name.unwrap_or("value")).ok_or_else(missing)?;
        entries.push((name.to_owned(), read_value(value, below, false)?));
    }
    super::refuse_duplicates(&entries)?;
    Ok(Value::Map(entries))
}

/// The answer to a request that succeeded.
pub fn encode_response(operation: &OperationSchema, output: &Value, request_id: &str) -> HttpResponse {
    let mut writer = xml::Writer::with_capacity(512);
    writer.open_root(operation.name, "Response", operation.service.xml_namespace);
    if let Some(wrapper) = operation.result_wrapper {
        writer.open(wrapper);
        writer.members(operation.output, output);
        writer.close(wrapper);
    }
    writer.open("ResponseMetadata");
    writer.element("RequestId", request_id);
    writer.close("ResponseMetadata");
    writer.close_root(operation.name, "Response");
    respond(operation.status, writer)
}

/// The answer to a request that failed.
pub fn encode_error(service: &ServiceSchema, error: &ApiError, request_id: &str) -> HttpResponse {
    let mut writer = xml::Writer::with_capacity(512);
    writer.open_root("ErrorResponse", "", service.xml_namespace);
    writer.open("Error");
    writer.element("Type", if error.fault() == Fault::Sender { "Sender" } else { "Receiver" });
    writer.element("Code", error.code());
    if !error.message().is_empty() {
        writer.element("Message", error.message());
    }
    if let Some((schema, members)) = error.members() {
        writer.members(schema, members);
    }
    writer.close("Error");
    writer.element("RequestId", request_id);
    writer.close_root("ErrorResponse", "");
    respond(error.status(), writer)
}

fn respond(status: u16, writer: xml::Writer) -> HttpResponse {
    let headers = [(CONTENT_TYPE, HeaderValue::from_static("text/xml"))].into_iter().collect();
    HttpResponse { status, headers, body: writer.finish() }
}

/// A request as clients send it.
pub fn encode_request(operation: &OperationSchema, input: &Value) -> OwnedRequest {
    let mut body = format!("Action={}&Version={}", operation.name, operation.service.api_version);
    write_members(&mut body, operation.input, input, "");
    let content_type = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
    OwnedRequest {
        method: operation.method,
        path: "/".to_owned(),
        query: String::new(),
        headers: [(CONTENT_TYPE, content_type)].into_iter().collect(),
        body: body.into_bytes(),
    }
}

fn write_members(out: &mut String, schema: &Schema, value: &Value, prefix: &str) {
    let Value::Structure(values) = value else { return };
    for (member, value) in schema.members().iter().zip(values) {
        if let Some(value) = value {
            write_value(
                out,
                member,
                value,
                &format!("{prefix}{}", member.wire_name()),
                member.is_flattened(),
            );
        }
    }
}

fn write_value(out: &mut String, member: &Member, value: &Value, name: &str, flattened: bool) {
    match (&member.target.kind, value) {
        (Kind::List { .. }, Value::List(values)) if values.is_empty() => write_pair(out, name, ""),
        (Kind::List { member: element, .. }, Value::List(values)) => {
            for (index, value) in (1..).zip(values) {
                let name = if flattened {
                    format!("{name}.{index}")
                } else {
                    format!("{name}.{}.{index}", xml::element_name(element))
                };
                write_value(out, element, value, &name, false);
            }
        }
        (Kind::Map { key, value: element, .. }, Value::Map(entries)) => {
            for (index, (entry_key, value)) in (1..).zip(entries) {
                let entry =
                    if flattened { format!("{name}.{index}") } else { format!("{name}.entry.{index}") };
                write_pair(out, &format!("{entry}.{}", key.location_name.unwrap_or("key")), entry_key);
                let value_name = format!("{entry}.{}", element.location_name.unwrap_or("value"));
                write_value(out, element, value, &value_name, false);
            }
        }
        (Kind::Structure(_) | Kind::Union(_), _) => {
            write_members(out, member.target, value, &format!("{name}."))
        }
        _ => {
            let format = member.format().unwrap_or(TimestampFormat::Iso8601);
            write_pair(out, name, &scalar::write(value, format).unwrap_or_default());
        }
    }
}

fn write_pair(out: &mut String, name: &str, value: &str) {
    out.extend(["&", &percent::encode(name), "=", &percent::encode(value)]);
}

/// An answer as clients read it.
///
/// # Errors
/// The error that the answer carries, or `MalformedInput` if it is not one of this operation.
pub fn decode_response(operation: &OperationSchema, response: &HttpResponse) -> Result<Value, ApiError> {
    let text = std::str::from_utf8(&response.body).map_err(|_| ApiError::malformed_input("Invalid UTF-8"))?;
    if text.is_empty() && operation.output.members().is_empty() && response.status < 300 {
        return Ok(Value::empty(operation.output));
    }
    let document =
        roxmltree::Document::parse(text).map_err(|error| ApiError::malformed_input(error.to_string()))?;
    let root = document.root_element();
    if response.status >= 300 {
        return Err(read_error(root, response.status));
    }
    match operation.result_wrapper {
        None => Ok(Value::empty(operation.output)),
        Some(wrapper) => xml::elements(root)
            .find(|child| child.tag_name().name() == wrapper)
            .ok_or_else(|| ApiError::malformed_input("The answer has no result"))
            .and_then(|result| xml::read_members(operation.output, result)),
    }
}

fn read_error(root: roxmltree::Node<'_, '_>, status: u16) -> ApiError {
    let error = root.descendants().find(|node| node.tag_name().name() == "Error");
    let text = |name: &str| {
        let child =
            error.and_then(|error| xml::elements(error).find(|child| child.tag_name().name() == name));
        child.map(xml::text_of).unwrap_or_default()
    };
    ApiError::new(text("Code"), status, text("Message"))
}

#[cfg(test)]
mod tests;
