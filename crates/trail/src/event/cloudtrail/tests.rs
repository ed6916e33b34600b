//! Golden records: member names, order and forms as in the CloudTrail user guide.

use super::*;
use crate::event::tests::{
    by_federated_user, by_nobody, by_other_account, by_role, by_root, by_service, by_user_session, sample,
    samples, strange,
};

fn check(event: &Event, expected: &str) {
    let record: String = serde_json::to_string_pretty(&event.cloudtrail_record()).unwrap();
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    let found: Vec<&str> = record.lines().map(str::trim).collect();
    assert_eq!(found, expected, "{record}");
}

#[test]
fn iam_user() {
    check(
        &sample(),
        r#"{
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser",
                "principalId": "AIDAIAAAAAAAAAEXAMPLE",
                "arn": "arn:aws:iam::111122223333:user/Alice",
                "accountId": "111122223333",
                "accessKeyId": "AKIAIAAAAAAAAAEXAMPLE",
                "userName": "Alice"
            },
            "eventTime": "2026-07-16T00:00:00Z",
            "eventSource": "iam.amazonaws.com",
            "eventName": "GetUser",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.7",
            "userAgent": "Boto3/1.44.5",
            "requestParameters": null,
            "responseElements": null,
            "requestID": "5a244862-3083-453b-86d0-cfcfd8998acd",
            "eventID": "93ba9ff8-2a47-4a0e-8a0c-1f5a0a3f9d11",
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": "111122223333",
            "eventCategory": "Management"
        }"#,
    );
}

#[test]
fn root() {
    check(
        &by_root(),
        r#"{
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "Root",
                "principalId": "111122223333",
                "arn": "arn:aws:iam::111122223333:root",
                "accountId": "111122223333",
                "accessKeyId": "AKIAIROOTAAAAEXAMPLE"
            },
            "eventTime": "2026-07-16T00:00:00Z",
            "eventSource": "iam.amazonaws.com",
            "eventName": "CreateUser",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.7",
            "userAgent": "Boto3/1.44.5",
            "requestParameters": {
                "userName": "Bob"
            },
            "responseElements": {
                "user": {
                    "path": "/",
                    "userName": "Bob"
                }
            },
            "requestID": "5a244862-3083-453b-86d0-cfcfd8998acd",
            "eventID": "93ba9ff8-2a47-4a0e-8a0c-1f5a0a3f9d11",
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": "111122223333",
            "eventCategory": "Management"
        }"#,
    );
}

#[test]
fn iam_user_with_a_session_over_tls() {
    check(
        &by_user_session(),
        r#"{
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "IAMUser",
                "principalId": "AIDAIAAAAAAAAAEXAMPLE",
                "arn": "arn:aws:iam::111122223333:user/Alice",
                "accountId": "111122223333",
                "accessKeyId": "ASIAIAAAAAAAAAEXAMPLE",
                "userName": "Alice",
                "sessionContext": {
                    "attributes": {
                        "creationDate": "2026-07-15T23:00:00Z",
                        "mfaAuthenticated": "true"
                    }
                }
            },
            "eventTime": "2026-07-16T00:00:00Z",
            "eventSource": "iam.amazonaws.com",
            "eventName": "GetUser",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.7",
            "userAgent": "Boto3/1.44.5",
            "requestParameters": null,
            "responseElements": null,
            "requestID": "5a244862-3083-453b-86d0-cfcfd8998acd",
            "eventID": "93ba9ff8-2a47-4a0e-8a0c-1f5a0a3f9d11",
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": "111122223333",
            "eventCategory": "Management",
            "tlsDetails": {
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": "iam.amazonaws.com"
            },
            "sessionCredentialFromConsole": "true"
        }"#,
    );
}

#[test]
fn assumed_role_denied() {
    check(
        &by_role(),
        r#"{
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": "AROAIAAAAAAAAAEXAMPLE:build-17",
                "arn": "arn:aws:sts::111122223333:assumed-role/Deployer/build-17",
                "accountId": "111122223333",
                "accessKeyId": "ASIAIBBBBBBBBBEXAMPLE",
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "Role",
                        "principalId": "AROAIAAAAAAAAAEXAMPLE",
                        "arn": "arn:aws:iam::111122223333:role/app/Deployer",
                        "accountId": "111122223333",
                        "userName": "Deployer"
                    },
                    "webIdFederationData": {
                        "federatedProvider": "arn:aws:iam::111122223333:oidc-provider/ci.example.com",
                        "attributes": {
                            "aud": "sts.amazonaws.com"
                        }
                    },
                    "attributes": {
                        "creationDate": "2026-07-15T23:00:00Z",
                        "mfaAuthenticated": "false"
                    },
                    "sourceIdentity": "alice"
                }
            },
            "eventTime": "2026-07-16T00:00:00Z",
            "eventSource": "iam.amazonaws.com",
            "eventName": "DeleteUser",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.7",
            "userAgent": "Boto3/1.44.5",
            "errorCode": "AccessDenied",
            "errorMessage": "User: arn:aws:sts::111122223333:assumed-role/Deployer/build-17 is not authorized to perform: iam:DeleteUser on resource: user Bob with an explicit deny in a permissions boundary",
            "requestParameters": null,
            "responseElements": null,
            "additionalEventData": {
                "keygateDecision": {
                    "decision": "explicitDeny",
                    "layer": "permissions boundary",
                    "policies": [
                        "ANPAIAAAAAAAAAEXAMPLE:v3"
                    ]
                }
            },
            "requestID": "5a244862-3083-453b-86d0-cfcfd8998acd",
            "eventID": "93ba9ff8-2a47-4a0e-8a0c-1f5a0a3f9d11",
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": "111122223333",
            "eventCategory": "Management"
        }"#,
    );
}

