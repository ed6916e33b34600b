//! What the operations on the account ask, against the service authorization reference.

use keygate_operation::testing::World;

use super::*;
use crate::ask::tests::{assert_catalogued, pairs};

#[test]
fn asks_are_those_of_the_service_authorization_reference() {
    let mut world = World::new();
    for (action, asks) in [
        (
            "iam:CreateAccountAlias",
            world.write_asks(&create_account_alias::CreateAccountAlias, &Default::default()),
        ),
        (
            "iam:DeleteAccountAlias",
            world.write_asks(&delete_account_alias::DeleteAccountAlias, &Default::default()),
        ),
        (
            "iam:ListAccountAliases",
            world.asks(&list_account_aliases::ListAccountAliases, &Default::default()),
        ),
        ("iam:GetAccountSummary", world.asks(&get_account_summary::GetAccountSummary, &Default::default())),
        (
            "iam:GetAccountAuthorizationDetails",
            world.asks(
                &get_account_authorization_details::GetAccountAuthorizationDetails,
                &Default::default(),
            ),
        ),
    ] {
        let asks = asks.unwrap();
        assert_catalogued(&asks);
        assert_eq!(pairs(&asks), [(action, "*")]);
    }
}
