//! restJson1: path, query string, headers and a JSON body.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::json::{self, Node, Writer};
use super::{HttpRequest, HttpResponse, OwnedRequest, Protocol, percent, scalar};
use crate::error::ApiError;
use crate::limits::Limits;
use crate::operation::{OperationSchema, ServiceSchema};
use crate::schema::{Kind, Location, Member, Schema, TimestampFormat};
use crate::value::Value;

/// The operation that a request asks for by its method and path, if the service has one.
pub fn route(service: &ServiceSchema, method: &str, path: &str) -> Option<&'static OperationSchema> {
    let candidates = service.operations.iter().copied().filter(|operation| operation.method == method);
    let matching = candidates.filter(|operation| labels(operation.uri, path).is_some());
    // A literal segment beats a label: `/policy/validation` is not the policy called `validation`.
    matching
        .max_by_key(|operation| segments(operation.uri).filter(|segment| label_of(segment).is_none()).count())
}

/// The template's path, without its constant query parameters.
fn segments(uri: &str) -> impl Iterator<Item = &str> {
    uri.split('?').next().unwrap_or_default().split('/').skip(1)
}

/// A segment `{name}` or, greedy, `{name+}`.
fn label_of(segment: &str) -> Option<(&str, bool)> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    Some(name.strip_suffix('+').map_or((name, false), |name| (name, true)))
}

/// The labels of a path under a template, still encoded; nothing if the path is another.
fn labels<'a>(uri: &'a str, path: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let mut found = Vec::new();
    let mut rest = Some(path.strip_prefix('/')?);
    let template: Vec<&str> = segments(uri).collect();
    for (index, segment) in template.iter().enumerate() {
        let here = rest?;
        let (head, tail) = here.split_once('/').map_or((here, None), |(head, tail)| (head, Some(tail)));
        match label_of(segment) {
            Some((name, true)) => {
                // Greedy: as many segments as the rest of the template leaves.
                let after = template.len() - index - 1;
                let cut = (0..after).try_fold(here, |left, _| left.rsplit_once('/').map(|(left, _)| left))?;
                found.push((name, cut));
                rest = here.get(cut.len()..)?.strip_prefix('/');
                if cut.is_empty() || (rest.is_none() && after > 0) {
                    return None;
                }
            }
            Some((name, false)) if !head.is_empty() => {
                found.push((name, head));
                rest = tail;
            }
            None if *segment == head => rest = tail,
            _ => return None,
        }
    }
    rest.is_none().then_some(found)
}

/// A request's input.
pub(crate) fn decode_request(
    operation: &OperationSchema,
    request: &HttpRequest<'_>,
    limits: &Limits,
) -> Result<Value, ApiError> {
    let labels = labels(operation.uri, request.path).ok_or_else(ApiError::unknown_operation)?;
    let mut query = Vec::new();
    percent::pairs(request.query, limits, &mut query)?;
    let mut values = read_body(operation.input, request.body, limits)?;
    for (member, slot) in operation.input.members().iter().zip(&mut values) {
        match member.location {
            Location::Uri => {
                let text = labels.iter().find(|(name, _)| *name == member.wire_name());
                let text = text.map(|(_, text)| percent::decode(text, false)).transpose()?;
                *slot = text.map(|text| scalar::read(member.target, &text)).transpose()?;
            }
            Location::Query => *slot = read_query(member, &query)?,
            Location::Header | Location::Headers => *slot = read_header(member, request.headers)?,
            Location::Body | Location::Payload | Location::StatusCode => {}
        }
    }
    Ok(Value::Structure(values))
}

/// The members of the body: of its document, or the one that is all of it.
fn read_body(schema: &'static Schema, body: &[u8], limits: &Limits) -> Result<Vec<Option<Value>>, ApiError> {
    let mut values = vec![None; schema.members().len()];
    let payload =
        schema.members().iter().zip(&mut values).find(|(member, _)| member.location == Location::Payload);
    if let Some((member, slot)) = payload {
        *slot = read_payload(member, body, limits)?;
        return Ok(values);
    }
    if body.iter().all(u8::is_ascii_whitespace)
        || !schema.members().iter().any(|member| member.location == Location::Body)
    {
        return Ok(values);
    }
    match json::read_members(schema, json::parse(body, limits)?)? {
        Value::Structure(values) => Ok(values),
        _ => Ok(values),
    }
}

