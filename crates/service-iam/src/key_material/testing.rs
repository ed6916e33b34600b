//! Keys and certificates for tests: RSA keys, which take long to make, as texts; certificates made when needed.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};

use super::{der, pem};

/// One RSA public key of 2,048 bits, as ssh-keygen writes it.
pub(crate) const SSH_KEY: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCtuI3T88+fZPQtToDhRKQgRwlDgLjX+BsSCh42/LQL1YmjBNMyfQAfDHaDzUA5XOB96VL6MOOZK9S11ktwbfCWl0exLeN8a/TrEgho/LuUW68Y3puO3s/ncygYucs+f6X/8CUVDBE35/wSWoR3VDvdq1FmGn0ppQVJTG2zI3TPov7h0dDPQ6YBzIvCRzpJLziuKIP+/9AQ9zbQdX8LIxOq2BDXoEc9TyacsAJUQbUj8RKffHDjnn3sYMW2woOBxVWhYBwg09Rr5dg3YUKLoNfg0s73dq9MaLmFzJTv32PSnkmTPXLQCgZk1Z8q4MThYm8ViyWwznbUb7aAnF38KWEP";
/// The same key as openssl writes it.
pub(crate) const SSH_PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEArbiN0/PPn2T0LU6A4USk\n\
IEcJQ4C41/gbEgoeNvy0C9WJowTTMn0AHwx2g81AOVzgfelS+jDjmSvUtdZLcG3w\n\
lpdHsS3jfGv06xIIaPy7lFuvGN6bjt7P53MoGLnLPn+l//AlFQwRN+f8ElqEd1Q7\n\
3atRZhp9KaUFSUxtsyN0z6L+4dHQz0OmAcyLwkc6SS84riiD/v/QEPc20HV/CyMT\n\
qtgQ16BHPU8mnLACVEG1I/ESn3xw45597GDFtsKDgcVVoWAcINPUa+XYN2FCi6DX\n\
4NLO93avTGi5hcyU799j0p5Jkz1y0AoGZNWfKuDE4WJvFYslsM521G+2gJxd/Clh\n\
DwIDAQAB\n\
-----END PUBLIC KEY-----";
/// The same key in PKCS#1.
pub(crate) const SSH_PKCS1: &str = "-----BEGIN RSA PUBLIC KEY-----\n\
MIIBCgKCAQEArbiN0/PPn2T0LU6A4USkIEcJQ4C41/gbEgoeNvy0C9WJowTTMn0A\n\
Hwx2g81AOVzgfelS+jDjmSvUtdZLcG3wlpdHsS3jfGv06xIIaPy7lFuvGN6bjt7P\n\
53MoGLnLPn+l//AlFQwRN+f8ElqEd1Q73atRZhp9KaUFSUxtsyN0z6L+4dHQz0Om\n\
AcyLwkc6SS84riiD/v/QEPc20HV/CyMTqtgQ16BHPU8mnLACVEG1I/ESn3xw4559\n\
7GDFtsKDgcVVoWAcINPUa+XYN2FCi6DX4NLO93avTGi5hcyU799j0p5Jkz1y0AoG\n\
ZNWfKuDE4WJvFYslsM521G+2gJxd/ClhDwIDAQAB\n\
-----END RSA PUBLIC KEY-----";
/// What `ssh-keygen -l -E md5` says of it.
pub(crate) const SSH_FINGERPRINT: &str = "20:36:25:bd:b8:00:f6:b4:5e:c9:38:65:dc:78:53:90";
/// A key of another sort.
pub(crate) const SSH_ED25519: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAN3OoSTYAdVXNzKj8KD0WhNJMFV+5nKEUIyJ/k9f/AR";

/// A certificate authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// One that signs itself.
    pub(crate) fn new(name: &str) -> Self {
        Self::with_key(name, KeyPair::generate().unwrap())
    }

    /// One that signs itself with this key.
    pub(crate) fn with_key(name: &str, key: KeyPair) -> Self {
        Self(CertifiedIssuer::self_signed(authority(name), key).unwrap())
    }

    /// One that this one vouches for.
    pub(crate) fn below(&self, name: &str) -> Self {
        Self(CertifiedIssuer::signed_by(authority(name), KeyPair::generate().unwrap(), &self.0).unwrap())
    }

    /// Its certificate.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate that it issues for the whole life of the tests' clock, and its private key.
    pub(crate) fn leaf(&self, name: &str) -> (String, String) {
        self.leaf_between(name, (2020, 1, 1), (2040, 1, 1))
    }

    /// The same with a time of its own.
    pub(crate) fn leaf_between(
        &self,
        name: &str,
        from: (i32, u8, u8),
        until: (i32, u8, u8),
    ) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([format!("{name}.example.com")]).unwrap();
        params.not_before = date_time_ymd(from.0, from.1, from.2);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        (params.signed_by(&key, &self.0).unwrap().pem(), key.serialize_pem())
    }
}

/// The key in the form from before PKCS#8, which is what stands inside PKCS#8.
pub(crate) fn traditional(key: &KeyPair, label: &str) -> String {
    let pkcs8 = key.serialize_der();
    let mut info = der::Reader::new(&pkcs8).sequence().unwrap();
    info.any().unwrap();
    info.any().unwrap();
    pem::encode(label, info.any().unwrap().content)
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}
