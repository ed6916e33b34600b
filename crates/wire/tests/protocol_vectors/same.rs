//! When two messages say the same.

use http::HeaderMap;
use serde_json::Value as Json;

type Outcome = Result<(), String>;

fn equal<T: PartialEq + std::fmt::Debug>(found: &T, expected: &T) -> Outcome {
    if found == expected { Ok(()) } else { Err(format!("\n   found    {found:?}\n   expected {expected:?}")) }
}

/// Numbers by value: `1` is `1.0`.
pub(crate) fn json(found: &Json, expected: &Json) -> Outcome {
    equal(&normal(found), &normal(expected))
}

fn normal(json: &Json) -> Json {
    match json {
        Json::Number(number) => number.as_f64().into(),
        Json::Array(elements) => elements.iter().map(normal).collect(),
        Json::Object(entries) => {
            let mut entries: serde_json::Map<_, _> =
                entries.iter().map(|(key, value)| (key.clone(), normal(value))).collect();
            // Clients read an error's type with and without its namespace.
            if let Some(Json::String(name)) = entries.get_mut("__type") {
                *name = name.rsplit('#').next().unwrap_or_default().to_owned();
            }
            Json::Object(entries)
        }
        other => other.clone(),
    }
}

/// JSON by value, other bodies by text. No body is an empty object.
pub(crate) fn text_or_json(found: &str, expected: &str) -> Outcome {
    let parse = |text: &str| {
        if text.trim().is_empty() { Ok(Json::Object(Default::default())) } else { serde_json::from_str(text) }
    };
    match (parse(found), parse(expected)) {
        (Ok(found), Ok(expected)) => json(&found, &expected),
        _ => equal(&found, &expected),
    }
}

/// Parameters in any order.
pub(crate) fn form(found: &str, expected: &str) -> Outcome {
    let sorted = |text: &str| {
        let mut pairs: Vec<String> =
            text.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
        pairs.sort();
        pairs
    };
    equal(&sorted(found), &sorted(expected))
}

pub(crate) fn uri(found: &str, expected: &str) -> Outcome {
    let (found_path, found_query) = found.split_once('?').unwrap_or((found, ""));
    let (path, query) = expected.split_once('?').unwrap_or((expected, ""));
    equal(&found_path, &path)?;
    form(found_query, query)
}

/// All expected ones are there. A content type may say its character set.
pub(crate) fn headers(found: &HeaderMap, expected: &Json) -> Outcome {
    for (name, value) in expected.as_object().into_iter().flatten() {
        let found = found.get(name).and_then(|found| found.to_str().ok()).unwrap_or_default();
        let found = if name == "Content-Type" { found.split(';').next().unwrap_or_default() } else { found };
        if found != value.as_str().unwrap() {
            return Err(format!("{name}: {found}, not {value}"));
        }
    }
    Ok(())
}

/// Elements by local name, text and children, in any order, without the part that carries the request id. The order of lists is
/// checked where the answer is read.
pub(crate) fn xml(found: &str, expected: &str) -> Outcome {
    let parse = |text: &str| -> Result<Element, String> {
        let document = roxmltree::Document::parse(text).map_err(|error| format!("{error} in {text}"))?;
        Ok(Element::new(document.root_element()))
    };
    equal(&parse(found)?, &parse(expected)?)
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn new(node: roxmltree::Node<'_, '_>) -> Self {
        let children = node.children().filter(|child| child.is_element());
        let children = children.filter(|child| child.tag_name().name() != "ResponseMetadata");
        let mut children: Vec<Element> = children.map(Element::new).collect();
        children.sort();
        let text: String =
            node.children().filter(|child| child.is_text()).filter_map(|child| child.text()).collect();
        let text = if text.trim().is_empty() { String::new() } else { text };
        Self { name: node.tag_name().name().to_owned(), text, children }
    }
}
