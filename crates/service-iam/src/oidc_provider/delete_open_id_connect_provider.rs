//! DeleteOpenIDConnectProvider: roles that trust the provider stay as they are; nobody can assume them through it.
//!
//! The documentation calls it idempotent; recorded calls show that AWS refuses to delete a provider twice.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteOpenIDConnectProviderRequest, DeleteOpenIDConnectProviderResponse, op};
use keygate_state::{NoSuchEntity, OidcProvider};

/// DeleteOpenIDConnectProvider.
pub(crate) struct DeleteOpenIDConnectProvider;

impl Write for DeleteOpenIDConnectProvider {
    type Model = op::DeleteOpenIDConnectProvider;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &DeleteOpenIDConnectProviderRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        super::asks(cx, "iam:DeleteOpenIDConnectProvider", &input.open_id_connect_provider_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteOpenIDConnectProviderRequest) -> Outcome<Self::Model> {
        let arn = &input.open_id_connect_provider_arn;
        let absent = |_| NoSuchEntity::new(format!("OpenId connect Provider {arn} cannot be found."));
        let provider = Arc::clone(cx.draft.oidc_provider(arn).map_err(absent)?);
        cx.draft.remove::<OidcProvider>(&provider.id)?;
        Ok(DeleteOpenIDConnectProviderResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::oidc_provider::testing::{arn, at, create};

    #[test]
    fn once() {
        let mut world = World::new();
        let arn = arn("idp.example.com");
        let delete = DeleteOpenIDConnectProviderRequest { open_id_connect_provider_arn: arn.clone() };
        create(&mut world, at("idp.example.com"));
        world.write(&DeleteOpenIDConnectProvider, delete.clone()).unwrap();
        assert!(world.account().oidc_providers.is_empty());
        let error = world.write(&DeleteOpenIDConnectProvider, delete).unwrap_err();
        let message = format!("OpenId connect Provider {arn} cannot be found.");
        assert_eq!((error.code(), error.message()), ("NoSuchEntity", message.as_str()));
        // The URL is free again.
        create(&mut world, at("idp.example.com"));
    }
}
