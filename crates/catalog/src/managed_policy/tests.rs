//! The table, the look-ups and every document of the AWS managed policies.

use super::*;
use std::collections::HashSet;

#[test]
fn every_document_is_a_policy_in_json() {
    for policy in managed_policies() {
        let text = policy.document().unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", policy.arn));
        assert!(matches!(json["Version"].as_str(), Some("2012-10-17" | "2008-10-17")), "{}", policy.arn);
        assert!(json["Statement"].is_array() || json["Statement"].is_object(), "{}", policy.arn);
        assert!(text.starts_with('{') && text.ends_with('}'), "{}", policy.arn);
    }
}

#[test]
fn the_table_is_complete_and_sorted() {
    let policies = managed_policies();
    assert_eq!(policies.len(), TABLE.lines().filter(|line| line.starts_with("policy\t")).count());
    assert!(policies.is_sorted_by(|a, b| a.name < b.name));
    let ids: HashSet<&str> = policies.iter().map(|policy| policy.id).collect();
    assert_eq!(ids.len(), policies.len());
    for policy in policies {
        assert_eq!(policy.id.len(), 21, "{}", policy.arn);
        let id: keygate_ident::UniqueId = policy.id.parse().unwrap();
        assert_eq!(id.kind(), Some(keygate_ident::IdKind::Policy), "{}", policy.arn);
        assert!(policy.version.strip_prefix('v').unwrap().parse::<u32>().unwrap() >= 1, "{}", policy.arn);
        assert!(policy.created <= policy.updated, "{}", policy.arn);
        assert_eq!(policy.arn, format!("arn:aws:iam::aws:policy{}{}", policy.path, policy.name));
    }
}

#[test]
fn every_policy_is_found_by_its_arn_in_every_partition() {
    for policy in managed_policies() {
        assert_eq!(managed_policy(policy.arn), Some(policy));
        assert_eq!(managed_policy_named(policy.name), Some(policy));
        for partition in Partition::ALL {
            let arn = policy.arn_in(partition);
            assert_eq!(managed_policy_in(partition, &arn), Some(policy), "{arn}");
            assert_eq!(managed_policy(&arn).is_some(), partition == Partition::Aws, "{arn}");
        }
    }
}

#[test]
fn other_arns_name_nothing() {
    for arn in [
        "",
        "AdministratorAccess",
        "arn:aws:iam::aws:policy/administratoraccess",
        "arn:aws:iam::aws:policy/service-role/AdministratorAccess",
        "arn:aws:iam::aws:policyAdministratorAccess",
        "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole",
        "arn:aws:iam::123456789012:policy/AdministratorAccess",
        "arn:aws:iam::aws:policy/AdministratorAccess/",
        "arn:aws:iam::aws:policy//AdministratorAccess",
        "arn:aws:iam::aws:role/AdministratorAccess",
        "arn:aws-cn:iam::aws:policy/AdministratorAccess",
    ] {
        assert_eq!(managed_policy(arn), None, "{arn}");
    }
}

#[test]
fn well_known_policies_are_as_on_aws() {
    for (arn, path, id, created) in [
        ("arn:aws:iam::aws:policy/AdministratorAccess", "/", "ANPAIWMBCKSKIEE64ZLYK", "2015-02-06T18:39:46Z"),
        (
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            "/service-role/",
            "ANPAJNCQGXC42545SKXIK",
            "2015-04-09T15:03:43Z",
        ),
        (
            "arn:aws:iam::aws:policy/aws-service-role/AWSSupportServiceRolePolicy",
            "/aws-service-role/",
            "ANPAJ7W6266ELXF5MISDS",
            "2018-04-19T18:04:44Z",
        ),
    ] {
        let policy = managed_policy(arn).unwrap();
        assert_eq!((policy.path, policy.id), (path, id));
        assert_eq!(policy.created.to_string(), created);
        assert_eq!(policy.is_for_service_linked_roles(), path == "/aws-service-role/");
    }
    let document = managed_policy("arn:aws:iam::aws:policy/AdministratorAccess").unwrap().document().unwrap();
    let expected = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }],
    });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&document).unwrap(), expected);
}

#[test]
fn a_document_costs_one_block() {
    // Nothing larger than a block (or a document that is larger by itself) is unpacked for a document.
    for (number, block) in table().blocks.iter().enumerate() {
        let documents = managed_policies().iter().filter(|policy| policy.block == number).count();
        assert!(block.size <= 64 * 1024 || documents == 1, "block {number}: {} bytes", block.size);
    }
}

#[test]
fn damaged_data_is_an_error_and_not_a_panic() {
    let policy = ManagedPolicy { block: usize::MAX, ..managed_policies()[0].clone() };
    assert!(policy.document().is_err());
    let policy = ManagedPolicy { offset: usize::MAX, ..managed_policies()[0].clone() };
    assert!(policy.document().is_err());
    assert!(parse_table("policy\tarn:aws:iam::aws:policy/A\tANPA\nblock\t1\n").policies.is_empty());
}
