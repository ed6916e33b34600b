//! GetWebIdentityToken: what the token says of whom, and what it refuses.

use keygate_operation::Listed;
use keygate_operation::testing::World;
use keygate_shapes::sts::Tag;

use super::*;
use crate::assume_role::AssumeRole;
use crate::test_support::{act_as, act_as_new_user, add_role, assume, in_short, tag_set, tags};

/// Makes the caller's account an issuer.
fn enable(world: &mut World) {
    let issuer =
        OutboundFederation::new_issuer(world.here, &mut keygate_operation::testing::SeededEntropy::new(3));
    let keys = SigningAlgorithm::ALL.map(|algorithm| {
        let key = SigningKey::generate(algorithm).unwrap();
        let id = format!("{}_0", algorithm.as_str());
        let (context, mut entropy) =
            (TokenKey::context(&issuer, &id), keygate_operation::testing::SeededEntropy::new(4));
        let pkcs8 = key.to_pkcs8().unwrap();
        let private = world.keys.seal(Purpose::TokenSigningKey, &context, &pkcs8, &mut entropy).unwrap();
        TokenKey { id, algorithm, public: key.public().unwrap(), private, created: world.now }
    });
    let federation = OutboundFederation { issuer, enabled: true, keys: keys.to_vec() };
    world.edit(|draft| draft.change_settings(|settings| settings.outbound_federation = Some(federation)));
}

fn asked(audience: &[&str]) -> GetWebIdentityTokenRequest {
    GetWebIdentityTokenRequest {
        audience: audience.iter().map(|text| (*text).to_owned()).collect(),
        duration_seconds: None,
        signing_algorithm: "ES384".to_owned(),
        tags: None,
    }
}

fn call(world: &mut World, input: GetWebIdentityTokenRequest) -> Result<GetWebIdentityTokenResponse, String> {
    world.read(&GetWebIdentityToken, input).map_err(|error| in_short(&error))
}

/// Header and claims of a token; that its signature verifies is tested where tokens are signed.
fn parts(answer: &GetWebIdentityTokenResponse) -> (Value, Value) {
    let token = answer.web_identity_token.as_ref().unwrap().expose();
    let parts: Vec<Value> =
        token.split('.').take(2).map(|part| serde_json::from_slice(&decode(part)).unwrap()).collect();
    assert_eq!(token.split('.').count(), 3);
    (parts[0].clone(), parts[1].clone())
}

/// Base64url without padding.
fn decode(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for letter in text.bytes() {
        bits = (bits << 6) | LETTERS.iter().position(|known| *known == letter).unwrap() as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    bytes
}

#[test]
fn the_token_of_a_user() {
    let mut world = World::new();
    enable(&mut world);
    act_as_new_user(&mut world, "Bob");
    let answer = call(&mut world, asked(&["https://api.example.com"])).unwrap();
    assert_eq!(answer.expiration, Some(world.now.plus_seconds(300)));
    let (header, claims) = parts(&answer);
    assert_eq!(header, json!({"alg": "ES384", "kid": "ES384_0", "typ": "JWT"}));
    let issuer = world.account().settings().outbound_federation.as_ref().unwrap().issuer.clone();
    assert_eq!(
        claims,
        json!({
            "iss": format!("https://keygate.example.com/web-identity/{issuer}"),
            "aud": "https://api.example.com",
            "sub": "arn:aws:iam::123456789012:user/Bob",
            "iat": world.now.seconds(),
            "exp": world.now.seconds() + 300,
            "jti": claims["jti"],
            NAMESPACE: {"aws_account": "123456789012", "source_region": "us-east-1"},
        })
    );
    assert_eq!(claims["jti"].as_str().unwrap().len(), 36);
    let (_, again) = parts(&call(&mut world, asked(&["https://api.example.com"])).unwrap());
    assert_ne!(again["jti"], claims["jti"]);
}

#[test]
fn the_token_of_a_role_session() {
    let mut world = World::new();
    enable(&mut world);
    act_as_new_user(&mut world, "Bob");
    let role = add_role(&mut world, "App", |role| {
        role.path = "/team/".parse().unwrap();
        role.tags = tag_set(&[("env", "prod"), ("team", "a")]);
    });
    let mut input = assume(&role);
    input.tags = tags(&[("team", "b")]);
    input.source_identity = Some("alice".to_owned());
    let credentials = world.read(&AssumeRole, input).unwrap().credentials.unwrap();
    act_as(&mut world, &credentials);
    let input = GetWebIdentityTokenRequest {
        duration_seconds: Some(3_600),
        signing_algorithm: "RS256".to_owned(),
        tags: tags(&[("job", "1")]),
        ..asked(&["a", "b"])
    };
    let (header, claims) = parts(&call(&mut world, input).unwrap());
    assert_eq!(header["alg"], "RS256");
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!(role), &json!(["a", "b"])));
    assert_eq!(claims["exp"], json!(world.now.seconds() + 3_600));
    assert_eq!(
        claims[NAMESPACE],
        json!({
            "aws_account": "123456789012",
            "source_region": "us-east-1",
            // Tags of the session are stronger than those of the role.
            "principal_tags": {"env": "prod", "team": "b"},
            "request_tags": {"job": "1"},
            "original_session_exp": credentials.expiration.to_string(),
            "source_identity": "alice",
        })
    );
}

