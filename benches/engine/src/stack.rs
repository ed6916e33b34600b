//! What else has a say beside identity policies: boundary, SCPs, a session policy, a resource's policy.

use crate::services::SERVICES;
use crate::workload::{Condition, Document, Rule};

/// The other layers of the whole stack; the same for all principals.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The permissions boundary.
    pub boundary: Document,
    /// SCPs of the root and of the account, two at each level.
    pub scps: [[Document; 2]; 2],
    /// The session policy.
    pub session: Document,
    /// The policy of every resource.
    pub resource: Document,
}

impl Surroundings {
    /// Policies that let most requests through.
    pub fn new() -> Self {
        let full = || Document { rules: vec![Rule::new(true, texts(&["*"]), texts(&["*"]))] };
        let every_service =
            || SERVICES.iter().map(|service| format!("{}:*", service.name)).collect::<Vec<_>>();
        let boundary = Document {
            rules: vec![
                Rule::new(true, every_service(), texts(&["*"])),
                Rule::new(
                    false,
                    texts(&["iam:CreateUser", "iam:CreateAccessKey", "iam:*LoginProfile", "organizations:*"]),
                    texts(&["*"]),
                ),
                Rule::new(
                    false,
                    texts(&["iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"]),
                    texts(&["*"]),
                ),
            ],
        };
        let guard = Document {
            rules: vec![
                Rule::new(false, texts(&["organizations:LeaveOrganization", "account:*"]), texts(&["*"])),
                Rule::new(
                    false,
                    texts(&["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "config:Delete*"]),
                    texts(&["*"]),
                ),
            ],
        };
        let regions = Rule {
            not_action: true,
            conditions: vec![Condition {
                operator: "StringNotEquals",
                key: "aws:RequestedRegion",
                values: texts(&["eu-west-1", "eu-central-1", "us-east-1", "ap-south-1"]),
            }],
            ..Rule::new(
                false,
                texts(&["iam:*", "sts:*", "organizations:*", "route53:*", "cloudfront:*", "support:*"]),
                texts(&["*"]),
            )
        };
        let root_user = Rule {
            conditions: vec![Condition {
                operator: "ArnLike",
                key: "aws:PrincipalArn",
                values: texts(&["arn:aws:iam::*:root"]),
            }],
            ..Rule::new(false, texts(&["*"]), texts(&["*"]))
        };
        let session = Document {
            rules: vec![
                Rule::new(true, every_service(), texts(&["*"])),
                Rule::new(false, texts(&["iam:Delete*", "kms:ScheduleKeyDeletion"]), texts(&["*"])),
            ],
        };
        let resource = Document {
            rules: vec![
                Rule {
                    principals: Some(texts(&["*"])),
                    conditions: vec![Condition {
                        operator: "Bool",
                        key: "aws:SecureTransport",
                        values: texts(&["false"]),
                    }],
                    ..Rule::new(false, texts(&["*"]), texts(&["*"]))
                },
                Rule {
                    principals: Some(texts(&["arn:aws:iam::111122223333:role/deploy", "444455556666"])),
                    ..Rule::new(
                        true,
                        texts(&["s3:GetObject", "sqs:SendMessage", "kms:Decrypt"]),
                        texts(&["*"]),
                    )
                },
                Rule {
                    principals: Some(texts(&["111122223333"])),
                    ..Rule::new(true, texts(&["s3:*", "sqs:*", "kms:*"]), texts(&["*"]))
                },
            ],
        };
        Self {
            boundary,
            scps: [[full(), guard], [full(), Document { rules: vec![regions, root_user] }]],
            session,
            resource,
        }
    }
}

impl Default for Surroundings {
    fn default() -> Self {
        Self::new()
    }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}
