use super::*;
use crate::read::read;
use crate::request::Header;
use crate::rules::Regions;
use crate::sign::{Credentials, SignedPayload, Signer};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your \
     AWS Secret Access Key and signing method. Consult the service documentation for details.";

fn now() -> Timestamp {
    "2015-08-30T12:36:00Z".parse().unwrap()
}

fn key(service: &str) -> SigningKey {
    SigningKey::derive(SECRET, "20150830", "us-east-1", service)
}

fn signer(service: &str) -> Signer<'_> {
    let credentials =
        Credentials { access_key_id: "AKID", secret_access_key: SECRET, session_token: Some("token") };
    Signer::new(credentials, "us-east-1", service)
}

/// A request that the test may change before it is verified.
#[derive(Clone, Debug)]
struct Sent {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Sent {
    fn new() -> Self {
        Self {
            method: "POST".into(),
            path: "/".into(),
            query: "a=1&b=2".into(),
            headers: vec![("host".into(), b"h:1".to_vec()), ("content-type".into(), b"text/plain".to_vec())],
            body: b"Action=GetUser".to_vec(),
        }
    }

    fn with<T>(&self, act: impl FnOnce(&HttpRequest<'_>) -> T) -> T {
        let headers: Vec<Header<'_>> = self.headers.iter().map(|(n, v)| (n.as_str(), v.as_slice())).collect();
        act(&HttpRequest {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            body: &self.body,
        })
    }

    fn signed(mut self, signer: &Signer<'_>, at: Timestamp) -> Self {
        let added = self.with(|request| signer.headers(request, at)).unwrap();
        self.headers.extend(added.into_iter().map(|(name, value)| (name.to_owned(), value.into_bytes())));
        self
    }

    fn presigned(mut self, signer: &Signer<'_>, at: Timestamp, expires: u32) -> Self {
        self.query = self.with(|request| signer.presign(request, at, expires)).unwrap();
        self
    }

    fn verify(&self, now: Timestamp, rules: &Rules<'_>) -> Result<(), AuthError> {
        self.with(|request| read(request)?.verify(request, &key(rules.service), now, rules))
    }

    fn header(&mut self, name: &str) -> &mut Vec<u8> {
        &mut self.headers.iter_mut().find(|(n, _)| n == name).unwrap().1
    }

    fn replace(&mut self, name: &str, from: &str, to: &str) {
        let text = String::from_utf8(self.header(name).clone()).unwrap();
        assert!(text.contains(from), "{text}");
        *self.header(name) = text.replace(from, to).into_bytes();
    }
}

#[track_caller]
fn check(result: Result<(), AuthError>, code: &str, message: &str) {
    let error = result.unwrap_err();
    assert_eq!((error.code(), error.message()), (code, message));
}

#[test]
fn the_clock_window() {
    let sent = Sent::new().signed(&signer("iam"), now());
    let rules = Rules::of("iam");
    for seconds in [-900, -1, 0, 1, 900] {
        assert_eq!(sent.verify(now().plus_seconds(seconds), &rules), Ok(()), "{seconds}");
    }
    assert_eq!(sent.verify(Timestamp::from_millis(now().millis() + 900_999), &rules), Ok(()));
    check(
        sent.verify(now().plus_seconds(901), &rules),
        "SignatureDoesNotMatch",
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)",
    );
    check(
        sent.verify(now().plus_seconds(-901), &rules),
        "SignatureDoesNotMatch",
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T122059Z + \
         15 min.)",
    );
    let sent = Sent::new().signed(&signer("kms"), now());
    check(
        sent.verify(now().plus_seconds(301), &Rules::of("kms")),
        "SignatureDoesNotMatch",
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)",
    );
}

#[test]
fn presigned_requests_end() {
    let rules = Rules { presigned: PresignRule::Expires, ..Rules::of("iam") };
    let sent = Sent::new().presigned(&signer("iam"), now(), 3600);
    for seconds in [-900, 0, 901, 3600] {
        assert_eq!(sent.verify(now().plus_seconds(seconds), &rules), Ok(()), "{seconds}");
    }
    check(sent.verify(now().plus_seconds(3601), &rules), "RequestExpired", "Request has expired.");
    let early = sent.verify(now().plus_seconds(-901), &rules).unwrap_err();
    assert!(early.message().starts_with("Signature not yet current: "));
    // AWS's STS and IAM ignore how long a request was meant to be good for.
    let late = sent.verify(now().plus_seconds(901), &Rules::of("iam")).unwrap_err();
    assert!(late.message().starts_with("Signature expired: "));
    let short = Sent::new().presigned(&signer("iam"), now(), 60);
    assert_eq!(short.verify(now().plus_seconds(900), &Rules::of("iam")), Ok(()));

    let mut endless = Sent::new().presigned(&signer("iam"), now(), 60);
    endless.query = endless.query.replace("X-Amz-Expires=60&", "");
    check(
        endless.verify(now(), &rules),
        "AuthorizationQueryParametersError",
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, \
         X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    );
    check(endless.verify(now(), &Rules::of("iam")), "SignatureDoesNotMatch", MISMATCH);
}

