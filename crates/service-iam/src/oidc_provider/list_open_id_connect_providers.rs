//! ListOpenIDConnectProviders: the ARNs of all providers, in order of URL.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{
    ListOpenIDConnectProvidersRequest, ListOpenIDConnectProvidersResponse, OpenIDConnectProviderListEntry, op,
};

/// ListOpenIDConnectProviders.
pub(crate) struct ListOpenIDConnectProviders;

impl Read for ListOpenIDConnectProviders {
    type Model = op::ListOpenIDConnectProviders;

    fn asks(
        &self,
        _: &ReadCx<'_>,
        _: &ListOpenIDConnectProvidersRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:ListOpenIDConnectProviders")))
    }

    fn run(&self, cx: &ReadCx<'_>, _: ListOpenIDConnectProvidersRequest) -> Outcome<Self::Model> {
        let arns = cx.account.oidc_providers.iter().map(|provider| OpenIDConnectProviderListEntry {
            arn: Some(provider.arn(cx.partition(), cx.account_id()).into()),
        });
        Ok(ListOpenIDConnectProvidersResponse { open_id_connect_provider_list: Some(arns.collect()) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::oidc_provider::testing::{arn, at, create};

    #[test]
    fn all_of_them_in_order() {
        let mut world = World::new();
        let list = |world: &mut World| {
            let answer = world.read(&ListOpenIDConnectProviders, Default::default()).unwrap();
            let entries = answer.open_id_connect_provider_list.unwrap();
            entries.into_iter().filter_map(|entry| entry.arn).collect::<Vec<_>>()
        };
        assert_eq!(list(&mut world), [""; 0]);
        for url in ["c.example", "B.example", "a.example"] {
            create(&mut world, at(url));
        }
        assert_eq!(list(&mut world), [arn("a.example"), arn("B.example"), arn("c.example")]);
    }
}
