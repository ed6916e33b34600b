//! RSA public keys in the two encodings that IAM knows: OpenSSH's one line (RFC 4253) and PEM.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::{der, pem};

/// Shortest modulus that IAM accepts, in bits.
const MIN_BITS: usize = 2048;
/// Longest modulus accepted, in bits: what OpenSSH makes.
const MAX_BITS: usize = 16384;
const SSH_RSA: &str = "ssh-rsa";
/// 1.2.840.113549.1.1.1, with its parameters: the algorithm of RSA keys (RFC 3279).
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// An RSA public key: both numbers without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RsaPublicKey {
    exponent: Vec<u8>,
    modulus: Vec<u8>,
}

/// How a key is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// `ssh-rsa AAAA… comment`
    Ssh,
    /// `-----BEGIN PUBLIC KEY-----`, also read as `RSA PUBLIC KEY`
    Pem,
}

/// Why a text is not taken as a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is in neither encoding.
    Encoding,
    /// It is in one of them, but no RSA key of 2,048 to 16,384 bits.
    Key,
}

impl Encoding {
    /// `SSH` or `PEM`, as on the wire.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "SSH" => Some(Self::Ssh),
            "PEM" => Some(Self::Pem),
            _ => None,
        }
    }
}

impl RsaPublicKey {
    /// The key in this text, and how it is encoded.
    pub(crate) fn parse(text: &str) -> Result<(Encoding, Self), Refusal> {
        let text = text.trim();
        let (encoding, key) = if text.starts_with("-----BEGIN ") {
            (Encoding::Pem, Self::from_pem(text)?)
        } else {
            (Encoding::Ssh, Self::from_ssh(text)?)
        };
        let bits = key.bits();
        // The exponent of a usable key is odd and more than one.
        let exponent = key.exponent.len() <= 8
            && key.exponent.as_slice() != [1]
            && key.exponent.last().is_some_and(|last| last % 2 == 1);
        if exponent && (MIN_BITS..=MAX_BITS).contains(&bits) {
            Ok((encoding, key))
        } else {
            Err(Refusal::Key)
        }
    }

    /// In OpenSSH's form, without a comment.
    pub(crate) fn to_ssh(&self) -> String {
        format!("{SSH_RSA} {}", STANDARD.encode(self.wire()))
    }

    /// As PEM: X.509's SubjectPublicKeyInfo.
    pub(crate) fn to_pem(&self) -> String {
        let numbers = [der::positive(&self.modulus), der::positive(&self.exponent)].concat();
        let key = der::element(der::SEQUENCE, &numbers);
        let algorithm =
            [der::element(der::OBJECT_IDENTIFIER, RSA_ENCRYPTION), der::element(der::NULL, &[])].concat();
        let info = [der::element(der::SEQUENCE, &algorithm), der::bits(&key)].concat();
        pem::encode("PUBLIC KEY", &der::element(der::SEQUENCE, &info))
    }

    /// MD5 of the key's form on the wire, as `ssh-keygen -l -E md5` shows it.
    pub(crate) fn fingerprint(&self) -> String {
        let bytes: Vec<String> = Md5::digest(self.wire()).iter().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(":")
    }

    fn bits(&self) -> usize {
        let leading = self.modulus.first().map_or(0, |first| first.leading_zeros() as usize);
        (self.modulus.len() * 8).saturating_sub(leading)
    }

