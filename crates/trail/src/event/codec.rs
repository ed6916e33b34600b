//! The stored form of an event: a version byte, then the fields in a fixed order, binary.
//!
//! A new field is a new version that still reads the old ones. UUIDs take 16 bytes instead of 36, because they are
//! what compression cannot shrink.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use keygate_ident::{AccountId, Timestamp};
use serde_json::Value;

use super::{
    Category, Decision, Event, EventError, EventType, Identity, IdentityKind, IssuerKind, Resource,
    SessionContext, SessionIssuer, TlsDetails, Verdict, WebIdFederationData,
};
use crate::DecodeError;
use crate::bytes::{Reader, Writer};

/// The version of the records written now.
const VERSION: u8 = 1;

impl Event {
    /// The stored form; [`Event::decode`] reads it back.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        self.encode_into(&mut out);
        out
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// If the bytes are no record, or one of a newer version.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        match reader.byte()? {
            VERSION => {}
            0 => return Err(DecodeError::Malformed),
            newer => return Err(DecodeError::NewerFormat(newer)),
        }
        let event = read_event(&mut reader)?;
        if reader.is_empty() { Ok(event) } else { Err(DecodeError::Malformed) }
    }

    pub(crate) fn encode_into(&self, out: &mut Vec<u8>) {
        let mut writer = Writer { out };
        writer.byte(VERSION);
        write_event(&mut writer, self);
    }
}

fn write_event(w: &mut Writer<'_>, event: &Event) {
    w.signed(event.time.millis());
    write_id(w, &event.id);
    write_id(w, &event.request_id);
    w.option(event.account, write_account);
    w.text(&event.event_source);
    w.text(&event.event_name);
    w.text(&event.region);
    w.text(&event.source_ip);
    w.option(event.user_agent.as_deref(), Writer::text);
    write_identity(w, &event.identity);
    w.option(event.request_parameters.as_ref(), write_value);
    w.option(event.response_elements.as_ref(), write_value);
    w.option(event.additional_event_data.as_ref(), write_value);
    w.option(event.error.as_ref(), |w, error| {
        w.text(&error.code);
        w.text(&error.message);
    });
    w.byte(event.read_only.into());
    w.number(event.resources.len() as u64);
    for resource in &event.resources {
        w.text(&resource.arn);
        w.option(resource.account, write_account);
        w.option(resource.kind.as_deref(), Writer::text);
    }
    w.option(event.shared_event_id.as_deref(), write_id);
    w.byte(number_of(event.event_type, &EVENT_TYPES));
    w.byte(number_of(event.category, &CATEGORIES));
    w.option(event.tls.as_ref(), |w, tls| {
        w.text(&tls.version);
        w.text(&tls.cipher_suite);
        w.option(tls.host.as_deref(), Writer::text);
    });
    w.byte(event.console_session.into());
    w.option(event.decision.as_ref(), |w, decision| {
        w.byte(number_of(decision.verdict, &VERDICTS));
        w.option(decision.layer.as_deref(), Writer::text);
        w.number(decision.policies.len() as u64);
        decision.policies.iter().for_each(|policy| w.text(policy));
    });
}

fn read_event(r: &mut Reader<'_>) -> Result<Event, DecodeError> {
    // A struct literal evaluates its fields as they are written: the order here is the order on disk.
    Ok(Event {
        time: Timestamp::from_millis(r.signed()?),
        id: read_id(r)?,
        request_id: read_id(r)?,
        account: r.option(read_account)?,
        event_source: read_cow(r)?,
        event_name: read_cow(r)?,
        region: read_cow(r)?,
        source_ip: r.string()?,
        user_agent: r.option(Reader::string)?,
        identity: Arc::new(read_identity(r)?),
        request_parameters: r.option(read_value)?,
        response_elements: r.option(read_value)?,
        additional_event_data: r.option(read_value)?,
        error: r.option(|r| Ok(EventError { code: r.string()?, message: r.string()? }))?,
        read_only: r.bool()?,
        resources: r.list(|r| {
            Ok(Resource { arn: r.string()?, account: r.option(read_account)?, kind: r.option(read_cow)? })
        })?,
        shared_event_id: r.option(read_id)?,
        event_type: read_choice(r, &EVENT_TYPES)?,
        category: read_choice(r, &CATEGORIES)?,
        tls: r.option(|r| {
            Ok(TlsDetails {
                version: read_cow(r)?,
                cipher_suite: read_cow(r)?,
                host: r.option(Reader::string)?,
            })
        })?,
        console_session: r.bool()?,
        decision: r.option(|r| {
            Ok(Decision {
                verdict: read_choice(r, &VERDICTS)?,
                layer: r.option(read_cow)?,
                policies: r.list(Reader::string)?,
            })
        })?,
    })
}

