//! DeleteSAMLProvider: roles that trust the provider stay as they are; nobody can assume them through it.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteSAMLProviderRequest, DeleteSAMLProviderResponse, op};
use keygate_state::SamlProvider;

/// DeleteSAMLProvider.
pub(crate) struct DeleteSAMLProvider;

impl Write for DeleteSAMLProvider {
    type Model = op::DeleteSAMLProvider;

    fn asks(&self, cx: &ReadCx<'_>, input: &DeleteSAMLProviderRequest) -> Result<Asks, Failure<Self::Model>> {
        super::asks(cx, "iam:DeleteSAMLProvider", &input.saml_provider_arn)
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteSAMLProviderRequest) -> Outcome<Self::Model> {
        let provider = Arc::clone(cx.draft.saml_provider(&input.saml_provider_arn)?);
        cx.draft.remove::<SamlProvider>(&provider.id)?;
        Ok(DeleteSAMLProviderResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::saml_provider::testing::{arn, create, named};

    #[test]
    fn once_and_never_the_same_again() {
        let mut world = World::new();
        create(&mut world, named("ADFS"));
        let id = world.account().saml_provider(&arn("ADFS")).unwrap().id.clone();
        let delete = DeleteSAMLProviderRequest { saml_provider_arn: arn("ADFS") };
        world.write(&DeleteSAMLProvider, delete.clone()).unwrap();
        let error = world.write(&DeleteSAMLProvider, delete).unwrap_err();
        let message = format!("Manifest not found for arn {}", arn("ADFS"));
        assert_eq!((error.code(), error.message()), ("NoSuchEntity", message.as_str()));
        create(&mut world, named("ADFS"));
        assert_ne!(world.account().saml_provider(&arn("ADFS")).unwrap().id, id);
    }
}
