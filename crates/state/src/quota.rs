//! Quotas: AWS's defaults (rules 229-232); each account may override them.

/// A limit of an account; the name is the one AWS uses in its errors and account summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quota {
    /// Users in the account.
    Users,
    /// Groups in the account.
    Groups,
    /// Roles in the account.
    Roles,
    /// Customer managed policies in the account.
    Policies,
    /// Instance profiles in the account.
    InstanceProfiles,
    /// OpenID Connect providers in the account.
    OidcProviders,
    /// Client ids of one OpenID Connect provider.
    ClientIdsPerOidcProvider,
    /// SAML providers in the account.
    SamlProviders,
    /// Groups one user is a member of.
    GroupsPerUser,
    /// Managed policies attached to a user.
    AttachedPoliciesPerUser,
    /// Managed policies attached to a group.
    AttachedPoliciesPerGroup,
    /// Managed policies attached to a role.
    AttachedPoliciesPerRole,
    /// Access keys of a user, and of root.
    AccessKeysPerUser,
    /// Versions of a managed policy.
    VersionsPerPolicy,
    /// Characters of a managed policy.
    PolicySize,
    /// Characters of all inline policies of a user.
    UserPolicySize,
    /// Characters of all inline policies of a group.
    GroupPolicySize,
    /// Characters of all inline policies of a role.
    RolePolicySize,
    /// Characters of a trust policy.
    AssumeRolePolicySize,
    /// Tags on one resource.
    TagsPerResource,
    /// Server certificates in the account.
    ServerCertificates,
    /// Signing certificates of a user.
    SigningCertificatesPerUser,
    /// Policy versions in use in the account.
    PolicyVersionsInUse,
    /// Virtual MFA devices in the account: as many as users, unless it is set.
    VirtualMfaDevices,
    /// MFA devices of a user, and of root.
    MfaDevicesPerUser,
    /// Delegation requests that the account owns or made.
    DelegationRequests,
    /// SSH public keys of a user.
    SshPublicKeysPerUser,
    /// Credentials of a user for one service.
    ServiceCredentialsPerUser,
}

impl Quota {
    /// All quotas.
    pub const ALL: [Self; 28] = [
        Self::Users,
        Self::Groups,
        Self::Roles,
        Self::Policies,
        Self::InstanceProfiles,
        Self::OidcProviders,
        Self::ClientIdsPerOidcProvider,
        Self::SamlProviders,
        Self::GroupsPerUser,
        Self::AttachedPoliciesPerUser,
        Self::AttachedPoliciesPerGroup,
        Self::AttachedPoliciesPerRole,
        Self::AccessKeysPerUser,
        Self::VersionsPerPolicy,
        Self::PolicySize,
        Self::UserPolicySize,
        Self::GroupPolicySize,
        Self::RolePolicySize,
        Self::AssumeRolePolicySize,
        Self::TagsPerResource,
        Self::ServerCertificates,
        Self::SigningCertificatesPerUser,
        Self::PolicyVersionsInUse,
        Self::VirtualMfaDevices,
        Self::MfaDevicesPerUser,
        Self::DelegationRequests,
        Self::SshPublicKeysPerUser,
        Self::ServiceCredentialsPerUser,
    ];

