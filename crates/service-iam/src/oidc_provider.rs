//! Operations on OpenID Connect identity providers. They are named by their ARN, `…:oidc-provider/URL`.

mod add_client_id_to_open_id_connect_provider;
mod create_open_id_connect_provider;
mod delete_open_id_connect_provider;
mod get_open_id_connect_provider;
mod list_open_id_connect_provider_tags;
mod list_open_id_connect_providers;
mod remove_client_id_from_open_id_connect_provider;
mod tag_open_id_connect_provider;
mod untag_open_id_connect_provider;
mod update_open_id_connect_provider_thumbprint;
mod url;

use keygate_operation::{Asks, Entry, Failure, ReadCx};
use keygate_state::{InvalidInput, OidcProvider};
use keygate_wire::OperationModel;

use crate::{ask, input};

pub(crate) fn operations() -> Vec<Entry> {
    vec![
        Entry::write(create_open_id_connect_provider::CreateOpenIDConnectProvider),
        Entry::read(get_open_id_connect_provider::GetOpenIDConnectProvider),
        Entry::read(list_open_id_connect_providers::ListOpenIDConnectProviders),
        Entry::write(delete_open_id_connect_provider::DeleteOpenIDConnectProvider),
        Entry::write(add_client_id_to_open_id_connect_provider::AddClientIDToOpenIDConnectProvider),
        Entry::write(remove_client_id_from_open_id_connect_provider::RemoveClientIDFromOpenIDConnectProvider),
        Entry::write(update_open_id_connect_provider_thumbprint::UpdateOpenIDConnectProviderThumbprint),
        Entry::write(tag_open_id_connect_provider::TagOpenIDConnectProvider),
        Entry::write(untag_open_id_connect_provider::UntagOpenIDConnectProvider),
        Entry::read(list_open_id_connect_provider_tags::ListOpenIDConnectProviderTags),
    ]
}

const KIND: &str = "oidc-provider";

/// What an operation on this provider asks, once the ARN has the form of one.
fn asks<M: OperationModel>(cx: &ReadCx<'_>, action: &'static str, arn: &str) -> Result<Asks, Failure<M>> {
    Ok(Asks::one(one_ask(cx, action, arn)?))
}

fn one_ask<M: OperationModel>(
    cx: &ReadCx<'_>,
    action: &'static str,
    arn: &str,
) -> Result<keygate_operation::Ask, Failure<M>> {
    input::name_in_arn(KIND, arn)?;
    let provider = cx.account.oidc_provider(arn).ok();
    Ok(ask::provider(action, arn, provider.map(|provider| &provider.tags)))
}

/// The thumbprints given: hexadecimal, in lower case as IAM keeps them, each once.
fn thumbprints(given: &[String]) -> Result<Vec<String>, InvalidInput> {
    const MAX: usize = OidcProvider::MAX_THUMBPRINTS;
    if given.len() > MAX {
        // AWS's own words, although five are fine.
        return Err(InvalidInput::new(format!("Thumbprint list must contain fewer than {MAX} entries.")));
    }
    let mut thumbprints: Vec<String> = Vec::with_capacity(given.len());
    for thumbprint in given {
        if !thumbprint.bytes().all(|b| b.is_ascii_hexdigit()) {
            let message = format!("Thumbprint {thumbprint} is not valid: it must be 40 hexadecimal digits.");
            return Err(InvalidInput::new(message));
        }
        let thumbprint = thumbprint.to_ascii_lowercase();
        if !thumbprints.contains(&thumbprint) {
            thumbprints.push(thumbprint);
        }
    }
    Ok(thumbprints)
}

#[cfg(test)]
mod testing {
    use keygate_operation::testing::World;
    use keygate_shapes::iam::CreateOpenIDConnectProviderRequest;

    use super::create_open_id_connect_provider::CreateOpenIDConnectProvider;

    /// The input that creates a provider at `https://URL`, with one client id and one thumbprint.
    pub(super) fn at(url: &str) -> CreateOpenIDConnectProviderRequest {
        CreateOpenIDConnectProviderRequest {
            url: format!("https://{url}"),
            client_id_list: Some(vec!["app".to_owned()]),
            thumbprint_list: Some(vec!["a".repeat(40)]),
            tags: None,
        }
    }

    /// Creates a provider; its ARN.
    pub(super) fn create(world: &mut World, input: CreateOpenIDConnectProviderRequest) -> String {
        world.write(&CreateOpenIDConnectProvider, input).unwrap().open_id_connect_provider_arn.unwrap()
    }

    /// The ARN of the provider at this URL.
    pub(super) fn arn(url: &str) -> String {
        format!("arn:aws:iam::123456789012:oidc-provider/{url}")
    }
}

#[cfg(test)]
mod tests;
