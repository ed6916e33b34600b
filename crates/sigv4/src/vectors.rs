//! AWS's public test vectors and requests recorded from botocore: signed here as they are signed there, and
//! accepted here as they were signed there.

use keygate_ident::Timestamp;

use crate::canonical::{ALGORITHM, Canonical, payload_hash};
use crate::instant::Instant;
use crate::sign::{Credentials, SignedPayload, Signer};
use crate::{AuthError, Form, Header, HttpRequest, Paths, Presented, PresignRule, Rules, SigningKey, read};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TIME: &str = "20150830T123600Z";
const SCOPE: &str = "20150830/us-east-1/service/aws4_request";

struct Case<'v> {
    name: &'v str,
    flags: Vec<&'v str>,
    sections: Vec<(&'v str, &'v str)>,
}

/// A request as a vector writes it: loosely.
struct Written {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl<'v> Case<'v> {
    fn all(text: &'v str) -> Vec<Self> {
        let cases = text.strip_prefix("=== ").unwrap().split("\n=== ");
        cases.map(Self::parse).collect()
    }

    fn parse(text: &'v str) -> Self {
        let (head, sections) = text.split_once("\n--- ").unwrap();
        let mut flags = head.split(' ');
        let section = |text: &'v str| text.split_once('\n').unwrap();
        let name = flags.next().unwrap();
        Self { name, flags: flags.collect(), sections: sections.split("\n--- ").map(section).collect() }
    }

    fn find(&self, section: &str) -> Option<&'v str> {
        self.sections.iter().find(|(name, _)| *name == section).map(|(_, text)| *text)
    }

    fn get(&self, section: &str) -> &'v str {
        self.find(section).unwrap_or_else(|| panic!("{}: no {section}", self.name))
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }

    /// The body of a signed request is followed by an arbitrary number of line feeds.
    fn signed(&self, section: &str) -> Written {
        Written { body: Written::parse(self.get("request")).body, ..Written::parse(self.get(section)) }
    }
}

impl Written {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines();
        let line = lines.next().unwrap().trim_end_matches(" HTTP/1.1");
        let (method, target) = line.split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
        for line in lines {
            if line.starts_with(' ') {
                let (_, value) = headers.last_mut().unwrap();
                value.push(b'\n');
                value.extend_from_slice(line.as_bytes());
            } else {
                let (name, value) = line.split_once(':').unwrap();
                headers.push((name.to_owned(), value.as_bytes().to_vec()));
            }
        }
        let body = body.as_bytes().to_vec();
        Self { method: method.to_owned(), path: path.to_owned(), query: query.to_owned(), headers, body }
    }

    fn header_slices(&self) -> Vec<Header<'_>> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
    }

    fn request<'a>(&'a self, headers: &'a [Header<'a>]) -> HttpRequest<'a> {
        HttpRequest { method: &self.method, path: &self.path, query: &self.query, headers, body: &self.body }
    }
}

fn now() -> Timestamp {
    Instant::parse(TIME).unwrap().time()
}

fn rules(normalize: bool) -> Rules<'static> {
    Rules { paths: Paths { normalize, double_encode: false }, ..Rules::of("service") }
}

fn signer(normalize: bool, token: Option<&str>) -> Signer<'_> {
    let credentials =
        Credentials { access_key_id: "AKIDEXAMPLE", secret_access_key: SECRET, session_token: token };
    Signer { paths: rules(normalize).paths, ..Signer::new(credentials, "us-east-1", "service") }
}

/// Reads, checks and verifies; with any other key the same request must not pass.
fn verify(written: &Written, now: Timestamp, rules: &Rules<'_>) -> Result<Form, AuthError> {
    let headers = written.header_slices();
    let request = written.request(&headers);
    let presented = read(&request)?;
    let scope = presented.scope();
    let checked = presented.check(&request, now, rules)?;
    let wrong = SigningKey::derive("another secret", scope.date, scope.region, scope.service);
    assert_eq!(checked.verify(&wrong), Err(AuthError::mismatch()));
    checked.verify(&SigningKey::derive(SECRET, scope.date, scope.region, scope.service))?;
    Ok(presented.form())
}

/// The canonical request and the string to sign of what a signed request presents.
fn intermediate(written: &Written, paths: Paths) -> (String, String) {
    let headers = written.header_slices();
    let request = written.request(&headers);
    let presented: Presented<'_> = read(&request).unwrap();
    let signed_headers = presented.signed_headers();
    let canonical =
        Canonical { request: &request, signed_headers, paths, date: presented.instant.basic(), scope: SCOPE };
    let hash = payload_hash(&written.body);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(canonical.request_text(&hash).unwrap()), text(canonical.string_to_sign(&hash).unwrap()))
}

