//! The condition keys of a request.

use crate::json::Json;

/// Keys as they are written, with their values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    keys: Vec<(String, Vec<String>)>,
}

impl Context {
    pub(crate) fn read(json: Json) -> Result<Self, String> {
        let members = match json {
            Json::Null => Vec::new(),
            Json::Object(members) => members,
            _ => return Err("`context` is no object".to_owned()),
        };
        let mut keys = Vec::new();
        for (key, value) in members {
            let items = match value {
                Json::Null => continue,
                Json::List(items) => items,
                value => vec![value],
            };
            let values: Option<Vec<String>> = items.iter().map(Json::scalar).collect();
            keys.push((key, values.ok_or("a value in `context` is no scalar")?));
        }
        Ok(Self { keys })
    }

    /// The values of a key; nothing if it is absent. An empty list counts as absent (rule 145).
    pub(crate) fn get(&self, key: &str) -> Option<&[String]> {
        // Rule 125: without regard to case. Rule 126: of several tags the one that is spelled alike, otherwise
        // the first in byte order.
        let tag = |key: &str| key.split_once('/').map(|(_, tag)| tag.to_owned());
        let mut found: Vec<&(String, Vec<String>)> =
            self.keys.iter().filter(|(name, _)| name.to_lowercase() == key.to_lowercase()).collect();
        found.sort_by_key(|(name, _)| (tag(name) != tag(key), tag(name)));
        let (_, values) = found.first()?;
        (!values.is_empty()).then_some(values.as_slice())
    }

    /// The value of a key that has exactly one (rule 166).
    pub(crate) fn single(&self, key: &str) -> Option<String> {
        match self.get(key)? {
            [value] => Some(value.clone()),
            _ => None,
        }
    }

    pub(crate) fn add_if_absent(&mut self, key: &str, value: String) {
        if !self.keys.iter().any(|(name, _)| name.eq_ignore_ascii_case(key)) {
            self.keys.push((key.to_owned(), vec![value]));
        }
    }
}
