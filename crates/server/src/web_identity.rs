//! The public side of outbound web identity federation: each issuer's discovery document and keys.
//!
//! Everybody who verifies a token reads them, so they need no signature and are no requests to a service: nothing about
//! them is audited. They show what a token names anyway, and public keys. An issuer's documents stay when the account
//! issues no more tokens: those that are still about must verify.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Response, StatusCode};
use keygate_seal::SigningAlgorithm;
use keygate_state::{Directory, ISSUER_PATH, OutboundFederation, TokenKey, Unavailable, issuer_url};
use serde_json::{Value, json};

use crate::request::Request;

/// How long others may keep a document, in seconds: new keys must be seen soon.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The answer to a request for an issuer's documents; nothing if the request is for something else.
pub(crate) fn answer(
    accounts: &dyn Directory,
    endpoint: Option<&str>,
    request: &Request,
) -> Option<Response<Bytes>> {
    let path = request.uri.path().strip_prefix(ISSUER_PATH)?;
    if request.method != Method::GET && request.method != Method::HEAD {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "only GET\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Some(response);
    }
    Some(match document(accounts, endpoint, path) {
        Ok(Some(document)) => json_response(&document),
        Ok(None) => plain(StatusCode::NOT_FOUND, "no such document\n"),
        Err(Unavailable) => plain(StatusCode::SERVICE_UNAVAILABLE, "try again later\n"),
    })
}

/// The document at this path behind the issuers' common one.
fn document(
    accounts: &dyn Directory,
    endpoint: Option<&str>,
    path: &str,
) -> Result<Option<Value>, Unavailable> {
    let Some((issuer, name)) = path.split_once('/') else { return Ok(None) };
    let Some(id) = OutboundFederation::account_of(issuer) else { return Ok(None) };
    let Some(account) = accounts.account(id)? else { return Ok(None) };
    let known = account.settings().outbound_federation.as_ref();
    let Some(federation) = known.filter(|federation| federation.issuer == issuer) else { return Ok(None) };
    Ok(match (name, endpoint) {
        (".well-known/jwks.json", _) => Some(key_set(federation)),
        (".well-known/openid-configuration", Some(endpoint)) => Some(discovery(endpoint, issuer)),
        _ => None,
    })
}

/// As AWS's issuers describe themselves (OpenID Connect Discovery 1.0).
fn discovery(endpoint: &str, issuer: &str) -> Value {
    let url = issuer_url(endpoint, issuer);
    json!({
        "issuer": url,
        "jwks_uri": format!("{url}/.well-known/jwks.json"),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": SigningAlgorithm::ALL.map(SigningAlgorithm::as_str),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "jti", "https://sts.amazonaws.com/"],
    })
}

/// RFC 7517, 5.
fn key_set(federation: &OutboundFederation) -> Value {
    json!({ "keys": federation.keys.iter().map(key).collect::<Vec<_>>() })
}

fn key(key: &TokenKey) -> Value {
    let mut members = serde_json::to_value(&key.public).unwrap_or_default();
    if let Some(members) = members.as_object_mut() {
        members.insert("kid".to_owned(), key.id.as_str().into());
        members.insert("use".to_owned(), "sig".into());
        members.insert("alg".to_owned(), key.algorithm.as_str().into());
    }
    members
}

