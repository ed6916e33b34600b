use http::HeaderMap;

use super::*;
use crate::operation::{Auth, ErrorSchema};
use crate::protocol::Protocol;

static TEXT: Schema = Schema::string("Text");
static NUMBER: Schema = Schema::new("Number", Kind::Integer);
static FLAG: Schema = Schema::new("Flag", Kind::Boolean);
static TAG: Schema = Schema::structure("Tag", &[Member::new("Key", &TEXT), Member::new("Value", &TEXT)]);
static TAGS: Schema = Schema::list("Tags", &Member::new("member", &TAG));
static NAMES: Schema = Schema::list("Names", &Member::new("member", &TEXT));
static MAP: Schema = Schema::map("Map", &Member::new("key", &TEXT), &Member::new("value", &NUMBER));
static INPUT: Schema = Schema::structure(
    "Input",
    &[
        Member::new("Name", &TEXT),
        Member::new("Size", &NUMBER),
        Member::new("Flag", &FLAG),
        Member::new("Tag", &TAG),
        Member::new("Tags", &TAGS),
        Member::new("Names", &NAMES),
        Member::new("Map", &MAP),
        Member::new("Flat", &NAMES).flattened(),
    ],
);
static ERROR: ErrorSchema = ErrorSchema {
    name: "NoSuchThing",
    shape: "NoSuchThingException",
    code: "NoSuchThing",
    status: 404,
    sender_fault: true,
    schema: &INPUT,
};
static SERVICE: ServiceSchema = ServiceSchema {
    id: "Test",
    endpoint_prefix: "test",
    signing_name: "test",
    api_version: "2010-05-08",
    protocol: Protocol::Query,
    xml_namespace: Some("https://test.example/doc/2010-05-08/"),
    target_prefix: None,
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
    result_wrapper: Some("DoThingResult"),
    errors: &[&ERROR],
    auth: Auth::SigV4,
};

fn form(query: &str, body: &[u8], limits: &Limits) -> Result<Form, ApiError> {
    Form::parse(&HttpRequest { method: "POST", path: "/", query, headers: &HeaderMap::new(), body }, limits)
}

