//! ListSAMLProviders: all providers, in order of name, with their dates.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{ListSAMLProvidersRequest, ListSAMLProvidersResponse, SAMLProviderListEntry, op};

/// ListSAMLProviders.
pub(crate) struct ListSAMLProviders;

impl Read for ListSAMLProviders {
    type Model = op::ListSAMLProviders;

    fn asks(&self, _: &ReadCx<'_>, _: &ListSAMLProvidersRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:ListSAMLProviders")))
    }

    fn run(&self, cx: &ReadCx<'_>, _: ListSAMLProvidersRequest) -> Outcome<Self::Model> {
        let entries = cx.account.saml_providers.iter().map(|provider| SAMLProviderListEntry {
            arn: Some(provider.arn(cx.partition(), cx.account_id()).into()),
            valid_until: Some(provider.valid_until),
            create_date: Some(provider.created),
        });
        Ok(ListSAMLProvidersResponse { saml_provider_list: Some(entries.collect()) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::saml_provider::testing::{arn, create, named};

    #[test]
    fn all_of_them_in_order() {
        let mut world = World::new();
        for name in ["c", "B", "a"] {
            create(&mut world, named(name));
        }
        let list = world.read(&ListSAMLProviders, Default::default()).unwrap().saml_provider_list.unwrap();
        let arns: Vec<_> = list.iter().map(|entry| entry.arn.clone().unwrap()).collect();
        assert_eq!(arns, [arn("a"), arn("B"), arn("c")]);
        let until = "2126-01-01T00:00:00Z".parse().unwrap();
        assert!(list.iter().all(|e| e.create_date == Some(world.now) && e.valid_until == Some(until)));
    }
}