fn json_response(document: &Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(document.to_string()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, CACHED);
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::{HeaderMap, Uri};
    use keygate_ident::{AccountId, Partition, Timestamp};
    use keygate_operation::testing::SeededEntropy;
    use keygate_seal::{KeyRing, Purpose, SigningKey};
    use keygate_state::{Account, Draft};

    use super::*;

    struct One(Arc<Account>);

    impl Directory for One {
        fn account(&self, id: AccountId) -> Result<Option<Arc<Account>>, Unavailable> {
            Ok((id == self.0.id()).then(|| Arc::clone(&self.0)))
        }

        fn alias_owner(&self, _: &str) -> Result<Option<AccountId>, Unavailable> {
            Err(Unavailable)
        }
    }

    const ENDPOINT: Option<&str> = Some("https://keygate.example.com");

    /// An account that was an issuer with one key; its name as one.
    fn issuer() -> (One, String) {
        let mut entropy = SeededEntropy::new(1);
        let id: AccountId = "123456789012".parse().unwrap();
        let issuer = OutboundFederation::new_issuer(id, &mut entropy);
        let key = SigningKey::generate(SigningAlgorithm::Es384).unwrap();
        let ring = KeyRing::generate(&mut entropy);
        let private = ring.seal(Purpose::TokenSigningKey, b"", b"secret", &mut entropy).unwrap();
        let key = TokenKey {
            id: "EC384_0".to_owned(),
            algorithm: SigningAlgorithm::Es384,
            public: key.public().unwrap(),
            private,
            created: Timestamp::default(),
        };
        let federation = OutboundFederation { issuer: issuer.clone(), enabled: false, keys: vec![key] };
        let mut draft = Draft::of(&Account::empty(id, Partition::Aws));
        draft.change_settings(|settings| settings.outbound_federation = Some(federation));
        (One(Arc::new(draft.finish().unwrap().0)), issuer)
    }

    fn get(accounts: &One, endpoint: Option<&str>, method: Method, path: &str) -> Option<(u16, String)> {
        let request = Request {
            method,
            uri: path.parse::<Uri>().unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            peer: [127, 0, 0, 1].into(),
            tls: None,
            arrived: Timestamp::default(),
        };
        let response = answer(accounts, endpoint, &request)?;
        Some((response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap()))
    }

    #[test]
    fn discovery_leads_to_the_keys() {
        let (accounts, issuer) = issuer();
        let url = format!("https://keygate.example.com/web-identity/{issuer}");
        let path = format!("/web-identity/{issuer}/.well-known/openid-configuration");
        let (status, text) = get(&accounts, ENDPOINT, Method::GET, &path).unwrap();
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, found["issuer"].as_str()), (200, Some(url.as_str())));
        let keys = found["jwks_uri"].as_str().unwrap().strip_prefix("https://keygate.example.com").unwrap();
        let (status, text) = get(&accounts, ENDPOINT, Method::GET, keys).unwrap();
        let keys: Value = serde_json::from_str(&text).unwrap();
        let key = &keys["keys"][0];
        assert_eq!(status, 200);
        let members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert_eq!((&key["kid"], &key["alg"]), (&json!("EC384_0"), &json!("ES384")));
    }

    #[test]
    fn nothing_else_is_there() {
        let (accounts, issuer) = issuer();
        for path in ["/", "/health", "/web-identity", "/other/.well-known/jwks.json"] {
            assert_eq!(get(&accounts, ENDPOINT, Method::GET, path), None, "{path}");
        }
        let (same_account, other) = (&issuer[24..], "00000000-0000-8000-8000-");
        for path in [
            "/web-identity/".to_owned(),
            format!("/web-identity/{issuer}"),
            format!("/web-identity/{issuer}/"),
            format!("/web-identity/{issuer}/.well-known/other"),
            format!("/web-identity/{other}{same_account}/.well-known/jwks.json"),
            format!("/web-identity/{other}000000000001/.well-known/jwks.json"),
            "/web-identity/x/.well-known/jwks.json".to_owned(),
        ] {
            assert_eq!(get(&accounts, ENDPOINT, Method::GET, &path).unwrap().0, 404, "{path}");
        }
        let keys = format!("/web-identity/{issuer}/.well-known/jwks.json");
        assert_eq!(get(&accounts, None, Method::GET, &keys).unwrap().0, 200);
        assert_eq!(get(&accounts, ENDPOINT, Method::POST, &keys).unwrap().0, 405);
        // Who does not know where it is can not say it.
        let configuration = format!("/web-identity/{issuer}/.well-known/openid-configuration");
        assert_eq!(get(&accounts, None, Method::GET, &configuration).unwrap().0, 404);
    }
}
