//! SAML metadata of an identity provider (SAML 2.0 Metadata): read, and checked for what federation needs of it.
//!
//! Whatever is wrong, IAM answers `Could not parse metadata`. As on AWS, the dates of certificates are not looked at
//! (SAML 2.0 Metadata Interoperability Profile); their keys and extensions are.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keygate_ident::Timestamp;
use keygate_state::InvalidInput;
use roxmltree::{Document, Node, ParsingOptions};

use crate::key_material::Certificate;

/// What a valid metadata document says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    /// When it ends to be valid, if it says so.
    pub(super) valid_until: Option<Timestamp>,
}

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Elements, attributes and texts of a document: far more than any identity provider's has.
const MAX_NODES: u32 = 200_000;
/// Namespace declarations of a document, their different prefixes, and attributes of one element. The reader's work
/// grows with the square of these and faster, so they are counted before it begins.
const MAX_NAMESPACES: usize = 4096;
const MAX_PREFIXES: usize = 64;
const MAX_ATTRIBUTES: usize = 256;
/// Longest entity id (SAML 2.0 Core, 8.3.6).
const MAX_ENTITY_ID: usize = 1024;
/// Smallest RSA key of a certificate, in bits (IAM User Guide, "Create a SAML identity provider in IAM").
const MIN_RSA_BITS: usize = 1024;

/// Reads a metadata document.
///
/// # Errors
/// It is no XML, has a document type, describes no identity provider, or one without entity id, single sign-on
/// service or usable signing certificate.
pub(super) fn parse(text: &str) -> Result<Metadata, InvalidInput> {
    read(text).ok_or_else(|| InvalidInput::new("Could not parse metadata"))
}

fn read(text: &str) -> Option<Metadata> {
    // AWS wants UTF-8 without a byte order mark.
    if text.starts_with('\u{feff}') || !is_modest(text) {
        return None;
    }
    // A document type could define entities, and is refused with them.
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).ok()?;
    let entity = document.root_element();
    if !entity.has_tag_name((METADATA, "EntityDescriptor")) {
        return None;
    }
    let id = entity.attribute("entityID")?;
    if id.is_empty() || id.chars().count() > MAX_ENTITY_ID {
        return None;
    }
    let mut roles =
        children(entity, METADATA, "IDPSSODescriptor").filter(|role| speaks_saml(*role)).peekable();
    roles.peek()?;
    if !roles.all(is_usable) {
        return None;
    }
    let valid_until = match entity.attribute("validUntil") {
        None => None,
        Some(text) => Some(instant(text)?),
    };
    Some(Metadata { valid_until })
}

/// Whether the document is within the bounds of attributes and namespaces, counted generously: without reading it.
fn is_modest(text: &str) -> bool {
    let equals = |piece: &str| piece.bytes().filter(|byte| *byte == b'=').count();
    // A tag begins at a `<`, and no `<` may stand inside it.
    let attributes = text.split('<').all(|piece| equals(piece) <= MAX_ATTRIBUTES);
    let declarations = text.split("xmlns").skip(1);
    let prefixes: BTreeSet<&str> =
        declarations.clone().map(|rest| rest.split('=').next().unwrap_or_default()).collect();
    attributes && declarations.count() <= MAX_NAMESPACES && prefixes.len() <= MAX_PREFIXES
}

/// Whether the role can be signed in with: somewhere to send users to, and certificates to check assertions by.
fn is_usable(role: Node<'_, '_>) -> bool {
    let mut services = children(role, METADATA, "SingleSignOnService").peekable();
    let mut certificates = children(role, METADATA, "KeyDescriptor")
        // Keys without a use sign and encrypt.
        .filter(|key| key.attribute("use").is_none_or(|purpose| purpose == "signing"))
        .flat_map(|key| {
            let wanted = |node: &Node<'_, '_>| node.has_tag_name((SIGNATURE, "X509Certificate"));
            key.descendants().filter(wanted)
        })
        .peekable();
    services.peek().is_some()
        && services.all(is_service)
        && certificates.peek().is_some()
        && certificates.all(|certificate| only_text(certificate).is_some_and(is_certificate))
}

