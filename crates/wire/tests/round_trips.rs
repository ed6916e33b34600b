//! What is written is read again, for any value, in every protocol and both directions; and nothing that arrives panics.

use http::HeaderMap;
use keygate_ident::Timestamp;
use keygate_wire::{
    ApiError, Auth, HttpRequest, HttpResponse, Kind, Limits, Location, Member, OperationSchema, Pattern,
    Protocol, Schema, ServiceSchema, TimestampFormat, Value, validate,
};
use proptest::prelude::*;

static PATTERN: Pattern = Pattern::new(r"[\w+=,.@-]+");
static TEXT: Schema = Schema::string("Text").min(1).max(5).pattern(&PATTERN);
static ENUMERATION: Schema = Schema::enumeration("Enumeration", &["a", "b"]);
static FLAG: Schema = Schema::new("Flag", Kind::Boolean);
static INTEGER: Schema = Schema::new("Integer", Kind::Integer).min(1).max(1000);
static LONG: Schema = Schema::new("Long", Kind::Long);
static DOUBLE: Schema = Schema::new("Double", Kind::Double);
static BLOB: Schema = Schema::new("Blob", Kind::Blob);
static TIME: Schema = Schema::new("Time", Kind::Timestamp(None));
static ISO_TIME: Schema = Schema::new("IsoTime", Kind::Timestamp(Some(TimestampFormat::Iso8601)));
static HTTP_TIME: Schema = Schema::new("HttpTime", Kind::Timestamp(Some(TimestampFormat::Rfc822)));
static TEXTS: Schema = Schema::list("Texts", &Member::new("member", &TEXT)).max(2);
static TEXT_LISTS: Schema = Schema::list("TextLists", &Member::new("member", &TEXTS));
static TREES: Schema = Schema::list("Trees", &Member::new("member", &TREE).named("tree"));
static NUMBERS: Schema = Schema::map("Numbers", &Member::new("key", &TEXT), &Member::new("value", &INTEGER));
static TREE_MAP: Schema =
    Schema::map("TreeMap", &Member::new("key", &TEXT).named("K"), &Member::new("value", &TREE).named("V"));
static CHOICE: Schema =
    Schema::union("Choice", &[Member::new("Text", &TEXT), Member::new("Number", &INTEGER)]);
static TREE: Schema = Schema::structure(
    "Tree",
    &[
        Member::new("Text", &TEXT).required(),
        Member::new("Enumeration", &ENUMERATION).named("enum"),
        Member::new("Flag", &FLAG),
        Member::new("Integer", &INTEGER),
        Member::new("Long", &LONG),
        Member::new("Double", &DOUBLE),
        Member::new("Blob", &BLOB),
        Member::new("Time", &TIME),
        Member::new("IsoTime", &ISO_TIME),
        Member::new("HttpTime", &HTTP_TIME),
        Member::new("EpochTime", &TIME).timestamp(TimestampFormat::Epoch),
        Member::new("Texts", &TEXTS),
        Member::new("FlatTexts", &TEXTS).flattened(),
        Member::new("TextLists", &TEXT_LISTS),
        Member::new("Trees", &TREES),
        Member::new("Numbers", &NUMBERS),
        Member::new("FlatNumbers", &NUMBERS).flattened(),
        Member::new("TreeMap", &TREE_MAP),
        Member::new("Tree", &TREE),
        Member::new("Choice", &CHOICE),
    ],
);
/// The places of an HTTP message that only restJson1 uses.
static PLACED: Schema = Schema::structure(
    "Placed",
    &[
        Member::new("Label", &TEXT).at(Location::Uri).required(),
        Member::new("Query", &TEXT).at(Location::Query).named("q"),
        Member::new("QueryTime", &TIME).at(Location::Query),
        Member::new("QueryTexts", &TEXTS).at(Location::Query),
        Member::new("Header", &ENUMERATION).at(Location::Header).named("x-header"),
        Member::new("HeaderTime", &TIME).at(Location::Header).named("x-time"),
        Member::new("HeaderFlag", &FLAG).at(Location::Header).named("x-flag"),
        Member::new("Tree", &TREE),
    ],
);

