//! ListServerCertificateTags: the tags of a certificate, in order of key.

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{ListServerCertificateTagsRequest, ListServerCertificateTagsResponse, op};

use crate::view;

/// ListServerCertificateTags.
pub(crate) struct ListServerCertificateTags;

impl Read for ListServerCertificateTags {
    type Model = op::ListServerCertificateTags;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListServerCertificateTagsRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(super::ask(cx, "iam:ListServerCertificateTags", &input.server_certificate_name)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListServerCertificateTagsRequest) -> Outcome<Self::Model> {
        let certificate = cx.account.server_certificate(&input.server_certificate_name)?;
        let (marker, max_items) = (input.marker.as_deref(), input.max_items);
        let page = view::tag_page(cx, certificate.id.as_str(), marker, max_items, &certificate.tags)?;
        Ok(ListServerCertificateTagsResponse {
            tags: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::server_certificate::tests::{tag, upload};

    #[test]
    fn pages_in_order_of_key() {
        let mut world = World::new();
        upload(&mut world, "Web", "/");
        tag(&mut world, "Web", &["b", "a", "B"]);
        let mut list = |name: &str, marker: Option<String>| {
            let input = ListServerCertificateTagsRequest {
                server_certificate_name: name.to_owned(),
                marker,
                max_items: Some(2),
            };
            world.read(&ListServerCertificateTags, input).map(|page| {
                let keys: String = page.tags.into_iter().map(|tag| tag.key).collect();
                (keys, page.marker)
            })
        };
        let (first, marker) = list("web", None).unwrap();
        assert_eq!(first, "Ba");
        assert_eq!(list("Web", marker).unwrap(), ("b".to_owned(), None));
        let error = list("none", None).unwrap_err();
        assert_eq!(error.message(), "The Server Certificate with name none cannot be found.");
    }
}
