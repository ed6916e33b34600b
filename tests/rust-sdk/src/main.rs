//! What a user of AWS's SDK for Rust meets. `keygate-rust-sdk NAME` runs one scenario; endpoint, region and
//! credentials come from the environment, as the SDK reads them itself. It ends with 0, or with the failed assertion.

use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig};
use aws_sdk_iam::config::Credentials;
use aws_sdk_iam::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_iam::operation::RequestId as _;
use aws_sdk_iam::types::Tag;
use aws_sdk_iam::{Client as Iam, client::Waiters as _};
use aws_sdk_sts::Client as Sts;

type Done = Result<(), Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Done {
    let name = std::env::args().nth(1).unwrap_or_default();
    // Plain HTTP, and no retries: a flaky answer must be seen.
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .load()
        .await;
    match name.as_str() {
        "walkthrough" => walkthrough(&config).await,
        "errors" => errors(&config).await,
        "paginators" => paginators(&config).await,
        "denied" => denied(&config).await,
        _ => Err(format!("no scenario {name:?}").into()),
    }
}

async fn walkthrough(config: &SdkConfig) -> Done {
    let (iam, sts) = (Iam::new(config), Sts::new(config));
    let identity = sts.get_caller_identity().send().await?;
    let account = identity.account().ok_or("no account")?.to_owned();
    assert_eq!(identity.arn(), Some(format!("arn:aws:iam::{account}:root").as_str()));

    let (arn, of_user) = new_user(config, "rust-deployer").await?;
    let name = "rust-deploy";
    let role = iam
        .create_role()
        .role_name(name)
        .path("/ci/")
        .assume_role_policy_document(trust(&arn))
        .description("deploys")
        .max_session_duration(7200)
        .tags(Tag::builder().key("team").value("ci").build()?)
        .send()
        .await?
        .role
        .ok_or("no role")?;
    assert_eq!(role.arn(), format!("arn:aws:iam::{account}:role/ci/{name}"));
    assert!(role.role_id().starts_with("AROA"), "{}", role.role_id());
    iam.wait_until_role_exists().role_name(name).wait(std::time::Duration::from_secs(10)).await?;

    iam.tag_role()
        .role_name(name)
        .tags(Tag::builder().key("stage").value("prod äöü 漢字").build()?)
        .send()
        .await?;
    let tags = iam.list_role_tags().role_name(name).send().await?;
    let mut tags: Vec<_> = tags.tags().iter().map(|tag| format!("{}={}", tag.key(), tag.value())).collect();
    tags.sort();
    assert_eq!(tags, ["stage=prod äöü 漢字", "team=ci"]);

    iam.put_role_policy()
        .role_name(name)
        .policy_name("list")
        .policy_document(allow("iam:ListUsers"))
        .send()
        .await?;
    let policy =
        iam.create_policy().policy_name("rust-read").policy_document(allow("iam:GetRole")).send().await?;
    let policy = policy.policy().and_then(|policy| policy.arn()).ok_or("no policy")?.to_owned();
    iam.attach_role_policy().role_name(name).policy_arn(&policy).send().await?;

    let session =
        Sts::new(&of_user).assume_role().role_arn(role.arn()).role_session_name("rust").send().await?;
    let user = session.assumed_role_user().ok_or("no user")?;
    assert_eq!(user.assumed_role_id(), format!("{}:rust", role.role_id()));
    let given = session.credentials().ok_or("no credentials")?;
    let assumed = with(config, given.access_key_id(), given.secret_access_key(), Some(given.session_token()));
    assert_eq!(
        Iam::new(&assumed).get_role().role_name(name).send().await?.role(),
        Some(&iam_role(&iam, name).await?)
    );
    let users = Iam::new(&assumed).list_users().send().await?;
    assert_eq!(users.users().iter().map(|user| user.user_name()).collect::<Vec<_>>(), ["rust-deployer"]);
    let identity = Sts::new(&assumed).get_caller_identity().send().await?;
    assert_eq!(identity.arn(), Some(format!("arn:aws:sts::{account}:assumed-role/{name}/rust").as_str()));

    let refused = refusal(iam.delete_role().role_name(name).send().await, "DeleteConflict", 409);
    assert!(refused.is_delete_conflict_exception());
    assert_eq!(refused.message(), Some("Cannot delete entity, must detach all policies first."));
    iam.detach_role_policy().role_name(name).policy_arn(&policy).send().await?;
    iam.delete_policy().policy_arn(&policy).send().await?;
    Ok(())
}