#[test]
fn the_scope_must_be_ours() {
    let regions = ["us-east-1"];
    let rules = Rules::of("iam").in_regions(&regions);
    let sent = Sent::new().signed(&signer("iam"), now());
    assert_eq!(sent.verify(now(), &rules), Ok(()));
    let service = "Credential should be scoped to correct service: 'iam'. ";
    let region = "Credential should be scoped to a valid region. ";
    let terminator = "Credential should be scoped with a valid terminator: 'aws4_request'. ";
    let date = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
         '20150829' != '20150830', from '20150830T123600Z'.";
    for (scope, message) in [
        ("20150830/us-east-1/sts/aws4_request", service.to_owned()),
        ("20150830/us-east-1/IAM/aws4_request", service.to_owned()),
        ("20150830/eu-west-1/iam/aws4_request", region.to_owned()),
        ("20150830/us-east-1/iam/aws5_request", terminator.to_owned()),
        ("20150829/us-east-1/iam/aws4_request", date.to_owned()),
        ("20150829/x/y/z", [region, service, terminator, date].concat()),
    ] {
        let mut sent = sent.clone();
        sent.replace("authorization", "20150830/us-east-1/iam/aws4_request", scope);
        check(sent.verify(now(), &rules), "SignatureDoesNotMatch", &message);
    }
    for (region, accepted) in [
        ("us-gov-west-1", true),
        ("x", true),
        ("", false),
        ("US-EAST-1", false),
        ("a_b", false),
        ("a\nb", false),
    ] {
        assert_eq!(Regions::Any.accept(region), accepted, "{region}");
    }
    assert!(!Regions::Any.accept(&"a".repeat(65)));
}

#[test]
fn what_must_be_signed() {
    let rules = Rules::of("iam");
    for signed_headers in ["", "content-type;x-amz-date;x-amz-security-token"] {
        let mut sent = Sent::new().signed(&signer("iam"), now());
        sent.replace("authorization", "content-type;host;x-amz-date;x-amz-security-token", signed_headers);
        check(
            sent.verify(now(), &rules),
            "SignatureDoesNotMatch",
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        );
    }
    for name in ["x-amz-target", "X-Amz-Anything"] {
        let mut sent = Sent::new().signed(&signer("iam"), now());
        sent.headers.push((name.to_owned(), b"x".to_vec()));
        let message = format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.");
        check(sent.verify(now(), &rules), "SignatureDoesNotMatch", &message);
        let mut sent = Sent::new().presigned(&signer("iam"), now(), 60);
        sent.headers.push((name.to_owned(), b"x".to_vec()));
        check(sent.verify(now(), &rules), "SignatureDoesNotMatch", &message);
    }
    let mut sent = Sent::new().signed(&signer("iam"), now());
    for added in ["x-amz-cf-id", "x-amzn-trace-id", "x-forwarded-for", "ሴ"] {
        sent.headers.push((added.to_owned(), b"x".to_vec()));
    }
    assert_eq!(sent.verify(now(), &rules), Ok(()), "proxies may add these");
}

#[test]
fn lists_of_signed_headers_that_no_client_sends() {
    for list in [
        "host;host",
        "host;content-type",
        "content-type;Host",
        ";host",
        "host;",
        "host;x y",
        "host\nx:y",
        "host;ሴ",
        "host;never-sent",
    ] {
        let mut sent = Sent::new().presigned(&signer("iam"), now(), 60);
        let escaped = list.replace(';', "%3B").replace('\n', "%0A").replace(' ', "%20");
        sent.query = sent.query.replace("content-type%3Bhost", &escaped);
        let error = sent.verify(now(), &Rules::of("iam")).unwrap_err();
        assert_eq!(error.code(), "SignatureDoesNotMatch", "{list}");
    }
    assert!(well_formed("host") && well_formed("a;host;x-amz-date"));
    for list in ["", "host;", ";host", "b;a", "a;a", "A", "a b", "a\nb"] {
        assert!(!well_formed(list), "{list:?}");
    }
}

