//! Operations on signing certificates: X.509 certificates whose private keys sign requests to a few old APIs. They
//! belong to a user, or to the account's root user.

mod delete_signing_certificate;
mod list_signing_certificates;
mod update_signing_certificate;
pub(crate) mod upload_signing_certificate;

use std::convert::Infallible;

use keygate_operation::Entry;
use keygate_shapes::iam;
use keygate_state::{Account, Draft, NoSuchEntity, SigningCertificate};

use crate::owner::Holder;

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(upload_signing_certificate::UploadSigningCertificate),
        Entry::read(list_signing_certificates::ListSigningCertificates),
        Entry::write(update_signing_certificate::UpdateSigningCertificate),
        Entry::write(delete_signing_certificate::DeleteSigningCertificate),
    ]
}

impl Holder {
    fn certificates<'a>(&'a self, account: &'a Account) -> &'a [SigningCertificate] {
        match self {
            Self::Root => &account.settings().root_signing_certificates,
            Self::User(user) => &user.signing_certificates,
        }
    }

    fn set_certificates(&self, draft: &mut Draft, certificates: Vec<SigningCertificate>) {
        match self {
            Self::Root => draft.change_settings(|settings| settings.root_signing_certificates = certificates),
            Self::User(user) => {
                let Ok(()) = draft.change(user, |user| {
                    user.signing_certificates = certificates;
                    Ok::<_, Infallible>(())
                });
            }
        }
    }

    /// Replaces the certificate with this id by what `change` makes of it; `None` removes it.
    fn change_certificate(
        &self,
        draft: &mut Draft,
        id: &str,
        change: impl Fn(SigningCertificate) -> Option<SigningCertificate>,
    ) -> Result<(), NoSuchEntity> {
        let certificates = self.certificates(draft);
        if !certificates.iter().any(|certificate| certificate.id == id) {
            return Err(NoSuchEntity::new(format!("The Certificate with id {id} cannot be found.")));
        }
        let kept = certificates.iter().cloned().filter_map(|certificate| {
            if certificate.id == id { change(certificate) } else { Some(certificate) }
        });
        let kept = kept.collect();
        self.set_certificates(draft, kept);
        Ok(())
    }

    fn shown_certificate(&self, certificate: &SigningCertificate) -> iam::SigningCertificate {
        iam::SigningCertificate {
            user_name: self.name().unwrap_or_default().to_owned(),
            certificate_id: certificate.id.clone(),
            certificate_body: certificate.body.clone(),
            status: certificate.status.as_str().to_owned(),
            upload_date: Some(certificate.uploaded),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
