//! Operations on server certificates: certificates with their private keys, for services that terminate TLS.

mod delete_server_certificate;
mod get_server_certificate;
mod list_server_certificate_tags;
mod list_server_certificates;
mod tag_server_certificate;
mod untag_server_certificate;
mod update_server_certificate;
pub(crate) mod upload_server_certificate;

use keygate_operation::{Ask, Entry, ReadCx};
use keygate_shapes::iam;
use keygate_state::{Account, ServerCertificate};

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(upload_server_certificate::UploadServerCertificate),
        Entry::read(get_server_certificate::GetServerCertificate),
        Entry::read(list_server_certificates::ListServerCertificates),
        Entry::write(update_server_certificate::UpdateServerCertificate),
        Entry::write(delete_server_certificate::DeleteServerCertificate),
        Entry::write(tag_server_certificate::TagServerCertificate),
        Entry::write(untag_server_certificate::UntagServerCertificate),
        Entry::read(list_server_certificate_tags::ListServerCertificateTags),
    ]
}

/// This action on the certificate of this name.
fn ask(cx: &ReadCx<'_>, action: &'static str, name: &str) -> Ask {
    let ask = match cx.account.server_certificates.named(name) {
        Some(certificate) => {
            Ask::on(action, certificate.arn(cx.partition(), cx.account_id())).resource_tags(&certificate.tags)
        }
        None => Ask::on(action, cx.arn("server-certificate", name)),
    };
    ask.shown_as(format!("server certificate {name}"))
}

fn metadata(account: &Account, certificate: &ServerCertificate) -> iam::ServerCertificateMetadata {
    iam::ServerCertificateMetadata {
        path: certificate.path.to_string(),
        server_certificate_name: certificate.name.clone(),
        server_certificate_id: certificate.id.to_string(),
        arn: certificate.arn(account.partition(), account.id()).into(),
        upload_date: Some(certificate.uploaded),
        expiration: Some(certificate.expires),
    }
}

#[cfg(test)]
mod tests;
