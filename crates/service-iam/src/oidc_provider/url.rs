//! The URL of an OpenID Connect provider: `https`, a host, perhaps a path, nothing else.

use keygate_operation::Failure;
use keygate_shapes::declares;
use keygate_state::InvalidInput;
use keygate_wire::OperationModel;

/// The URL without its scheme: what names the provider from then on. Its spelling stays as it is; the issuer of a
/// token must be spelled the same.
///
/// # Errors
/// No `https` URL, or one with more than a host and a path: user, port, query, fragment.
pub(super) fn parse<M>(url: &str) -> Result<&str, Failure<M>>
where
    M: OperationModel + declares::InvalidInput,
{
    const INVALID: &str = "Invalid Open ID Connect Provider URL";
    let Some((scheme, rest)) = url.split_once("://") else {
        return Err(Failure::validation(INVALID));
    };
    if !scheme.eq_ignore_ascii_case("https") {
        return Err(InvalidInput::new(format!("{INVALID}. The URL must begin with https://.")).into());
    }
    let host = rest.split('/').next().unwrap_or_default();
    let path = rest.get(host.len()..).unwrap_or_default();
    if is_host(host) && path.bytes().all(is_path_byte) {
        Ok(rest)
    } else {
        Err(InvalidInput::new(format!("{INVALID}.")).into())
    }
}

/// A domain name or an IPv4 address: labels of letters, digits and inner hyphens. No port, no user.
fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        let inner = bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
        inner && label.len() <= 63 && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

/// What RFC 3986 allows in a path; neither `?` nor `#`, and nothing that ends an ARN or a policy variable.
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!&'()*+,;=:@/".contains(&byte)
}

#[cfg(test)]
mod tests {
    use keygate_shapes::iam::op::CreateOpenIDConnectProvider;

    use super::*;

    fn check(url: &str) -> Result<&str, String> {
        parse::<CreateOpenIDConnectProvider>(url).map_err(|failure| {
            let error = failure.into_error();
            format!("{}: {}", error.code(), error.message())
        })
    }

    #[test]
    fn hosts_and_paths() {
        for (url, name) in [
            ("https://token.actions.githubusercontent.com", "token.actions.githubusercontent.com"),
            (
                "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D",
                "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D",
            ),
            ("https://example.auth0.com/", "example.auth0.com/"),
            ("HTTPS://Server.Example.org/Path~x:1%20", "Server.Example.org/Path~x:1%20"),
            ("https://localhost", "localhost"),
            ("https://10.0.0.1/x", "10.0.0.1/x"),
        ] {
            assert_eq!(check(url), Ok(name));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for url in ["example.org", "https:/example.org", "https", ""] {
            assert_eq!(check(url), Err("ValidationError: Invalid Open ID Connect Provider URL".to_owned()));
        }
        for url in ["http://example.org", "ftp://example.org", "://example.org"] {
            let message =
                "InvalidInput: Invalid Open ID Connect Provider URL. The URL must begin with https://.";
            assert_eq!(check(url), Err(message.to_owned()));
        }
        for url in [
            "https://example.org:443",
            "https://example.org?a=1",
            "https://example.org/?a=1",
            "https://example.org/#a",
            "https://me@example.org",
            "https://",
            "https:///path",
            "https://-a.example",
            "https://a..example",
            "https://a_b.example",
            "https://[::1]",
            "https://example.org/a b",
            "https://example.org/\u{e9}",
            "https://example.org/${x}",
        ] {
            assert_eq!(
                check(url),
                Err("InvalidInput: Invalid Open ID Connect Provider URL.".to_owned()),
                "{url}"
            );
        }
    }
}