fn read_payload(member: &'static Member, body: &[u8], limits: &Limits) -> Result<Option<Value>, ApiError> {
    if body.len() > limits.bytes {
        return Err(ApiError::malformed_input("The request is too large"));
    }
    if body.is_empty() {
        return Ok(None);
    }
    match &member.target.kind {
        Kind::Blob => Ok(Some(Value::Blob(body.to_vec()))),
        Kind::String(_) => {
            let text = std::str::from_utf8(body).map_err(|_| ApiError::malformed_input("Invalid UTF-8"))?;
            Ok(Some(Value::String(text.to_owned())))
        }
        _ => match json::parse(body, limits)? {
            Node::Null => Ok(None),
            node => json::read(member.target, node).map(Some),
        },
    }
}

fn read_query(member: &'static Member, query: &[(String, String)]) -> Result<Option<Value>, ApiError> {
    if let Kind::Map { value, .. } = &member.target.kind {
        return read_query_map(value, query);
    }
    let mut texts =
        query.iter().filter(|(name, _)| name == member.wire_name()).map(|(_, text)| text.as_str());
    if let Kind::List { member: element, .. } = &member.target.kind {
        let values: Vec<Value> =
            texts.map(|text| scalar::read(element.target, text)).collect::<Result<_, _>>()?;
        return Ok((!values.is_empty()).then_some(Value::List(values)));
    }
    match (texts.next(), texts.next()) {
        (None, _) => Ok(None),
        (Some(text), None) => scalar::read(member.target, text).map(Some),
        _ => Err(ApiError::malformed_input("A parameter is given more than once")),
    }
}

/// All parameters by their names.
fn read_query_map(value: &'static Member, query: &[(String, String)]) -> Result<Option<Value>, ApiError> {
    let mut sorted: Vec<&(String, String)> = query.iter().collect();
    sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut entries = Vec::new();
    for group in sorted.chunk_by(|(a, _), (b, _)| a == b) {
        let Some((name, _)) = group.first() else { continue };
        let element = match (&value.target.kind, group) {
            (Kind::List { member, .. }, _) => Value::List(
                group.iter().map(|(_, text)| scalar::read(member.target, text)).collect::<Result<_, _>>()?,
            ),
            (_, [(_, text)]) => scalar::read(value.target, text)?,
            _ => return Err(ApiError::malformed_input("A parameter is given more than once")),
        };
        entries.push((name.clone(), element));
    }
    Ok((!entries.is_empty()).then_some(Value::Map(entries)))
}

fn read_header(member: &'static Member, headers: &HeaderMap) -> Result<Option<Value>, ApiError> {
    if member.location == Location::Headers {
        return read_prefixed_headers(member, headers);
    }
    let mut texts = Vec::new();
    for value in headers.get_all(member.wire_name()) {
        texts.push(value.to_str().map_err(|_| ApiError::malformed_input("A header is not ASCII"))?);
    }
    let (first, more) = match texts.as_slice() {
        [] => return Ok(None),
        [first, more @ ..] => (*first, !more.is_empty()),
    };
    if let Kind::List { member: element, .. } = &member.target.kind {
        let rfc822 = element.format().unwrap_or(TimestampFormat::Rfc822) == TimestampFormat::Rfc822
            && matches!(element.target.kind, Kind::Timestamp(_));
        let values = split_list(&texts.join(","), rfc822)?;
        return values
            .iter()
            .map(|text| scalar::read(element.target, text))
            .collect::<Result<_, _>>()
            .map(Value::List)
            .map(Some);
    }
    if more {
        return Err(ApiError::malformed_input("A header is given more than once"));
    }
    if member.json_value {
        let bytes = scalar::read_blob(first).and_then(|bytes| String::from_utf8(bytes).ok());
        return bytes
            .map(Value::String)
            .map(Some)
            .ok_or_else(|| ApiError::malformed_input("A header is not base64 of text"));
    }
    scalar::read(member.target, first).map(Some)
}

fn read_prefixed_headers(member: &Member, headers: &HeaderMap) -> Result<Option<Value>, ApiError> {
    let prefix = member.wire_name().to_ascii_lowercase();
    let mut entries = Vec::new();
    for (name, value) in headers {
        if let Some(rest) = name.as_str().strip_prefix(&prefix) {
            let text = value.to_str().map_err(|_| ApiError::malformed_input("A header is not ASCII"))?;
            entries.push((rest.to_owned(), Value::String(text.to_owned())));
        }
    }
    super::refuse_duplicates(&entries)?;
    Ok((!entries.is_empty()).then_some(Value::Map(entries)))
}

