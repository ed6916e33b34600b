//! The switches of centralized root access, five operations of one form: ListOrganizationsFeatures,
//! EnableOrganizationsRootCredentialsManagement, DisableOrganizationsRootCredentialsManagement,
//! EnableOrganizationsRootSessions and DisableOrganizationsRootSessions.
//!
//! They belong to the organization of the account; an account without one has none.

use keygate_operation::{Ask, Asks, Failure, Input, Outcome, Read, ReadCx, Write, WriteCx};
use keygate_shapes::iam::op;

/// ListOrganizationsFeatures.
pub(crate) struct ListOrganizationsFeatures;

impl Read for ListOrganizationsFeatures {
    type Model = op::ListOrganizationsFeatures;

    fn asks(&self, _cx: &ReadCx<'_>, _input: &Input<Self::Model>) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:ListOrganizationsFeatures")))
    }

    fn run(&self, cx: &ReadCx<'_>, _input: Input<Self::Model>) -> Outcome<Self::Model> {
        match cx.account.organization()? {}
    }
}

macro_rules! switches {
    ($($(#[$doc:meta])* $name:ident = $action:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl Write for $name {
            type Model = op::$name;

            fn asks(
                &self,
                _cx: &ReadCx<'_>,
                _input: &Input<Self::Model>,
            ) -> Result<Asks, Failure<Self::Model>> {
                Ok(Asks::one(Ask::on_any($action)))
            }

            fn run(&self, cx: &mut WriteCx<'_>, _input: Input<Self::Model>) -> Outcome<Self::Model> {
                match cx.draft.organization()? {}
            }
        }
    )*};
}

switches! {
    /// EnableOrganizationsRootCredentialsManagement.
    EnableOrganizationsRootCredentialsManagement = "iam:EnableOrganizationsRootCredentialsManagement";
    /// DisableOrganizationsRootCredentialsManagement.
    DisableOrganizationsRootCredentialsManagement = "iam:DisableOrganizationsRootCredentialsManagement";
    /// EnableOrganizationsRootSessions.
    EnableOrganizationsRootSessions = "iam:EnableOrganizationsRootSessions";
    /// DisableOrganizationsRootSessions.
    DisableOrganizationsRootSessions = "iam:DisableOrganizationsRootSessions";
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;

    use super::*;
    use crate::ask::tests::assert_catalogued;
    use crate::policy::testing::{error, failure};

    #[test]
    fn without_an_organization() {
        let mut world = World::new();
        let not_found = error(
            "OrganizationNotFoundException",
            "The request was rejected because no organization is associated with your account.",
        );
        assert_catalogued(&world.asks(&ListOrganizationsFeatures, &Default::default()).unwrap());
        assert_eq!(failure(world.read(&ListOrganizationsFeatures, Default::default())), not_found);
        macro_rules! check {
            ($($name:ident)*) => {$(
                assert_catalogued(&world.write_asks(&$name, &Default::default()).unwrap());
                assert_eq!(failure(world.write(&$name, Default::default())), not_found);
            )*};
        }
        check! {
            EnableOrganizationsRootCredentialsManagement
            DisableOrganizationsRootCredentialsManagement
            EnableOrganizationsRootSessions
            DisableOrganizationsRootSessions
        }
    }
}