#[test]
fn header_signatures_of_the_aws_suite() {
    let cases = Case::all(include_str!("../tests/vectors/aws-c-auth.txt"));
    assert_eq!(cases.len(), 38);
    for case in &cases {
        let (name, normalize) = (case.name, case.has("normalize"));
        let written = Written::parse(case.get("request"));
        let headers = written.header_slices();
        let token = if case.has("omit-token") { None } else { case.find("token") };
        let payload = if case.has("sign-body") { SignedPayload::BodyWithHeader } else { SignedPayload::Body };
        let signer = Signer { payload, ..signer(normalize, token) };
        let added = signer.headers(&written.request(&headers), now()).unwrap();
        let (last, authorization) = added.last().unwrap();
        assert_eq!(*last, "authorization");
        let signature = format!("Signature={}", case.get("header-signature"));
        assert!(authorization.ends_with(&signature), "{name}: {authorization}");

        let signed = case.signed("header-signed-request");
        let (canonical, string_to_sign) = intermediate(&signed, rules(normalize).paths);
        assert_eq!(canonical, case.get("header-canonical-request"), "{name}");
        assert_eq!(string_to_sign, case.get("header-string-to-sign"), "{name}");
        let expected = if case.has("omit-token") {
            // Added after signing: anybody on the way could have done that.
            Err(AuthError::header_not_signed("X-Amz-Security-Token"))
        } else {
            Ok(Form::Header)
        };
        assert_eq!(verify(&signed, now(), &rules(normalize)), expected, "{name}");
    }
}

#[test]
fn query_signatures_of_the_aws_suite() {
    for case in Case::all(include_str!("../tests/vectors/aws-c-auth.txt")) {
        let (name, normalize) = (case.name, case.has("normalize"));
        let written = Written::parse(case.get("request"));
        let headers = written.header_slices();
        let token = if case.has("omit-token") { None } else { case.find("token") };
        let query = signer(normalize, token).presign(&written.request(&headers), now(), 3600).unwrap();
        let signature = format!("&X-Amz-Signature={}", case.get("query-signature"));
        assert!(query.ends_with(&signature), "{name}: {query}");

        let signed = case.signed("query-signed-request");
        if case.has("omit-token") {
            assert_eq!(verify(&signed, now(), &rules(normalize)), Err(AuthError::mismatch()), "{name}");
            continue;
        }
        let (canonical, string_to_sign) = intermediate(&signed, rules(normalize).paths);
        assert_eq!(canonical, case.get("query-canonical-request"), "{name}");
        assert_eq!(string_to_sign, case.get("query-string-to-sign"), "{name}");
        let form = Form::Query { expires_seconds: Some(3600) };
        assert_eq!(verify(&signed, now(), &rules(normalize)), Ok(form), "{name}");
        assert_eq!(
            verify(&signed, now().plus_seconds(3600), &rules(normalize)),
            Ok(form),
            "{name}: valid to the last second"
        );
    }
}

#[test]
fn header_signatures_of_the_older_suite() {
    let cases = Case::all(include_str!("../tests/vectors/botocore-suite.txt"));
    assert_eq!(cases.len(), 34);
    for case in &cases {
        let name = case.name;
        let mut written = Written::parse(case.get("request"));
        let expected = case.get("authorization");
        let mut lines = case.get("header-canonical-request").lines();
        let token = lines.find_map(|line| line.strip_prefix("x-amz-security-token:"));
        // What signing adds is already there.
        let added = ["x-amz-date", "x-amz-security-token"];
        written.headers.retain(|(header, _)| !added.iter().any(|name| header.eq_ignore_ascii_case(name)));
        let headers = written.header_slices();
        let added = signer(true, token).headers(&written.request(&headers), now()).unwrap();
        assert!(expected.starts_with(ALGORITHM));
        assert_eq!(added.last().unwrap().1, expected, "{name}");

        let mut signed = case.signed("header-signed-request");
        if name == "get-vanilla-with-session-token" {
            // The source contradicts itself: this file's signature is not the one of the other files.
            signed.headers.last_mut().unwrap().1 = expected.as_bytes().to_vec();
        }
        let (canonical, string_to_sign) = intermediate(&signed, rules(true).paths);
        assert_eq!(canonical, case.get("header-canonical-request"), "{name}");
        assert_eq!(string_to_sign, case.get("header-string-to-sign"), "{name}");
        let unsigned_token = signed.headers.iter().any(|(header, _)| header == "X-Amz-Security-Token")
            && !expected.contains("x-amz-security-token");
        let verdict = verify(&signed, now(), &rules(true));
        let expected = if unsigned_token {
            Err(AuthError::header_not_signed("X-Amz-Security-Token"))
        } else {
            Ok(Form::Header)
        };
        assert_eq!(verdict, expected, "{name}");
    }
}

#[test]
fn requests_of_botocore_are_accepted_by_the_rules_of_their_service() {
    let cases = Case::all(include_str!("../tests/vectors/botocore-requests.txt"));
    assert_eq!(cases.len(), 9);
    let now = Instant::parse("20261121T235958Z").unwrap().time();
    for case in &cases {
        let written = Written::parse(case.get("request").trim_end());
        let rules = Rules::of(case.flags[0]);
        let form = verify(&written, now, &rules);
        assert!(form.is_ok(), "{}: {form:?}", case.name);
        assert_eq!(written.query.contains("X-Amz-Signature"), form != Ok(Form::Header), "{}", case.name);

        // STS and IAM do not look at X-Amz-Expires: sixty seconds are a quarter of an hour.
        let later = verify(&written, now.plus_seconds(900), &rules);
        assert_eq!(later, form, "{}", case.name);
        let too_late = verify(&written, now.plus_seconds(901), &rules);
        match (form.unwrap(), rules.presigned) {
            (Form::Query { .. }, PresignRule::Expires) => assert_eq!(too_late, later, "{}", case.name),
            _ => assert!(too_late.unwrap_err().message().starts_with("Signature expired: "), "{}", case.name),
        }
    }
}
