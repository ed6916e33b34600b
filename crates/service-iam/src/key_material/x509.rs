//! X.509 certificates (RFC 5280): what they certify, how long, and who signed them.
//!
//! What extensions say is not looked at: nothing here trusts a certificate. A signature is verified to see that a chain
//! is one.

use std::collections::BTreeSet;

use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, ED25519, UnparsedPublicKey, VerificationAlgorithm,
};
use keygate_ident::Timestamp;

use super::der::{self, Malformed, Reader};

/// A certificate; borrows from its DER form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Certificate<'a> {
    /// What is signed.
    signed: &'a [u8],
    issuer: &'a [u8],
    subject: &'a [u8],
    /// The first second of its time.
    pub(crate) not_before: Timestamp,
    /// The last second of its time.
    pub(crate) not_after: Timestamp,
    /// OID of the public key's algorithm.
    key_algorithm: &'a [u8],
    /// The public key as its algorithm writes it: PKCS#1 for RSA, a point for elliptic curves.
    pub(crate) public_key: &'a [u8],
    /// OID of the signature's algorithm.
    algorithm: &'a [u8],
    signature: &'a [u8],
    /// The sequence of extensions, if there are any.
    extensions: Option<&'a [u8]>,
}

/// Longest DER form that is read: far more than any certificate's, and little enough that reading costs nothing.
const MAX_BYTES: usize = 64 * 1024;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
/// 1.2.840.113549.1.1.1 (RFC 3279).
const RSA_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// 1.2.840.10045.2.1 (RFC 5480).
const ELLIPTIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

impl<'a> Certificate<'a> {
    /// The certificate in these bytes.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX_BYTES {
            return Err(Malformed);
        }
        let mut outer = Reader::new(bytes);
        let mut certificate = outer.sequence()?;
        outer.end()?;
        let signed = certificate.any()?;
        if signed.tag != der::SEQUENCE {
            return Err(Malformed);
        }
        let algorithm = certificate.any()?;
        let signature = certificate.bits()?;
        certificate.end()?;

        let mut inside = Reader::new(signed.content);
        if inside.peek() == Some(VERSION) {
            inside.any()?;
        }
        inside.expect(der::INTEGER)?;
        // Both places must name one algorithm (RFC 5280, 4.1.1.2).
        if inside.any()?.encoding != algorithm.encoding {
            return Err(Malformed);
        }
        let issuer = inside.any()?;
        let mut validity = inside.sequence()?;
        let (not_before, not_after) = (time(&mut validity)?, time(&mut validity)?);
        validity.end()?;
        let subject = inside.any()?;
        if issuer.tag != der::SEQUENCE || subject.tag != der::SEQUENCE {
            return Err(Malformed);
        }
        let mut key = inside.sequence()?;
        let key_algorithm = key.sequence()?.expect(der::OBJECT_IDENTIFIER)?;
        let public_key = key.bits()?;
        key.end()?;
        // Unique ids and extensions: well formed, no more.
        let mut extensions = None;
        while inside.peek().is_some() {
            let element = inside.any()?;
            if element.tag == EXTENSIONS {
                extensions = Some(element.content);
            }
        }
        Ok(Self {
            signed: signed.encoding,
            issuer: issuer.encoding,
            subject: subject.encoding,
            not_before,
            not_after,
            key_algorithm,
            public_key,
            algorithm: Reader::new(algorithm.encoding).sequence()?.expect(der::OBJECT_IDENTIFIER)?,
            signature,
            extensions,
        })
    }

    /// Bits of the modulus, if the key is an RSA key.
    pub(crate) fn rsa_bits(&self) -> Option<usize> {
        let modulus = || Reader::new(self.public_key).sequence()?.positive();
        let modulus = (self.key_algorithm == RSA_KEY).then(modulus)?.ok()?;
        let leading = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
        Some((modulus.len() * 8).saturating_sub(leading))
    }

    /// Whether the key is a point on an elliptic curve.
    pub(crate) fn has_elliptic_key(&self) -> bool {
        self.key_algorithm == ELLIPTIC_KEY
    }

    /// Whether no extension is there twice (RFC 5280, 4.2).
    pub(crate) fn has_each_extension_once(&self) -> bool {
        let Some(content) = self.extensions else { return true };
        let read = || {
            let mut extensions = Reader::new(content).sequence()?;
            let mut seen = BTreeSet::new();
            while extensions.peek().is_some() {
                let id = extensions.sequence()?.expect(der::OBJECT_IDENTIFIER)?;
                if !seen.insert(id) {
                    return Err(Malformed);
                }
            }
            Ok(())
        };
        read().is_ok()
    }

    /// Whether this is a time at which the certificate is valid.
    pub(crate) fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// Whether the other certificate is the issuer's, and its key made this certificate's signature.
    pub(crate) fn is_signed_by(&self, issuer: &Certificate<'_>) -> bool {
        self.issuer == issuer.subject
            && algorithms(self.algorithm).iter().any(|algorithm| {
                let key = UnparsedPublicKey::new(*algorithm, issuer.public_key);
                key.verify(self.signed, self.signature).is_ok()
            })
    }
}

