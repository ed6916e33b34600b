//! Amazon Resource Names: six fields, the last of which may hold colons and slashes (rule 110).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{AccountId, EntityPath, Partition};

/// A concrete ARN: six fields, no wildcard meaning.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arn(String);

/// The text does not have the six fields of an ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidArn;

/// The six fields of an ARN without the leading `arn`; borrowed from its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArnParts<'a> {
    /// Second field.
    pub partition: &'a str,
    /// Third field: the service prefix.
    pub service: &'a str,
    /// Fourth field: the region, often empty.
    pub region: &'a str,
    /// Fifth field: the account, sometimes empty or a word such as `aws`.
    pub account: &'a str,
    /// Everything after the fifth colon.
    pub resource: &'a str,
}

impl<'a> ArnParts<'a> {
    /// Splits at the first five colons; `None` if there are fewer or the text does not begin with `arn:`.
    pub fn split(text: &'a str) -> Option<Self> {
        let mut fields = text.splitn(6, ':');
        if fields.next()? != "arn" {
            return None;
        }
        Some(Self {
            partition: fields.next()?,
            service: fields.next()?,
            region: fields.next()?,
            account: fields.next()?,
            resource: fields.next()?,
        })
    }
}

impl Arn {
    /// An IAM ARN `arn:PARTITION:iam::ACCOUNT:KIND/PATH/NAME`, e.g. kind `user`.
    pub fn iam(partition: Partition, account: AccountId, kind: &str, path: &EntityPath, name: &str) -> Self {
        Self(format!("arn:{partition}:iam::{account}:{kind}{path}{name}"))
    }

    /// The account's root user, which also stands for the whole account in a Principal (rule 179).
    pub fn root(partition: Partition, account: AccountId) -> Self {
        Self(format!("arn:{partition}:iam::{account}:root"))
    }

    /// A role session: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, without the role's path (rule 185d).
    pub fn assumed_role(partition: Partition, account: AccountId, role: &str, session: &str) -> Self {
        Self(format!("arn:{partition}:sts::{account}:assumed-role/{role}/{session}"))
    }

    /// A federated user's session.
    pub fn federated_user(partition: Partition, account: AccountId, name: &str) -> Self {
        Self(format!("arn:{partition}:sts::{account}:federated-user/{name}"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The fields.
    pub fn parts(&self) -> ArnParts<'_> {
        // INVARIANT: every constructor leaves six fields; the fallback is never taken.
        ArnParts::split(&self.0).unwrap_or(ArnParts {
            partition: "",
            service: "",
            region: "",
            account: "",
            resource: "",
        })
    }

    /// The account field, where it is an account number.
    pub fn account(&self) -> Option<AccountId> {
        self.parts().account.parse().ok()
    }
}

impl FromStr for Arn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        ArnParts::split(text).map(|_| Self(text.to_owned())).ok_or(InvalidArn)
    }
}

impl TryFrom<String> for Arn {
    type Error = InvalidArn;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match ArnParts::split(&text) {
            Some(_) => Ok(Self(text)),
            None => Err(InvalidArn),
        }
    }
}

impl From<Arn> for String {
    fn from(arn: Arn) -> Self {
        arn.0
    }
}

impl AsRef<str> for Arn {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Arn {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InvalidArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an ARN of six fields")
    }
}

impl std::error::Error for InvalidArn {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_110_the_resource_field_keeps_its_colons() {
        let arn: Arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/a:*".parse().unwrap();
        assert_eq!(arn.parts().resource, "log-group:/a:*");
        assert_eq!(arn.account(), Some("123456789012".parse().unwrap()));
    }

    #[test]
    fn fewer_than_six_fields_are_refused() {
        for bad in ["", "arn", "arn:aws:s3", "arn:aws:s3::bucket", "urn:aws:s3:::bucket"] {
            assert_eq!(bad.parse::<Arn>(), Err(InvalidArn), "{bad}");
        }
    }

    #[test]
    fn constructed_arns_have_aws_form() {
        let account = "123456789012".parse().unwrap();
        let path: EntityPath = "/team/".parse().unwrap();
        assert_eq!(
            Arn::iam(Partition::Aws, account, "role", &path, "app").as_str(),
            "arn:aws:iam::123456789012:role/team/app"
        );
        assert_eq!(
            Arn::assumed_role(Partition::Aws, account, "app", "s").as_str(),
            "arn:aws:sts::123456789012:assumed-role/app/s"
        );
    }
}
