//! UpdateOpenIDConnectProviderThumbprint: replaces all thumbprints of a provider.

use std::sync::Arc;

use keygate_operation::{Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{
    UpdateOpenIDConnectProviderThumbprintRequest, UpdateOpenIDConnectProviderThumbprintResponse, op,
};
use keygate_state::InvalidInput;

use super::thumbprints;

/// UpdateOpenIDConnectProviderThumbprint.
pub(crate) struct UpdateOpenIDConnectProviderThumbprint;

impl Write for UpdateOpenIDConnectProviderThumbprint {
    type Model = op::UpdateOpenIDConnectProviderThumbprint;

    fn asks(
        &self,
        cx: &ReadCx<'_>,
        input: &UpdateOpenIDConnectProviderThumbprintRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        super::asks(cx, "iam:UpdateOpenIDConnectProviderThumbprint", &input.open_id_connect_provider_arn)
    }

    fn run(
        &self,
        cx: &mut WriteCx<'_>,
        input: UpdateOpenIDConnectProviderThumbprintRequest,
    ) -> Outcome<Self::Model> {
        if input.thumbprint_list.is_empty() {
            return Err(InvalidInput::new("Thumbprint list must contain at least one entry.").into());
        }
        let thumbprints = thumbprints(&input.thumbprint_list)?;
        let provider = Arc::clone(cx.draft.oidc_provider(&input.open_id_connect_provider_arn)?);
        cx.draft.change(&provider, |provider| {
            provider.thumbprints = thumbprints;
            Ok::<_, Failure<Self::Model>>(())
        })?;
        Ok(UpdateOpenIDConnectProviderThumbprintResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::oidc_provider::testing::{arn, at, create};

    #[test]
    fn the_new_list_replaces_the_old_one() {
        let mut world = World::new();
        create(&mut world, at("idp.example.com"));
        let update = |url: &str, thumbprints: &[&str]| UpdateOpenIDConnectProviderThumbprintRequest {
            open_id_connect_provider_arn: arn(url),
            thumbprint_list: thumbprints.iter().map(|digit| digit.repeat(40)).collect(),
        };
        let input = update("idp.example.com", &["C", "0"]);
        world.write(&UpdateOpenIDConnectProviderThumbprint, input).unwrap();
        let kept = || ["c".repeat(40), "0".repeat(40)];
        assert_eq!(world.account().oidc_provider(&arn("idp.example.com")).unwrap().thumbprints, kept());
        for (input, code, message) in [
            (
                update("idp.example.com", &[]),
                "InvalidInput",
                "Thumbprint list must contain at least one entry.".to_owned(),
            ),
            (
                update("none.example", &["1", "2", "3", "4", "5", "6"]),
                "InvalidInput",
                "Thumbprint list must contain fewer than 5 entries.".to_owned(),
            ),
            (
                update("none.example", &["1"]),
                "NoSuchEntity",
                format!("OpenIDConnect Provider not found for arn {}", arn("none.example")),
            ),
        ] {
            let error = world.write(&UpdateOpenIDConnectProviderThumbprint, input).unwrap_err();
            assert_eq!((error.code(), error.message()), (code, message.as_str()));
        }
        assert_eq!(world.account().oidc_provider(&arn("idp.example.com")).unwrap().thumbprints, kept());
    }
}
