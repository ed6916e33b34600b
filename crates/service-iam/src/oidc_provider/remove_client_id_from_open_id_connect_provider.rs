//! RemoveClientIDFromOpenIDConnectProvider: one audience less; one that is not there changes nothing.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{
    RemoveClientIDFromOpenIDConnectProviderRequest, RemoveClientIDFromOpenIDConnectProviderResponse, op,
};

/// RemoveClientIDFromOpenIDConnectProvider.
pub(crate) struct RemoveClientIDFromOpenIDConnectProvider;

impl Write for RemoveClientIDFromOpenIDConnectProvider {
    type Model = op::RemoveClientIDFromOpenIDConnectProvider;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &RemoveClientIDFromOpenIDConnectProviderRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        super::asks(cx, "iam:RemoveClientIDFromOpenIDConnectProvider", &input.open_id_connect_provider_arn)
    }

    fn run(
        &self,
        cx: &mut WriteCx<'_>,
        input: RemoveClientIDFromOpenIDConnectProviderRequest,
    ) -> Outcome<Self::Model> {
        let provider = Arc::clone(cx.draft.oidc_provider(&input.open_id_connect_provider_arn)?);
        if provider.client_ids.contains(&input.client_id) {
            cx.draft.change(&provider, |provider| {
                provider.client_ids.retain(|client_id| *client_id != input.client_id);
                Ok::<_, Failure<Self::Model>>(())
            })?;
        }
        Ok(RemoveClientIDFromOpenIDConnectProviderResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::oidc_provider::testing::{arn, at, create};

    #[test]
    fn again_and_again() {
        let mut world = World::new();
        create(&mut world, at("idp.example.com"));
        let remove = |url: &str, client_id: &str| RemoveClientIDFromOpenIDConnectProviderRequest {
            open_id_connect_provider_arn: arn(url),
            client_id: client_id.to_owned(),
        };
        let clients =
            |world: &World| world.account().oidc_provider(&arn("idp.example.com")).unwrap().client_ids.len();
        world.write(&RemoveClientIDFromOpenIDConnectProvider, remove("idp.example.com", "APP")).unwrap();
        assert_eq!(clients(&world), 1);
        for _ in 0..2 {
            world.write(&RemoveClientIDFromOpenIDConnectProvider, remove("idp.example.com", "app")).unwrap();
            assert_eq!(clients(&world), 0);
        }
        let error =
            world.write(&RemoveClientIDFromOpenIDConnectProvider, remove("x.example", "a")).unwrap_err();
        assert_eq!(error.code(), "NoSuchEntity");
    }
}
