//! ListAccountAliases: the account's alias; there is one at most.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx, paginate};
use keygate_shapes::iam::{ListAccountAliasesRequest, ListAccountAliasesResponse, op};

/// ListAccountAliases.
pub(crate) struct ListAccountAliases;

impl Read for ListAccountAliases {
    type Model = op::ListAccountAliases;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &ListAccountAliasesRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:ListAccountAliases")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: ListAccountAliasesRequest) -> Outcome<Self::Model> {
        let alias = cx.account.settings().alias.clone();
        let page = paginate(cx, "", input.marker.as_deref(), input.max_items, alias, String::clone)?;
        Ok(ListAccountAliasesResponse {
            account_aliases: page.items,
            is_truncated: Some(page.is_truncated),
            marker: page.marker,
        })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;

    #[test]
    fn none_or_one() {
        let mut world = World::new();
        let none = world.read(&ListAccountAliases, Default::default()).unwrap();
        assert_eq!((none.account_aliases, none.is_truncated), (Vec::new(), Some(false)));
        world.edit(|draft| draft.change_settings(|settings| settings.alias = Some("mine".to_owned())));
        assert_eq!(world.read(&ListAccountAliases, Default::default()).unwrap().account_aliases, ["mine"]);
        let made_up = ListAccountAliasesRequest { marker: Some("made-up".to_owned()), max_items: None };
        assert_eq!(world.read(&ListAccountAliases, made_up).unwrap_err().message(), "Invalid Marker.");
    }
}