/// The elements of a header: separated by commas, quoted where they hold some. A date of RFC 822 has a comma of its own.
fn split_list(text: &str, rfc822: bool) -> Result<Vec<String>, ApiError> {
    let mut elements = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (element, after) = match rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let comma = rest.match_indices(',').nth(usize::from(rfc822)).map_or(rest.len(), |(at, _)| at);
                let (element, after) = rest.split_at_checked(comma).unwrap_or((rest, ""));
                (element.trim().to_owned(), after)
            }
        };
        elements.push(element);
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(after) => after.trim_start(),
            None if after.is_empty() => after,
            None => return Err(ApiError::malformed_input("A header's list is malformed")),
        };
    }
    Ok(elements)
}

fn unquote(text: &str) -> Result<(String, &str), ApiError> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((out, text.get(at + 1..).unwrap_or_default())),
            '\\' => out.extend(chars.next().map(|(_, c)| c)),
            c => out.push(c),
        }
    }
    Err(ApiError::malformed_input("A header's list is malformed"))
}

fn quote(text: &str) -> String {
    if text.contains([',', '"']) {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        text.to_owned()
    }
}

/// The answer to a request that succeeded.
pub(crate) fn encode_response(operation: &OperationSchema, output: &Value) -> HttpResponse {
    let mut status = operation.status;
    let mut headers = HeaderMap::new();
    for (member, value) in set_members(operation.output, output) {
        match (member.location, value) {
            (Location::StatusCode, Value::Integer(code)) => status = u16::try_from(*code).unwrap_or(status),
            (Location::Header | Location::Headers, _) => write_header(&mut headers, member, value),
            _ => {}
        }
    }
    let body = if operation.has_output {
        write_body(operation.output, output, &mut headers, true)
    } else {
        Vec::new()
    };
    HttpResponse { status, headers, body }
}

/// The answer to a request that failed.
pub(crate) fn encode_error(error: &ApiError) -> HttpResponse {
    let mut writer = Writer::default();
    json::write_error(&mut writer, Protocol::RestJson, error, false);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(code) = HeaderValue::from_str(error.code_in(Protocol::RestJson)) {
        headers.insert(HeaderName::from_static("x-amzn-errortype"), code);
    }
    if let Some((schema, members)) = error.members() {
        for (member, value) in
            set_members(schema, members).filter(|(member, _)| member.location == Location::Header)
        {
            write_header(&mut headers, member, value);
        }
    }
    HttpResponse { status: error.status_in(Protocol::RestJson), headers, body: writer.finish() }
}

fn set_members<'a>(
    schema: &'a Schema,
    value: &'a Value,
) -> impl Iterator<Item = (&'static Member, &'a Value)> {
    let values = match value {
        Value::Structure(values) => values.as_slice(),
        _ => &[],
    };
    schema
        .members()
        .iter()
        .zip(values)
        .filter_map(|(member, value)| value.as_ref().map(|value| (member, value)))
}

/// The body, and its content type. A document without members is written if `always`.
fn write_body(schema: &Schema, value: &Value, headers: &mut HeaderMap, always: bool) -> Vec<u8> {
    let mut content_type = |text: &'static str| {
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(text));
    };
    let payload = schema.members().iter().find(|member| member.location == Location::Payload);
    if let Some(payload) = payload {
        let set = set_members(schema, value).find(|(member, _)| member.location == Location::Payload);
        return match (set, &payload.target.kind) {
            (Some((_, Value::Blob(bytes))), _) => {
                content_type("application/octet-stream");
                bytes.clone()
            }
            (Some((_, Value::String(text))), _) => {
                content_type("text/plain");
                text.clone().into_bytes()
            }
            (Some((member, value)), _) => {
                content_type("application/json");
                let mut writer = Writer::default();
                writer.value(member, value);
                writer.finish()
            }
            (None, Kind::Structure(_)) if !always => {
                content_type("application/json");
                b"{}".to_vec()
            }
            (None, _) => Vec::new(),
        };
    }
    if !always && !schema.members().iter().any(|member| member.location == Location::Body) {
        return Vec::new();
    }
    content_type("application/json");
    let mut writer = Writer::default();
    writer.members(schema, value, &[]);
    writer.finish()
}

