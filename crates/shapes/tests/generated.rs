//! What holds for every generated shape and operation.

use std::collections::BTreeSet;

use http::HeaderMap;
use keygate_ident::Timestamp;
use keygate_shapes::{SERVICES, declares, iam, organizations, sts};
use keygate_wire::{
    ApiError, HttpRequest, Kind, Limits, OperationModel, OperationSchema, Protocol, Schema, Shape, Value,
    validate,
};

fn operations() -> impl Iterator<Item = &'static OperationSchema> {
    SERVICES.iter().flat_map(|service| service.operations.iter().copied())
}

/// Every schema that operations reach.
fn schemas() -> Vec<&'static Schema> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let roots =
        operations().flat_map(|o| [o.input, o.output].into_iter().chain(o.errors.iter().map(|e| e.schema)));
    let mut queue: Vec<&'static Schema> = roots.collect();
    while let Some(schema) = queue.pop() {
        if !seen.insert(std::ptr::from_ref(schema)) {
            continue;
        }
        found.push(schema);
        match &schema.kind {
            Kind::List { member, .. } => queue.push(member.target),
            Kind::Map { key, value, .. } => queue.extend([key.target, value.target]),
            _ => queue.extend(schema.members().iter().map(|member| member.target)),
        }
    }
    found
}

/// A value with every member set, down to that depth; of a union the member of that position.
fn sample(schema: &'static Schema, depth: usize, choice: usize) -> Value {
    match &schema.kind {
        Kind::Boolean => Value::Boolean(true),
        Kind::Integer | Kind::Long => Value::Integer(7),
        Kind::Double => Value::Double(1.5),
        Kind::String([]) => Value::String(format!("<{}> & co.", schema.name)),
        Kind::String([first, ..]) => Value::String((*first).to_owned()),
        Kind::Blob => Value::Blob(vec![0, 255, 10]),
        Kind::Timestamp(_) => Value::Timestamp(Timestamp::from_seconds(1_440_938_160)),
        Kind::Document => Value::Document(serde_json::json!({"a": [1]})),
        Kind::List { member, .. } => Value::List(vec![sample(member.target, depth, choice)]),
        Kind::Map { value, .. } => Value::Map(vec![("k".to_owned(), sample(value.target, depth, choice))]),
        Kind::Structure(_) => Value::Structure(
            schema
                .members()
                .iter()
                .map(|member| {
                    (member.required || depth > 0)
                        .then(|| sample(member.target, depth.saturating_sub(1), choice))
                })
                .collect(),
        ),
        Kind::Union(_) => {
            let chosen = choice % schema.members().len();
            let members = schema.members().iter().enumerate();
            Value::Structure(
                members
                    .map(|(index, member)| {
                        (index == chosen).then(|| sample(member.target, depth.saturating_sub(1), choice))
                    })
                    .collect(),
            )
        }
    }
}

#[test]
fn services_have_the_operations_of_their_models() {
    let counts: Vec<(&str, usize)> =
        SERVICES.iter().map(|service| (service.id, service.operations.len())).collect();
    let expected = [
        ("AccessAnalyzer", 39),
        ("CloudTrail", 60),
        ("IAM", 180),
        ("Organizations", 63),
        ("STS", 11),
        ("IAM Toolbox", 2),
    ];
    assert_eq!(counts, expected);
    for service in SERVICES {
        assert!(
            service.operations.is_sorted_by(|a, b| a.name < b.name),
            "{}: look-up needs order",
            service.id
        );
        for operation in service.operations {
            assert!(std::ptr::eq(service.operation(operation.name).unwrap(), *operation));
            assert_eq!(operation.service.id, service.id);
        }
    }
}

#[test]
fn every_pattern_compiles() {
    let mut count = 0;
    for schema in schemas() {
        if let Some(pattern) = schema.pattern {
            count += 1;
            assert!(pattern.regex().is_ok(), "{}: {}: {:?}", schema.name, pattern.as_str(), pattern.regex());
        }
    }
    assert!(count > 150, "{count}");
}

#[test]
fn every_operation_reads_what_a_client_writes_and_writes_what_a_client_reads() {
    let whole = |operation: &'static OperationSchema, choice| {
        let input = sample(operation.input, 4, choice);
        let sent = Protocol::encode_request(operation, &input);
        let request = HttpRequest {
            method: sent.method,
            path: &sent.path,
            query: &sent.query,
            headers: &sent.headers,
            body: &sent.body,
        };
        let read = Protocol::decode_request(operation, &request, &Limits::DEFAULT);
        let told = (operation.service.id, operation.name);
        assert!(
            read.as_ref().is_ok_and(|read| *read == input),
            "{told:?} request {}",
            String::from_utf8_lossy(&sent.body)
        );
        let output = sample(operation.output, 4, choice);
        let response = Protocol::encode_response(operation, &output, "id");
        let read = Protocol::decode_response(operation, &response);
        let body = String::from_utf8_lossy(&response.body);
        assert!(read.as_ref().is_ok_and(|read| *read == output), "{told:?} response {body}");
    };
    for operation in operations() {
        for choice in 0..3 {
            whole(operation, choice);
        }
    }
}