#[test]
fn the_hash_of_the_body() {
    let announced = Signer { payload: SignedPayload::BodyWithHeader, ..signer("iam") };
    let sent = Sent::new().signed(&announced, now());
    assert_eq!(sent.verify(now(), &Rules::of("iam")), Ok(()));
    let mut changed = sent.clone();
    changed.body.push(b'x');
    check(changed.verify(now(), &Rules::of("iam")), "SignatureDoesNotMatch", MISMATCH);

    let unsigned = Signer { payload: SignedPayload::Unsigned, ..signer("iam") };
    let sent = Sent::new().signed(&unsigned, now());
    check(sent.verify(now(), &Rules::of("iam")), "SignatureDoesNotMatch", MISMATCH);

    let s3 = Rules::of("s3");
    let unsigned = Signer { payload: SignedPayload::Unsigned, ..signer("s3") };
    let mut sent = Sent::new().signed(&unsigned, now());
    assert_eq!(sent.verify(now(), &s3), Ok(()));
    sent.body.clear();
    assert_eq!(sent.verify(now(), &s3), Ok(()));
    sent.replace("x-amz-content-sha256", "UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD-TOO");
    check(
        sent.verify(now(), &s3),
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
    let mut presigned = Sent::new().presigned(&unsigned, now(), 60);
    assert_eq!(presigned.verify(now(), &s3), Ok(()));
    presigned.body.clear();
    assert_eq!(presigned.verify(now(), &s3), Ok(()));

    for service in ["iam", "s3"] {
        let mut sent = Sent::new();
        sent.headers.push(("x-amz-content-sha256".into(), b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD".to_vec()));
        let error = sent.signed(&signer(service), now()).verify(now(), &Rules::of(service)).unwrap_err();
        assert_eq!(error, AuthError::UnsupportedPayload);
        let mut sent = Sent::new();
        let hash = payload_hash(&sent.body).to_vec();
        sent.headers
            .extend([("x-amz-content-sha256".into(), hash.clone()), ("X-Amz-Content-Sha256".into(), hash)]);
        check(
            sent.signed(&signer(service), now()).verify(now(), &Rules::of(service)),
            "IncompleteSignature",
            "'x-amz-content-sha256' must not be repeated in a request.",
        );
    }
}

#[test]
fn faults_are_found_in_the_order_of_aws() {
    let mut sent = Sent::new().signed(&signer("iam"), now());
    *sent.header("host") = b"elsewhere".to_vec();
    check(sent.verify(now(), &Rules::of("iam")), "SignatureDoesNotMatch", MISMATCH);
    let wrong_service = sent.verify(now(), &Rules::of("sts")).unwrap_err();
    assert!(wrong_service.message().starts_with("Credential should be scoped"));
    sent.headers.push(("x-amz-new".into(), b"x".to_vec()));
    let unsigned = sent.verify(now(), &Rules::of("sts")).unwrap_err();
    assert!(unsigned.message().starts_with("'x-amz-new' must be"));
    let expired = sent.verify(now().plus_seconds(1000), &Rules::of("sts")).unwrap_err();
    assert!(expired.message().starts_with("Signature expired"));
}

#[test]
fn bad_escapes_outside_of_the_signature() {
    let mut sent = Sent::new().signed(&signer("iam"), now());
    sent.query = "a=%zz".into();
    check(
        sent.verify(now(), &Rules::of("iam")),
        "MalformedQueryString",
        "Illegal hex character in escape % pattern",
    );
    let mut sent = Sent::new().signed(&signer("s3"), now());
    sent.path = "/%zz".into();
    check(
        sent.verify(now(), &Rules::of("s3")),
        "IncompleteSignature",
        "The request path is not well-formed percent-encoding.",
    );
}

#[test]
fn nothing_but_the_whole_signature_passes() {
    let sent = Sent::new().signed(&signer("iam"), now());
    let authorization = String::from_utf8(sent.clone().header("authorization").clone()).unwrap();
    let (head, signature) = authorization.split_once("Signature=").unwrap();
    for wrong in [
        signature[..62].to_owned(),
        format!("{signature}00"),
        signature.to_uppercase(),
        "0".repeat(64),
        "x".repeat(64),
        signature.chars().rev().collect(),
    ] {
        let mut sent = sent.clone();
        *sent.header("authorization") = format!("{head}Signature={wrong}").into_bytes();
        check(sent.verify(now(), &Rules::of("iam")), "SignatureDoesNotMatch", MISMATCH);
    }
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn token() -> impl Strategy<Value = String> {
        "[a-zA-Z0-9-]{1,12}"
    }

    fn sent() -> impl Strategy<Value = Sent> {
        let header = (token().prop_map(|name| format!("h-{name}")), "[ -~é]{0,16}");
        (
            prop::sample::select(vec!["GET", "POST", "PUT"]),
            "(/[a-zA-Z0-9 .~é$+]{0,6}|/%2[0-9A-F]|/\\.\\.){0,5}",
            prop::collection::vec(("[a-zA-Z0-9ሴ+]{1,6}", "(%[0-7][0-9a-f]|[ -%&=a-z+]){0,6}"), 0..5),
            prop::collection::vec(header, 0..5),
            prop::collection::vec(any::<u8>(), 0..64),
        )
            .prop_map(|(method, path, query, headers, body)| {
                let value = |text: &str| text.replace('%', "%25").replace('&', "%26");
                let query: Vec<_> = query.iter().map(|(n, v)| format!("{n}={}", value(v))).collect();
                let mut headers: Vec<_> = headers.into_iter().map(|(n, v)| (n, v.into_bytes())).collect();
                headers.push(("Host".to_owned(), b"localhost".to_vec()));
                Sent { method: method.to_owned(), path, query: query.join("&"), headers, body }
            })
    }

    fn service() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec!["iam", "sts", "organizations", "s3"])
    }

    proptest! {
        #[test]
        fn what_is_signed_is_accepted(sent in sent(), service in service()) {
            let rules = Rules::of(service);
            prop_assert_eq!(sent.clone().signed(&signer(service), now()).verify(now(), &rules), Ok(()));
            let unsigned = SignedPayload::Unsigned;
            let payload = if service == "s3" { unsigned } else { SignedPayload::Body };
            let presigner = Signer { payload, ..signer(service) };
            prop_assert_eq!(sent.presigned(&presigner, now(), 60).verify(now(), &rules), Ok(()));
        }

        #[test]
        fn any_change_of_a_signed_part_is_refused(
            sent in sent(), part in 0..8_usize, presigned in any::<bool>(), byte in 0..1000_usize
        ) {
            let rules = Rules::of("iam");
            let mut sent = if presigned {
                sent.presigned(&signer("iam"), now(), 60)
            } else {
                sent.signed(&signer("iam"), now())
            };
            match part {
                0 => sent.method.push('X'),
                1 => sent.path.push_str("/x"),
                2 => sent.query.push_str("&x=y"),
                3 => sent.body.push(b'x'),
                4 => {
                    let nth = byte % sent.headers.len();
                    if sent.headers[nth].0 == "authorization" {
                        return Ok(());
                    }
                    sent.headers[nth].1.push(b'x');
                }
                5 => {
                    let header = sent.headers.iter().find(|(name, _)| name != "authorization").unwrap();
                    let header = header.clone();
                    sent.headers.push(header);
                }
                6 if !sent.body.is_empty() => {
                    let nth = byte % sent.body.len();
                    sent.body[nth] ^= 1;
                }
                7 if presigned => {
                    // One digit or letter of the query: a parameter, the credential, the token, or the signature.
                    let at: Vec<_> =
                        sent.query.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(at, _)| at).collect();
                    let at = at[byte % at.len()];
                    let digit = if &sent.query[at..=at] == "7" { "8" } else { "7" };
                    sent.query.replace_range(at..=at, digit);

                }
                7 => {
                    let value = sent.header("authorization");
                    let at: Vec<_> = (0..value.len()).filter(|at| value[*at].is_ascii_digit()).collect();
                    let at = at[byte % at.len()];
                    value[at] = if value[at] == b'7' { b'8' } else { b'7' };
                }
                _ => return Ok(()),
            }
            prop_assert!(sent.verify(now(), &rules).is_err());
        }

        #[test]
        fn no_input_panics(
            query in "\\PC{0,60}", authorization in prop::collection::vec(any::<u8>(), 0..200),
            date in "\\PC{0,30}", path in "\\PC{0,30}", names in prop::collection::vec("\\PC{0,8}", 0..4)
        ) {
            let mut authorized = b"AWS4-HMAC-SHA256 Credential=a/b/c/d/e,SignedHeaders=host,Signature=".to_vec();
            authorized.extend_from_slice(&authorization);
            for authorization in [authorization, authorized] {
                let mut headers: Vec<Header<'_>> = names.iter().map(|n| (n.as_str(), b"x".as_slice())).collect();
                headers.push(("authorization", &authorization));
                headers.push(("date", date.as_bytes()));
                let request =
                    HttpRequest { method: "GET", path: &path, query: &query, headers: &headers, body: b"" };
                let verdict = read(&request)
                    .and_then(|presented| presented.verify(&request, &key("iam"), now(), &Rules::of("iam")));
                prop_assert!(verdict.is_err());
            }
        }
    }
}