fn write_identity(w: &mut Writer<'_>, identity: &Identity) {
    w.byte(number_of(identity.kind, &IDENTITY_KINDS));
    w.option(identity.principal_id.as_deref(), Writer::text);
    w.option(identity.arn.as_deref(), Writer::text);
    w.option(identity.account, write_account);
    w.option(identity.access_key_id.as_deref(), Writer::text);
    w.option(identity.user_name.as_deref(), Writer::text);
    w.option(identity.session.as_ref(), write_session);
    w.option(identity.invoked_by.as_deref(), Writer::text);
    w.option(identity.identity_provider.as_deref(), Writer::text);
}

fn read_identity(r: &mut Reader<'_>) -> Result<Identity, DecodeError> {
    Ok(Identity {
        kind: read_choice(r, &IDENTITY_KINDS)?,
        principal_id: r.option(Reader::string)?,
        arn: r.option(Reader::string)?,
        account: r.option(read_account)?,
        access_key_id: r.option(Reader::string)?,
        user_name: r.option(Reader::string)?,
        session: r.option(read_session)?,
        invoked_by: r.option(Reader::string)?,
        identity_provider: r.option(Reader::string)?,
    })
}

fn write_session(w: &mut Writer<'_>, session: &SessionContext) {
    w.option(session.issuer.as_ref(), |w, issuer| {
        w.byte(number_of(issuer.kind, &ISSUER_KINDS));
        w.text(&issuer.principal_id);
        w.text(&issuer.arn);
        write_account(w, issuer.account);
        w.option(issuer.user_name.as_deref(), Writer::text);
    });
    w.signed(session.created.millis());
    w.byte(session.mfa_authenticated.into());
    w.option(session.source_identity.as_deref(), Writer::text);
    w.option(session.web_identity.as_ref(), |w, web| {
        w.text(&web.federated_provider);
        w.number(web.attributes.len() as u64);
        for (name, value) in &web.attributes {
            w.text(name);
            w.text(value);
        }
    });
}

fn read_session(r: &mut Reader<'_>) -> Result<SessionContext, DecodeError> {
    Ok(SessionContext {
        issuer: r.option(|r| {
            Ok(SessionIssuer {
                kind: read_choice(r, &ISSUER_KINDS)?,
                principal_id: r.string()?,
                arn: r.string()?,
                account: read_account(r)?,
                user_name: r.option(Reader::string)?,
            })
        })?,
        created: Timestamp::from_millis(r.signed()?),
        mfa_authenticated: r.bool()?,
        source_identity: r.option(Reader::string)?,
        web_identity: r.option(|r| {
            let federated_provider = r.string()?;
            let attributes = r.list(|r| Ok((r.string()?, r.string()?)))?;
            Ok(WebIdFederationData { federated_provider, attributes: BTreeMap::from_iter(attributes) })
        })?,
    })
}

// The number of a choice on disk is its place here plus one: only ever append.
const IDENTITY_KINDS: [IdentityKind; 9] = [
    IdentityKind::Root,
    IdentityKind::IamUser,
    IdentityKind::AssumedRole,
    IdentityKind::FederatedUser,
    IdentityKind::AwsAccount,
    IdentityKind::AwsService,
    IdentityKind::WebIdentityUser,
    IdentityKind::SamlUser,
    IdentityKind::Unknown,
];
const ISSUER_KINDS: [IssuerKind; 3] = [IssuerKind::Role, IssuerKind::IamUser, IssuerKind::Root];
const EVENT_TYPES: [EventType; 4] = [
    EventType::AwsApiCall,
    EventType::AwsServiceEvent,
    EventType::AwsConsoleSignIn,
    EventType::AwsConsoleAction,
];
const CATEGORIES: [Category; 2] = [Category::Management, Category::Data];
const VERDICTS: [Verdict; 3] = [Verdict::Allow, Verdict::ImplicitDeny, Verdict::ExplicitDeny];

/// 0 for what the list does not have; the tests prove that nothing is missing.
fn number_of<T: PartialEq>(choice: T, all: &[T]) -> u8 {
    all.iter().position(|one| *one == choice).map_or(0, |place| place as u8 + 1)
}

fn read_choice<T: Copy>(r: &mut Reader<'_>, all: &[T]) -> Result<T, DecodeError> {
    let place = usize::from(r.byte()?).checked_sub(1).ok_or(DecodeError::Malformed)?;
    all.get(place).copied().ok_or(DecodeError::Malformed)
}