#[test]
fn errors() {
    let mut world = World::new();
    let off = "OutboundWebIdentityFederationDisabledException: Outbound web identity federation is not enabled for this account.";
    assert_eq!(call(&mut world, asked(&["a"])).err(), Some(off.to_owned()));
    enable(&mut world);
    call(&mut world, asked(&["a"])).unwrap();
    let with = |algorithm: &str, given: &[(&str, &str)]| GetWebIdentityTokenRequest {
        signing_algorithm: algorithm.to_owned(),
        tags: tags(given),
        ..asked(&["a"])
    };
    let value = "v".repeat(256);
    let keys: Vec<String> = (0..50).map(|n| format!("{n:0128}")).collect();
    let many: Vec<(&str, &str)> = keys.iter().map(|key| (key.as_str(), value.as_str())).collect();
    for (input, expected) in [
        (
            with("HS256", &[]),
            "ValidationError: 1 validation error detected: Value 'HS256' at 'signingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [RS256, ES384]",
        ),
        (
            with("ES384", &[("a", "1"), ("A", "2")]),
            "InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            with("ES384", &many),
            "JWTPayloadSizeExceededException: The requested token payload size exceeds the maximum allowed size. Reduce the number of request tags.",
        ),
    ] {
        assert_eq!(call(&mut world, input).err(), Some(expected.to_owned()));
    }
    world.endpoint = None;
    assert_eq!(call(&mut world, asked(&["a"])).err(), Some(off.to_owned()));
    world.endpoint = Some("https://keygate.example.com");
    world.edit(|draft| {
        draft.change_settings(|settings| settings.outbound_federation.as_mut().unwrap().enabled = false);
    });
    assert_eq!(call(&mut world, asked(&["a"])).err(), Some(off.to_owned()));
}

#[test]
fn no_token_outlives_the_session_it_comes_from() {
    let mut world = World::new();
    enable(&mut world);
    act_as_new_user(&mut world, "Bob");
    let role = add_role(&mut world, "App", |_| {});
    let mut input = assume(&role);
    input.duration_seconds = Some(900);
    let credentials = world.read(&AssumeRole, input).unwrap().credentials.unwrap();
    act_as(&mut world, &credentials);
    let lasting = |seconds| GetWebIdentityTokenRequest { duration_seconds: Some(seconds), ..asked(&["a"]) };
    call(&mut world, lasting(900)).unwrap();
    let error = call(&mut world, lasting(901)).unwrap_err();
    let expected = "SessionDurationEscalationException: The requested token duration would extend the session beyond its original expiration time.";
    assert_eq!(error, expected);
}

#[test]
fn audience_duration_algorithm_and_tags_are_asked() {
    let mut world = World::new();
    let asks = world.asks(&GetWebIdentityToken, &asked(&["a", "b"])).unwrap();
    let asks: Vec<_> = asks.iter().collect();
    let [ask] = asks[..] else { panic!("{asks:?}") };
    assert_eq!((ask.action.as_ref(), ask.resource.as_str()), ("sts:GetWebIdentityToken", "*"));
    let key = |name: &str, value: Listed| assert!(ask.keys.contains(&(name.to_owned(), value)), "{name}");
    key("sts:IdentityTokenAudience", Listed::Many(vec!["a".to_owned(), "b".to_owned()]));
    key("sts:DurationSeconds", Listed::One("300".to_owned()));
    key("sts:SigningAlgorithm", Listed::One("ES384".to_owned()));

    let tag = Tag { key: "job".to_owned(), value: "1".to_owned() };
    let input = GetWebIdentityTokenRequest { tags: Some(vec![tag]), ..asked(&["a"]) };
    let asks = world.asks(&GetWebIdentityToken, &input).unwrap();
    let actions: Vec<_> = asks.iter().map(|ask| ask.action.as_ref()).collect();
    assert_eq!(actions, ["sts:GetWebIdentityToken", "sts:TagGetWebIdentityToken"]);
    for ask in asks.iter() {
        let tag = ("aws:RequestTag/job".to_owned(), Listed::One("1".to_owned()));
        assert!(ask.keys.contains(&tag), "{}", ask.action);
        let action = keygate_catalog::catalog().action(&ask.action).unwrap();
        assert!(ask.keys.iter().all(|(key, _)| action.knows_condition_key(key)), "{}", ask.action);
    }
}
