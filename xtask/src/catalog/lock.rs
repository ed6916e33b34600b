//! `lock.toml`: which packages the catalogue's data comes from, and what was written.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::fetch;

const HEADER: &str = "\
# What the files in this folder are made from. Written by `cargo xtask catalog update`.
";

#[derive(Serialize, Deserialize)]
pub(super) struct Lock {
    /// How many there are of each thing; tests compare.
    #[serde(default)]
    pub(super) counts: BTreeMap<String, usize>,
    pub(super) source: Vec<Source>,
    #[serde(default)]
    pub(super) file: Vec<File>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Source {
    pub(super) id: String,
    pub(super) registry: Registry,
    pub(super) package: String,
    /// What the package gives us.
    pub(super) gives: String,
    pub(super) licence: String,
    pub(super) version: String,
    /// Of the package file; empty when another version was just chosen.
    #[serde(default)]
    pub(super) sha256: String,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(super) enum Registry {
    Pypi,
    Npm,
}

#[derive(Serialize, Deserialize)]
pub(super) struct File {
    name: String,
    bytes: usize,
    sha256: String,
}

impl Lock {
    pub(super) fn read(data: &Path) -> Result<Self, Box<dyn Error>> {
        Ok(toml::from_str(&fs::read_to_string(data.join("lock.toml"))?)?)
    }

    pub(super) fn write(&self, data: &Path) -> crate::TaskResult {
        fs::write(data.join("lock.toml"), format!("{HEADER}\n{}", toml::to_string(self)?))?;
        Ok(())
    }

    /// Takes `--<id> <version>` pairs.
    pub(super) fn choose_versions(&mut self, arguments: &[&str]) -> crate::TaskResult {
        for pair in arguments.chunks(2) {
            let [option, version] = pair else {
                return Err(format!("{} needs a version", pair.concat()).into());
            };
            let source = self
                .source
                .iter_mut()
                .find(|source| option.strip_prefix("--") == Some(&source.id))
                .ok_or_else(|| format!("unknown option {option}: not the id of a source in lock.toml"))?;
            source.version = (*version).to_owned();
            source.sha256.clear();
        }
        Ok(())
    }

    /// Writes a data file and records it.
    pub(super) fn write_file(&mut self, data: &Path, name: &str, content: &[u8]) -> crate::TaskResult {
        let path = data.join(name);
        fs::write(&path, content)?;
        self.file.push(File { name: name.to_owned(), bytes: content.len(), sha256: fetch::sha256(&path)? });
        Ok(())
    }
}
