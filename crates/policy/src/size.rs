//! How AWS counts the size of a policy.

/// The characters of a policy without the white space outside JSON strings (rules 229, 230).
///
/// Space, tab, carriage return and line feed are not counted; characters are counted, not bytes.
pub fn policy_size(text: &str) -> usize {
    let mut in_string = false;
    let mut escaped = false;
    let mut size = 0;
    for character in text.chars() {
        if in_string {
            size += 1;
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
        } else if !matches!(character, ' ' | '\t' | '\r' | '\n') {
            size += 1;
            in_string = character == '"';
        }
    }
    size
}

#[cfg(test)]
mod tests {
    use super::policy_size;

    #[test]
    fn rule_230_white_space_counts_only_inside_strings() {
        for (text, size) in [
            ("", 0),
            (" {\t\r\n} ", 2),
            (r#"{ "a b" : 1 }"#, 9),
            (r#"{"a\" b": "c"}"#, 13),
            (r#"{"é ": 1}"#, 8),
            (r#"["\\" , " "]"#, 10),
        ] {
            assert_eq!(policy_size(text), size, "{text}");
        }
    }
}