fn children<'a, 'input>(
    node: Node<'a, 'input>,
    namespace: &'static str,
    name: &'static str,
) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(move |child| child.has_tag_name((namespace, name)))
}

/// The text of an element that contains nothing else: another reader would put other pieces together.
fn only_text<'a>(element: Node<'a, '_>) -> Option<&'a str> {
    let mut children = element.children();
    children.next().filter(|_| children.next().is_none())?.text()
}

fn speaks_saml(role: Node<'_, '_>) -> bool {
    let protocols = role.attribute("protocolSupportEnumeration").unwrap_or_default();
    protocols.split_ascii_whitespace().any(|protocol| protocol == PROTOCOL)
}

fn is_service(service: Node<'_, '_>) -> bool {
    let location = service.attribute("Location").unwrap_or_default();
    let host = location.strip_prefix("https://").or_else(|| location.strip_prefix("http://"));
    let has_host = host.is_some_and(|host| !host.is_empty() && !host.starts_with(['/', '?', '#']));
    let is_url = has_host && !location.contains(|c: char| c.is_whitespace() || c.is_control());
    is_url && service.attribute("Binding").is_some_and(|binding| !binding.is_empty())
}

/// A certificate with an RSA or elliptic key of some strength, and no extension twice.
fn is_certificate(text: &str) -> bool {
    let text: String = text.split_ascii_whitespace().collect();
    let Ok(der) = STANDARD.decode(text) else { return false };
    let Ok(certificate) = Certificate::parse(&der) else { return false };
    let is_strong =
        certificate.has_elliptic_key() || certificate.rsa_bits().is_some_and(|bits| bits >= MIN_RSA_BITS);
    is_strong && certificate.has_each_extension_once()
}

