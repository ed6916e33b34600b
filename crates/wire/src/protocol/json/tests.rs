use http::HeaderMap;

use super::*;
use crate::operation::{Auth, ErrorSchema, ServiceSchema};

static TEXT: Schema = Schema::string("Text");
static NUMBER: Schema = Schema::new("Number", Kind::Integer);
static LONG: Schema = Schema::new("Long", Kind::Long);
static DOUBLE: Schema = Schema::new("Double", Kind::Double);
static BLOB: Schema = Schema::new("Blob", Kind::Blob);
static TIME: Schema = Schema::new("Time", Kind::Timestamp(None));
static NAMES: Schema = Schema::list("Names", &Member::new("member", &TEXT));
static MAP: Schema = Schema::map("Map", &Member::new("key", &TEXT), &Member::new("value", &NUMBER));
static DEEP: Schema = Schema::structure("Deep", &[Member::new("Deep", &DEEP)]);
static ANY: Schema = Schema::new("Any", Kind::Document);
static INPUT: Schema = Schema::structure(
    "Input",
    &[
        Member::new("Name", &TEXT),
        Member::new("Size", &NUMBER),
        Member::new("Long", &LONG),
        Member::new("Double", &DOUBLE),
        Member::new("Blob", &BLOB),
        Member::new("Time", &TIME),
        Member::new("Names", &NAMES),
        Member::new("Map", &MAP),
        Member::new("Deep", &DEEP),
        Member::new("Any", &ANY),
    ],
);
static ERROR_SHAPE: Schema =
    Schema::structure("SadException", &[Member::new("Message", &TEXT), Member::new("Reason", &TEXT)]);
static ERROR: ErrorSchema = ErrorSchema {
    name: "Sad",
    shape: "SadException",
    code: "SadException",
    status: 400,
    sender_fault: true,
    schema: &ERROR_SHAPE,
};
static SERVICE: ServiceSchema = ServiceSchema {
    id: "Test",
    endpoint_prefix: "test",
    signing_name: "test",
    api_version: "2016-11-28",
    protocol: Protocol::Json11,
    xml_namespace: None,
    target_prefix: Some("TestV1"),
    quotes_values: true,
    operations: &[&OPERATION],
};
static OPERATION: OperationSchema = OperationSchema {
    name: "DoThing",
    service: &SERVICE,
    method: "POST",
    uri: "/",
    status: 200,
    input: &INPUT,
    output: &INPUT,
    has_output: true,
    result_wrapper: None,
    errors: &[&ERROR],
    auth: Auth::SigV4,
};

fn decode(body: &[u8]) -> Result<Value, ApiError> {
    let headers = HeaderMap::new();
    let request = HttpRequest { method: "POST", path: "/", query: "", headers: &headers, body };
    decode_request(&OPERATION, &request, &Limits::DEFAULT)
}

