//! The services of AWS, unpacked on first use and parsed one at a time.
//!
//! Unpacked, the catalogue is one text of about a megabyte that lives as long as the program; the names in parsed
//! services borrow from it.

use std::sync::OnceLock;

use crate::global_key::global_key;
use crate::service::{Action, ConditionKey, ResourceType, Service};
use crate::text;

/// All services, by prefix. Look-ups of prefixes, actions and condition keys ignore case, as AWS does.
#[derive(Debug)]
pub struct Catalog {
    /// Sorted by prefix.
    entries: Vec<Entry>,
    /// Keys without placeholder of all services, sorted without regard to case, each once.
    plain_keys: Vec<ConditionKey>,
    /// Keys with placeholder of all services, each once.
    template_keys: Vec<ConditionKey>,
}

/// The catalogue. The first call unpacks it (a few milliseconds).
///
/// Should the program file be damaged, the catalogue is empty: nothing is known, and what is unknown is refused.
pub fn catalog() -> &'static Catalog {
    static CELL: OnceLock<Catalog> = OnceLock::new();
    CELL.get_or_init(|| Catalog::parse(unpack().unwrap_or_default().leak()))
}

impl Catalog {
    /// The prefixes of all services, sorted; parses nothing.
    pub fn prefixes(&self) -> impl Iterator<Item = &'static str> {
        self.entries.iter().map(|entry| entry.prefix)
    }

    /// All services, sorted by prefix; parses each that was not parsed before.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.entries.iter().filter_map(Entry::service)
    }

    /// The service with this prefix.
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let index = self.entries.binary_search_by(|entry| text::compare(entry.prefix, prefix)).ok()?;
        self.entries.get(index)?.service()
    }

    /// The action with this qualified name (`iam:CreateUser`).
    pub fn action(&self, qualified_name: &str) -> Option<&Action> {
        let (prefix, name) = qualified_name.split_once(':')?;
        self.service(prefix)?.action(name)
    }

    /// A service's resource type by name.
    pub fn resource_type(&self, prefix: &str, name: &str) -> Option<&ResourceType> {
        self.service(prefix)?.resource_type(name)
    }

    /// The condition key that this name is or is an instance of: global (`aws:SourceIp`), of a service
    /// (`iam:PassedToService`), or of an identity provider (`accounts.google.com:aud`).
    ///
    /// Claims of OpenID Connect providers at large (`<provider>:sub`) are in no catalogue: for them there is no answer.
    pub fn condition_key(&self, name: &str) -> Option<ConditionKey> {
        if let Some(global) = global_key(name) {
            return Some(global.key);
        }
        match self.plain_keys.binary_search_by(|key| text::compare(key.name, name)) {
            Ok(index) => self.plain_keys.get(index).copied(),
            Err(_) => self.template_keys.iter().find(|key| key.is(name)).copied(),
        }
    }

    fn parse(text: &'static str) -> Self {
        let entries = sections(text).filter_map(Entry::parse).collect();
        let keys = text.lines().filter_map(|line| ConditionKey::parse(line.strip_prefix("K\t")?));
        let (mut template_keys, mut plain_keys): (Vec<_>, Vec<_>) =
            keys.partition(|key| key.name.contains("${"));
        for keys in [&mut template_keys, &mut plain_keys] {
            // Where two services disagree about one key, the single-valued form comes first and stays.
            keys.sort_by(|a, b| text::compare(a.name, b.name).then(a.multivalued.cmp(&b.multivalued)));
            keys.dedup_by(|next, kept| next.name.eq_ignore_ascii_case(kept.name));
            keys.shrink_to_fit();
        }
        Self { entries, plain_keys, template_keys }
    }
}

const PACKED: &[u8] = include_bytes!("../data/services.tsv.zst");
/// More than the catalogue will ever need, in bytes; a test compares.
const UNPACKED_LIMIT: usize = 8 << 20;

#[derive(Debug)]
struct Entry {
    prefix: &'static str,
    section: &'static str,
    parsed: OnceLock<Option<Service>>,
}

impl Entry {
    fn parse(section: &'static str) -> Option<Self> {
        let prefix = section.strip_prefix("S\t")?.split('\t').next()?;
        Some(Self { prefix, section, parsed: OnceLock::new() })
    }

    fn service(&self) -> Option<&Service> {
        self.parsed.get_or_init(|| Service::parse(self.section)).as_ref()
    }
}

fn unpack() -> Option<String> {
    let size = zstd::zstd_safe::get_frame_content_size(PACKED).ok()??;
    let size = usize::try_from(size).ok().filter(|size| *size <= UNPACKED_LIMIT)?;
    String::from_utf8(zstd::bulk::decompress(PACKED, size).ok()?).ok()
}

/// The text cut before every line that begins with `S`.
fn sections(text: &'static str) -> impl Iterator<Item = &'static str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find("\nS\t").map_or(rest.len(), |at| at.saturating_add(1));
        let (section, tail) = rest.split_at_checked(end)?;
        rest = tail;
        Some(section)
    })
}

#[cfg(test)]
mod tests;