/// A value that no header can carry is left out.
fn write_header(headers: &mut HeaderMap, member: &Member, value: &Value) {
    let format = |member: &Member| member.format().unwrap_or(TimestampFormat::Rfc822);
    let mut insert = |name: &str, text: &str| {
        if let (Ok(name), Ok(text)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(text)) {
            headers.insert(name, text);
        }
    };
    match (&member.target.kind, value) {
        (Kind::Map { .. }, Value::Map(entries)) => {
            for (name, value) in entries {
                insert(&format!("{}{name}", member.wire_name()), value.as_str().unwrap_or_default());
            }
        }
        (Kind::List { member: element, .. }, Value::List(values)) => {
            let texts: Vec<String> = values
                .iter()
                .filter_map(|value| match value {
                    Value::String(text) => Some(quote(text)),
                    other => scalar::write(other, format(element)).map(String::from),
                })
                .collect();
            if !texts.is_empty() {
                insert(member.wire_name(), &texts.join(", "));
            }
        }
        (_, Value::String(text)) if member.json_value => {
            let encoded = scalar::write(&Value::Blob(text.clone().into_bytes()), TimestampFormat::Rfc822)
                .map(String::from);
            insert(member.wire_name(), &encoded.unwrap_or_default());
        }
        _ => insert(member.wire_name(), &scalar::write(value, format(member)).unwrap_or_default()),
    }
}

/// A request as clients send it.
pub(crate) fn encode_request(operation: &OperationSchema, input: &Value) -> OwnedRequest {
    let mut headers = HeaderMap::new();
    let (_, constants) = operation.uri.split_once('?').unwrap_or((operation.uri, ""));
    let mut query: Vec<String> =
        constants.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
    let mut bound: Vec<&str> = constants.split('&').filter_map(|pair| pair.split('=').next()).collect();
    for (member, value) in set_members(operation.input, input) {
        match (member.location, &member.target.kind) {
            (Location::Query, kind) if !matches!(kind, Kind::Map { .. }) => {
                bound.push(member.wire_name());
                write_query(&mut query, member.wire_name(), member, value);
            }
            (Location::Header | Location::Headers, _) => write_header(&mut headers, member, value),
            _ => {}
        }
    }
    for (member, value) in set_members(operation.input, input) {
        if let (Location::Query, Kind::Map { value: element, .. }, Value::Map(entries)) =
            (member.location, &member.target.kind, value)
        {
            // A parameter with a member of its own is not sent twice.
            for (name, value) in entries.iter().filter(|(name, _)| !bound.contains(&name.as_str())) {
                write_query(&mut query, name, element, value);
            }
        }
    }
    let body = write_body(operation.input, input, &mut headers, false);
    OwnedRequest {
        method: operation.method,
        path: path_of(operation, input),
        query: query.join("&"),
        headers,
        body,
    }
}

fn path_of(operation: &OperationSchema, input: &Value) -> String {
    let mut path = String::new();
    for segment in segments(operation.uri) {
        path.push('/');
        let Some((name, greedy)) = label_of(segment) else {
            path.push_str(segment);
            continue;
        };
        let set = set_members(operation.input, input)
            .find(|(member, _)| member.location == Location::Uri && member.wire_name() == name);
        let text = set.and_then(|(member, value)| {
            scalar::write(value, member.format().unwrap_or(TimestampFormat::Iso8601))
        });
        let encoded = percent::encode(&text.unwrap_or_default());
        path.push_str(&if greedy { encoded.replace("%2F", "/") } else { encoded });
    }
    path
}

fn write_query(query: &mut Vec<String>, name: &str, member: &Member, value: &Value) {
    match (&member.target.kind, value) {
        (Kind::List { member: element, .. }, Value::List(values)) => {
            for value in values {
                write_query(query, name, element, value);
            }
        }
        _ => {
            let text =
                scalar::write(value, member.format().unwrap_or(TimestampFormat::Iso8601)).unwrap_or_default();
            query.push(format!("{}={}", percent::encode(name), percent::encode(&text)));
        }
    }
}

/// An answer as clients read it.
pub(crate) fn decode_response(
    operation: &OperationSchema,
    response: &HttpResponse,
) -> Result<Value, ApiError> {
    if response.status >= 300 && response.status != operation.status {
        return Err(json::read_error(response));
    }
    let mut values = read_body(operation.output, &response.body, &Limits::DEFAULT)?;
    for (member, slot) in operation.output.members().iter().zip(&mut values) {
        match member.location {
            Location::Header | Location::Headers => *slot = read_header(member, &response.headers)?,
            Location::StatusCode => *slot = Some(Value::Integer(i64::from(response.status))),
            _ => {}
        }
    }
    Ok(Value::Structure(values))
}

#[cfg(test)]
mod tests;
