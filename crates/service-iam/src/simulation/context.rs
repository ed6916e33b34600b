//! `ContextEntries`: condition keys that are passed in, each with a type that its values must have.

use std::collections::HashSet;

use keygate_policy::{Context, ValueKind};
use keygate_shapes::iam::ContextEntry;
use keygate_state::InvalidInput;

/// Adds what was passed in; it replaces what was there.
///
/// # Errors
/// An entry is incomplete or given twice, or a value is not of its type.
pub(super) fn add_entries(
    context: &mut Context,
    entries: Option<&[ContextEntry]>,
) -> Result<(), InvalidInput> {
    let mut seen = HashSet::new();
    for entry in entries.unwrap_or_default() {
        let ContextEntry { context_key_name: name, context_key_values: values, context_key_type: of } = entry;
        let values = values.as_deref().unwrap_or_default();
        if name.is_none() && of.is_none() && values.is_empty() {
            continue;
        }
        let Some(name) = name.as_deref().filter(|name| !name.is_empty()) else {
            return Err(InvalidInput::new("ContextKeyName cannot be null or empty."));
        };
        if !seen.insert(name.to_lowercase()) {
            return Err(InvalidInput::new(format!("Duplicate context key: {name}.")));
        }
        // The model leaves only the known types, and none.
        let Some(of) = of.as_deref() else {
            return Err(InvalidInput::new(format!("Context key {name} has invalid type null.")));
        };
        // The default of the same name goes, in every spelling.
        context.remove(name);
        insert(context, name, of, values)?;
    }
    Ok(())
}

fn insert(context: &mut Context, name: &str, of: &str, values: &[String]) -> Result<(), InvalidInput> {
    if values.is_empty() {
        let message = format!("Context values for context key {name} cannot be null or empty.");
        return Err(InvalidInput::new(message));
    }
    let scalar = of.strip_suffix("List");
    let values: Vec<String> =
        values.iter().map(|text| value(name, scalar.unwrap_or(of), text)).collect::<Result<_, _>>()?;
    match (scalar, values.as_slice()) {
        (Some(_), _) => context.insert_list(name, values),
        (None, [value]) => context.insert(name, value.as_str()),
        (None, _) => {
            // As AWS says it: the type where one expects the name.
            let count = values.len();
            let message = format!("Context key {of} expected a single value, but received {count}.");
            return Err(InvalidInput::new(message));
        }
    }
    Ok(())
}

/// The value as the condition operators read it.
fn value(name: &str, of: &str, text: &str) -> Result<String, InvalidInput> {
    let (kind, expected) = match of {
        "numeric" => (ValueKind::Numeric, "numeric format"),
        "date" => (ValueKind::Date, "DateTime format"),
        "ip" => (ValueKind::IpAddress, "IP address"),
        "binary" => (ValueKind::Binary, "base-64 encoded binary format"),
        // Whatever is not `true` is false.
        "boolean" => return Ok(text.eq_ignore_ascii_case("true").to_string()),
        _ => return Ok(text.to_owned()),
    };
    if kind.accepts(text) {
        return Ok(text.to_owned());
    }
    Err(InvalidInput::new(format!("Invalid context value for key {name}: expected {expected}.")))
}

#[cfg(test)]
mod tests {
    use keygate_policy::ContextValue;

    use super::*;

    fn entry(name: &str, of: &str, values: &[&str]) -> ContextEntry {
        ContextEntry {
            context_key_name: Some(name.to_owned()),
            context_key_values: Some(values.iter().map(|value| (*value).to_owned()).collect()),
            context_key_type: Some(of.to_owned()),
        }
    }

    #[test]
    fn rule_195_every_type_and_its_values() {
        for (of, values, expected) in [
            ("string", &["a"] as &[_], Ok("a")),
            ("string", &[""], Ok("")),
            ("stringList", &["a", "b"], Ok("a b")),
            ("numeric", &["01.00"], Ok("01.00")),
            ("numericList", &["1", "1e2"], Ok("1 1e2")),
            ("boolean", &["TRUE"], Ok("true")),
            ("boolean", &["yes"], Ok("false")),
            ("booleanList", &["true", "false"], Ok("true false")),
            ("ip", &["203.0.113.7"], Ok("203.0.113.7")),
            ("ipList", &["2001:db8::1"], Ok("2001:db8::1")),
            ("binary", &["AQID"], Ok("AQID")),
            ("binaryList", &["AQID", "AQ=="], Ok("AQID AQ==")),
            ("date", &["2035"], Ok("2035")),
            ("dateList", &["2026-01-01T00:00:00Z"], Ok("2026-01-01T00:00:00Z")),
            ("string", &["a", "b"], Err("Context key string expected a single value, but received 2.")),
            ("string", &[], Err("Context values for context key a:key cannot be null or empty.")),
            ("stringList", &[], Err("Context values for context key a:key cannot be null or empty.")),
            ("numeric", &["abc"], Err("Invalid context value for key a:key: expected numeric format.")),
            (
                "numericList",
                &["1", "NaN"],
                Err("Invalid context value for key a:key: expected numeric format."),
            ),
            ("date", &["tomorrow"], Err("Invalid context value for key a:key: expected DateTime format.")),
            ("ip", &["999.0.0.1"], Err("Invalid context value for key a:key: expected IP address.")),
            (
                "binary",
                &["!base64"],
                Err("Invalid context value for key a:key: expected base-64 encoded binary format."),
            ),
        ] {
            let mut context = Context::new();
            let result = add_entries(&mut context, Some(&[entry("a:key", of, values)]));
            let found = context.get("a:key");
            match expected {
                Ok(text) => {
                    result.unwrap();
                    assert_eq!(found.unwrap().values().join(" "), text, "{of}");
                    assert_eq!(matches!(found, Some(ContextValue::Many(_))), of.ends_with("List"), "{of}");
                }
                Err(message) => {
                    assert_eq!(result.unwrap_err().message(), message, "{of}");
                    assert_eq!(found, None);
                }
            }
        }
    }

    #[test]
    fn incomplete_and_double_entries() {
        let whole = entry("a:key", "string", &["x"]);
        let none = ContextEntry::default();
        let cases = [
            (vec![none.clone()], None),
            (
                vec![ContextEntry { context_key_name: None, ..whole.clone() }],
                Some("ContextKeyName cannot be null or empty."),
            ),
            (
                vec![ContextEntry { context_key_type: None, ..whole.clone() }],
                Some("Context key a:key has invalid type null."),
            ),
            (
                vec![ContextEntry { context_key_values: None, ..whole.clone() }],
                Some("Context values for context key a:key cannot be null or empty."),
            ),
            (vec![whole.clone(), whole.clone()], Some("Duplicate context key: a:key.")),
            (vec![whole, entry("A:KEY", "string", &["y"])], Some("Duplicate context key: A:KEY.")),
        ];
        for (entries, message) in cases {
            let result = add_entries(&mut Context::new(), Some(&entries));
            assert_eq!(result.err().map(|error| error.message().to_owned()).as_deref(), message);
        }
    }

    #[test]
    fn entries_replace_defaults_whatever_their_case() {
        let mut context = Context::new().with("aws:username", "ann");
        add_entries(&mut context, Some(&[entry("AWS:UserName", "stringList", &["bob", "carl"])])).unwrap();
        assert_eq!(context.get("aws:username").unwrap().values(), ["bob", "carl"]);
        assert_eq!(context.iter().count(), 1);
    }
}