fn decode(body: &str) -> Result<Value, ApiError> {
    form("", body.as_bytes(), &Limits::DEFAULT)?.decode(&INPUT)
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn tag(key: &str, value: &str) -> Value {
    Value::of(&TAG, [("Key", text(key)), ("Value", text(value))])
}

#[test]
fn parameters_become_values() {
    for (body, expected) in [
        ("Name=a+b%2Bc&Unknown.member.1=x", Value::of(&INPUT, [("Name", text("a b+c"))])),
        ("Name", Value::of(&INPUT, [("Name", text(""))])),
        (
            "Size=-7&Flag=true",
            Value::of(&INPUT, [("Size", Value::Integer(-7)), ("Flag", Value::Boolean(true))]),
        ),
        ("Tag.Key=k&Tag.Value=v", Value::of(&INPUT, [("Tag", tag("k", "v"))])),
        // By index, not by order; gaps close up; 10 comes after 2.
        (
            "Tags.member.10.Key=c&Tags.member.10.Value=3&Tags.member.2.Value=2&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=1",
            Value::of(&INPUT, [("Tags", Value::List(vec![tag("a", "1"), tag("b", "2"), tag("c", "3")]))]),
        ),
        ("Names=", Value::of(&INPUT, [("Names", Value::List(vec![]))])),
        ("Names.member.4294967295=x", Value::of(&INPUT, [("Names", Value::List(vec![text("x")]))])),
        ("Flat.2=b&Flat.1=a", Value::of(&INPUT, [("Flat", Value::List(vec![text("a"), text("b")]))])),
        (
            "Map.entry.1.key=k&Map.entry.1.value=5",
            Value::of(&INPUT, [("Map", Value::Map(vec![("k".to_owned(), Value::Integer(5))]))]),
        ),
    ] {
        match decode(body) {
            Ok(found) => assert!(found == expected, "{body}"),
            Err(error) => panic!("{body}: {error}"),
        }
    }
}

#[test]
fn what_is_malformed_is_refused() {
    for body in [
        "Name=%zz",
        "Name=%ff",
        "Name=a&Name=b",
        "Size=many",
        "Size=2147483648",
        "Size=",
        "Flag=yes",
        "Name.x=1",
        "Name=a&Name.x=1",
        "Tag=x",
        "Tag=x&Tag.Key=k",
        "Tags.member.one.Key=a",
        "Tags.member.0.Key=a",
        "Tags.member.01.Key=a",
        "Tags.member.+1.Key=a",
        "Tags.member.-1.Key=a",
        "Tags.member.4294967296.Key=a",
        "Tags.member.1=a",
        "Tags.1.Key=a",
        "Tags=a",
        "Tags=&Tags.member.1.Key=a",
        "Names.member=a",
        "Map.entry.1.key=a",
        "Map.entry.1.value=1",
        "Map.entry.1.key=a&Map.entry.1.value=1&Map.entry.2.key=a&Map.entry.2.value=2",
        "Map.entry.1.key=a&Map.entry.1.value=x",
    ] {
        match decode(body) {
            Ok(_) => panic!("{body} was accepted"),
            Err(error) => assert_eq!((error.code(), error.status()), ("MalformedInput", 400), "{body}"),
        }
    }
    assert!(form("", b"Name=\xff", &Limits::DEFAULT).is_err());
    assert!(
        form("Name=a", b"Name=b", &Limits::DEFAULT).is_err(),
        "query string and body share one set of names"
    );
}

#[test]
fn work_is_bounded() {
    let limits = Limits { bytes: 1000, depth: 4, elements: 10 };
    for (body, accepted) in [
        (format!("Name={}", "a".repeat(990)), true),
        (format!("Name={}", "a".repeat(1000)), false),
        ("a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1".to_owned(), true),
        ("b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1".to_owned(), false),
        ("a.b.c.d=1".to_owned(), true),
        ("a.b.c.d.e=1".to_owned(), false),
    ] {
        assert_eq!(form("", body.as_bytes(), &limits).is_ok(), accepted, "{body}");
    }
    // As many parameters as are taken at all, in the worst order.
    let many: Vec<String> =
        (1..=9_999).rev().map(|n| format!("Tags.member.{n}.Value=v&Tags.member.{n}.Key=k")).collect();
    match decode(&many.join("&")) {
        Ok(value) => {
            assert!(matches!(value.get(&INPUT, "Tags"), Some(Value::List(tags)) if tags.len() == 9_999))
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_operation_is_named_by_action_and_version() {
    for (query, expected) in [
        ("Action=DoThing&Version=2010-05-08", Ok("DoThing")),
        ("Version=2010-05-08", Err(("MissingAction", "Missing Action"))),
        ("Action=&Version=2010-05-08", Err(("MissingAction", "Missing Action"))),
        (
            "Action=DoOther&Version=2010-05-08",
            Err(("InvalidAction", "Could not find operation DoOther for version 2010-05-08")),
        ),
        (
            "Action=DoThing&Version=2011-06-15",
            Err(("InvalidAction", "Could not find operation DoThing for version 2011-06-15")),
        ),
        (
            "Action=DoThing",
            Err(("InvalidAction", "Could not find operation DoThing for version NO_VERSION_SPECIFIED")),
        ),
    ] {
        let form = form(query, b"", &Limits::DEFAULT).unwrap();
        let found = form.operation(&SERVICE).map(|operation| operation.name);
        assert_eq!(found.as_ref().copied().map_err(|error| (error.code(), error.message())), expected);
    }
}

#[test]
fn answers_look_like_aws() {
    let output = Value::of(
        &INPUT,
        [
            ("Name", text("<a & \"b\">\r\n\u{1}")),
            ("Size", Value::Integer(3)),
            ("Tags", Value::List(vec![tag("k", "")])),
            ("Names", Value::List(vec![])),
            ("Flat", Value::List(vec![text("x"), text("y")])),
        ],
    );
    let response = encode_response(&OPERATION, &output, "req-1");
    assert_eq!(response.status, 200);
    assert_eq!(response.headers[CONTENT_TYPE], "text/xml");
    assert_eq!(
        String::from_utf8(response.body.clone()).unwrap(),
        "<DoThingResponse xmlns=\"https://test.example/doc/2010-05-08/\"><DoThingResult>\
         <Name>&lt;a &amp; &quot;b&quot;&gt;&#xD;\n\u{FFFD}</Name><Size>3</Size>\
         <Tags><member><Key>k</Key><Value/></member></Tags><Names/><Flat>x</Flat><Flat>y</Flat>\
         </DoThingResult><ResponseMetadata><RequestId>req-1</RequestId></ResponseMetadata></DoThingResponse>"
    );

    let error = encode_error(&SERVICE, &ApiError::declared(&ERROR, "no <thing>"), "req-2");
    assert_eq!(error.status, 404);
    assert_eq!(
        String::from_utf8(error.body.clone()).unwrap(),
        "<ErrorResponse xmlns=\"https://test.example/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>NoSuchThing</Code>\
         <Message>no &lt;thing&gt;</Message></Error><RequestId>req-2</RequestId></ErrorResponse>"
    );
    let read = decode_response(&OPERATION, &error).err().unwrap();
    assert_eq!((read.code(), read.message(), read.status()), ("NoSuchThing", "no <thing>", 404));

    let failure = encode_error(&SERVICE, &ApiError::internal_failure(), "req-3");
    assert!(
        String::from_utf8(failure.body)
            .unwrap()
            .contains("<Type>Receiver</Type><Code>InternalFailure</Code>")
    );
}