    /// RFC 4253, 6.6: the name, the exponent, the modulus, each with its length before it.
    fn wire(&self) -> Vec<u8> {
        let mut wire = Vec::new();
        for field in [SSH_RSA.as_bytes(), &ssh_number(&self.exponent), &ssh_number(&self.modulus)] {
            wire.extend_from_slice(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
            wire.extend_from_slice(field);
        }
        wire
    }

    fn from_ssh(text: &str) -> Result<Self, Refusal> {
        let mut words = text.split_ascii_whitespace();
        let (Some(SSH_RSA), Some(base64)) = (words.next(), words.next()) else {
            return Err(Refusal::Encoding);
        };
        let wire = STANDARD.decode(base64).map_err(|_| Refusal::Key)?;
        let read = || {
            let (name, rest) = ssh_field(&wire)?;
            let (exponent, rest) = ssh_field(rest)?;
            let (modulus, rest) = ssh_field(rest)?;
            (name == SSH_RSA.as_bytes() && rest.is_empty()).then_some((exponent, modulus))
        };
        let (exponent, modulus) = read().ok_or(Refusal::Key)?;
        let positive = |number: &[u8]| match number {
            [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => Ok(rest.to_vec()),
            [1..=0x7f, ..] => Ok(number.to_vec()),
            _ => Err(Refusal::Key),
        };
        Ok(Self { exponent: positive(exponent)?, modulus: positive(modulus)? })
    }

    fn from_pem(text: &str) -> Result<Self, Refusal> {
        let blocks = pem::blocks(text).map_err(|_| Refusal::Key)?;
        let [block] = blocks.as_slice() else { return Err(Refusal::Key) };
        let read = match block.label.as_str() {
            "PUBLIC KEY" => Self::from_info(&block.der),
            "RSA PUBLIC KEY" => Self::from_numbers(&block.der),
            _ => return Err(Refusal::Encoding),
        };
        read.map_err(|_| Refusal::Key)
    }

    /// From a SubjectPublicKeyInfo.
    fn from_info(bytes: &[u8]) -> Result<Self, der::Malformed> {
        let mut outer = der::Reader::new(bytes);
        let mut info = outer.sequence()?;
        outer.end()?;
        let mut algorithm = info.sequence()?;
        if algorithm.expect(der::OBJECT_IDENTIFIER)? != RSA_ENCRYPTION {
            return Err(der::Malformed);
        }
        let key = info.bits()?;
        info.end()?;
        Self::from_numbers(key)
    }

    /// From PKCS#1's RSAPublicKey.
    fn from_numbers(bytes: &[u8]) -> Result<Self, der::Malformed> {
        let mut outer = der::Reader::new(bytes);
        let mut numbers = outer.sequence()?;
        outer.end()?;
        let modulus = numbers.positive()?.to_vec();
        let exponent = numbers.positive()?.to_vec();
        numbers.end()?;
        Ok(Self { exponent, modulus })
    }
}

/// A number as SSH writes it: with a zero before a set first bit.
fn ssh_number(bytes: &[u8]) -> Vec<u8> {
    match bytes.first() {
        Some(0x80..) => [&[0], bytes].concat(),
        _ => bytes.to_vec(),
    }
}

fn ssh_field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_material::testing::{SSH_ED25519, SSH_FINGERPRINT, SSH_KEY, SSH_PEM, SSH_PKCS1};

    #[test]
    fn one_key_in_every_encoding() {
        let (encoding, key) = RsaPublicKey::parse(SSH_KEY).unwrap();
        assert_eq!(encoding, Encoding::Ssh);
        for pem in [SSH_PEM, SSH_PKCS1] {
            assert_eq!(RsaPublicKey::parse(pem), Ok((Encoding::Pem, key.clone())));
        }
        // With a comment, and white space around.
        assert_eq!(RsaPublicKey::parse(&format!("{SSH_KEY} bob@host\n")), Ok((Encoding::Ssh, key.clone())));
        // What ssh-keygen and openssl write.
        assert_eq!(key.to_ssh(), SSH_KEY);
        assert_eq!(key.to_pem(), SSH_PEM);
        assert_eq!(key.fingerprint(), SSH_FINGERPRINT);
        assert_eq!(key.bits(), 2048);
    }

    #[test]
    fn what_is_no_key() {
        let base64 = SSH_KEY.strip_prefix("ssh-rsa ").unwrap();
        let (_, key) = RsaPublicKey::parse(SSH_KEY).unwrap();
        let with = |exponent: &[u8], modulus: &[u8]| RsaPublicKey {
            exponent: exponent.to_vec(),
            modulus: modulus.to_vec(),
        };
        for (text, refusal) in [
            ("not a key".to_owned(), Refusal::Encoding),
            ("ssh-rsa".to_owned(), Refusal::Encoding),
            (SSH_ED25519.to_owned(), Refusal::Encoding),
            (SSH_PEM.replace("PUBLIC KEY", "CERTIFICATE"), Refusal::Encoding),
            ("ssh-rsa !!!".to_owned(), Refusal::Key),
            ("ssh-rsa AAAAB3NzaC1yc2E=".to_owned(), Refusal::Key),
            // The name inside is another.
            (format!("ssh-rsa {}", SSH_ED25519.split(' ').nth(1).unwrap()), Refusal::Key),
            (format!("ssh-rsa {}", &base64[..base64.len() - 4]), Refusal::Key),
            (format!("{SSH_PEM}\n{SSH_PEM}"), Refusal::Key),
            (SSH_PKCS1.replace("RSA ", ""), Refusal::Key),
            // Too short, and with exponents that no key has.
            (with(&key.exponent, &key.modulus[1..]).to_ssh(), Refusal::Key),
            (with(&[1], &key.modulus).to_pem(), Refusal::Key),
            (with(&[4], &key.modulus).to_ssh(), Refusal::Key),
        ] {
            assert_eq!(RsaPublicKey::parse(&text).err(), Some(refusal), "{text}");
        }
    }
}