/// `UTCTime` or `GeneralizedTime`, in the only forms that RFC 5280 allows.
fn time(reader: &mut Reader<'_>) -> Result<Timestamp, Malformed> {
    let element = reader.any()?;
    let text = std::str::from_utf8(element.content).map_err(|_| Malformed)?;
    let (century, rest) = match element.tag {
        // RFC 5280, 4.1.2.5.1: years up to 49 are of this century.
        der::UTC_TIME if text < "50" => ("20", text),
        der::UTC_TIME => ("19", text),
        der::GENERALIZED_TIME => text.split_at_checked(2).ok_or(Malformed)?,
        _ => return Err(Malformed),
    };
    let digits = rest.strip_suffix('Z').ok_or(Malformed)?;
    if digits.len() != 12 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Malformed);
    }
    let pair = |at: usize| digits.get(at..at + 2).unwrap_or_default();
    let iso = format!("{century}{}-{}-{}T{}:{}:{}Z", pair(0), pair(2), pair(4), pair(6), pair(8), pair(10));
    iso.parse().map_err(|_| Malformed)
}

/// The algorithms that an OID may stand for: the key's curve and parameters choose among several. None for an
/// algorithm that is not known.
fn algorithms(oid: &[u8]) -> &'static [&'static dyn VerificationAlgorithm] {
    const PKCS1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
    const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
    const EDWARDS_25519: &[u8] = &[0x2b, 0x65, 0x70];
    if oid == EDWARDS_25519 {
        return &[&ED25519];
    }
    match (oid.strip_prefix(PKCS1), oid.strip_prefix(ECDSA)) {
        (Some([5]), _) => &[&signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY],
        (Some([10]), _) => &[
            &signature::RSA_PSS_2048_8192_SHA256,
            &signature::RSA_PSS_2048_8192_SHA384,
            &signature::RSA_PSS_2048_8192_SHA512,
        ],
        (Some([11]), _) => &[&signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY],
        (Some([12]), _) => &[&signature::RSA_PKCS1_2048_8192_SHA384],
        (Some([13]), _) => &[&signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY],
        (_, Some([2])) => &[&ECDSA_P256_SHA256_ASN1, &ECDSA_P384_SHA256_ASN1, &ECDSA_P521_SHA256_ASN1],
        (_, Some([3])) => &[&ECDSA_P256_SHA384_ASN1, &ECDSA_P384_SHA384_ASN1, &ECDSA_P521_SHA384_ASN1],
        (_, Some([4])) => &[&ECDSA_P256_SHA512_ASN1, &ECDSA_P384_SHA512_ASN1, &ECDSA_P521_SHA512_ASN1],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{
        CertificateParams, CustomExtension, KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA512,
    };

    use super::*;
    use crate::key_material::blocks;
    use crate::key_material::testing::{Authority, SSH_PEM};

    fn is_signed_by(leaf: &str, issuer: &str) -> bool {
        let (leaf, issuer) = (blocks(leaf).unwrap(), blocks(issuer).unwrap());
        let parse = |block: &'_ crate::key_material::Block| block.der.to_vec();
        let (leaf, issuer) = (parse(&leaf[0]), parse(&issuer[0]));
        Certificate::parse(&leaf).unwrap().is_signed_by(&Certificate::parse(&issuer).unwrap())
    }

    #[test]
    fn signatures_of_every_sort_of_key() {
        for kind in [&rcgen::PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519, &PKCS_RSA_SHA512]
        {
            let authority = Authority::with_key("one", KeyPair::generate_for(kind).unwrap());
            let (leaf, _) = authority.leaf("leaf");
            assert!(is_signed_by(&leaf, &authority.pem()));
            assert!(is_signed_by(&authority.pem(), &authority.pem()));
            // Another authority of the same name, and one with the same key but another name.
            assert!(!is_signed_by(&leaf, &Authority::new("one").pem()));
            assert!(!is_signed_by(&authority.pem(), &leaf));
        }
    }

    #[test]
    fn the_time_is_read() {
        let (leaf, _) = Authority::new("one").leaf_between("leaf", (2020, 1, 2), (2055, 3, 4));
        let der = blocks(&leaf).unwrap().remove(0).der;
        let certificate = Certificate::parse(&der).unwrap();
        assert_eq!(certificate.not_before.to_string(), "2020-01-02T00:00:00Z");
        assert_eq!(certificate.not_after.to_string(), "2055-03-04T00:00:00Z");
        for (now, valid) in [
            ("2020-01-01T23:59:59Z", false),
            ("2020-01-02T00:00:00Z", true),
            ("2055-03-04T00:00:00Z", true),
            ("2055-03-04T00:00:01Z", false),
        ] {
            assert_eq!(certificate.is_valid_at(now.parse().unwrap()), valid, "{now}");
        }
    }

    #[test]
    fn large_ones_are_not_read() {
        let with_extension = |bytes: usize| {
            let mut params = CertificateParams::new([]).unwrap();
            params.custom_extensions.push(CustomExtension::from_oid_content(&[1, 2, 3], vec![0; bytes]));
            params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
        };
        assert!(Certificate::parse(&with_extension(64_000)).unwrap().has_each_extension_once());
        assert!(Certificate::parse(&with_extension(MAX_BYTES)).is_err());
    }

    #[test]
    fn what_is_no_certificate() {
        let (leaf, _) = Authority::new("one").leaf("leaf");
        let good = blocks(&leaf).unwrap().remove(0).der;
        assert!(Certificate::parse(&good).is_ok());
        // Cut or lengthened anywhere, or another thing altogether: never a panic, never a certificate.
        for length in 0..good.len() {
            assert!(Certificate::parse(&good[..length]).is_err());
        }
        assert!(Certificate::parse(&[&good[..], &[0]].concat()).is_err());
        assert!(Certificate::parse(&blocks(SSH_PEM).unwrap()[0].der).is_err());
        // A changed byte makes another certificate at most, and that one nobody signed.
        for at in 0..good.len() {
            let mut changed = good.to_vec();
            changed[at] ^= 0x20;
            let _ = Certificate::parse(&changed).map(|certificate| certificate.is_signed_by(&certificate));
        }
    }
}
