//! UntagServerCertificate: removes tags from a certificate; keys that it does not have are ignored.

use std::convert::Infallible;
use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{UntagServerCertificateRequest, UntagServerCertificateResponse, op};
use keygate_state::TagCase;

/// UntagServerCertificate.
pub(crate) struct UntagServerCertificate;

impl Write for UntagServerCertificate {
    type Model = op::UntagServerCertificate;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &UntagServerCertificateRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let ask = super::ask(cx, "iam:UntagServerCertificate", &input.server_certificate_name);
        Ok(Asks::one(ask.tag_keys(input.tag_keys.iter().map(String::as_str))))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: UntagServerCertificateRequest) -> Outcome<Self::Model> {
        let certificate = Arc::clone(cx.draft.server_certificate(&input.server_certificate_name)?);
        let Ok(()) = cx.draft.change(&certificate, |certificate| {
            certificate.tags.remove(input.tag_keys.iter().map(String::as_str), TagCase::Sensitive);
            Ok::<_, Infallible>(())
        });
        Ok(UntagServerCertificateResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::server_certificate::tests::{tag, upload};

    #[test]
    fn rule_228_the_case_of_keys_matters() {
        let mut world = World::new();
        upload(&mut world, "Web", "/");
        tag(&mut world, "Web", &["Team", "team"]);
        let untag = |name: &str| UntagServerCertificateRequest {
            server_certificate_name: name.to_owned(),
            tag_keys: vec!["team".to_owned(), "TEAM".to_owned()],
        };
        world.write(&UntagServerCertificate, untag("web")).unwrap();
        let account = world.account();
        let left: Vec<_> = account.server_certificate("Web").unwrap().tags.iter().collect();
        assert_eq!(left, [("Team", "")]);
        let error = world.write(&UntagServerCertificate, untag("none")).unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            ("NoSuchEntity", "The Server Certificate with name none cannot be found.")
        );
    }
}
