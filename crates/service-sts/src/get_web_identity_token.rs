//! GetWebIdentityToken: a signed JSON Web Token that says who the caller is, for somebody outside to verify.

use keygate_ident::{Entropy as _, uuid};
use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_seal::{Purpose, SigningAlgorithm, SigningKey};
use keygate_shapes::declares;
use keygate_shapes::sts::{GetWebIdentityTokenRequest, GetWebIdentityTokenResponse, op};
use keygate_state::{CallerKind, OutboundFederation, TagCase, Tags, TokenKey, issuer_url};
use keygate_wire::{ApiError, OperationModel, Sensitive};
use serde_json::{Map, Value, json};

use crate::tags;

/// GetWebIdentityToken.
pub(crate) struct GetWebIdentityToken;

/// Seconds that a token lives if the caller does not say.
const DEFAULT_SECONDS: i32 = 300;
/// Tags of one request.
const MAX_TAGS: u32 = 50;
/// Bytes of the claims. AWS does not publish its limit; this one keeps tokens to what a header of a request can carry
/// nearly everywhere.
const MAX_PAYLOAD: usize = 16_384;
/// The claim under which everything stands that is AWS's own.
const NAMESPACE: &str = "https://sts.amazonaws.com/";

impl Read for GetWebIdentityToken {
    type Model = op::GetWebIdentityToken;

    fn asks(&self, _: &ReadCx<'_>, input: &GetWebIdentityTokenRequest) -> Result<Asks, Failure<Self::Model>> {
        let algorithm = algorithm(&input.signing_algorithm)?;
        let tagged = |ask: Ask| ask.request_tags(tags::pairs(input.tags.as_deref()));
        let ask = Ask::on_any("sts:GetWebIdentityToken")
            .list("sts:IdentityTokenAudience", input.audience.clone())
            .key("sts:DurationSeconds", Some(&seconds(input).to_string()))
            .key("sts:SigningAlgorithm", Some(algorithm.as_str()));
        Ok(Asks::one(tagged(ask)).and_if(tags::pairs(input.tags.as_deref()).next().is_some(), || {
            tagged(Ask::on_any("sts:TagGetWebIdentityToken"))
        }))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetWebIdentityTokenRequest) -> Outcome<Self::Model> {
        let algorithm = algorithm(&input.signing_algorithm)?;
        let mut request_tags = Tags::default();
        let given = tags::pairs(input.tags.as_deref());
        request_tags.set(given, TagCase::Insensitive, MAX_TAGS).map_err(tags::refused)?;
        let federation = cx.account.settings().outbound_federation.as_ref();
        let federation = federation.filter(|federation| federation.enabled).ok_or_else(disabled)?;
        // An issuer whose URL nobody knows is none.
        let endpoint = cx.env.endpoint.ok_or_else(disabled)?;
        let issued = cx.env.now.to_whole_seconds();
        let expires = issued.plus_seconds(i64::from(seconds(&input)));
        if cx.caller.session.as_ref().is_some_and(|session| session.expires < expires) {
            return Err(escalation());
        }
        let claims = json!({
            "iss": issuer_url(endpoint, &federation.issuer),
            "aud": audience(input.audience),
            "sub": cx.caller.principal_arn(cx.partition()).as_str(),
            "iat": issued.seconds(),
            "exp": expires.seconds(),
            "jti": token_id(cx),
            NAMESPACE: identity(cx, &request_tags),
        });
        let claims = claims.to_string();
        if claims.len() > MAX_PAYLOAD {
            return Err(too_large());
        }
        let token = sign(cx, federation, algorithm, &claims)?;
        Ok(GetWebIdentityTokenResponse {
            web_identity_token: Some(Sensitive::new(token)),
            expiration: Some(expires),
        })
    }
}

/// The algorithm of this name; the model names no enumeration, AWS does.
fn algorithm<M: OperationModel>(name: &str) -> Result<SigningAlgorithm, Failure<M>> {
    SigningAlgorithm::from_name(name).ok_or_else(|| {
        Failure::validation(format!(
            "1 validation error detected: Value '{name}' at 'signingAlgorithm' failed to satisfy constraint: \
             Member must satisfy enum value set: [RS256, ES384]"
        ))
    })
}

fn seconds(input: &GetWebIdentityTokenRequest) -> i32 {
    input.duration_seconds.unwrap_or(DEFAULT_SECONDS)
}

/// One recipient is a text, several are a list (RFC 7519, 4.1.3).
fn audience(mut audience: Vec<String>) -> Value {
    match audience.pop() {
        Some(only) if audience.is_empty() => only.into(),
        last => audience.into_iter().chain(last).collect(),
    }
}

/// What AWS tells about caller and request, as far as it is known here.
fn identity(cx: &ReadCx<'_>, request_tags: &Tags) -> Value {
    let mut claims = Map::new();
    let mut claim = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    claim("aws_account", cx.caller.account.to_string().into());
    claim("source_region", cx.env.region.into());
    if !cx.caller.tags.is_empty() {
        claim("principal_tags", object(&cx.caller.tags));
    }
    if !request_tags.is_empty() {
        claim("request_tags", object(request_tags));
    }
    if let Some(session) = &cx.caller.session {
        if matches!(cx.caller.kind, CallerKind::Role { .. }) {
            claim("original_session_exp", session.expires.to_string().into());
        }
        if let Some(source_identity) = &session.source_identity {
            claim("source_identity", source_identity.as_str().into());
        }
    }
    claims.into()
}

fn object(tags: &Tags) -> Value {
    tags.iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect::<Map<_, _>>().into()
}

fn token_id(cx: &ReadCx<'_>) -> String {
    let mut random = [0; 16];
    cx.env.random().fill(&mut random);
    uuid(random)
}

fn sign<M: OperationModel>(
    cx: &ReadCx<'_>,
    federation: &OutboundFederation,
    algorithm: SigningAlgorithm,
    claims: &str,
) -> Result<String, Failure<M>> {
    let key = federation.key(algorithm).ok_or_else(Failure::internal)?;
    let context = TokenKey::context(&federation.issuer, &key.id);
    let pkcs8 = cx.env.keys.open(Purpose::TokenSigningKey, &context, &key.private);
    let pkcs8 = pkcs8.map_err(|_| Failure::internal())?;
    let signing = SigningKey::from_pkcs8(algorithm, &pkcs8).map_err(|_| Failure::internal())?;
    signing.token(&key.id, claims.as_bytes()).map_err(|_| Failure::internal())
}

fn disabled<M: OperationModel + declares::OutboundWebIdentityFederationDisabled>() -> Failure<M> {
    Failure::common(ApiError::declared_by::<M>(
        "OutboundWebIdentityFederationDisabled",
        "Outbound web identity federation is not enabled for this account.",
    ))
}

fn escalation<M: OperationModel + declares::SessionDurationEscalation>() -> Failure<M> {
    Failure::common(ApiError::declared_by::<M>(
        "SessionDurationEscalation",
        "The requested token duration would extend the session beyond its original expiration time.",
    ))
}

fn too_large<M: OperationModel + declares::JWTPayloadSizeExceeded>() -> Failure<M> {
    Failure::common(ApiError::declared_by::<M>(
        "JWTPayloadSizeExceeded",
        "The requested token payload size exceeds the maximum allowed size. Reduce the number of request tags.",
    ))
}

#[cfg(test)]
mod tests;