async fn errors(config: &SdkConfig) -> Done {
    let iam = Iam::new(config);
    let refused = refusal(iam.get_user().user_name("nobody").send().await, "NoSuchEntity", 404);
    assert!(refused.is_no_such_entity_exception());
    assert_eq!(refused.message(), Some("The user with name nobody cannot be found."));

    iam.create_group().group_name("rust-twice").send().await?;
    let refused =
        refusal(iam.create_group().group_name("RUST-TWICE").send().await, "EntityAlreadyExists", 409);
    assert!(refused.is_entity_already_exists_exception());
    assert_eq!(refused.message(), Some("Group with name RUST-TWICE already exists."));

    let broken = iam.create_policy().policy_name("rust-broken").policy_document("{").send().await;
    assert!(refusal(broken, "MalformedPolicyDocument", 400).is_malformed_policy_document_exception());

    // Errors that no operation declares: the SDK has no type for them, only their codes.
    let refused = refusal(iam.create_user().user_name("no spaces").send().await, "ValidationError", 400);
    let text = refused.message().unwrap_or_default();
    assert!(text.starts_with("1 validation error detected: Value "), "{text}");
    let stranger = with(config, "AKIAIOSFODNN7EXAMPLE", &"x".repeat(40), None);
    let refused =
        refusal(Sts::new(&stranger).get_caller_identity().send().await, "InvalidClientTokenId", 403);
    assert_eq!(refused.message(), Some("The security token included in the request is invalid."));
    Ok(())
}

async fn paginators(config: &SdkConfig) -> Done {
    let iam = Iam::new(config);
    let names: Vec<_> = (0..12).map(|number| format!("rust-{number:02}")).collect();
    for name in &names {
        iam.create_user().user_name(name).path("/pages/").send().await?;
    }
    let mut pages = iam.list_users().path_prefix("/pages/").into_paginator().page_size(5).send();
    let (mut sizes, mut seen) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page?;
        sizes.push(page.users().len());
        seen.extend(page.users().iter().map(|user| user.user_name().to_owned()));
    }
    assert_eq!(sizes, [5, 5, 2]);
    assert_eq!(seen, names);
    Ok(())
}

async fn denied(config: &SdkConfig) -> Done {
    let iam = Iam::new(config);
    let (arn, of_user) = new_user(config, "rust-reader").await?;
    let reader = Iam::new(&of_user);
    let account = arn.split(':').nth(4).unwrap_or_default();
    let refused = refusal(reader.list_users().send().await, "AccessDenied", 403);
    let sentence = format!(
        "User: {arn} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::{account}:user/ \
         because no identity-based policy allows the iam:ListUsers action"
    );
    assert_eq!(refused.message(), Some(sentence.as_str()));
    iam.attach_user_policy()
        .user_name("rust-reader")
        .policy_arn("arn:aws:iam::aws:policy/IAMReadOnlyAccess")
        .send()
        .await?;
    assert_eq!(reader.list_users().send().await?.users().len(), 1);
    refusal(reader.delete_user().user_name("rust-reader").send().await, "AccessDenied", 403);
    Ok(())
}

/// What the service said when it refused; the call must be refused with this code and status.
fn refusal<T, E>(answer: Result<T, SdkError<E>>, code: &str, status: u16) -> E
where
    E: ProvideErrorMetadata,
{
    match answer {
        Ok(_) => panic!("the call must be refused with {code}"),
        Err(SdkError::ServiceError(refused)) => {
            assert_eq!(refused.raw().status().as_u16(), status);
            let refused = refused.into_err();
            assert_eq!(refused.code(), Some(code), "{:?}", refused.message());
            assert!(refused.meta().request_id().is_some(), "every answer carries a request id");
            refused
        }
        Err(other) => panic!("no answer of the service: {other}"),
    }
}

/// A user with an access key: its ARN, and a configuration with its credentials.
async fn new_user(config: &SdkConfig, name: &str) -> Result<(String, SdkConfig), Box<dyn std::error::Error>> {
    let iam = Iam::new(config);
    let made = iam.create_user().user_name(name).send().await?;
    let key = iam.create_access_key().user_name(name).send().await?.access_key.ok_or("no key")?;
    let arn = made.user().map(|user| user.arn().to_owned()).ok_or("no user")?;
    Ok((arn, with(config, key.access_key_id(), key.secret_access_key(), None)))
}

async fn iam_role(iam: &Iam, name: &str) -> Result<aws_sdk_iam::types::Role, Box<dyn std::error::Error>> {
    Ok(iam.get_role().role_name(name).send().await?.role.ok_or("no role")?)
}

/// The same configuration with other credentials.
fn with(config: &SdkConfig, id: &str, secret: &str, token: Option<&str>) -> SdkConfig {
    let credentials = Credentials::new(id, secret, token.map(str::to_owned), None, "scenario");
    let provider = aws_sdk_iam::config::SharedCredentialsProvider::new(credentials);
    config.clone().into_builder().credentials_provider(provider).build()
}

fn allow(action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#
    )
}

fn trust(arn: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{arn}"}},"Action":"sts:AssumeRole"}}]}}"#
    )
}
