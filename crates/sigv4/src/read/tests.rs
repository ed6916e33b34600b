use super::*;
use crate::request::Header;

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/iam/aws4_request, \
     SignedHeaders=host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
const SIGNATURE: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
const QUERY: &str = "Action=X&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20150830%2Fus-east-1%2Fiam\
     %2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-a&\
     X-Amz-Security-Token=a%2Bb&\
     X-Amz-Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

fn request<'a>(query: &'a str, headers: &'a [Header<'a>]) -> HttpRequest<'a> {
    HttpRequest { method: "GET", path: "/", query, headers, body: b"" }
}

/// The code and the message that a request with these headers and this query is refused with.
#[track_caller]
fn check(query: &str, headers: &[Header<'_>], code: &str, message: &str) {
    let error = read(&request(query, headers)).unwrap_err();
    assert_eq!((error.code(), error.message()), (code, message));
    assert!(!format!("{error:?} {error}").contains(SIGNATURE));
}

#[track_caller]
fn check_authorization(authorization: &str, code: &str, message: &str) {
    check(
        "",
        &[("authorization", authorization.as_bytes()), ("x-amz-date", b"20150830T123600Z")],
        code,
        message,
    );
}

#[test]
fn a_header_signature_is_read() {
    let headers: &[Header<'_>] = &[
        ("Authorization", AUTHORIZATION.as_bytes()),
        ("Date", b"rubbish, but X-Amz-Date comes first"),
        ("X-Amz-Date", b"20150830T123600Z"),
        ("X-Amz-Security-Token", b" token "),
    ];
    let request = request("X-Amz-Date=1&X-Amz-Security-Token=of-the-operation", headers);
    let presented = read(&request).unwrap();
    assert_eq!(presented.access_key_id(), "AKID");
    assert_eq!(presented.scope().service, "iam");
    assert_eq!(presented.signed_headers(), "host;x-amz-date");
    assert_eq!(presented.security_token(), Some("token"));
    assert_eq!(presented.time().to_string(), "2015-08-30T12:36:00Z");
    assert_eq!(presented.form(), Form::Header);
    assert_eq!(presented.signature, unhex(SIGNATURE.as_bytes()));
    let debug = format!("{presented:?}");
    assert!(debug.contains("AKID") && !debug.contains("token\"") && !debug.contains("5d67"), "{debug}");
}

#[test]
fn separators_and_dates_that_clients_use() {
    for authorization in [
        AUTHORIZATION.replace(", ", ","),
        AUTHORIZATION.replace(", ", "  "),
        AUTHORIZATION.replace(", ", " ,\t"),
        format!("  {AUTHORIZATION} "),
        format!("{AUTHORIZATION}, Unknown=x"),
    ] {
        for (name, date) in [
            ("x-amz-date", "20150830T123600Z"),
            ("X-AMZ-DATE", "2015-08-30T12:36:00Z"),
            ("date", "Sun, 30 Aug 2015 12:36:00 GMT"),
            ("Date", "20150830T123600Z"),
        ] {
            let headers: &[Header<'_>] =
                &[("authorization", authorization.as_bytes()), (name, date.as_bytes())];
            let request = request("", headers);
            let presented = read(&request).unwrap();
            assert_eq!(presented.instant.basic(), b"20150830T123600Z");
            assert_eq!(presented.signature, unhex(SIGNATURE.as_bytes()));
        }
    }
}

#[test]
fn a_query_signature_is_read() {
    let request = request(QUERY, &[]);
    let presented = read(&request).unwrap();
    assert_eq!(presented.access_key_id(), "AKID");
    assert_eq!(presented.credential.scope_text(), "20150830/us-east-1/iam/aws4_request");
    assert_eq!(presented.signed_headers(), "host;x-a");
    assert_eq!(presented.security_token(), Some("a+b"));
    assert_eq!(presented.form(), Form::Query { expires_seconds: Some(60) });
    assert!(!format!("{presented:?}").contains("a+b"));

    let in_header = QUERY.replace("X-Amz-Security-Token=a%2Bb&", "");
    let headers: &[Header<'_>] = &[("x-amz-security-token", b"t")];
    let request = self::request(&in_header, headers);
    assert_eq!(read(&request).unwrap().security_token(), Some("t"));
}

#[test]
fn no_authentication_at_all() {
    let (code, message) = ("MissingAuthenticationToken", "Request is missing Authentication Token");
    check("", &[], code, message);
    check("Action=GetUser&X-Amz-Date=20150830T123600Z", &[("host", b"h")], code, message);
    for other in ["", "Basic dXNlcjpwYXNz", "Bearer abc.def", "AWS AKID:c2lnbmF0dXJl", "aws4-hmac-sha256 x=y"]
    {
        check_authorization(other, code, message);
    }
    check(&QUERY.replace("AWS4-HMAC-SHA256", "HmacSHA256"), &[], code, message);
}

#[test]
fn a_form_body_cannot_sign() {
    let request = HttpRequest { method: "POST", path: "/", query: "", headers: &[], body: QUERY.as_bytes() };
    assert_eq!(read(&request).unwrap_err(), AuthError::MissingAuthenticationToken);
}

#[test]
fn missing_components_are_told_together_and_the_header_is_only_hashed() {
    let hashed = |sentences: &str, authorization: &str| {
        use base64::Engine;
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, authorization.as_bytes());
        let hash = base64::engine::general_purpose::STANDARD.encode(hash);
        format!("{sentences} (Hashed with SHA-256 and encoded with Base64) Authorization={hash}")
    };
    for (authorization, sentences) in [
        (
            "AWS4-HMAC-SHA256",
            "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' \
             parameter. Authorization header requires 'SignedHeaders' parameter.",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/iam/aws4_request, SignedHeaders=host",
            "Authorization header requires 'Signature' parameter.",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature=00",
            "Authorization header requires 'Credential' parameter.",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, Signature=00",
            "Authorization header requires 'SignedHeaders' parameter.",
        ),
    ] {
        check_authorization(authorization, "IncompleteSignature", &hashed(sentences, authorization));
    }
    let no_date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
    let headers: &[Header<'_>] = &[("authorization", AUTHORIZATION.as_bytes())];
    check("", headers, "IncompleteSignature", &hashed(no_date, AUTHORIZATION));
}

#[test]
fn malformed_components() {
    let not_pairs =
        read(&request("", &[("authorization", b"AWS4-HMAC-SHA256 Credential= a/b/c/d/e")])).unwrap_err();
    assert!(not_pairs.message().starts_with(
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded \
         with Base64): '"
    ));
    let not_text = read(&request("", &[("authorization", b"AWS4-HMAC-SHA256 \xFF=\xFE")])).unwrap_err();
    assert_eq!(not_text.code(), "IncompleteSignature");
    let twice = format!("{AUTHORIZATION}, Signature={SIGNATURE}");
    let headers: &[Header<'_>] = &[("authorization", twice.as_bytes()), ("x-amz-date", b"20150830T123600Z")];
    assert!(read(&request("", headers)).unwrap_err().message().contains("a repeated parameter"));

    for credential in
        ["AKID", "AKID/20150830/us-east-1/iam", "AKID/20150830/us-east-1/iam/aws4_request/x", "//"]
    {
        let authorization = AUTHORIZATION.replace("AKID/20150830/us-east-1/iam/aws4_request", credential);
        let message = format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
             '{credential}'"
        );
        check_authorization(&authorization, "IncompleteSignature", &message);
    }
    // A comma forgotten: what is shown ends before the signature begins.
    let glued =
        format!("AWS4-HMAC-SHA256 Credential=a/b/c;Signature={SIGNATURE},SignedHeaders=host,Signature=00");
    check_authorization(
        &glued,
        "IncompleteSignature",
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
         'a/b/c;Signature'",
    );
    for (algorithm, shown) in
        [("AWS4-ECDSA-P256-SHA256", "AWS4-ECDSA-P256-SHA256"), ("AWS4-HMAC-SHA25", "AWS4-HMAC-SHA25")]
    {
        let message = format!("Unsupported AWS 'algorithm': '{shown}' (only AWS4-HMAC-SHA256 for now). ");
        check_authorization(
            &AUTHORIZATION.replace("AWS4-HMAC-SHA256", algorithm),
            "IncompleteSignature",
            &message,
        );
        check(&QUERY.replace("AWS4-HMAC-SHA256", algorithm), &[], "IncompleteSignature", &message);
    }
    let date =
        "Date must be in ISO-8601 'basic format'. Got '201'. See http://en.wikipedia.org/wiki/ISO_8601";
    let headers: &[Header<'_>] = &[("authorization", AUTHORIZATION.as_bytes()), ("x-amz-date", b"201")];
    check("", headers, "IncompleteSignature", date);
    check(&QUERY.replace("=20150830T123600Z", "=201"), &[], "IncompleteSignature", date);
}

#[test]
fn ambiguous_requests_are_refused() {
    let headers: &[Header<'_>] =
        &[("authorization", AUTHORIZATION.as_bytes()), ("x-amz-date", b"20150830T123600Z")];
    let two_forms = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the \
         Authorization header should be specified";
    check(QUERY, headers, "IncompleteSignature", two_forms);
    check("X-Amz-Signature=00", headers, "IncompleteSignature", two_forms);
    check(QUERY, &[("Authorization", b"Bearer x")], "IncompleteSignature", two_forms);
    let repeated = |name: &str| format!("'{name}' must not be repeated in a request.");
    for (name, value) in [("Authorization", AUTHORIZATION.as_bytes()), ("X-Amz-Date", b"20150830T123600Z")] {
        let headers: Vec<_> = headers.iter().copied().chain([(name, value)]).collect();
        check("", &headers, "IncompleteSignature", &repeated(name));
    }
    let tokens: Vec<_> =
        headers.iter().copied().chain([("X-Amz-Security-Token", b"a".as_slice()); 2]).collect();
    check("", &tokens, "IncompleteSignature", &repeated("X-Amz-Security-Token"));
    for name in ["X-Amz-Signature", "X-Amz-Credential", "X-Amz-Expires", "X-Amz-Security-Token"] {
        check(&format!("{QUERY}&{name}=1"), &[], "IncompleteSignature", &repeated(name));
    }
    let escaped = format!("{QUERY}&X-Amz%2dSignature=1");
    check(&escaped, &[], "IncompleteSignature", &repeated("X-Amz-Signature"));
    check(
        QUERY,
        &[("x-amz-security-token", b"t")],
        "IncompleteSignature",
        "X-Amz-Security-Token must be either a query-string parameter or a header, and not both.",
    );
}

#[test]
fn missing_query_parameters() {
    check(
        "X-Amz-Signature=00",
        &[],
        "IncompleteSignature",
        "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include \
         'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string \
         parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.",
    );
    check(
        &QUERY.replace("X-Amz-Signature=", "x-amz-signature="),
        &[],
        "IncompleteSignature",
        "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters.",
    );
}

#[test]
fn expiry_of_a_presigned_request() {
    let week = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be \
         less than 604800 seconds";
    for (expires, message) in [
        ("604801", week),
        ("99999999999999999999999999", week),
        ("-1", "X-Amz-Expires must be non-negative"),
        ("", "X-Amz-Expires should be a number"),
        ("-", "X-Amz-Expires should be a number"),
        ("1e3", "X-Amz-Expires should be a number"),
        ("%2B60", "X-Amz-Expires should be a number"),
    ] {
        let query = QUERY.replace("X-Amz-Expires=60", &format!("X-Amz-Expires={expires}"));
        check(&query, &[], "AuthorizationQueryParametersError", message);
    }
    for expires in ["0", "604800"] {
        let query = QUERY.replace("X-Amz-Expires=60", &format!("X-Amz-Expires={expires}"));
        let form = Form::Query { expires_seconds: expires.parse().ok() };
        assert_eq!(read(&request(&query, &[])).unwrap().form(), form);
    }
}

#[test]
fn hostile_input_is_bounded() {
    let long = AUTHORIZATION.replace("host;", &"a;".repeat(10_000));
    check_authorization(&long, "IncompleteSignature", "The Authorization header is too long.");
    let many = AUTHORIZATION.replace("host;", &"a;".repeat(128));
    check_authorization(&many, "IncompleteSignature", "The list of signed headers is too long.");
    let long = QUERY.replace("host%3B", &"a%3B".repeat(10_000));
    check(&long, &[], "IncompleteSignature", "The signature in the query string is too long.");
    let many = QUERY.replace("host%3B", &"a%3B".repeat(128));
    check(&many, &[], "IncompleteSignature", "The list of signed headers is too long.");

    let escape = "Illegal hex character in escape % pattern";
    for query in ["X-Amz-Date=%zz", "%=1", "a%1=1", "X-Amz-Signature=%f"] {
        check(query, &[], "MalformedQueryString", escape);
    }
    check("X-Amz-Credential=%FF", &[], "MalformedQueryString", "The query string contains a syntax error.");
    check_authorization(
        &AUTHORIZATION.replace("AKID/", &"\u{7f}x".repeat(500)),
        "IncompleteSignature",
        &format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
             '{}'",
            "x".repeat(128)
        ),
    );
    let headers: &[Header<'_>] = &[
        ("authorization", AUTHORIZATION.as_bytes()),
        ("x-amz-date", b"20150830T123600Z"),
        ("x-amz-security-token", b"\xFF"),
    ];
    assert_eq!(read(&request("", headers)).unwrap_err(), AuthError::InvalidClientTokenId);
}
