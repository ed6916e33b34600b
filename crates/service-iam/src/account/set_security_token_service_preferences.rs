//! SetSecurityTokenServicePreferences: which version of tokens the global endpoint of STS issues. The account summary
//! shows it; here tokens of both versions are valid in every region.

use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{
    SetSecurityTokenServicePreferencesRequest, SetSecurityTokenServicePreferencesResponse, op,
};
use keygate_state::GlobalTokenVersion;

/// SetSecurityTokenServicePreferences.
pub(crate) struct SetSecurityTokenServicePreferences;

impl Write for SetSecurityTokenServicePreferences {
    type Model = op::SetSecurityTokenServicePreferences;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &SetSecurityTokenServicePreferencesRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:SetSecurityTokenServicePreferences")))
    }

    fn run(
        &self,
        cx: &mut WriteCx<'_>,
        input: SetSecurityTokenServicePreferencesRequest,
    ) -> Outcome<Self::Model> {
        let version = match input.global_endpoint_token_version.as_str() {
            "v1Token" => GlobalTokenVersion::V1,
            "v2Token" => GlobalTokenVersion::V2,
            // The model's enumeration has been checked before.
            _ => return Err(Failure::internal()),
        };
        if cx.draft.settings().global_tokens != version {
            cx.draft.change_settings(|settings| settings.global_tokens = version);
        }
        Ok(SetSecurityTokenServicePreferencesResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::account::get_account_summary::GetAccountSummary;
    use crate::ask::tests::assert_catalogued;

    #[test]
    fn the_summary_shows_the_version() {
        let mut world = World::new();
        let mut version = |set: Option<&str>| {
            if let Some(set) = set {
                let input = SetSecurityTokenServicePreferencesRequest {
                    global_endpoint_token_version: set.to_owned(),
                };
                assert_catalogued(&world.write_asks(&SetSecurityTokenServicePreferences, &input).unwrap());
                world.write(&SetSecurityTokenServicePreferences, input).unwrap();
            }
            let map = world.read(&GetAccountSummary, Default::default()).unwrap().summary_map.unwrap();
            map["GlobalEndpointTokenVersion"]
        };
        assert_eq!(version(None), 1);
        assert_eq!(version(Some("v2Token")), 2);
        assert_eq!(version(Some("v2Token")), 2);
        assert_eq!(version(Some("v1Token")), 1);
    }
}
