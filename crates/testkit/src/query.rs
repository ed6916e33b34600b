//! One request of an AWS Query API, before it is signed.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Characters that RFC 3986 leaves alone, which is what SigV4 and the SDKs go by.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An action with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    service: &'static str,
    body: String,
}

impl Query {
    /// An action of IAM.
    pub fn iam(action: &str) -> Self {
        Self::new("iam", action, "2010-05-08")
    }

    /// An action of STS.
    pub fn sts(action: &str) -> Self {
        Self::new("sts", action, "2011-06-15")
    }

    fn new(service: &'static str, action: &str, version: &str) -> Self {
        Self { service, body: format!("Action={action}&Version={version}") }
    }

    /// Adds a parameter, such as `UserName` or `Tags.member.1.Key`.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let encode = |text| utf8_percent_encode(text, RESERVED);
        self.body.push_str(&format!("&{}={}", encode(name), encode(value)));
        self
    }

    /// The signing name of the service.
    pub fn service(&self) -> &'static str {
        self.service
    }

    /// The form, as it is sent.
    pub fn body(&self) -> &str {
        &self.body
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_encoded() {
        let query = Query::iam("CreateUser").with("UserName", "a b/+é~").with("Tags.member.1.Key", "k");
        assert_eq!(query.service(), "iam");
        assert_eq!(
            query.body(),
            "Action=CreateUser&Version=2010-05-08&UserName=a%20b%2F%2B%C3%A9~&Tags.member.1.Key=k"
        );
    }
}
