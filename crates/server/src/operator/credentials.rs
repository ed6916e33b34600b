//! Reading the file with the first account's root key: an AWS credentials file with the profile `default`.

use std::fs;
use std::io;
use std::path::Path;

use keygate_seal::Secret;
use zeroize::Zeroizing;

use super::OperatorError;

/// An access key.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) access_key_id: String,
    pub(super) secret: Secret,
}

/// The key in this file.
pub(super) fn read(path: &Path) -> Result<Credentials, OperatorError> {
    let text = fs::read_to_string(path).map(Zeroizing::new).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            OperatorError::Missing(format!("{} is gone; use another access key", path.display()))
        }
        _ => OperatorError::Unavailable(format!("{} can not be read: {error}", path.display())),
    })?;
    parse(&text).ok_or_else(|| {
        OperatorError::Unavailable(format!("{} holds no access key of the profile default", path.display()))
    })
}

fn parse(text: &str) -> Option<Credentials> {
    let lines = text.lines().map(str::trim);
    let profile =
        lines.skip_while(|line| *line != "[default]").skip(1).take_while(|line| !line.starts_with('['));
    let (mut id, mut secret) = (None, None);
    for line in profile {
        match line.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
            Some(("aws_access_key_id", value)) => id = Some(value.to_owned()),
            Some(("aws_secret_access_key", value)) => secret = Some(Secret::new(value.to_owned())),
            _ => {}
        }
    }
    Some(Credentials { access_key_id: id?, secret: secret? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_default_profile() {
        let text = "# words\n[other]\naws_access_key_id = AKIAOTHER\n[default]\naws_access_key_id=AKIAONE\n\
                    aws_secret_access_key = a/b+c=\n[third]\naws_access_key_id = AKIATHIRD\n";
        let key = parse(text).unwrap();
        assert_eq!((key.access_key_id.as_str(), key.secret.expose()), ("AKIAONE", "a/b+c="));
    }

    #[test]
    fn half_a_key_is_none() {
        for text in [
            "",
            "[default]\n",
            "[default]\naws_access_key_id = A\n",
            "aws_access_key_id = A\naws_secret_access_key = b\n",
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_file_that_is_gone_is_said_to_be() {
        let error = read(Path::new("/nonexistent/root-credentials")).err().unwrap();
        assert_eq!(
            error,
            OperatorError::Missing(
                "/nonexistent/root-credentials is gone; use another access key".to_owned()
            )
        );
    }
}
