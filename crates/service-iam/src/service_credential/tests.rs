//! What the tests of several operations need, and what is true of all operations on service-specific credentials.

use keygate_operation::testing::World;
use keygate_shapes::iam;

use super::create_service_specific_credential::CreateServiceSpecificCredential;
use super::delete_service_specific_credential::DeleteServiceSpecificCredential;
use super::list_service_specific_credentials::ListServiceSpecificCredentials;
use super::reset_service_specific_credential::ResetServiceSpecificCredential;
use super::update_service_specific_credential::UpdateServiceSpecificCredential;
use crate::ask::tests::{assert_catalogued, pairs};
use crate::user::tests::{add_user, tag_user};

/// The input that creates a credential.
pub(crate) fn input(
    user: &str,
    service: &str,
    days: Option<i32>,
) -> iam::CreateServiceSpecificCredentialRequest {
    iam::CreateServiceSpecificCredentialRequest {
        user_name: user.to_owned(),
        service_name: service.to_owned(),
        credential_age_days: days,
    }
}

/// Creates a credential; code and message of the error.
pub(crate) fn create(
    world: &mut World,
    user: &str,
    service: &str,
    days: Option<i32>,
) -> Result<iam::ServiceSpecificCredential, String> {
    let created = world.write(&CreateServiceSpecificCredential, input(user, service, days));
    created
        .map(|answer| answer.service_specific_credential.unwrap())
        .map_err(|error| format!("{}: {}", error.code(), error.message()))
}

#[test]
fn asks_are_as_the_catalogue_lists_them() {
    let mut world = World::new();
    add_user(&mut world, "bob");
    tag_user(&mut world, "bob", &[("team", "a")]);
    let service = "bedrock.amazonaws.com";
    let id = create(&mut world, "bob", service, Some(1)).unwrap().service_specific_credential_id;
    let user_name = || Some("BOB".to_owned());
    let reset = iam::ResetServiceSpecificCredentialRequest {
        user_name: user_name(),
        service_specific_credential_id: id.clone(),
    };
    let update = iam::UpdateServiceSpecificCredentialRequest {
        user_name: user_name(),
        service_specific_credential_id: id.clone(),
        status: "Active".to_owned(),
    };
    let delete = iam::DeleteServiceSpecificCredentialRequest {
        user_name: user_name(),
        service_specific_credential_id: id,
    };
    let list = iam::ListServiceSpecificCredentialsRequest { user_name: user_name(), ..Default::default() };
    let about = [
        world.write_asks(&CreateServiceSpecificCredential, &input("BOB", service, Some(1))).unwrap(),
        world.write_asks(&ResetServiceSpecificCredential, &reset).unwrap(),
        world.write_asks(&UpdateServiceSpecificCredential, &update).unwrap(),
        world.write_asks(&DeleteServiceSpecificCredential, &delete).unwrap(),
    ];
    for asks in &about {
        let told = asks.iter().flat_map(|ask| &ask.keys).any(|(key, _)| key == super::SERVICE_NAME);
        assert!(told);
    }
    for asks in about.iter().chain([&world.asks(&ListServiceSpecificCredentials, &list).unwrap()]) {
        assert_catalogued(asks);
        assert_eq!(pairs(asks)[0].1, "arn:aws:iam::123456789012:user/bob");
    }
}
