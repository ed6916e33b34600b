//! CreateAccountAlias: a name for the account, unique over all accounts. There is one at most: a new one takes the
//! place of the old one, as on AWS.

use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{CreateAccountAliasRequest, CreateAccountAliasResponse, op};
use keygate_state::EntityAlreadyExists;

/// CreateAccountAlias.
pub(crate) struct CreateAccountAlias;

impl Write for CreateAccountAlias {
    type Model = op::CreateAccountAlias;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &CreateAccountAliasRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:CreateAccountAlias")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: CreateAccountAliasRequest) -> Outcome<Self::Model> {
        let alias = input.account_alias;
        if cx.env.directory.alias_owner(&alias)?.is_some()
            || cx.draft.settings().alias.as_ref() == Some(&alias)
        {
            return Err(EntityAlreadyExists::new(format!("The account alias {alias} already exists.")).into());
        }
        cx.draft.change_settings(|settings| settings.alias = Some(alias));
        Ok(CreateAccountAliasResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::policy::testing::{error, failure};

    #[test]
    fn the_new_alias_replaces_the_old_one() {
        let mut world = World::new();
        let mut create = |alias: &str| {
            world.write(&CreateAccountAlias, CreateAccountAliasRequest { account_alias: alias.to_owned() })
        };
        create("first").unwrap();
        create("second").unwrap();
        let message = "The account alias second already exists.";
        assert_eq!(failure(create("second")), error("EntityAlreadyExists", message));
        assert_eq!(world.account().settings().alias.as_deref(), Some("second"));
        world.here = world.add_account(111_122_223_333);
        let taken = world
            .write(&CreateAccountAlias, CreateAccountAliasRequest { account_alias: "second".to_owned() });
        assert_eq!(failure(taken), error("EntityAlreadyExists", message));
    }
}
