//! AWS managed policies, from moto: a table of names and numbers, and the documents in compressed blocks.
//!
//! Current releases of moto have no unique ids; an older one has, for the policies of its time. Where no id is
//! published one is derived from the ARN.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Deserialize;

pub(super) struct Policies {
    pub(super) table: String,
    pub(super) documents: Vec<u8>,
    pub(super) counts: Vec<(String, usize)>,
}

const HEADER: &str = "\
# AWS managed policies. Written by `cargo xtask catalog update`; sources in lock.toml.
# block\tstart in managed-policies.bin\tcompressed bytes\tbytes
# policy\tARN\tid\tversion\tcreated\tupdated\tblock\tstart in block\tbytes
";

/// Documents are put into a block until it holds this many bytes.
const BLOCK_BYTES: usize = 64 * 1024;
const COMPRESSION_LEVEL: i32 = 19;

/// What the ids of AWS's newer managed policies begin with.
const ID_PREFIX: &str = "ANPAZKAPJZG4";
const ID_LETTERS: usize = 9;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    path: String,
    default_version_id: String,
    create_date: String,
    update_date: String,
    document: serde_json::Value,
    policy_id: Option<String>,
}

/// From two unpacked releases of moto.
pub(super) fn build(current: &Path, with_ids: &Path) -> Result<Policies, Box<dyn Error>> {
    let text = embedded_json(current)?;
    let entries: BTreeMap<String, Entry> = serde_json::from_str(&text)?;
    let texts = document_texts(&text)?;
    let published = published_ids(&serde_json::from_str(&embedded_json(with_ids)?)?);

    let mut blocks = Blocks::default();
    let mut lines = String::new();
    let mut ids = BTreeSet::new();
    let mut derived = 0;
    for (name, entry) in &entries {
        let document = texts.get(name).ok_or_else(|| format!("{name}: no document text found"))?;
        if serde_json::from_str::<serde_json::Value>(document)? != entry.document {
            return Err(format!("{name}: the document text is not the document").into());
        }
        let arn = format!("arn:aws:iam::aws:policy{}{name}", entry.path);
        let id = published.get(&arn).cloned().unwrap_or_else(|| {
            derived += 1;
            derived_id(&arn)
        });
        if !ids.insert(id.clone()) {
            return Err(format!("{name}: the id {id} is taken").into());
        }
        let (block, start) = blocks.add(document)?;
        let (version, created, updated) =
            (&entry.default_version_id, instant(&entry.create_date)?, instant(&entry.update_date)?);
        let bytes = document.len();
        writeln!(lines, "policy\t{arn}\t{id}\t{version}\t{created}\t{updated}\t{block}\t{start}\t{bytes}")?;
    }
    blocks.finish()?;

    let counts = vec![
        ("managed_policies".to_owned(), entries.len()),
        ("managed_policy_ids_published".to_owned(), entries.len() - derived),
        ("managed_policy_ids_derived".to_owned(), derived),
    ];
    Ok(Policies { table: format!("{HEADER}{}{lines}", blocks.lines), documents: blocks.packed, counts })
}

/// The JSON inside of moto's Python module.
fn embedded_json(unpacked: &Path) -> Result<String, Box<dyn Error>> {
    let module = fs::read_to_string(unpacked.join("moto/iam/aws_managed_policies.py"))?;
    let json = module.split("\"\"\"").nth(1).ok_or("no triple-quoted string")?;
    // A backslash would mean one thing to Python and another to JSON.
    if json.contains('\\') {
        return Err("the policies hold a backslash: teach this reader Python's escapes".into());
    }
    Ok(json.to_owned())
}

/// By ARN.
fn published_ids(entries: &BTreeMap<String, Entry>) -> BTreeMap<String, String> {
    let id = |(name, entry): (&String, &Entry)| {
        Some((format!("arn:aws:iam::aws:policy{}{name}", entry.path), entry.policy_id.clone()?))
    };
    entries.iter().filter_map(id).collect()
}

/// Each document's text as it stands in the source, by policy name.
///
/// The source is indented by one space per level, so that a policy's name stands on a line of its own after one space
/// and its document begins and ends after two; those two are taken off the document's lines.
fn document_texts(json: &str) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    const MARGIN: &str = "  ";
    let mut texts = BTreeMap::new();
    let mut lines = json.lines();
    let mut name = None;
    while let Some(line) = lines.next() {
        if let Some(quoted) = line.strip_prefix(" \"").and_then(|rest| rest.strip_suffix("\":{")) {
            name = Some(quoted.to_owned());
        } else if line == "  \"Document\":{" {
            let mut text = "{\n".to_owned();
            let mut closed = false;
            for line in lines.by_ref() {
                let line = line.strip_prefix(MARGIN).ok_or("a document's line is not indented")?;
                if matches!(line, "}" | "},") {
                    text.push('}');
                    closed = true;
                    break;
                }
                text.push_str(line);
                text.push('\n');
            }
            if !closed {
                return Err("a document does not end".into());
            }
            texts.insert(name.take().ok_or("a document without a name")?, text);
        }
    }
    Ok(texts)
}

/// Stable for ever: nine base32 letters of the ARN's 64-bit FNV-1a hash.
fn derived_id(arn: &str) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let hash = arn.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let letter = |index: usize| {
        let value = usize::try_from((hash >> (index * 5)) & 31).unwrap_or_default();
        ALPHABET.get(value).copied().map(char::from)
    };
    ID_PREFIX.chars().chain((0..ID_LETTERS).filter_map(letter)).collect()
}

/// `2015-02-06T18:39:46+00:00` as `2015-02-06T18:39:46Z`.
fn instant(text: &str) -> Result<String, Box<dyn Error>> {
    let utc = text.strip_suffix("+00:00").ok_or_else(|| format!("not a UTC instant: {text}"))?;
    Ok(format!("{utc}Z"))
}

#[derive(Default)]
struct Blocks {
    open: Vec<u8>,
    finished: usize,
    packed: Vec<u8>,
    lines: String,
}

impl Blocks {
    /// Puts a document into the open block; answers the block's number and the document's start in it.
    fn add(&mut self, document: &str) -> Result<(usize, usize), Box<dyn Error>> {
        if !self.open.is_empty() && self.open.len() + document.len() > BLOCK_BYTES {
            self.finish()?;
        }
        let place = (self.finished, self.open.len());
        self.open.extend_from_slice(document.as_bytes());
        Ok(place)
    }

    fn finish(&mut self) -> crate::TaskResult {
        let frame = zstd::bulk::compress(&self.open, COMPRESSION_LEVEL)?;
        writeln!(self.lines, "block\t{}\t{}\t{}", self.packed.len(), frame.len(), self.open.len())?;
        self.packed.extend_from_slice(&frame);
        self.open.clear();
        self.finished += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_keep_their_text_but_for_the_margin() {
        let json = "{\n \"A\":{\n  \"Document\":{\n   \"Statement\":[\n    {\n     \"Effect\":\"Allow\"\n    }\n   ]\n  },\n  \"Path\":\"/\"\n }\n}";
        let texts = document_texts(json).unwrap();
        assert_eq!(texts["A"], "{\n \"Statement\":[\n  {\n   \"Effect\":\"Allow\"\n  }\n ]\n}");
    }

    #[test]
    fn derived_ids_look_like_ids_and_differ() {
        let (a, b) = (derived_id("arn:aws:iam::aws:policy/A"), derived_id("arn:aws:iam::aws:policy/B"));
        assert_ne!(a, b);
        assert_eq!(a.len(), 21);
        assert!(a.starts_with("ANPA"));
    }
}
