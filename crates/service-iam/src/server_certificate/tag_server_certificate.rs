//! TagServerCertificate: adds tags to a certificate, or replaces their values.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{TagServerCertificateRequest, TagServerCertificateResponse, op};
use keygate_state::{Quota, TagCase};

use crate::input;

/// TagServerCertificate.
pub(crate) struct TagServerCertificate;

impl Write for TagServerCertificate {
    type Model = op::TagServerCertificate;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &TagServerCertificateRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let ask = super::ask(cx, "iam:TagServerCertificate", &input.server_certificate_name);
        Ok(Asks::one(ask.request_tags(input::pairs(Some(&input.tags)))))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: TagServerCertificateRequest) -> Outcome<Self::Model> {
        let certificate = Arc::clone(cx.draft.server_certificate(&input.server_certificate_name)?);
        let limit = cx.draft.quota(Quota::TagsPerResource);
        let tags = input::pairs(Some(&input.tags));
        cx.draft.change(&certificate, |certificate| certificate.tags.set(tags, TagCase::Sensitive, limit))?;
        Ok(TagServerCertificateResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::Tag;

    use super::*;
    use crate::server_certificate::tests::upload;

    fn tag(name: &str, tags: &[(&str, &str)]) -> TagServerCertificateRequest {
        let tags = tags.iter().map(|(key, value)| Tag { key: (*key).to_owned(), value: (*value).to_owned() });
        TagServerCertificateRequest { server_certificate_name: name.to_owned(), tags: tags.collect() }
    }

    #[test]
    fn rule_228_the_case_of_keys_matters() {
        let mut world = World::new();
        upload(&mut world, "Web", "/");
        world.write(&TagServerCertificate, tag("web", &[("Team", "a"), ("stage", "x")])).unwrap();
        world.write(&TagServerCertificate, tag("web", &[("team", "b"), ("stage", "y")])).unwrap();
        let account = world.account();
        let tags: Vec<_> = account.server_certificate("Web").unwrap().tags.iter().collect();
        assert_eq!(tags, [("Team", "a"), ("stage", "y"), ("team", "b")]);
    }

    #[test]
    fn errors() {
        let mut world = World::new();
        upload(&mut world, "Web", "/");
        world.edit(|draft| draft.change_settings(|s| s.quotas.extend([("TagsPerResource".to_owned(), 1)])));
        for (input, code, message) in [
            (
                tag("none", &[("a", "")]),
                "NoSuchEntity",
                "The Server Certificate with name none cannot be found.",
            ),
            (tag("Web", &[("k", ""), ("k", "")]), "InvalidInput", "Duplicate tag keys found."),
            (
                tag("Web", &[("a", ""), ("b", "")]),
                "LimitExceeded",
                "The number of tags has reached the maximum limit.",
            ),
        ] {
            let error = world.write(&TagServerCertificate, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message));
        }
        assert!(world.account().server_certificate("Web").unwrap().tags.is_empty());
    }
}