    /// The name in settings and errors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Users => "UsersPerAccount",
            Self::Groups => "GroupsPerAccount",
            Self::Roles => "RolesPerAccount",
            Self::Policies => "PoliciesPerAccount",
            Self::InstanceProfiles => "InstanceProfilesPerAccount",
            Self::OidcProviders => "OpenIdConnectProvidersPerAccount",
            Self::ClientIdsPerOidcProvider => "ClientIdsPerOpenIdConnectProvider",
            Self::SamlProviders => "SAMLProvidersPerAccount",
            Self::GroupsPerUser => "GroupsPerUser",
            Self::AttachedPoliciesPerUser => "PoliciesPerUser",
            Self::AttachedPoliciesPerGroup => "PoliciesPerGroup",
            Self::AttachedPoliciesPerRole => "PoliciesPerRole",
            Self::AccessKeysPerUser => "AccessKeysPerUser",
            Self::VersionsPerPolicy => "VersionsPerPolicy",
            Self::PolicySize => "PolicySize",
            Self::UserPolicySize => "UserPolicySize",
            Self::GroupPolicySize => "GroupPolicySize",
            Self::RolePolicySize => "RolePolicySize",
            Self::AssumeRolePolicySize => "ACLSizePerRole",
            Self::TagsPerResource => "TagsPerResource",
            Self::ServerCertificates => "ServerCertificatesPerAccount",
            Self::SigningCertificatesPerUser => "CertificatesPerUser",
            Self::PolicyVersionsInUse => "PolicyVersionsInUsePerAccount",
            Self::VirtualMfaDevices => "VirtualMFADevicesPerAccount",
            Self::MfaDevicesPerUser => "MFADevicesPerUser",
            Self::DelegationRequests => "DelegationRequestsPerAccount",
            Self::SshPublicKeysPerUser => "SSHPublicKeysPerUser",
            Self::ServiceCredentialsPerUser => "ServiceSpecificCredentialsPerUser",
        }
    }

    /// The quota of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quota| quota.name() == name)
    }

    /// AWS's default (rules 229-232; the account summary's numbers for the last three).
    pub const fn default_limit(self) -> u32 {
        match self {
            Self::Users | Self::VirtualMfaDevices => 5000,
            Self::Groups => 300,
            // AWS does not publish its limit of delegation requests.
            Self::Roles | Self::InstanceProfiles | Self::DelegationRequests => 1000,
            Self::Policies => 1500,
            Self::OidcProviders | Self::ClientIdsPerOidcProvider | Self::SamlProviders => 100,
            Self::GroupsPerUser
            | Self::AttachedPoliciesPerUser
            | Self::AttachedPoliciesPerGroup
            | Self::AttachedPoliciesPerRole => 10,
            Self::AccessKeysPerUser | Self::SigningCertificatesPerUser | Self::ServiceCredentialsPerUser => 2,
            Self::VersionsPerPolicy | Self::SshPublicKeysPerUser => 5,
            Self::PolicySize => 6144,
            Self::UserPolicySize | Self::AssumeRolePolicySize => 2048,
            Self::GroupPolicySize => 5120,
            Self::RolePolicySize => 10240,
            Self::TagsPerResource => 50,
            Self::ServerCertificates => 20,
            Self::PolicyVersionsInUse => 10000,
            Self::MfaDevicesPerUser => 8,
        }
    }

    /// The highest value the quota may be raised to, where AWS names one (rules 229, 232).
    pub const fn ceiling(self) -> Option<u32> {
        match self {
            Self::AssumeRolePolicySize => Some(8192),
            Self::AttachedPoliciesPerUser => Some(20),
            Self::AttachedPoliciesPerRole => Some(25),
            // Fixed by AWS.
            Self::AccessKeysPerUser
            | Self::MfaDevicesPerUser
            | Self::VersionsPerPolicy
            | Self::ClientIdsPerOidcProvider
            | Self::TagsPerResource
            | Self::PolicySize
            | Self::UserPolicySize
            | Self::GroupPolicySize
            | Self::RolePolicySize => Some(self.default_limit()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_229_to_232_defaults_and_names() {
        for (name, limit) in [
            ("UsersPerAccount", 5000),
            ("RolesPerAccount", 1000),
            ("PoliciesPerAccount", 1500),
            ("PolicySize", 6144),
            ("ACLSizePerRole", 2048),
            ("AccessKeysPerUser", 2),
            ("MFADevicesPerUser", 8),
            ("VersionsPerPolicy", 5),
            ("TagsPerResource", 50),
        ] {
            assert_eq!(Quota::from_name(name).unwrap().default_limit(), limit, "{name}");
        }
        for quota in Quota::ALL {
            assert_eq!(Quota::from_name(quota.name()), Some(quota));
        }
    }
}