const fn service(protocol: Protocol) -> ServiceSchema {
    ServiceSchema {
        id: "Test",
        endpoint_prefix: "test",
        signing_name: "test",
        api_version: "2010-05-08",
        protocol,
        xml_namespace: Some("https://example.com/"),
        target_prefix: Some("Test"),
        quotes_values: true,
        operations: &[],
    }
}

const fn operation(
    service: &'static ServiceSchema,
    shape: &'static Schema,
    uri: &'static str,
) -> OperationSchema {
    OperationSchema {
        name: "DoThing",
        service,
        method: "POST",
        uri,
        status: 200,
        input: shape,
        output: shape,
        has_output: true,
        result_wrapper: Some("DoThingResult"),
        errors: &[],
        auth: Auth::SigV4,
    }
}

static QUERY: ServiceSchema = service(Protocol::Query);
static JSON: ServiceSchema = service(Protocol::Json11);
static REST: ServiceSchema = service(Protocol::RestJson);
static QUERY_TREE: OperationSchema = operation(&QUERY, &TREE, "/");
static JSON_TREE: OperationSchema = operation(&JSON, &TREE, "/");
static REST_TREE: OperationSchema = operation(&REST, &TREE, "/tree");
static REST_PLACED: OperationSchema = operation(&REST, &PLACED, "/placed/{Label}/x");

/// Any value of a schema. Forms cannot say that a map or structure is there and empty, XML not that a flattened list is: there is
/// at least one element or member in each.
fn any_value(schema: &'static Schema, depth: u32) -> BoxedStrategy<Value> {
    match &schema.kind {
        Kind::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        Kind::Integer => any::<i32>().prop_map(|number| Value::Integer(number.into())).boxed(),
        Kind::Long => any::<i64>().prop_map(Value::Integer).boxed(),
        Kind::Double => any::<i32>().prop_map(|number| Value::Double(f64::from(number) / 64.0)).boxed(),
        Kind::String([]) => any_text().prop_map(Value::String).boxed(),
        Kind::String(values) => {
            prop::sample::select(*values).prop_map(|text| Value::String(text.to_owned())).boxed()
        }
        Kind::Blob => prop::collection::vec(any::<u8>(), 0..20).prop_map(Value::Blob).boxed(),
        Kind::Timestamp(_) => (-62_135_596_800_000..253_402_300_800_000_i64)
            .prop_map(|t| Value::Timestamp(Timestamp::from_millis(t)))
            .boxed(),
        Kind::Document => Just(Value::Document(serde_json::json!({"a": [1, "b", null]}))).boxed(),
        Kind::List { member, .. } => {
            prop::collection::vec(any_value(member.target, depth), 1..4).prop_map(Value::List).boxed()
        }
        Kind::Map { value, .. } => {
            prop::collection::btree_map(any_text(), any_value(value.target, depth), 1..4)
                .prop_map(|entries| Value::Map(entries.into_iter().collect()))
                .boxed()
        }
        Kind::Structure(_) | Kind::Union(_) => any_structure(schema, depth),
    }
}

fn any_structure(schema: &'static Schema, depth: u32) -> BoxedStrategy<Value> {
    let members = schema.members();
    let mut parts = Vec::new();
    for member in members {
        let nests = matches!(
            member.target.kind,
            Kind::Structure(_) | Kind::Union(_) | Kind::List { .. } | Kind::Map { .. }
        );
        parts.push(if member.required {
            any_value(member.target, depth).prop_map(Some).boxed()
        } else if nests && depth == 0 {
            Just(None).boxed()
        } else {
            prop::option::of(any_value(member.target, depth.saturating_sub(1))).boxed()
        });
    }
    if schema.is_union() {
        let one = members.iter().enumerate().map(|(chosen, member)| {
            any_value(member.target, depth).prop_map(move |value| {
                let set = |(index, _)| (index == chosen).then(|| value.clone());
                Value::Structure(members.iter().enumerate().map(set).collect())
            })
        });
        return prop::strategy::Union::new(one).boxed();
    }
    parts.prop_map(Value::Structure).boxed()
}

