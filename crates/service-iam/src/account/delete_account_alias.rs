//! DeleteAccountAlias: the alias has to be named, so that an outdated value deletes nothing.

use keygate_operation::{Ask, Asks, Failure, Outcome, ReadCx, Write, WriteCx};
use keygate_shapes::iam::{DeleteAccountAliasRequest, DeleteAccountAliasResponse, op};
use keygate_state::NoSuchEntity;

/// DeleteAccountAlias.
pub(crate) struct DeleteAccountAlias;

impl Write for DeleteAccountAlias {
    type Model = op::DeleteAccountAlias;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &DeleteAccountAliasRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:DeleteAccountAlias")))
    }

    fn run(&self, cx: &mut WriteCx<'_>, input: DeleteAccountAliasRequest) -> Outcome<Self::Model> {
        let alias = input.account_alias;
        if cx.draft.settings().alias.as_ref() != Some(&alias) {
            return Err(NoSuchEntity::new(format!("The account alias {alias} cannot be found.")).into());
        }
        cx.draft.change_settings(|settings| settings.alias = None);
        Ok(DeleteAccountAliasResponse {})
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::policy::testing::{error, failure};

    #[test]
    fn only_the_alias_of_the_account() {
        let mut world = World::new();
        world.edit(|draft| draft.change_settings(|settings| settings.alias = Some("mine".to_owned())));
        let mut delete = |alias: &str| {
            world.write(&DeleteAccountAlias, DeleteAccountAliasRequest { account_alias: alias.to_owned() })
        };
        let missing =
            |alias: &str| error("NoSuchEntity", format!("The account alias {alias} cannot be found."));
        assert_eq!(failure(delete("other")), missing("other"));
        delete("mine").unwrap();
        assert_eq!(failure(delete("mine")), missing("mine"));
        assert_eq!(world.account().settings().alias, None);
    }
}
