//! IAM, one file per operation.
//!
//! Each entity has a folder and a list: `user.rs` lists the operations of `user/`. [`operations`] is all of them.
//! What several operations share stands in [`ask`] (what to ask for), [`owner`] (whose credentials), [`view`]
//! (entities as wire shapes) and [`input`] (what comes in).

mod access_key;
mod account;
mod ask;
mod attach;
mod boundary;
mod credential_report;
mod delegation;
mod group;
mod inline;
mod input;
mod instance_profile;
mod key_material;
mod last_access;
mod login_profile;
mod mfa_device;
mod oidc_provider;
mod organization;
mod outbound_federation;
mod owner;
mod password_policy;
mod policy;
mod role;
mod role_template;
mod saml_provider;
mod server_certificate;
mod service_credential;
mod service_linked_role;
mod signing_certificate;
mod simulation;
mod ssh_public_key;
mod user;
mod view;

use keygate_operation::Entry;

/// Every operation of IAM that is implemented.
pub fn operations() -> Vec<Entry> {
    [
        user::operations(),
        access_key::operations(),
        group::operations(),
        role::operations(),
        role_template::operations(),
        instance_profile::operations(),
        boundary::operations(),
        delegation::operations(),
        policy::operations(),
        attach::operations(),
        inline::operations(),
        ssh_public_key::operations(),
        server_certificate::operations(),
        signing_certificate::operations(),
        service_credential::operations(),
        service_linked_role::operations(),
        account::operations(),
        organization::operations(),
        credential_report::operations(),
        login_profile::operations(),
        mfa_device::operations(),
        password_policy::operations(),
        last_access::operations(),
        oidc_provider::operations(),
        saml_provider::operations(),
        outbound_federation::operations(),
        simulation::operations(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