/// Text that XML can carry.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{1,8}", "[&<>\"'%+=;/\\.\\r\\n\\t]{1,6}", "[\\PC]{1,4}"]
}

fn there_and_back(operation: &'static OperationSchema, value: &Value) -> Result<(), TestCaseError> {
    let sent = Protocol::encode_request(operation, value);
    let request = HttpRequest {
        method: sent.method,
        path: &sent.path,
        query: &sent.query,
        headers: &sent.headers,
        body: &sent.body,
    };
    let read = Protocol::decode_request(operation, &request, &Limits::DEFAULT);
    prop_assert!(
        read.as_ref().is_ok_and(|read| read == value),
        "request {:?}",
        String::from_utf8_lossy(&sent.body)
    );

    let response = Protocol::encode_response(operation, value, "id");
    let read = Protocol::decode_response(operation, &response);
    prop_assert!(
        read.as_ref().is_ok_and(|read| read == value),
        "response {:?}",
        String::from_utf8_lossy(&response.body)
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn query_reads_what_it_writes(value in any_value(&TREE, 2)) {
        there_and_back(&QUERY_TREE, &value)?;
    }

    #[test]
    fn json_reads_what_it_writes(value in any_value(&TREE, 2)) {
        there_and_back(&JSON_TREE, &value)?;
        there_and_back(&REST_TREE, &value)?;
    }

    #[test]
    fn rest_json_reads_requests_with_every_place(value in any_value(&PLACED, 1)) {
        let sent = Protocol::encode_request(&REST_PLACED, &value);
        let request = HttpRequest { method: "POST", path: &sent.path, query: &sent.query, headers: &sent.headers, body: &sent.body };
        let read = Protocol::decode_request(&REST_PLACED, &request, &Limits::DEFAULT);
        prop_assert!(read.is_ok_and(|read| whole_seconds(read) == whole_seconds(value)), "{} {}", sent.path, sent.query);
    }

    #[test]
    fn validation_never_panics_and_is_right_about_the_text(value in any_value(&TREE, 1)) {
        let text = value.get(&TREE, "Text").and_then(Value::as_str).unwrap_or_default().to_owned();
        let right = (1..=5).contains(&text.chars().count())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c));
        let told = validate(&TREE, &value, true).err().map(|error| error.to_string()).unwrap_or_default();
        prop_assert_eq!(!told.contains(" at 'text' failed"), right, "{}", told);
    }

    #[test]
    fn no_request_panics(
        path in "(/placed/|/tree|/)?[a-z%/.{}]{0,12}",
        query in "([A-Za-z%.=&+1-3]|Trees\\.tree\\.|Numbers\\.entry\\.1\\.|Texts\\.member\\.){0,12}",
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..60),
            "([A-Za-z%.=&+1-3]|Trees\\.tree\\.|Numbers\\.entry\\.1\\.|Texts\\.member\\.|Tree\\.){0,20}".prop_map(String::into_bytes),
            "([\\[\\]{}\",:0-9]|\"Text\":|\"Trees\":|null|\\\\u){0,20}".prop_map(String::into_bytes),
        ],
    ) {
        let headers = HeaderMap::new();
        let request = HttpRequest { method: "POST", path: &path, query: &query, headers: &headers, body: &body };
        for operation in [&QUERY_TREE, &JSON_TREE, &REST_TREE, &REST_PLACED] {
            let read: Result<Value, ApiError> = Protocol::decode_request(operation, &request, &Limits::DEFAULT);
            if let Ok(value) = read {
                let _ = validate(operation.input, &value, true);
            }
            let response = HttpResponse { status: 200, headers: HeaderMap::new(), body: body.clone() };
            let _ = Protocol::decode_response(operation, &response);
        }
    }
}

/// Headers carry whole seconds in many clients, ours milliseconds; the comparison is about places, not about fractions.
fn whole_seconds(value: Value) -> Vec<Option<Value>> {
    let Value::Structure(values) = value else { return Vec::new() };
    let cut = |value| match value {
        Value::Timestamp(time) => Value::Timestamp(time.to_whole_seconds()),
        other => other,
    };
    values.into_iter().map(|value| value.map(cut)).collect()
}