/// An `xs:dateTime`; one without a time zone is UTC, as SAML's times are.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().or_else(|_| format!("{text}Z").parse()).ok().map(Timestamp::to_whole_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml_provider::testing::{CERTIFICATE, document, idp};

    const ID: &str = r#"entityID="https://idp.example.com/saml""#;

    fn check(text: &str, expected: Option<Option<&str>>) {
        let expected = expected
            .map(|valid_until| Metadata { valid_until: valid_until.map(|time| time.parse().unwrap()) })
            .ok_or_else(|| InvalidInput::new("Could not parse metadata"));
        assert_eq!(parse(text), expected, "{text}");
    }

    #[test]
    fn documents_of_identity_providers() {
        let good = idp(CERTIFICATE);
        let other_role =
            r#"<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>"#;
        let folded = CERTIFICATE.replace('\n', "");
        for (text, valid_until) in [
            (document(ID, &good), None),
            (document(ID, &idp(include_str!("fixtures/ec-p256.b64"))), None),
            (document(ID, &idp(&folded)), None),
            (document(ID, &format!("{other_role}{good}")), None),
            (document(ID, &format!("{good}{good}")), None),
            (document(ID, &good.replace(r#" use="signing""#, "")), None),
            // Keys that only encrypt are of no concern.
            (
                document(
                    ID,
                    &good.replace("<md:Single", r#"<md:KeyDescriptor use="encryption"/><md:Single"#),
                ),
                None,
            ),
            (
                document(&format!(r#"{ID} validUntil="2030-01-02T03:04:05.678Z""#), &good),
                Some("2030-01-02T03:04:05Z"),
            ),
            (
                document(&format!(r#"{ID} validUntil="2030-01-02T03:04:05+01:00""#), &good),
                Some("2030-01-02T02:04:05Z"),
            ),
            // A date in the past is the provider's affair: it can be read, and nobody will get in.
            (
                document(&format!(r#"{ID} validUntil="2001-02-03T04:05:06""#), &good),
                Some("2001-02-03T04:05:06Z"),
            ),
            // Without prefixes.
            (document(ID, &good).replace("md:", "").replace("xmlns:md", "xmlns"), None),
        ] {
            check(&text, Some(valid_until));
        }
    }

    #[test]
    fn what_would_keep_the_reader_busy_is_not_read() {
        let attributes = |count: usize| (0..count).map(|n| format!(" a{n}=''")).collect::<String>();
        let element = |count: usize| format!("<x xmlns='urn:x'{}/>", attributes(count));
        check(&document(ID, &format!("{}{}", idp(CERTIFICATE), element(200))), Some(None));
        check(&document(ID, &format!("{}{}", idp(CERTIFICATE), element(MAX_ATTRIBUTES))), None);
        let nested = |count: usize| {
            let open: String = (0..count).map(|n| format!("<x xmlns:p{n}='urn:{n}'>")).collect();
            format!("{}{open}{}", idp(CERTIFICATE), "</x>".repeat(count))
        };
        check(&document(ID, &nested(50)), Some(None));
        check(&document(ID, &nested(MAX_PREFIXES)), None);
        let wide = "<x xmlns='urn:x'/>".repeat(MAX_NAMESPACES);
        check(&document(ID, &format!("{}{wide}", idp(CERTIFICATE))), None);
    }

    #[test]
    fn a_damaged_document_is_refused_or_read_and_nothing_else() {
        let good = document(ID, &idp(CERTIFICATE));
        for at in 0..good.len() {
            let (head, tail) = good.split_at(at);
            assert!(parse(head).is_err(), "{head}");
            for letter in ['<', '"', '&', 'A', '\u{0}'] {
                // A letter less, another in its place: whatever comes of it, it is no panic.
                let _ = parse(&format!("{head}{letter}{}", &tail[1..]));
            }
        }
    }

    #[test]
    fn everything_else() {
        let good = idp(CERTIFICATE);
        let replaced = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            document(ID, &good.replace(from, to))
        };
        let whole = document(ID, &good);
        let long_id = format!(r#"entityID="{}""#, "x".repeat(1025));
        for text in [
            String::new(),
            "{}".to_owned(),
            whole.replace("</md:EntityDescriptor>", ""),
            format!("\u{feff}{whole}"),
            whole.replacen("?>", "?>\n<!DOCTYPE x [<!ENTITY e \"e\">]>", 1),
            whole.replace("SAML:2.0:metadata", "SAML:1.1:metadata"),
            whole.replace("md:EntityDescriptor", "md:EntitiesDescriptor"),
            document("", &good),
            document(r#"entityID="""#, &good),
            document(&long_id, &good),
            document(&format!(r#"{ID} validUntil="tomorrow""#), &good),
            document(ID, ""),
            replaced("IDPSSODescriptor", "SPSSODescriptor"),
            replaced("SAML:2.0:protocol", "SAML:1.1:protocol"),
            replaced("SingleSignOnService", "SingleLogoutService"),
            replaced("https://idp.example.com/sso", "/sso"),
            replaced("https://idp.example.com/sso", "https:///sso"),
            replaced("https://idp.example.com/sso", "javascript:alert(1)"),
            replaced("https://idp.example.com/sso", "https://idp.example.com/s so"),
            replaced("urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST", ""),
            replaced(r#"use="signing""#, r#"use="encryption""#),
            replaced("ds:X509Certificate", "ds:X509CRL"),
            replaced(CERTIFICATE, ""),
            // Two readers might put these together differently.
            replaced(CERTIFICATE, &format!("{CERTIFICATE}<!-- -->bm8gY2VydGlmaWNhdGU=")),
            replaced(
                CERTIFICATE,
                &format!("{CERTIFICATE}<ds:X509Certificate>{CERTIFICATE}</ds:X509Certificate>"),
            ),
            replaced(CERTIFICATE, &format!("<!-- {CERTIFICATE} -->")),
            replaced(CERTIFICATE, "bm8gY2VydGlmaWNhdGU="),
            replaced(CERTIFICATE, "not base64"),
            replaced(CERTIFICATE, include_str!("fixtures/rsa-512.b64")),
            replaced(CERTIFICATE, include_str!("fixtures/rsa-2048-repeated-extension.b64")),
            // One usable certificate does not make up for another that is none.
            document(ID, &format!("{good}{}", idp("bm8gY2VydGlmaWNhdGU="))),
        ] {
            check(&text, None);
        }
    }
}
