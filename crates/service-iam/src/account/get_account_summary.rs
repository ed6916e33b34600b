//! GetAccountSummary: how many of everything there are, and how many there may be.

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::iam::{GetAccountSummaryRequest, GetAccountSummaryResponse, op};
use keygate_state::{Account, Quota};

use crate::policy::view::count;

/// GetAccountSummary.
pub(crate) struct GetAccountSummary;

impl Read for GetAccountSummary {
    type Model = op::GetAccountSummary;

    fn asks(
        &self,
        _cx: &ReadCx<'_>,
        _input: &GetAccountSummaryRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("iam:GetAccountSummary")))
    }

    fn run(&self, cx: &ReadCx<'_>, _input: GetAccountSummaryRequest) -> Outcome<Self::Model> {
        let counts = counts(cx.account).into_iter().map(|(key, number)| (key, count(number)));
        let quotas = QUOTAS.into_iter().map(|(key, quota)| {
            let limit = cx.account.quota(quota);
            (key, i32::try_from(limit).unwrap_or(i32::MAX))
        });
        let map = counts.chain(quotas).map(|(key, number)| (key.to_owned(), number));
        Ok(GetAccountSummaryResponse { summary_map: Some(map.collect()) })
    }
}

/// Quotas under the names of the summary, which are not those of the errors.
const QUOTAS: [(&str, Quota); 18] = [
    ("AccessKeysPerUserQuota", Quota::AccessKeysPerUser),
    ("AssumeRolePolicySizeQuota", Quota::AssumeRolePolicySize),
    ("AttachedPoliciesPerGroupQuota", Quota::AttachedPoliciesPerGroup),
    ("AttachedPoliciesPerRoleQuota", Quota::AttachedPoliciesPerRole),
    ("AttachedPoliciesPerUserQuota", Quota::AttachedPoliciesPerUser),
    ("GroupPolicySizeQuota", Quota::GroupPolicySize),
    ("GroupsPerUserQuota", Quota::GroupsPerUser),
    ("GroupsQuota", Quota::Groups),
    ("InstanceProfilesQuota", Quota::InstanceProfiles),
    ("PoliciesQuota", Quota::Policies),
    ("PolicySizeQuota", Quota::PolicySize),
    ("PolicyVersionsInUseQuota", Quota::PolicyVersionsInUse),
    ("RolePolicySizeQuota", Quota::RolePolicySize),
    ("RolesQuota", Quota::Roles),
    ("ServerCertificatesQuota", Quota::ServerCertificates),
    ("SigningCertificatesPerUserQuota", Quota::SigningCertificatesPerUser),
    ("UserPolicySizeQuota", Quota::UserPolicySize),
    ("UsersQuota", Quota::Users),
];

fn counts(account: &Account) -> [(&'static str, usize); 16] {
    let devices_in_use = account.mfa_devices.iter().filter(|device| device.assignment.is_some()).count();
    let has_root_keys = !account.settings().root_keys.is_empty();
    let has_root_certificates = !account.settings().root_signing_certificates.is_empty();
    [
        ("Users", account.users.len()),
        ("Groups", account.groups.len()),
        ("Roles", account.roles.len()),
        ("Policies", account.policies.len()),
        ("InstanceProfiles", account.instance_profiles.len()),
        ("ServerCertificates", account.server_certificates.len()),
        ("Providers", account.oidc_providers.len() + account.saml_providers.len()),
        // Of every policy in use exactly one version, the default one, is.
        ("PolicyVersionsInUse", account.policies_in_use()),
        ("VersionsPerPolicyQuota", account.quota(Quota::VersionsPerPolicy) as usize),
        // Whether root has them: 1 or 0.
        ("AccountAccessKeysPresent", usize::from(has_root_keys)),
        ("AccountSigningCertificatesPresent", usize::from(has_root_certificates)),
        ("AccountMFAEnabled", usize::from(!account.mfa_devices_of(None).is_empty())),
        ("MFADevices", account.mfa_devices.len()),
        ("MFADevicesInUse", devices_in_use),
        // Nobody can give root a password.
        ("AccountPasswordPresent", 0),
        ("GlobalEndpointTokenVersion", usize::from(account.settings().global_tokens.number())),
    ]
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_state::{ManagedRef, Role};

    use super::*;
    use crate::mfa_device;
    use crate::policy::testing::{add_group, add_role, add_user, change, create_policies, set_quota};

    #[test]
    fn every_key_of_the_model_is_there() {
        let mut world = World::new();
        let map = world.read(&GetAccountSummary, Default::default()).unwrap().summary_map.unwrap();
        // The enumeration of the model has all of AWS's keys but no others.
        let mut keys: Vec<_> = map.keys().map(String::as_str).collect();
        let mut expected = vec![
            "Users",
            "UsersQuota",
            "Groups",
            "GroupsQuota",
            "ServerCertificates",
            "ServerCertificatesQuota",
            "UserPolicySizeQuota",
            "GroupPolicySizeQuota",
            "GroupsPerUserQuota",
            "SigningCertificatesPerUserQuota",
            "AccessKeysPerUserQuota",
            "MFADevices",
            "MFADevicesInUse",
            "AccountMFAEnabled",
            "AccountAccessKeysPresent",
            "AccountPasswordPresent",
            "AccountSigningCertificatesPresent",
            "AttachedPoliciesPerGroupQuota",
            "AttachedPoliciesPerRoleQuota",
            "AttachedPoliciesPerUserQuota",
            "Policies",
            "PoliciesQuota",
            "PolicySizeQuota",
            "PolicyVersionsInUse",
            "PolicyVersionsInUseQuota",
            "VersionsPerPolicyQuota",
            "GlobalEndpointTokenVersion",
            "AssumeRolePolicySizeQuota",
            "InstanceProfiles",
            "InstanceProfilesQuota",
            "Providers",
            "RolePolicySizeQuota",
            "Roles",
            "RolesQuota",
        ];
        keys.sort_unstable();
        expected.sort_unstable();
        assert_eq!(keys, expected);
    }

    #[test]
    fn numbers_follow_the_account() {
        let mut world = World::new();
        let [policy] = create_policies(&mut world, ["/p"]);
        add_user(&mut world, "u", "/", Some("arn:aws:iam::aws:policy/ReadOnlyAccess"));
        add_user(&mut world, "v", "/", None);
        add_group(&mut world, "g", "/");
        add_role(&mut world, "r", "/", None);
        change::<Role>(&mut world, "r", |role| role.attached.push(ManagedRef::new(policy)));
        set_quota(&mut world, "RolesPerAccount", 7);
        for (owner, device) in [("u", "a"), ("root", "b")] {
            let device = mfa_device::tests::create(&mut world, device);
            mfa_device::tests::enable(&mut world, owner, &device, [-1, 0]).unwrap();
        }
        mfa_device::tests::create(&mut world, "c");
        let map = world.read(&GetAccountSummary, Default::default()).unwrap().summary_map.unwrap();
        for (key, number) in [
            ("Users", 2),
            ("Groups", 1),
            ("Roles", 1),
            ("Policies", 1),
            ("PolicyVersionsInUse", 2),
            ("RolesQuota", 7),
            ("UsersQuota", 5000),
            ("PolicySizeQuota", 6144),
            ("AccountAccessKeysPresent", 0),
            ("AccountMFAEnabled", 1),
            ("MFADevices", 3),
            ("MFADevicesInUse", 2),
        ] {
            assert_eq!(map.get(key), Some(&number), "{key}");
        }
    }
}
