//! XML of awsQuery answers.

use roxmltree::Node;

use super::scalar;
use crate::error::ApiError;
use crate::schema::{Kind, Member, Schema, TimestampFormat};
use crate::value::Value;

/// Writes elements; names come from schemas and need no escaping.
#[derive(Default)]
pub(crate) struct Writer {
    out: String,
}

impl Writer {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes) }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    pub(crate) fn open(&mut self, name: &str) {
        self.out.extend(["<", name, ">"]);
    }

    /// An outermost element of that namespace; `suffix` completes its name.
    pub(crate) fn open_root(&mut self, name: &str, suffix: &str, namespace: Option<&str>) {
        self.out.extend(["<", name, suffix]);
        if let Some(namespace) = namespace {
            self.out.push_str(" xmlns=\"");
            self.escape(namespace);
            self.out.push('"');
        }
        self.out.push('>');
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.out.extend(["</", name, ">"]);
    }

    pub(crate) fn close_root(&mut self, name: &str, suffix: &str) {
        self.out.extend(["</", name, suffix, ">"]);
    }

    pub(crate) fn element(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            self.out.extend(["<", name, "/>"]);
            return;
        }
        self.open(name);
        self.escape(text);
        self.close(name);
    }

    /// The members of a structure that are set, in the model's order.
    pub(crate) fn members(&mut self, schema: &Schema, value: &Value) {
        let Value::Structure(values) = value else { return };
        for (member, value) in schema.members().iter().zip(values) {
            if let Some(value) = value {
                self.member(member, value);
            }
        }
    }

    fn member(&mut self, member: &Member, value: &Value) {
        match (&member.target.kind, value) {
            (Kind::List { member: element, .. }, Value::List(values)) if member.is_flattened() => {
                for value in values {
                    self.value(member.wire_name(), element, value);
                }
            }
            (Kind::Map { key, value: element, .. }, Value::Map(entries)) if member.is_flattened() => {
                for entry in entries {
                    self.entry(member.wire_name(), key, element, entry);
                }
            }
            _ => self.value(member.wire_name(), member, value),
        }
    }

    /// One element of that name with the value in it.
    fn value(&mut self, name: &str, member: &Member, value: &Value) {
        if let Some(text) = scalar::write(value, member.format().unwrap_or(TimestampFormat::Iso8601)) {
            self.element(name, &text);
            return;
        }
        let start = self.out.len();
        self.open(name);
        let inside = self.out.len();
        match (&member.target.kind, value) {
            (Kind::List { member: element, .. }, Value::List(values)) => {
                for value in values {
                    self.value(element_name(element), element, value);
                }
            }
            (Kind::Map { key, value: element, .. }, Value::Map(entries)) => {
                for entry in entries {
                    self.entry("entry", key, element, entry);
                }
            }
            _ => self.members(member.target, value),
        }
        if self.out.len() == inside {
            self.out.truncate(start);
            self.element(name, "");
        } else {
            self.close(name);
        }
    }

    fn entry(&mut self, name: &str, key: &Member, element: &Member, (key_text, value): &(String, Value)) {
        self.open(name);
        self.element(key.location_name.unwrap_or("key"), key_text);
        self.value(element.location_name.unwrap_or("value"), element, value);
        self.close(name);
    }

    fn escape(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                // A reader of XML turns a bare carriage return into a line feed.
                '\r' => self.out.push_str("&#xD;"),
                // XML 1.0 has no way to write these.
                '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {
                    self.out.push('\u{FFFD}')
                }
                other => self.out.push(other),
            }
        }
    }
}

/// The name of an element of a list that has a wrapping element.
pub(crate) const fn element_name(element: &Member) -> &'static str {
    match element.location_name {
        Some(name) => name,
        None => "member",
    }
}

/// A structure from the children of an element.
pub(crate) fn read_members(schema: &'static Schema, node: Node<'_, '_>) -> Result<Value, ApiError> {
    let mut values = Vec::with_capacity(schema.members().len());
    for member in schema.members() {
        values.push(read_member(member, node)?);
    }
    Ok(Value::Structure(values))
}

fn read_member(member: &'static Member, node: Node<'_, '_>) -> Result<Option<Value>, ApiError> {
    let named = |name: &'static str| elements(node).filter(move |child| child.tag_name().name() == name);
    match &member.target.kind {
        Kind::List { member: element, .. } if member.is_flattened() => {
            let values: Vec<Value> = named(member.wire_name())
                .map(|child| read_value(element, child))
                .collect::<Result<_, _>>()?;
            Ok((!values.is_empty()).then_some(Value::List(values)))
        }
        Kind::Map { key, value, .. } if member.is_flattened() => {
            let entries: Vec<_> = named(member.wire_name())
                .map(|child| read_entry(key, value, child))
                .collect::<Result<_, _>>()?;
            Ok((!entries.is_empty()).then_some(Value::Map(entries)))
        }
        _ => named(member.wire_name()).next().map(|child| read_value(member, child)).transpose(),
    }
}

fn read_value(member: &'static Member, node: Node<'_, '_>) -> Result<Value, ApiError> {
    match &member.target.kind {
        Kind::Structure(_) | Kind::Union(_) => read_members(member.target, node),
        Kind::List { member: element, .. } => {
            elements(node).map(|child| read_value(element, child)).collect::<Result<_, _>>().map(Value::List)
        }
        Kind::Map { key, value, .. } => elements(node)
            .map(|child| read_entry(key, value, child))
            .collect::<Result<_, _>>()
            .map(Value::Map),
        _ => scalar::read(member.target, &text_of(node)),
    }
}

fn read_entry(key: &Member, value: &'static Member, node: Node<'_, '_>) -> Result<(String, Value), ApiError> {
    let child = |name: &str| elements(node).find(|child| child.tag_name().name() == name);
    let missing = || ApiError::malformed_input("A map entry without key or value");
    let key = child(key.location_name.unwrap_or("key")).ok_or_else(missing)?;
    let element = child(value.location_name.unwrap_or("value")).ok_or_else(missing)?;
    Ok((text_of(key), read_value(value, element)?))
}

pub(crate) fn elements<'a, 'input: 'a>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

pub(crate) fn text_of(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|child| child.text()).collect()
}
