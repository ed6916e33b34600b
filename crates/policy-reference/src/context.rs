//! The condition keys of a request.

use crate::json::Json;

/// A key as it is written, with its values.
#[derive(Debug, Clone)]
struct Key {
    name: String,
    values: Vec<String>,
    /// Given as a list: a multivalued key, however many values it has.
    is_list: bool,
}

/// The condition keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context {
    keys: Vec<Key>,
}

impl Context {
    pub(crate) fn read(json: Json) -> Result<Self, String> {
        let members = match json {
            Json::Null => Vec::new(),
            Json::Object(members) => members,
            _ => return Err("`context` is no object".to_owned()),
        };
        let mut keys = Vec::new();
        for (name, value) in members {
            let is_list = matches!(value, Json::List(_));
            let items = match value {
                Json::Null => continue,
                Json::List(items) => items,
                value => vec![value],
            };
            let values: Option<Vec<String>> = items.iter().map(Json::scalar).collect();
            keys.push(Key { name, values: values.ok_or("a value in `context` is no scalar")?, is_list });
        }
        Ok(Self { keys })
    }

    /// The values of a key; nothing if it is absent. An empty list counts as absent (rule 145).
    pub(crate) fn get(&self, name: &str) -> Option<&[String]> {
        self.find(name).map(|key| key.values.as_slice())
    }

    /// The value of a single-valued key (rule 166).
    pub(crate) fn single(&self, name: &str) -> Option<String> {
        self.find(name).filter(|key| !key.is_list)?.values.first().cloned()
    }

    pub(crate) fn add_if_absent(&mut self, name: &str, value: String) {
        if !self.keys.iter().any(|key| key.name.eq_ignore_ascii_case(name)) {
            self.keys.push(Key { name: name.to_owned(), values: vec![value], is_list: false });
        }
    }

    /// Rule 125: without regard to case. Rule 126: of several tags the one that is spelled alike, otherwise the first
    /// in byte order.
    fn find(&self, name: &str) -> Option<&Key> {
        let tag = |name: &str| name.split_once('/').map(|(_, tag)| tag.to_owned());
        let same = |key: &&Key| key.name.to_lowercase() == name.to_lowercase();
        let mut found: Vec<&Key> = self.keys.iter().filter(same).collect();
        found.sort_by_key(|key| (tag(&key.name) != tag(name), tag(&key.name)));
        found.into_iter().next().filter(|key| !key.values.is_empty())
    }
}
