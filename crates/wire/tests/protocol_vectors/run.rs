//! Runs a file of cases in all directions.

use http::{HeaderMap, HeaderName, HeaderValue};
use keygate_wire::{ApiError, HttpRequest, HttpResponse, Limits, OperationSchema, Protocol};
use serde_json::Value as Json;

use crate::model::{Models, from_json, to_json};
use crate::same;

/// What is done with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The server reads a request.
    ReadRequest,
    /// The client writes a request.
    WriteRequest,
    /// The client reads an answer.
    ReadResponse,
    /// The server writes an answer.
    WriteResponse,
}

type Outcome = Result<(), String>;

/// Runs both files of that name.
pub(crate) fn run(file: &str, skipped: &[(&str, Direction, &str)]) {
    let mut problems = Vec::new();
    let mut count = 0;
    for side in ["input", "output"] {
        let path = format!("{}/tests/protocols/{side}/{file}", env!("CARGO_MANIFEST_DIR"));
        let suites: Vec<Json> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for suite in &suites {
            for case in suite["cases"].as_array().unwrap() {
                let directions = match side {
                    "input" => [Direction::ReadRequest, Direction::WriteRequest],
                    _ => [Direction::ReadResponse, Direction::WriteResponse],
                };
                for direction in directions {
                    count += 1;
                    problems.extend(judge(suite, case, direction, skipped));
                }
            }
        }
    }
    assert!(count > 100, "{file}: only {count} cases");
    assert!(problems.is_empty(), "{} of {count}:\n{}", problems.len(), problems.join("\n"));
}

fn judge(
    suite: &Json,
    case: &Json,
    direction: Direction,
    skipped: &[(&str, Direction, &str)],
) -> Option<String> {
    let id = case["id"].as_str().unwrap();
    let skip = skipped.iter().find(|(name, of, _)| *name == id && *of == direction);
    let models = Models::new(suite, case);
    let outcome = match direction {
        Direction::ReadRequest => read_request(&models, case),
        Direction::WriteRequest => write_request(&models, case),
        Direction::ReadResponse => read_response(&models, case),
        Direction::WriteResponse => write_response(&models, case),
    };
    match (outcome, skip) {
        (Ok(()), None) | (Err(_), Some(_)) => None,
        (Ok(()), Some(_)) => Some(format!("{id} {direction:?}: holds, and need not be skipped")),
        (Err(problem), None) => Some(format!("{id} {direction:?}: {problem}")),
    }
}

fn read_request(models: &Models, case: &Json) -> Outcome {
    let serialized = &case["serialized"];
    let uri = serialized["uri"].as_str().unwrap();
    let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
    let path = path.strip_prefix(&endpoint_path(serialized)).unwrap_or(path);
    let headers = headers(&serialized["headers"]);
    let body = serialized["body"].as_str().unwrap_or_default();
    let request = HttpRequest {
        method: models.operation.method,
        path,
        query,
        headers: &headers,
        body: body.as_bytes(),
    };
    let found =
        Protocol::decode_request(models.operation, &request, &Limits::DEFAULT).map_err(|e| e.to_string())?;
    let expected = from_json(models.operation.input, &case["params"])?;
    same::json(&to_json(models.operation.input, &found), &to_json(models.operation.input, &expected))
}

/// The path of the endpoint, which comes before the operation's.
fn endpoint_path(serialized: &Json) -> String {
    let path = serialized["host"].as_str().and_then(|host| host.split_once('/'));
    path.map_or_else(String::new, |(_, path)| format!("/{path}"))
}

fn write_request(models: &Models, case: &Json) -> Outcome {
    let serialized = &case["serialized"];
    let input = from_json(models.operation.input, &case["params"])?;
    let request = Protocol::encode_request(models.operation, &input);
    let uri =
        if request.query.is_empty() { request.path } else { format!("{}?{}", request.path, request.query) };
    same::uri(&format!("{}{uri}", endpoint_path(serialized)), serialized["uri"].as_str().unwrap())?;
    same::headers(&request.headers, &serialized["headers"])?;
    for forbidden in serialized["forbidHeaders"].as_array().into_iter().flatten() {
        if request.headers.contains_key(forbidden.as_str().unwrap()) {
            return Err(format!("has {forbidden}"));
        }
    }
    let Some(expected) = serialized["body"].as_str() else { return Ok(()) };
    let body = String::from_utf8(request.body).map_err(|e| e.to_string())?;
    match models.operation.service.protocol {
        Protocol::Query => same::form(&body, expected),
        _ => same::text_or_json(&body, expected),
    }
}

fn read_response(models: &Models, case: &Json) -> Outcome {
    let response = HttpResponse {
        status: case["response"]["status_code"].as_u64().unwrap() as u16,
        headers: headers(&case["response"]["headers"]),
        body: case["response"]["body"].as_str().unwrap_or_default().as_bytes().to_vec(),
    };
    let found = Protocol::decode_response(models.operation, &response);
    if case.get("error").is_some() {
        let error = found.err().ok_or("is not an error")?;
        let message = case["errorMessage"].as_str().or(case["error"]["Message"].as_str()).unwrap_or_default();
        let expected = (case["errorCode"].as_str().unwrap(), message);
        return if (error.code(), error.message()) == expected {
            Ok(())
        } else {
            Err(format!("{error:?}, not {expected:?}"))
        };
    }
    let found = found.map_err(|e| e.to_string())?;
    let expected = from_json(models.operation.output, &case["result"])?;
    same::json(&to_json(models.operation.output, &found), &to_json(models.operation.output, &expected))
}

fn write_response(models: &Models, case: &Json) -> Outcome {
    let response = match case.get("error") {
        Some(members) => error_response(models, case, members)?,
        None => {
            let output = from_json(models.operation.output, &case["result"])?;
            Protocol::encode_response(models.operation, &output, "foo-id")
        }
    };
    let expected = &case["response"];
    if u64::from(response.status) != expected["status_code"].as_u64().unwrap() {
        return Err(format!("status {}", response.status));
    }
    same::headers(&response.headers, &expected["headers"])?;
    let body = String::from_utf8(response.body).map_err(|e| e.to_string())?;
    match (models.operation.service.protocol, expected["body"].as_str()) {
        (_, None) => Ok(()),
        (Protocol::Query, Some(expected)) => same::xml(&body, expected),
        (_, Some(expected)) => same::text_or_json(&body, expected),
    }
}

fn error_response(models: &Models, case: &Json, members: &Json) -> Result<HttpResponse, String> {
    let code = case["errorCode"].as_str().unwrap();
    let operation: &OperationSchema = models.operation;
    let declared = operation.declared(code).ok_or_else(|| format!("{code} is not declared"))?;
    let mut rest = members.clone();
    let message = rest.as_object_mut().and_then(|rest| rest.remove("Message"));
    let message = message
        .as_ref()
        .and_then(Json::as_str)
        .or(case["errorMessage"].as_str())
        .unwrap_or_default()
        .to_owned();
    let value = from_json(declared.schema, &rest)?;
    let error = ApiError::declared(declared, message).with_members(declared.schema, value);
    Ok(Protocol::encode_error(operation.service, &error, "foo-id"))
}

fn headers(json: &Json) -> HeaderMap {
    let entries = json.as_object().into_iter().flatten();
    entries
        .map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            (name, HeaderValue::from_str(value.as_str().unwrap()).unwrap())
        })
        .collect()
}
