use super::*;
use crate::operation::Auth;

static TEXT: Schema = Schema::string("Text");
static NUMBER: Schema = Schema::new("Number", Kind::Integer);
static NAMES: Schema = Schema::list("Names", &Member::new("member", &TEXT));
static INPUT: Schema = Schema::structure(
    "Input",
    &[
        Member::new("name", &TEXT).at(Location::Uri),
        Member::new("size", &NUMBER).at(Location::Query),
        Member::new("names", &NAMES).at(Location::Header).named("x-names"),
        Member::new("note", &TEXT),
    ],
);

static SERVICE: ServiceSchema = ServiceSchema {
    id: "Test",
    endpoint_prefix: "test",
    signing_name: "test",
    api_version: "2019-11-01",
    protocol: Protocol::RestJson,
    xml_namespace: None,
    target_prefix: None,
    quotes_values: true,
    operations: &[&GET_THING, &LIST_THINGS, &PUT_PART, &VALIDATE],
};

const fn operation(name: &'static str, method: &'static str, uri: &'static str) -> OperationSchema {
    OperationSchema {
        name,
        service: &SERVICE,
        method,
        uri,
        status: 200,
        input: &INPUT,
        output: &INPUT,
        has_output: true,
        result_wrapper: None,
        errors: &[],
        auth: Auth::SigV4,
    }
}

static GET_THING: OperationSchema = operation("GetThing", "GET", "/thing/{name}");
static LIST_THINGS: OperationSchema = operation("ListThings", "GET", "/thing");
static PUT_PART: OperationSchema = operation("PutPart", "PUT", "/thing/{name+}/part");
static VALIDATE: OperationSchema = operation("Validate", "GET", "/thing/validation");

#[test]
fn requests_are_routed_by_method_and_path() {
    for (method, path, expected) in [
        ("GET", "/thing", Some("ListThings")),
        ("GET", "/thing/x", Some("GetThing")),
        ("GET", "/thing/a%2Fb", Some("GetThing")),
        ("GET", "/thing/validation", Some("Validate")),
        ("PUT", "/thing/a/b/part", Some("PutPart")),
        ("PUT", "/thing/part", None),
        ("PUT", "/thing/a/b", None),
        ("POST", "/thing", None),
        ("GET", "/thing/", None),
        ("GET", "/thing/a/b", None),
        ("GET", "thing", None),
        ("GET", "", None),
        ("GET", "/", None),
    ] {
        assert_eq!(
            route(&SERVICE, method, path).map(|operation| operation.name),
            expected,
            "{method} {path}"
        );
    }
}

fn decode(path: &str, query: &str, header: &str, body: &[u8]) -> Result<Value, ApiError> {
    let mut headers = HeaderMap::new();
    if !header.is_empty() {
        headers.insert("x-names", HeaderValue::from_bytes(header.as_bytes()).unwrap());
    }
    decode_request(
        &GET_THING,
        &HttpRequest { method: "GET", path, query, headers: &headers, body },
        &Limits::DEFAULT,
    )
}

#[test]
fn every_part_of_a_request_is_read() {
    let expected = Value::of(
        &INPUT,
        [
            ("name", Value::String("a/b+c".to_owned())),
            ("size", Value::Integer(3)),
            ("names", Value::List(vec![Value::String("x".to_owned()), Value::String("y, \"z\"".to_owned())])),
            ("note", Value::String("n".to_owned())),
        ],
    );
    let found = decode("/thing/a%2Fb+c", "size=3&other=1", r#"x, "y, \"z\"""#, br#"{"note":"n"}"#);
    assert!(found.is_ok_and(|found| found == expected));
    let request = encode_request(&GET_THING, &expected);
    assert_eq!((request.path.as_str(), request.query.as_str()), ("/thing/a%2Fb%2Bc", "size=3"));
}

#[test]
fn what_is_malformed_is_refused() {
    for (path, query, header, body) in [
        ("/thing/%zz", "", "", ""),
        ("/thing/%ff", "", "", ""),
        ("/thing/a", "size=%z", "", ""),
        ("/thing/a", "size=many", "", ""),
        ("/thing/a", "size=1&size=2", "", ""),
        ("/thing/a", "", "\"open", ""),
        ("/thing/a", "", "\"a\"b", ""),
        ("/thing/a", "", "é", ""),
        ("/thing/a", "", "", "[]"),
        ("/thing/a", "", "", "{\"note\":1}"),
        ("/thing/a", "", "", "{\"note\":\"a\",\"note\":\"b\"}"),
    ] {
        let error = decode(path, query, header, body.as_bytes()).expect_err(path);
        assert_eq!(
            (error.code_in(Protocol::RestJson), error.status_in(Protocol::RestJson)),
            ("SerializationException", 400)
        );
    }
    assert_eq!(decode("/elsewhere", "", "", b"").err().unwrap().status_in(Protocol::RestJson), 404);
}

#[test]
fn errors_are_typed_by_a_header() {
    let response = encode_error(&ApiError::throttling());
    assert_eq!(
        (response.status, response.body.as_slice()),
        (429, br#"{"message":"Rate exceeded"}"#.as_slice())
    );
    assert_eq!(response.headers["x-amzn-errortype"], "ThrottlingException");
    let read = decode_response(&GET_THING, &response).err().unwrap();
    assert_eq!((read.code(), read.message()), ("ThrottlingException", "Rate exceeded"));
}
