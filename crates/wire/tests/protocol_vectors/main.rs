//! The protocol test cases that AWS's SDKs are held to, turned round for a server.
//!
//! Each case brings its own small model, so schemas are made at run time here. A case of `input/` says how a client writes a
//! request: the server must read from it what the client meant, and our client must write it like that. A case of `output/` says
//! what a client reads from an answer: ours must read that, and the server must write such an answer.
//!
//! The cases are botocore's (Apache-2.0); `models/lock.toml` says from which release, `cargo xtask models update` renews them.

#[cfg(test)]
mod model;
#[cfg(test)]
mod run;
#[cfg(test)]
mod same;

use run::Direction::{self, ReadRequest, WriteRequest, WriteResponse};
use run::run;

const GZIP: &str =
    "The client compresses the body; the case shows no body, and no service here takes compressed ones.";
const TOKEN: &str =
    "The client makes up a token; where it has none, the case's parameters do not say what arrives.";
const UNSENT: &str = "The client leaves something empty out, so the server cannot read it.";
const ALL_PARAMETERS: &str = "On a server the map takes all query parameters, those with a member of their own too; the client left them out.";
const CHECKSUM: &str = "No operation here asks clients for a checksum.";
const OTHER_SPELLING: &str = "Clients accept this spelling; AWS and this server write another.";
const TOLERATED: &str = "Clients ignore this in an answer; this server does not write it.";
const SERVER_HEADER: &str = "A header that the HTTP server adds.";
const STRAY_HEADER: &str = "The case has a request's header in its answer.";

