//! TLS by given certificates: versions 1.2 and 1.3, HTTP/1.1 only.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{CipherSuite, ProtocolVersion, ServerConfig, ServerConnection};

use crate::request::Tls;
use crate::settings::TlsFiles;

/// Why there is no TLS with these files.
#[derive(Debug)]
pub(crate) struct TlsError {
    path: PathBuf,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Unreadable(rustls::pki_types::pem::Error),
    NoCertificate,
    Refused(rustls::Error),
}

/// A configuration that answers with these certificates.
///
/// # Errors
/// A file cannot be read, holds nothing of its kind, or the key does not belong to the certificate.
pub(crate) fn load(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let certificates = certificates(&files.certificates)?;
    let unreadable = |error| TlsError { path: files.key.clone(), problem: Problem::Unreadable(error) };
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(unreadable)?;
    let refused = |error| TlsError { path: files.certificates.clone(), problem: Problem::Refused(error) };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12]);
    let config = config.map_err(refused)?.with_no_client_auth().with_single_cert(certificates, key);
    let mut config = config.map_err(refused)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let error = |problem| TlsError { path: path.to_owned(), problem };
    let unreadable = |source| error(Problem::Unreadable(source));
    let certificates = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
    let certificates: Vec<_> = certificates.collect::<Result<_, _>>().map_err(unreadable)?;
    if certificates.is_empty() { Err(error(Problem::NoCertificate)) } else { Ok(certificates) }
}

/// What was agreed on, in the words that CloudTrail's `tlsDetails` uses; after the handshake.
pub(crate) fn details(connection: &ServerConnection) -> Option<Tls> {
    let version = match connection.protocol_version()? {
        ProtocolVersion::TLSv1_3 => "TLSv1.3",
        ProtocolVersion::TLSv1_2 => "TLSv1.2",
        _ => "unknown",
    };
    let cipher = connection.negotiated_cipher_suite()?.suite();
    Some(Tls { version: version.to_owned(), cipher: cipher_name(cipher) })
}

/// TLS 1.3 suites by their IANA names, older ones by OpenSSL's, as CloudTrail does.
fn cipher_name(suite: CipherSuite) -> String {
    let name = match suite {
        CipherSuite::TLS13_AES_128_GCM_SHA256 => "TLS_AES_128_GCM_SHA256",
        CipherSuite::TLS13_AES_256_GCM_SHA384 => "TLS_AES_256_GCM_SHA384",
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256 => "TLS_CHACHA20_POLY1305_SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => "ECDHE-ECDSA-AES128-GCM-SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => "ECDHE-ECDSA-AES256-GCM-SHA384",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => "ECDHE-ECDSA-CHACHA20-POLY1305",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => "ECDHE-RSA-AES128-GCM-SHA256",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => "ECDHE-RSA-AES256-GCM-SHA384",
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => "ECDHE-RSA-CHACHA20-POLY1305",
        other => return format!("{other:?}"),
    };
    name.to_owned()
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.problem {
            Problem::Unreadable(_) => write!(f, "{path} can not be read as PEM"),
            Problem::NoCertificate => write!(f, "{path} holds no certificate"),
            Problem::Refused(_) => write!(f, "{path} and its key can not be used"),
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Unreadable(error) => Some(error),
            Problem::NoCertificate => None,
            Problem::Refused(error) => Some(error),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fs;

    use rcgen::{CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};

    use super::*;

    /// A certificate for `localhost` in a folder, and the authority to trust.
    pub(crate) fn certificate(folder: &Path) -> (TlsFiles, CertificateDer<'static>) {
        let mut authority = CertificateParams::new([]).unwrap();
        authority.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut leaf = CertificateParams::new(["localhost".to_owned()]).unwrap();
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let leaf = leaf.signed_by(&key, &authority).unwrap();
        let files = TlsFiles { certificates: folder.join("cert.pem"), key: folder.join("key.pem") };
        fs::write(&files.certificates, leaf.pem()).unwrap();
        fs::write(&files.key, key.serialize_pem()).unwrap();
        (files, authority.der().clone())
    }

    #[test]
    fn loads_a_chain_and_its_key() {
        let folder = tempfile::tempdir().unwrap();
        let (files, _) = certificate(folder.path());
        let config = load(&files).unwrap();
        assert_eq!(config.alpn_protocols, [b"http/1.1"]);
    }

    #[test]
    fn says_which_file_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let (files, _) = certificate(folder.path());
        let missing = folder.path().join("missing.pem");
        let other = tempfile::tempdir().unwrap();
        let (stranger, _) = certificate(other.path());
        let with = |certificates: &Path, key: &Path| {
            let error = load(&TlsFiles { certificates: certificates.into(), key: key.into() }).err().unwrap();
            error.to_string()
        };
        assert!(with(&missing, &files.key).ends_with("missing.pem can not be read as PEM"));
        assert!(with(&files.certificates, &missing).ends_with("missing.pem can not be read as PEM"));
        assert!(with(&files.key, &files.key).ends_with("key.pem holds no certificate"));
        assert!(with(&files.certificates, &files.certificates).ends_with("cert.pem can not be read as PEM"));
        assert!(with(&files.certificates, &stranger.key).ends_with("cert.pem and its key can not be used"));
    }
}
