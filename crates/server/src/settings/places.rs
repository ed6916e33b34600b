//! The three places that settings come from: which names they know, and what they may hold.

use std::ffi::OsString;
use std::path::PathBuf;

use super::table::{Draft, SETTINGS, Setting};
use super::{SettingsError, SettingsFile};

/// Every variable of ours begins so; one that is not in the table refuses to start.
pub const ENVIRONMENT_PREFIX: &str = "KEYGATE_";

/// The variables with our prefix, as text.
///
/// # Errors
/// One of them is not UTF-8.
pub fn from_environment(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Vec<(String, String)>, SettingsError> {
    let ours = variables.into_iter().filter_map(|(name, value)| {
        let name = name.to_string_lossy();
        name.starts_with(ENVIRONMENT_PREFIX).then(|| (name.into_owned(), value))
    });
    ours.map(|(name, value)| match value.into_string() {
        Ok(value) => Ok((name, value)),
        Err(_) => Err(SettingsError::new(format!("{name}: its value is not UTF-8"))),
    })
    .collect()
}

/// The settings file that the command line or else the environment names.
pub(super) fn config_file<'a>(
    command_line: &[(&'a str, &'a str)],
    mut environment: impl Iterator<Item = (&'a str, &'a str)>,
) -> Option<PathBuf> {
    let given = command_line.iter().find(|(name, _)| *name == "config").copied();
    let variable = Setting::named("config")?.variable();
    let (_, path) = given.or_else(|| environment.find(|(name, _)| *name == variable))?;
    // An empty path is refused together with everything else that is wrong with the settings.
    (!path.is_empty()).then(|| PathBuf::from(path))
}

pub(super) fn apply_command_line<'a>(
    draft: &mut Draft,
    options: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), SettingsError> {
    for (name, text) in options {
        let setting = Setting::named(name).filter(|setting| setting.on_command_line);
        let setting = setting.ok_or_else(|| {
            let known = SETTINGS.iter().filter(|setting| setting.on_command_line);
            unknown("option", &format!("--{name}"), known.map(|setting| format!("--{}", setting.name)))
        })?;
        draft.apply(setting, text).map_err(|problem| SettingsError::new(format!("--{name}: {problem}")))?;
    }
    Ok(())
}

pub(super) fn apply_environment<'a>(
    draft: &mut Draft,
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), SettingsError> {
    let ours = variables.into_iter().filter(|(name, _)| name.starts_with(ENVIRONMENT_PREFIX));
    for (name, text) in ours {
        let setting = SETTINGS.iter().find(|setting| setting.variable() == name);
        let setting =
            setting.ok_or_else(|| unknown("variable", name, SETTINGS.iter().map(Setting::variable)))?;
        draft.apply(setting, text).map_err(|problem| SettingsError::new(format!("{name}: {problem}")))?;
    }
    Ok(())
}

pub(super) fn apply_file(draft: &mut Draft, file: SettingsFile<'_>) -> Result<(), SettingsError> {
    let SettingsFile { path, text } = file;
    let path = path.display();
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        // The error's own text quotes the line, which may hold a secret.
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(0, |before| before.matches('\n').count());
        SettingsError::new(format!("{path}: line {}: {}", line + 1, error.message()))
    })?;
    for (key, value) in &table {
        let setting = Setting::named(key).filter(|setting| setting.in_file);
        let setting = setting.ok_or_else(|| {
            let known = SETTINGS.iter().filter(|setting| setting.in_file);
            let problem = unknown("key", key, known.map(|setting| setting.name.to_owned()));
            SettingsError::new(format!("{path}: {problem}"))
        })?;
        value_text(setting, value)
            .and_then(|text| draft.apply(setting, &text))
            .map_err(|problem| SettingsError::new(format!("{path}: {key}: {problem}")))?;
    }
    Ok(())
}

/// A value of the file as the other places would write it.
fn value_text(setting: &Setting, value: &toml::Value) -> Result<String, String> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Table(table) if setting.name == "quotas" => {
            let pairs = table.iter().map(|(name, value)| match value {
                toml::Value::Integer(number) => Ok(format!("{name}={number}")),
                _ => Err(format!("{name} is not a number")),
            });
            Ok(pairs.collect::<Result<Vec<_>, _>>()?.join(","))
        }
        other => Err(format!("a text or a number is wanted, not a value of type {}", other.type_str())),
    }
}

fn unknown(what: &str, name: &str, known: impl Iterator<Item = String>) -> SettingsError {
    let known: Vec<_> = known.collect();
    SettingsError::new(format!("unknown {what} {name}; known are {}", known.join(", ")))
}
