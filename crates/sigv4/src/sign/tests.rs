use super::*;

const CREDENTIALS: Credentials<'_> =
    Credentials { access_key_id: "AKID", secret_access_key: "hush", session_token: Some("token") };

fn request<'a>(query: &'a str, headers: &'a [Header<'a>]) -> HttpRequest<'a> {
    HttpRequest { method: "GET", path: "/", query, headers, body: b"" }
}

#[test]
fn what_signing_adds() {
    let now = Timestamp::from_seconds(1_440_938_160);
    let host: &[Header<'_>] = &[("Host", b"h"), ("User-Agent", b"u"), ("B", b"2"), ("a", b"1"), ("b", b"3")];
    let names = |service| {
        let added = Signer::new(CREDENTIALS, "us-east-1", service).headers(&request("", host), now).unwrap();
        let authorization = added.last().unwrap().1.clone();
        (added.iter().map(|(name, _)| *name).collect::<Vec<_>>(), authorization)
    };
    let (added, authorization) = names("iam");
    assert_eq!(added, ["x-amz-date", "x-amz-security-token", "authorization"]);
    assert!(
        authorization.contains(" SignedHeaders=a;b;host;x-amz-date;x-amz-security-token, "),
        "{authorization}"
    );
    let (added, _) = names("s3");
    assert_eq!(added, ["x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "authorization"]);

    let signer = Signer::new(CREDENTIALS, "us-east-1", "sts");
    let query = signer.presign(&request("Action=X", &host[..1]), now, 60).unwrap();
    let (signed, signature) = query.split_once("&X-Amz-Signature=").unwrap();
    assert_eq!(
        signed,
        "Action=X&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20150830%2Fus-east-1%2Fsts\
         %2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-Security-Token=token&\
         X-Amz-SignedHeaders=host"
    );
    assert_eq!(signature.len(), 64);
    assert!(!format!("{signer:?}").contains("hush"));
}

#[test]
fn what_cannot_be_signed() {
    let signer = Signer::new(CREDENTIALS, "us-east-1", "iam");
    let now = Timestamp::from_seconds(1_440_938_160);
    let host: &[Header<'_>] = &[("host", b"h")];
    for (query, headers, at, expected) in [
        ("", [("a", b"b".as_slice())].as_slice(), now, SignError::NoHost),
        ("", &[("host", b"h"), ("X-Amz-Date", b"x")], now, SignError::AlreadySigned),
        ("", &[("host", b"h"), ("Authorization", b"x")], now, SignError::AlreadySigned),
        ("a=%zz", host, now, SignError::Malformed),
        ("", host, Timestamp::from_seconds(-1), SignError::Time),
    ] {
        let request = request(query, headers);
        assert_eq!(signer.headers(&request, at), Err(expected), "{query} {headers:?}");
        assert_eq!(signer.presign(&request, at, 60), Err(expected), "{query} {headers:?}");
        assert!(!expected.to_string().is_empty());
    }
    let signed = signer.presign(&request("X-Amz-Signature=1", host), now, 60);
    assert_eq!(signed, Err(SignError::AlreadySigned));
}