#[test]
fn json_services_are_routed() {
    for service in SERVICES {
        for operation in service.operations {
            let sent = Protocol::encode_request(operation, &sample(operation.input, 1, 0));
            let found = match service.protocol {
                Protocol::RestJson => {
                    keygate_wire::protocol::rest_json::route(service, sent.method, &sent.path)
                }
                Protocol::Query => continue,
                _ => service.target(sent.headers["x-amz-target"].to_str().unwrap()),
            };
            assert_eq!(found.map(|found| found.name), Some(operation.name));
        }
    }
}

/// Through the typed shape and back.
fn typed<T: Shape>() {
    for choice in 0..12 {
        let value = sample(T::SCHEMA, 5, choice);
        let again = T::from_value(value.clone()).map(Shape::into_value);
        assert_eq!(again, Ok(value), "{}", T::SCHEMA.name);
    }
}

#[test]
fn types_agree_with_their_schemas() {
    typed::<iam::CreateUserRequest>();
    typed::<iam::CreateUserResponse>();
    typed::<iam::GetAccountAuthorizationDetailsResponse>();
    typed::<iam::SimulatePolicyResponse>();
    typed::<sts::AssumeRoleRequest>();
    typed::<sts::AssumeRoleResponse>();
    typed::<organizations::DescribeHandshakeResponse>();
    typed::<keygate_shapes::access_analyzer::CreateAccessPreviewRequest>();
    typed::<keygate_shapes::cloudtrail::CreateTrailRequest>();
    typed::<keygate_shapes::toolbox::GetRequestAuthorizationDetailsOutput>();
    typed::<keygate_shapes::toolbox::GetRequestAuthorizationPolicyOutput>();
}

#[test]
fn a_missing_required_member_is_told() {
    let error = iam::CreateUserRequest::from_value(Value::empty(iam::CreateUserRequest::SCHEMA)).unwrap_err();
    assert_eq!(error.to_string(), "UserName is missing");
}

#[test]
fn sensitive_members_do_not_show() {
    let key = iam::AccessKey {
        secret_access_key: "hunter2".into(),
        user_name: "alice".to_owned(),
        ..Default::default()
    };
    let shown = format!("{key:?}");
    assert!(shown.contains("alice") && shown.contains("<redacted>") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn declared_errors_are_known_to_the_compiler_and_at_run_time() {
    fn answer<M: OperationModel + declares::NoSuchEntity>() -> ApiError {
        ApiError::declared_by::<M>("NoSuchEntity", "The user with name x cannot be found.")
    }
    let error = answer::<iam::op::GetUser>();
    assert_eq!((error.code(), error.status()), ("NoSuchEntity", 404));
    assert_eq!(ApiError::declared(&iam::errors::DELETE_CONFLICT, "x").status(), 409);
    assert_eq!(ApiError::declared_by::<iam::op::GetUser>("DeleteConflict", "x").code(), "InternalFailure");
    // Same name, other service.
    assert_eq!(ApiError::declared_by::<sts::op::AssumeRole>("MalformedPolicyDocument", "x").status(), 400);
}

#[test]
fn a_real_request_is_decoded_and_validated() {
    let body = b"Action=CreateUser&Version=2010-05-08&UserName=a+b&Path=x&Tags.member.1.Key=k%23&Tags.member.1.Value=v";
    let headers = HeaderMap::new();
    let request = HttpRequest { method: "POST", path: "/", query: "", headers: &headers, body };
    let operation = iam::op::CreateUser::SCHEMA;
    let value = Protocol::decode_request(operation, &request, &Limits::DEFAULT).unwrap();
    let error = validate(operation.input, &value, true).unwrap_err();
    assert_eq!(
        error.to_string(),
        "3 validation errors detected: \
         Value 'x' at 'path' failed to satisfy constraint: Member must satisfy regular expression pattern: \
         (\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F); \
         Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+; \
         Value 'k#' at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: \
         [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"
    );
}

#[test]
fn account_aliases_follow_the_pattern_that_looks_ahead() {
    let alias = iam::CreateAccountAliasRequest::SCHEMA.member("AccountAlias").unwrap().1.target;
    let pattern = alias.pattern.unwrap();
    assert_eq!(pattern.as_str(), "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$");
    for (text, good) in
        [("abc", true), ("a-b-c", true), ("a--b", false), ("-ab", false), ("ab-", false), ("Abc", false)]
    {
        assert_eq!(pattern.matches(text), good, "{text}");
    }
    assert_eq!((alias.min, alias.max), (Some(3), Some(63)));
}