#[test]
fn federated_user() {
    check(
        &by_federated_user(),
        r#"{
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "FederatedUser",
                "principalId": "111122223333:carol",
                "arn": "arn:aws:sts::111122223333:federated-user/carol",
                "accountId": "111122223333",
                "accessKeyId": "ASIAICCCCCCCCCEXAMPLE",
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "IAMUser",
                        "principalId": "AIDAIAAAAAAAAAEXAMPLE",
                        "arn": "arn:aws:iam::111122223333:user/Alice",
                        "accountId": "111122223333",
                        "userName": "Alice"
                    },
                    "attributes": {
                        "creationDate": "2026-07-15T23:00:00Z",
                        "mfaAuthenticated": "false"
                    }
                }
            },
            "eventTime": "2026-07-16T00:00:00Z",
            "eventSource": "sts.amazonaws.com",
            "eventName": "GetCallerIdentity",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.7",
            "userAgent": "Boto3/1.44.5",
            "requestParameters": null,
            "responseElements": null,
            "requestID": "5a244862-3083-453b-86d0-cfcfd8998acd",
            "eventID": "93ba9ff8-2a47-4a0e-8a0c-1f5a0a3f9d11",
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": "111122223333",
            "eventCategory": "Management"
        }"#,
    );
}

#[test]
fn another_account_and_a_service() {
    let expected = |identity: &str, ip: &str, agent: &str, shared: &str| {
        format!(
            r#"{{
            "eventVersion": "1.11",
            "userIdentity": {{
                {identity}
            }},
            "eventTime": "2026-07-16T00:00:00Z",
            "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRole",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "{ip}",
            "userAgent": "{agent}",
            "requestParameters": {{
                "externalId": "x",
                "roleArn": "arn:aws:iam::111122223333:role/CrossAccount",
                "roleSessionName": "s"
            }},
            "responseElements": {{
                "credentials": {{
                    "accessKeyId": "ASIAIEEEEEEEEEEXAMPLE"
                }}
            }},
            "requestID": "5a244862-3083-453b-86d0-cfcfd8998acd",
            "eventID": "93ba9ff8-2a47-4a0e-8a0c-1f5a0a3f9d11",
            "readOnly": true,
            "resources": [
                {{
                    "accountId": "111122223333",
                    "type": "AWS::IAM::Role",
                    "ARN": "arn:aws:iam::111122223333:role/CrossAccount"
                }}
            ],
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "recipientAccountId": "111122223333",{shared}
            "eventCategory": "Management"
        }}"#
        )
    };
    check(
        &by_other_account(),
        &expected(
            "\"type\": \"AWSAccount\",\n\"principalId\": \"AIDAIDDDDDDDDDEXAMPLE\",\n\"accountId\": \"444455556666\"",
            "192.0.2.7",
            "Boto3/1.44.5",
            "\n\"sharedEventID\": \"74108063-dd44-44eb-815d-53cbb7f5ed02\",",
        ),
    );
    let service = "lambda.amazonaws.com";
    check(
        &by_service(),
        &expected("\"type\": \"AWSService\",\n\"invokedBy\": \"lambda.amazonaws.com\"", service, service, ""),
    );
}

#[test]
fn nobody() {
    check(
        &by_nobody(),
        r#"{
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "Unknown",
                "accessKeyId": "AKIAIUNKNOWNAEXAMPLE"
            },
            "eventTime": "2026-07-16T00:00:00Z",
            "eventSource": "iam.amazonaws.com",
            "eventName": "GetUser",
            "awsRegion": "us-east-1",
            "sourceIPAddress": "192.0.2.7",
            "errorCode": "InvalidClientTokenId",
            "errorMessage": "The security token included in the request is invalid.",
            "requestParameters": null,
            "responseElements": null,
            "requestID": "5a244862-3083-453b-86d0-cfcfd8998acd",
            "eventID": "93ba9ff8-2a47-4a0e-8a0c-1f5a0a3f9d11",
            "readOnly": true,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "eventCategory": "Management"
        }"#,
    );
}

#[test]
fn the_tree_and_the_text_say_the_same() {
    for event in samples().into_iter().chain([strange()]) {
        assert_eq!(
            serde_json::from_str::<Value>(&event.to_cloudtrail_json()).unwrap(),
            event.to_cloudtrail()
        );
    }
    let additional = &strange().to_cloudtrail()["additionalEventData"];
    assert_eq!(
        additional,
        &serde_json::json!({ "a": [], "keygateDecision": { "decision": "allowed", "policies": [] } })
    );
}
