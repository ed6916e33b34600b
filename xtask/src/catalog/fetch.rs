//! Getting packages from their registries, through the registries' own clients.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::lock::{Registry, Source};

/// A folder for the packages that goes away with the value.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn new() -> Result<Self, Box<dyn Error>> {
        let path = std::env::temp_dir().join(format!("keygate-catalog-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("could not remove {}: {error}", self.0.display());
        }
    }
}

/// Downloads the package into `<scratch>/<id>`, checks or records its hash, and unpacks it to `unpacked` there.
pub(super) fn fetch(source: &mut Source, scratch: &Path) -> crate::TaskResult {
    let folder = scratch.join(&source.id);
    fs::create_dir_all(&folder)?;
    let latest = source.version == "latest";
    let archive = match source.registry {
        Registry::Pypi => {
            let wanted = if latest {
                source.package.clone()
            } else {
                format!("{}=={}", source.package, source.version)
            };
            let options = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"];
            run(Command::new("python3")
                .args(options)
                .args(["--only-binary", ":all:", "--dest"])
                .arg(&folder)
                .arg(wanted))?;
            only_file(&folder)?
        }
        Registry::Npm => {
            let wanted = format!("{}@{}", source.package, source.version);
            run(Command::new("npm")
                .args(["pack", "--silent", "--pack-destination"])
                .arg(&folder)
                .arg(wanted))?;
            only_file(&folder)?
        }
    };
    let hash = sha256(&archive)?;
    if source.sha256.is_empty() {
        source.sha256 = hash;
    } else if source.sha256 != hash {
        return Err(
            format!("{} {} has hash {hash}, not the locked one", source.package, source.version).into()
        );
    }
    let unpacker = match source.registry {
        Registry::Pypi => "zipfile",
        Registry::Npm => "tarfile",
    };
    let unpacked = folder.join("unpacked");
    run(Command::new("python3").args(["-m", unpacker, "-e"]).arg(&archive).arg(&unpacked))?;
    if latest {
        source.version = version_of(source.registry, &archive, &unpacked)?;
    }
    Ok(())
}

/// Copies the package's licence text to `licences/<package>.txt`.
pub(super) fn copy_licence(source: &Source, unpacked: &Path, data: &Path) -> crate::TaskResult {
    let text = match source.registry {
        Registry::Npm => fs::read_to_string(unpacked.join("package/LICENSE.txt"))?,
        Registry::Pypi => {
            let info = entries(unpacked)?
                .into_iter()
                .find(|path| path.extension().is_some_and(|extension| extension == "dist-info"))
                .ok_or("the wheel has no dist-info")?;
            fs::read_to_string(info.join("licenses/LICENSE"))
                .or_else(|_| fs::read_to_string(info.join("LICENSE")))?
        }
    };
    let folder = data.join("licences");
    fs::create_dir_all(&folder)?;
    let name = source.package.trim_start_matches('@').replace('/', "-");
    fs::write(folder.join(format!("{name}.txt")), text)?;
    Ok(())
}

/// The file's SHA-256 in hexadecimal.
pub(super) fn sha256(path: &Path) -> Result<String, Box<dyn Error>> {
    const PROGRAM: &str =
        "import hashlib,sys; print(hashlib.sha256(open(sys.argv[1],'rb').read()).hexdigest())";
    Ok(run(Command::new("python3").args(["-c", PROGRAM]).arg(path))?.trim().to_owned())
}

/// A wheel carries its version in its name, an npm package in its manifest.
fn version_of(registry: Registry, archive: &Path, unpacked: &Path) -> Result<String, Box<dyn Error>> {
    let version = match registry {
        Registry::Pypi => {
            archive.file_name().and_then(|name| name.to_str()?.split('-').nth(1)).map(str::to_owned)
        }
        Registry::Npm => {
            let manifest = fs::read_to_string(unpacked.join("package/package.json"))?;
            let manifest: serde_json::Value = serde_json::from_str(&manifest)?;
            manifest.get("version").and_then(|version| version.as_str()).map(str::to_owned)
        }
    };
    version.ok_or_else(|| format!("{} does not tell its version", archive.display()).into())
}

fn only_file(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    match entries(folder)?.as_slice() {
        [file] => Ok(file.clone()),
        files => Err(format!("expected one package file, found {files:?}").into()),
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    Ok(fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?)
}

/// Runs to the end and answers what it printed.
fn run(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let output = command.output().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{} failed: {why}", command.get_program().display()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
