//! ListSigningCertificates: the certificates of a user, of the caller itself, or of root.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListSigningCertificatesRequest, ListSigningCertificatesResponse, op};
use keygate_state::SigningCertificate;

use crate::owner::{Holder, Owner};

/// ListSigningCertificates.
pub(crate) struct ListSigningCertificates;

impl Read for ListSigningCertificates {
    type Model = op::ListSigningCertificates;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListSigningCertificatesRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let owner = Owner::of(cx.caller, input.user_name.as_deref())?;
        Ok(Asks::one(owner.ask(cx, "iam:ListSigningCertificates")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListSigningCertificatesRequest) -> Outcome<Self::Model> {
        let holder = Holder::find(&Owner::of(cx.caller, input.user_name.as_deref())?, cx.account)?;
        let scope = match &holder {
            Holder::Root => "root",
            Holder::User(user) => user.id.as_str(),
        };
        // Oldest first; two of the same second by id.
        let key = |certificate: &&SigningCertificate| format!("{} {}", certificate.uploaded, certificate.id);
        let mut certificates: Vec<_> = holder.certificates(cx.account).iter().collect();
        certificates.sort_by_key(key);
        let page = paginate(cx, scope, input.marker.as_deref(), input.max_items, certificates, key)?;
        Ok(ListSigningCertificatesResponse {
            certificates: page.items.into_iter().map(|item| holder.shown_certificate(item)).collect(),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::key_material::testing::Authority;
    use crate::signing_certificate::tests::upload;
    use crate::user::tests::add_user;

    #[test]
    fn oldest_first_in_pages() {
        let mut world = World::new();
        add_user(&mut world, "bob");
        let authority = Authority::new("one");
        let bodies = ["one", "two"].map(|name| {
            let body = authority.leaf(name).0;
            upload(&mut world, Some("bob"), &body).unwrap();
            world.now = world.now.plus_seconds(1);
            body.trim().to_owned()
        });
        upload(&mut world, None, &authority.pem()).unwrap();
        let mut list = |name: Option<&str>, marker: Option<String>| {
            let input = ListSigningCertificatesRequest {
                user_name: name.map(str::to_owned),
                marker,
                max_items: Some(1),
            };
            world.read(&ListSigningCertificates, input).map(|page| {
                let bodies: Vec<_> = page.certificates.into_iter().map(|c| c.certificate_body).collect();
                (bodies.concat(), page.marker)
            })
        };
        let (first, marker) = list(Some("BOB"), None).unwrap();
        assert_eq!(first, bodies[0]);
        assert_eq!(list(Some("bob"), marker.clone()).unwrap(), (bodies[1].clone(), None));
        assert_eq!(list(None, None).unwrap(), (authority.pem().trim().to_owned(), None));
        // A marker belongs to one user.
        assert_eq!(list(None, marker).unwrap_err().code(), "ValidationError");
        assert_eq!(
            list(Some("none"), None).unwrap_err().message(),
            "The user with name none cannot be found."
        );
    }
}
