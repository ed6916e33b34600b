//! GetAccountProperties: the switches of account-wide features. There is one, of role manager; an account that never
//! set it has it off.

use std::collections::BTreeMap;

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetAccountPropertiesRequest, GetAccountPropertiesResponse, op};

use super::put_account_properties::{NAMESPACES, ROLE_MANAGER, ROLE_MANAGER_ENABLED};

/// GetAccountProperties.
pub(crate) struct GetAccountProperties;

impl Read for GetAccountProperties {
    type Model = op::GetAccountProperties;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &GetAccountPropertiesRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        let ask = Ask::on_any("iam:GetAccountProperties");
        Ok(Asks::one(ask.list(NAMESPACES, vec![ROLE_MANAGER.to_owned()])))
    }

    fn run(&self, cx: &ReadCx<'_>, _input: GetAccountPropertiesRequest) -> Outcome<Self::Model> {
        let enabled = cx.account.settings().role_manager;
        let properties = BTreeMap::from([(ROLE_MANAGER_ENABLED.to_owned(), enabled.to_string())]);
        Ok(GetAccountPropertiesResponse { properties: Some(properties) })
    }
}
