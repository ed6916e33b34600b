//! ListServerCertificates: the certificates under a path, in order of name, without bodies and tags.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListServerCertificatesRequest, ListServerCertificatesResponse, op};
use keygate_state::ServerCertificate;

use crate::ask;

/// ListServerCertificates.
pub(crate) struct ListServerCertificates;

impl Read for ListServerCertificates {
    type Model = op::ListServerCertificates;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &ListServerCertificatesRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let prefix = input.path_prefix.as_deref();
        Ok(Asks::one(ask::listing(cx, "iam:ListServerCertificates", "server-certificate", prefix)))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListServerCertificatesRequest) -> Outcome<Self::Model> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let all = cx.account.server_certificates.iter();
        let chosen = all.filter(|certificate| certificate.path.as_str().starts_with(prefix));
        let key = |certificate: &&Arc<ServerCertificate>| certificate.name.to_ascii_lowercase();
        let page = paginate(cx, prefix, input.marker.as_deref(), input.max_items, chosen, key)?;
        let metadata = page.items.into_iter().map(|certificate| super::metadata(cx.account, certificate));
        Ok(ListServerCertificatesResponse {
            server_certificate_metadata_list: metadata.collect(),
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::server_certificate::tests::upload;

    #[test]
    fn pages_in_order_of_name_under_a_path() {
        let mut world = World::new();
        for (name, path) in [("b", "/x/"), ("A", "/"), ("c", "/x/y/")] {
            upload(&mut world, name, path);
        }
        let mut list = |prefix: Option<&str>, marker: Option<String>| {
            let input = ListServerCertificatesRequest {
                path_prefix: prefix.map(str::to_owned),
                marker,
                max_items: Some(2),
            };
            let page = world.read(&ListServerCertificates, input).unwrap();
            let names = page.server_certificate_metadata_list.into_iter().map(|c| c.server_certificate_name);
            (names.collect::<String>(), page.marker)
        };
        let (first, marker) = list(None, None);
        assert_eq!(first, "Ab");
        assert_eq!(list(None, marker), ("c".to_owned(), None));
        assert_eq!(list(Some("/x/"), None), ("bc".to_owned(), None));
        assert_eq!(list(Some("/z"), None), (String::new(), None));
    }
}
