//! GetAccessKeyInfo: the account that an access key id belongs to. The id itself carries it.

use keygate_ident::{IdKind, UniqueId};
use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::sts::{GetAccessKeyInfoRequest, GetAccessKeyInfoResponse, op};

/// GetAccessKeyInfo.
pub(crate) struct GetAccessKeyInfo;

impl Read for GetAccessKeyInfo {
    type Model = op::GetAccessKeyInfo;

    fn asks(&self, _: &ReadCx<'_>, _: &GetAccessKeyInfoRequest) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("sts:GetAccessKeyInfo")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: GetAccessKeyInfoRequest) -> Outcome<Self::Model> {
        let invalid = || Failure::validation("Access Key Id is not valid");
        let id: UniqueId = input.access_key_id.parse().map_err(|_| invalid())?;
        if !matches!(id.kind(), Some(IdKind::AccessKey | IdKind::TemporaryKey)) {
            return Err(invalid());
        }
        // An id chosen by hand belongs to the account that holds it, whatever its letters say.
        let held = cx.account.access_key(&id).is_some();
        let account = if held { Some(cx.account_id()) } else { id.account() };
        Ok(GetAccessKeyInfoResponse { account: Some(account.ok_or_else(invalid)?.to_string()) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;

    #[test]
    fn the_account_inside_the_id() {
        let mut world = World::new();
        let id = world.new_id(IdKind::AccessKey);
        let input = |id: &str| GetAccessKeyInfoRequest { access_key_id: id.to_owned() };
        let answer = world.read(&GetAccessKeyInfo, input(id.as_str())).unwrap();
        assert_eq!(answer.account.as_deref(), Some("123456789012"));
        let error = world.read(&GetAccessKeyInfo, input("AIDAAAAAAAAAAAAAAAAAA")).unwrap_err();
        assert_eq!(error.code(), "ValidationError");
    }
}