#[test]
fn what_is_malformed_is_refused() {
    let deep = format!("{{\"Any\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    let deep_shape = format!("{}{{}}{}", "{\"Deep\":".repeat(40), "}".repeat(40));
    let many = format!("{{\"Names\":[{}\"x\"]}}", "\"x\",".repeat(20_000));
    for (body, message) in [
        ("{", ""),
        ("[]", "Start of list found where not expected"),
        ("\"x\"", "STRING_VALUE cannot be converted to Structure"),
        ("{} {}", ""),
        ("{\"Name\":1}", "NUMBER_VALUE cannot be converted to String"),
        ("{\"Name\":true}", "TRUE_VALUE cannot be converted to String"),
        ("{\"Name\":{}}", "Start of structure or map found where not expected."),
        ("{\"Names\":\"x\"}", "STRING_VALUE cannot be converted to List"),
        ("{\"Names\":[null]}", "NULL_VALUE cannot be converted to String"),
        ("{\"Size\":\"1\"}", "STRING_VALUE cannot be converted to Integer"),
        ("{\"Size\":1.5}", "DECIMAL_VALUE cannot be converted to Integer"),
        ("{\"Size\":2147483648}", "NUMBER_VALUE cannot be converted to Integer"),
        ("{\"Long\":9223372036854775808}", "DECIMAL_VALUE cannot be converted to Long"),
        ("{\"Double\":\"1\"}", "STRING_VALUE cannot be converted to Double"),
        ("{\"Double\":1e999}", ""),
        ("{\"Blob\":\"=\"}", "STRING_VALUE cannot be converted to ByteBuffer"),
        ("{\"Time\":\"soon\"}", "STRING_VALUE cannot be converted to Date"),
        ("{\"Time\":1e18}", "DECIMAL_VALUE cannot be converted to Date"),
        ("{\"Name\":\"a\",\"Name\":\"b\"}", "duplicate name"),
        ("{\"Map\":{\"k\":1,\"k\":2}}", "duplicate name"),
        ("{\"Any\":{\"k\":1,\"k\":2}}", "duplicate name"),
        (&deep, "nested too deeply"),
        (&deep_shape, "nested too deeply"),
        (&many, "too many values"),
    ] {
        match decode(body.as_bytes()) {
            Ok(_) => panic!("{body} was accepted"),
            Err(error) => {
                assert_eq!(
                    (error.code_in(Protocol::Json11), error.status_in(Protocol::Json11)),
                    ("SerializationException", 400)
                );
                assert!(error.message().starts_with(message), "{body}: {}", error.message());
            }
        }
    }
    assert!(decode(b"{\"Name\":\"\xff\"}").is_err());
    let large = Limits { bytes: 10, ..Limits::DEFAULT };
    assert!(parse(b"{\"Name\":\"abc\"}", &large).is_err());
}

#[test]
fn bodies_become_values() {
    for (body, expected) in [
        ("", Value::empty(&INPUT)),
        ("{}", Value::empty(&INPUT)),
        ("{\"Unknown\":[1],\"Name\":null}", Value::empty(&INPUT)),
        ("{\"Name\":\"a\\u00e9\"}", Value::of(&INPUT, [("Name", Value::String("aé".to_owned()))])),
        ("{\"Double\":1}", Value::of(&INPUT, [("Double", Value::Double(1.0))])),
        ("{\"Double\":\"-Infinity\"}", Value::of(&INPUT, [("Double", Value::Double(f64::NEG_INFINITY))])),
    ] {
        match decode(body.as_bytes()) {
            Ok(found) => assert!(found == expected, "{body}"),
            Err(error) => panic!("{body}: {error}"),
        }
    }
}

#[test]
fn errors_are_typed_and_spell_message_as_their_shape_does() {
    let value = Value::of(&ERROR_SHAPE, [("Reason", Value::String("rain".to_owned()))]);
    let error = ApiError::declared(&ERROR, "so \"sad\"\n").with_members(&ERROR_SHAPE, value);
    let response = encode_error(Protocol::Json11, &error);
    assert_eq!(response.headers[CONTENT_TYPE], "application/x-amz-json-1.1");
    assert_eq!(
        String::from_utf8(response.body.clone()).unwrap(),
        r#"{"__type":"SadException","Message":"so \"sad\"\n","Reason":"rain"}"#
    );
    let read = decode_response(&OPERATION, &response).err().unwrap();
    assert_eq!((read.code(), read.message()), ("SadException", "so \"sad\"\n"));
    let common = encode_error(Protocol::Json10, &ApiError::access_denied("no"));
    assert_eq!(
        (common.status, common.body.as_slice()),
        (400, br#"{"__type":"AccessDeniedException","message":"no"}"#.as_slice())
    );
}

#[test]
fn an_operation_without_output_answers_an_empty_body() {
    let silent = OperationSchema { has_output: false, ..OPERATION };
    assert!(encode_response(&silent, &Value::empty(&INPUT)).body.is_empty());
    assert_eq!(encode_response(&OPERATION, &Value::empty(&INPUT)).body, b"{}");
    assert!(SERVICE.target("TestV1.DoThing").is_some());
    assert!(SERVICE.target("TestV2.DoThing").is_none());
    assert!(SERVICE.target("DoThing").is_none());
}
