//! AddClientIDToOpenIDConnectProvider: one more audience; one that is there already changes nothing.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{
    AddClientIDToOpenIDConnectProviderRequest, AddClientIDToOpenIDConnectProviderResponse, op,
};
use keygate_state::{LimitExceeded, Quota};

/// AddClientIDToOpenIDConnectProvider.
pub(crate) struct AddClientIDToOpenIDConnectProvider;

impl Write for AddClientIDToOpenIDConnectProvider {
    type Model = op::AddClientIDToOpenIDConnectProvider;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &AddClientIDToOpenIDConnectProviderRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        super::asks(cx, "iam:AddClientIDToOpenIDConnectProvider", &input.open_id_connect_provider_arn)
    }

    fn run(
        &self,
        cx: &mut WriteCx<'_>,
        input: AddClientIDToOpenIDConnectProviderRequest,
    ) -> Outcome<Self::Model> {
        let provider = Arc::clone(cx.draft.oidc_provider(&input.open_id_connect_provider_arn)?);
        if !provider.client_ids.contains(&input.client_id) {
            let limit = cx.draft.quota(Quota::ClientIdsPerOidcProvider);
            if provider.client_ids.len() >= limit as usize {
                return Err(LimitExceeded::quota(Quota::ClientIdsPerOidcProvider.name(), limit).into());
            }
            cx.draft.change(&provider, |provider| {
                provider.client_ids.push(input.client_id);
                Ok::<_, Failure<Self::Model>>(())
            })?;
        }
        Ok(AddClientIDToOpenIDConnectProviderResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::oidc_provider::testing::{arn, at, create};

    #[test]
    fn up_to_the_quota_and_each_once() {
        let mut world = World::new();
        create(&mut world, at("idp.example.com"));
        let add = |url: &str, client_id: &str| AddClientIDToOpenIDConnectProviderRequest {
            open_id_connect_provider_arn: arn(url),
            client_id: client_id.to_owned(),
        };
        world.write(&AddClientIDToOpenIDConnectProvider, add("idp.example.com", "b")).unwrap();
        let quota = ("ClientIdsPerOpenIdConnectProvider".to_owned(), 2);
        world.edit(|draft| draft.change_settings(|s| s.quotas.extend([quota])));
        // What is there is not added again, full or not; case matters.
        world.write(&AddClientIDToOpenIDConnectProvider, add("idp.example.com", "app")).unwrap();
        let error =
            world.write(&AddClientIDToOpenIDConnectProvider, add("idp.example.com", "App")).unwrap_err();
        let message = "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 2";
        assert_eq!((error.code(), error.message()), ("LimitExceeded", message));
        let account = world.account();
        assert_eq!(account.oidc_provider(&arn("idp.example.com")).unwrap().client_ids, ["app", "b"]);
        let error = world.write(&AddClientIDToOpenIDConnectProvider, add("x.example", "b")).unwrap_err();
        assert_eq!(error.code(), "NoSuchEntity");
    }
}