/// Cases that do not hold, each with its reason. One that holds after all fails the test, so that the list only shrinks.
const SKIPPED: &[(&str, Direction, &str)] = &[
    ("SDKAppliedContentEncoding_awsJson1_0", ReadRequest, GZIP),
    ("SDKAppliedContentEncoding_awsJson1_0", WriteRequest, GZIP),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0", ReadRequest, GZIP),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0", WriteRequest, GZIP),
    ("SDKAppliedContentEncoding_awsJson1_1", ReadRequest, GZIP),
    ("SDKAppliedContentEncoding_awsJson1_1", WriteRequest, GZIP),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1", ReadRequest, GZIP),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1", WriteRequest, GZIP),
    ("SDKAppliedContentEncoding_awsQuery", ReadRequest, GZIP),
    ("SDKAppliedContentEncoding_awsQuery", WriteRequest, GZIP),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery", ReadRequest, GZIP),
    ("SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery", WriteRequest, GZIP),
    ("SDKAppliedContentEncoding_restJson1", ReadRequest, GZIP),
    ("SDKAppliedContentEncoding_restJson1", WriteRequest, GZIP),
    ("SDKAppendedGzipAfterProvidedEncoding_restJson1", ReadRequest, GZIP),
    ("SDKAppendedGzipAfterProvidedEncoding_restJson1", WriteRequest, GZIP),
    ("QueryProtocolIdempotencyTokenAutoFill", ReadRequest, TOKEN),
    ("QueryProtocolIdempotencyTokenAutoFill", WriteRequest, TOKEN),
    ("RestJsonQueryIdempotencyTokenAutoFill", ReadRequest, TOKEN),
    ("RestJsonQueryIdempotencyTokenAutoFill", WriteRequest, TOKEN),
    ("QueryEmptyQueryMaps", ReadRequest, UNSENT),
    ("RestJsonHttpPrefixHeadersAreNotPresent", ReadRequest, UNSENT),
    ("RestJsonOmitsEmptyListQueryValues", ReadRequest, UNSENT),
    ("RestJsonHttpWithEmptyStructurePayload", ReadRequest, UNSENT),
    ("RestJsonHttpWithHeadersButNoPayload", ReadRequest, UNSENT),
    ("RestJsonQueryParamsStringListMap", ReadRequest, ALL_PARAMETERS),
    ("RestJsonQueryPrecedence", ReadRequest, ALL_PARAMETERS),
    ("RestJsonHttpChecksumRequired", WriteRequest, CHECKSUM),
    ("AwsQueryDateTimeWithNegativeOffset", WriteResponse, OTHER_SPELLING),
    ("AwsQueryDateTimeWithPositiveOffset", WriteResponse, OTHER_SPELLING),
    ("AwsJson11DateTimeWithNegativeOffset", WriteResponse, OTHER_SPELLING),
    ("AwsJson11DateTimeWithPositiveOffset", WriteResponse, OTHER_SPELLING),
    ("RestJsonDateTimeWithNegativeOffset", WriteResponse, OTHER_SPELLING),
    ("RestJsonDateTimeWithPositiveOffset", WriteResponse, OTHER_SPELLING),
    ("AwsJson10FooErrorUsingXAmznErrorType", WriteResponse, OTHER_SPELLING),
    ("AwsJson10FooErrorUsingXAmznErrorTypeWithUri", WriteResponse, OTHER_SPELLING),
    ("AwsJson10FooErrorUsingXAmznErrorTypeWithUriAndNamespace", WriteResponse, OTHER_SPELLING),
    ("AwsJson10FooErrorUsingCode", WriteResponse, OTHER_SPELLING),
    ("AwsJson10FooErrorUsingCodeAndNamespace", WriteResponse, OTHER_SPELLING),
    ("AwsJson10FooErrorUsingCodeUriAndNamespace", WriteResponse, OTHER_SPELLING),
    ("AwsJson11FooErrorUsingXAmznErrorType", WriteResponse, OTHER_SPELLING),
    ("AwsJson11FooErrorUsingXAmznErrorTypeWithUri", WriteResponse, OTHER_SPELLING),
    ("AwsJson11FooErrorUsingXAmznErrorTypeWithUriAndNamespace", WriteResponse, OTHER_SPELLING),
    ("AwsJson11FooErrorUsingCode", WriteResponse, OTHER_SPELLING),
    ("AwsJson11FooErrorUsingCodeAndNamespace", WriteResponse, OTHER_SPELLING),
    ("AwsJson11FooErrorUsingCodeUriAndNamespace", WriteResponse, OTHER_SPELLING),
    ("AwsJson10FooErrorWithDunderTypeUriAndNamespace", WriteResponse, OTHER_SPELLING),
    ("AwsJson11FooErrorWithDunderTypeUriAndNamespace", WriteResponse, OTHER_SPELLING),
    ("RestJsonFooErrorUsingXAmznErrorTypeWithUri", WriteResponse, OTHER_SPELLING),
    ("RestJsonFooErrorUsingXAmznErrorTypeWithUriAndNamespace", WriteResponse, OTHER_SPELLING),
    ("RestJsonFooErrorUsingCode", WriteResponse, OTHER_SPELLING),
    ("RestJsonFooErrorUsingCodeAndNamespace", WriteResponse, OTHER_SPELLING),
    ("RestJsonFooErrorUsingCodeUriAndNamespace", WriteResponse, OTHER_SPELLING),
    ("RestJsonFooErrorWithDunderType", WriteResponse, OTHER_SPELLING),
    ("RestJsonFooErrorWithDunderTypeAndNamespace", WriteResponse, OTHER_SPELLING),
    ("RestJsonFooErrorWithDunderTypeUriAndNamespace", WriteResponse, OTHER_SPELLING),
    ("AwsJson10DeserializeIgnoreType", WriteResponse, TOLERATED),
    ("AwsJson10DeserializeAllowNulls", WriteResponse, TOLERATED),
    ("AwsJson10HandlesUnexpectedJsonOutput", WriteResponse, TOLERATED),
    ("handles_unexpected_json_output", WriteResponse, TOLERATED),
    ("AwsJson11DeserializeIgnoreType", WriteResponse, TOLERATED),
    ("AwsJson11StructuresDontDeserializeNullValues", WriteResponse, TOLERATED),
    ("RestJsonDeserializesDenseSetMapAndSkipsNull", WriteResponse, TOLERATED),
    ("RestJsonDeserializeIgnoreType", WriteResponse, TOLERATED),
    ("RestJsonDoesntDeserializeNullStructureValues", WriteResponse, TOLERATED),
    ("parses_the_request_id_from_the_response", WriteResponse, SERVER_HEADER),
    ("RestJsonHttpPayloadWithUnsetUnion", WriteResponse, SERVER_HEADER),
    ("AwsJson11IntEnums", WriteResponse, STRAY_HEADER),
];

#[test]
fn query() {
    run("query.json", SKIPPED);
}

#[test]
fn json_1_1() {
    run("json.json", SKIPPED);
}

#[test]
fn json_1_0() {
    run("json_1_0.json", SKIPPED);
}

#[test]
fn rest_json() {
    run("rest-json.json", SKIPPED);
}

#[test]
fn every_skipped_case_exists_and_has_a_reason() {
    let mut known = String::new();
    for side in ["input", "output"] {
        for file in ["query", "json", "json_1_0", "rest-json"] {
            let path = format!("{}/tests/protocols/{side}/{file}.json", env!("CARGO_MANIFEST_DIR"));
            known += &std::fs::read_to_string(path).unwrap();
        }
    }
    for (id, _, reason) in SKIPPED {
        assert!(known.contains(&format!("\"id\":\"{id}\"")), "{id}");
        assert!(!reason.is_empty());
    }
}
