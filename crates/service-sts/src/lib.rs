//! STS, one file per operation. Temporary credentials are sealed into their token: making them stores nothing.

mod assume_role;
mod assume_root;
mod credentials;
mod decode_authorization_message;
mod get_access_key_info;
mod get_caller_identity;
mod get_delegated_access_token;
mod get_federation_token;
mod get_session_token;
mod get_web_identity_token;
mod mfa;
mod packed;
mod tags;
#[cfg(test)]
mod test_support;

use keygate_operation::Entry;

/// Every operation of STS that is implemented.
pub fn operations() -> Vec<Entry> {
    vec![
        Entry::read(assume_role::AssumeRole),
        Entry::read(assume_root::AssumeRoot),
        Entry::read(decode_authorization_message::DecodeAuthorizationMessage),
        Entry::read(get_access_key_info::GetAccessKeyInfo),
        Entry::read(get_caller_identity::GetCallerIdentity),
        Entry::read(get_delegated_access_token::GetDelegatedAccessToken),
        Entry::read(get_federation_token::GetFederationToken),
        Entry::read(get_session_token::GetSessionToken),
        Entry::read(get_web_identity_token::GetWebIdentityToken),
    ]
}