fn write_account(w: &mut Writer<'_>, account: AccountId) {
    w.number(account.number());
}

fn read_account(r: &mut Reader<'_>) -> Result<AccountId, DecodeError> {
    AccountId::from_number(r.number()?).ok_or(DecodeError::Malformed)
}

fn read_cow(r: &mut Reader<'_>) -> Result<Cow<'static, str>, DecodeError> {
    r.string().map(Cow::Owned)
}

/// JSON as text: it is read back only when the event is.
fn write_value(w: &mut Writer<'_>, value: &Value) {
    w.text(&value.to_string());
}

fn read_value(r: &mut Reader<'_>) -> Result<Value, DecodeError> {
    serde_json::from_str(r.text()?).map_err(|_| DecodeError::Malformed)
}

/// 1 and sixteen bytes for a UUID in its usual form, 0 and the text for anything else.
fn write_id(w: &mut Writer<'_>, id: &str) {
    match uuid_bytes(id) {
        Some(bytes) => {
            w.byte(1);
            w.out.extend_from_slice(&bytes);
        }
        None => {
            w.byte(0);
            w.text(id);
        }
    }
}

fn read_id(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    if r.bool()? { Ok(uuid_text(r.array()?)) } else { r.string() }
}

/// The bytes of a UUID in lower case with its four hyphens; none for any other text, so that all come back alike.
fn uuid_bytes(text: &str) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let mut digits = 0usize;
    let mut bytes = [0u8; 16];
    for (place, byte) in text.iter().enumerate() {
        if matches!(place, 8 | 13 | 18 | 23) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        let slot = bytes.get_mut(digits / 2)?;
        *slot = (*slot << 4) | digit;
        digits += 1;
    }
    Some(bytes)
}

fn uuid_text(bytes: [u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::{samples, strange};
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for event in samples().into_iter().chain([strange()]) {
            assert_eq!(Event::decode(&event.encode()), Ok(event));
        }
    }

    #[test]
    fn every_choice_has_a_number() {
        // Matches without a wildcard: a new variant does not compile until it is added here and to the list.
        for kind in IDENTITY_KINDS {
            let name = match kind {
                IdentityKind::Root => "Root",
                IdentityKind::IamUser => "IAMUser",
                IdentityKind::AssumedRole => "AssumedRole",
                IdentityKind::FederatedUser => "FederatedUser",
                IdentityKind::AwsAccount => "AWSAccount",
                IdentityKind::AwsService => "AWSService",
                IdentityKind::WebIdentityUser => "WebIdentityUser",
                IdentityKind::SamlUser => "SAMLUser",
                IdentityKind::Unknown => "Unknown",
            };
            assert_eq!(serde_json::to_value(kind).unwrap(), name);
        }
        assert_eq!(number_of(IdentityKind::Unknown, &IDENTITY_KINDS), 9);
        assert_eq!(number_of(EventType::AwsConsoleAction, &EVENT_TYPES), 4);
        assert_eq!(number_of(Category::Data, &CATEGORIES), 2);
        assert_eq!(number_of(Verdict::ExplicitDeny, &VERDICTS), 3);
        assert_eq!(number_of(IssuerKind::Root, &ISSUER_KINDS), 3);
    }

    #[test]
    fn broken_records_are_refused_without_a_panic() {
        for event in samples() {
            let bytes = event.encode();
            for end in 0..bytes.len() {
                assert_eq!(Event::decode(&bytes[..end]), Err(DecodeError::Malformed), "cut at {end}");
            }
            for place in 0..bytes.len() {
                for bit in 0..8 {
                    let mut bytes = bytes.clone();
                    bytes[place] ^= 1 << bit;
                    let _may_be_another_event = Event::decode(&bytes);
                }
            }
            let longer: Vec<u8> = bytes.iter().copied().chain([0]).collect();
            assert_eq!(Event::decode(&longer), Err(DecodeError::Malformed));
        }
        assert_eq!(Event::decode(&[]), Err(DecodeError::Malformed));
        assert_eq!(Event::decode(&[VERSION + 1, 0]), Err(DecodeError::NewerFormat(VERSION + 1)));
    }

    #[test]
    fn only_a_plain_uuid_is_shortened() {
        let uuid = "93ba9ff8-2a47-4a0e-8a0c-1f5a0a3f9d11";
        assert_eq!(uuid_bytes(uuid).map(uuid_text).as_deref(), Some(uuid));
        for other in ["", "x", &uuid.to_uppercase(), &uuid.replace('-', "0"), &uuid.replace('9', "g")] {
            assert_eq!(uuid_bytes(other), None);
        }
    }
}
