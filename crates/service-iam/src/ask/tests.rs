//! Whether operations ask as the service authorization reference lists it: the action exists, it is decided on
//! resources of that type, and it knows the condition keys that the operation sets.

use keygate_catalog::{Action, catalog};
use keygate_operation::{Ask, Asks};

/// What is asked in another way than the catalogue lists it: action, why.
const UNLISTED_RESOURCES: &[(&str, &str)] = &[
    // The reference lists listings without resource; AWS's own denials name the ARN of the path they list.
    ("iam:ListUsers", "denials name the path: arn:aws:iam::ACCOUNT:user/PREFIX"),
    ("iam:ListGroups", "denials name the path: arn:aws:iam::ACCOUNT:group/PREFIX"),
    ("iam:ListRoles", "denials name the path: arn:aws:iam::ACCOUNT:role/PREFIX"),
    ("iam:ListPolicies", "as the other listings; denials name it \"policy path PREFIX\""),
    ("iam:ListVirtualMFADevices", "denials name the path: arn:aws:iam::ACCOUNT:mfa/"),
    ("iam:ListInstanceProfiles", "denials name the path: arn:aws:iam::ACCOUNT:instance-profile/PREFIX"),
    ("iam:ListServerCertificates", "as the other listings: arn:aws:iam::ACCOUNT:server-certificate/PREFIX"),
];

/// Checks every ask of one call against the catalogue; fails with what is wrong.
#[track_caller]
pub(crate) fn assert_catalogued(asks: &Asks) {
    for ask in asks.iter() {
        let action = catalog().action(&ask.action).unwrap_or_else(|| panic!("{} is no action", ask.action));
        let unlisted = UNLISTED_RESOURCES.iter().any(|(name, _)| *name == ask.action);
        assert!(unlisted || is_decided_on(action, ask), "{} is not decided on {}", ask.action, ask.resource);
        for (key, _) in &ask.keys {
            let listed = action.knows_condition_key(key) || is_resource_tag(key);
            assert!(listed, "{} does not know {key}", ask.action);
        }
    }
}

/// Checks that the permissions boundary is told with every action that can be asked about it, and with no other
/// (rule 65). Only for calls on principals that have one.
#[track_caller]
pub(crate) fn assert_bounded(asks: &Asks) {
    for ask in asks.iter() {
        let action = catalog().action(&ask.action).unwrap_or_else(|| panic!("{} is no action", ask.action));
        let told = ask.keys.iter().any(|(key, _)| key == super::PERMISSIONS_BOUNDARY);
        assert_eq!(told, action.knows_condition_key(super::PERMISSIONS_BOUNDARY), "{}", ask.action);
    }
}

/// Action and resource of each ask, in order.
pub(crate) fn pairs(asks: &Asks) -> Vec<(&str, &str)> {
    asks.iter().map(|ask| (ask.action.as_ref(), ask.resource.as_str())).collect()
}

/// Resource types bring these keys along; the reference does not repeat them with every action.
fn is_resource_tag(key: &str) -> bool {
    key.starts_with("aws:ResourceTag/") || key.starts_with("iam:ResourceTag/")
}

fn is_decided_on(action: &Action, ask: &Ask) -> bool {
    if action.resources.is_empty() {
        return ask.resource == "*";
    }
    // Root has no type of its own: operations on oneself ask for its ARN.
    if ask.resource.ends_with(":root") {
        return action.resource("user").is_some();
    }
    let service = catalog().service(action.prefix()).unwrap();
    let types = action.resources.iter().filter_map(|resource| service.resource_type(resource.resource_type));
    types.flat_map(|kind| &kind.arn_patterns).any(|pattern| {
        // `arn:${Partition}:iam::${Account}:user/${UserNameWithPath}`: what stands before the name decides.
        let kind = |arn: &str| {
            let resource = arn.splitn(6, ':').nth(5)?;
            Some(resource.split_once('/')?.0.to_owned())
        };
        kind(pattern).is_some() && kind(pattern) == kind(&ask.resource)
    })
}
