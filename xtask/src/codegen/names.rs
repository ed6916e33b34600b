//! Names of models as names of Rust.

/// `openIDConnectProviderARNs` as `["open", "ID", "Connect", "Provider", "ARNs"]`.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (index, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            continue;
        }
        let before = index.checked_sub(1).and_then(|i| chars.get(i)).copied().unwrap_or(' ');
        let after = chars.get(index + 1).copied().unwrap_or(' ');
        let after_plural = after == 's' && !chars.get(index + 2).is_some_and(char::is_ascii_lowercase);
        let starts = c.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && after.is_ascii_lowercase() && !after_plural));
        if starts && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// `UserName` → `user_name`; a Rust keyword as a raw identifier.
pub(crate) fn snake(name: &str) -> String {
    let snake = words(name).join("_").to_ascii_lowercase();
    match snake.as_str() {
        "type" | "match" | "ref" | "move" | "use" | "where" | "in" | "for" | "fn" | "mod" | "loop"
        | "static" => {
            format!("r#{snake}")
        }
        // These cannot be raw.
        "self" | "super" | "crate" => format!("{snake}_"),
        _ => snake,
    }
}

/// `accountAliasType` → `ACCOUNT_ALIAS_TYPE`; what would start with a digit gets a `V`.
pub(crate) fn screaming(name: &str) -> String {
    let screaming = words(name).join("_").to_ascii_uppercase();
    if screaming.starts_with(|c: char| c.is_ascii_digit()) { format!("V{screaming}") } else { screaming }
}

/// `arn` → `Arn`: a variant.
pub(crate) fn camel(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_their_words() {
        for (name, expected_snake, expected_screaming) in [
            ("UserName", "user_name", "USER_NAME"),
            ("SSHPublicKeyId", "ssh_public_key_id", "SSH_PUBLIC_KEY_ID"),
            ("OpenIDConnectProviderArn", "open_id_connect_provider_arn", "OPEN_ID_CONNECT_PROVIDER_ARN"),
            ("S3BucketName", "s3_bucket_name", "S3_BUCKET_NAME"),
            ("type", "r#type", "TYPE"),
            ("Self", "self_", "SELF"),
            ("accountAliasType", "account_alias_type", "ACCOUNT_ALIAS_TYPE"),
            ("PolicyARNs", "policy_arns", "POLICY_ARNS"),
            ("KMSKeyId", "kms_key_id", "KMS_KEY_ID"),
            ("AWS::S3::Bucket", "aws_s3_bucket", "AWS_S3_BUCKET"),
            ("2012-10-17", "2012_10_17", "V2012_10_17"),
            ("isSSOEnabled", "is_sso_enabled", "IS_SSO_ENABLED"),
            ("ACCOUNT_PUBLIC", "account_public", "ACCOUNT_PUBLIC"),
        ] {
            assert_eq!(
                (snake(name), screaming(name)),
                (expected_snake.to_owned(), expected_screaming.to_owned())
            );
        }
        assert_eq!(camel("arn"), "Arn");
    }
}
