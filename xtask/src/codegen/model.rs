//! An API model as the generator needs it: the vendored file, with the overlay applied.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use super::names::screaming;
use super::overlay::Overlay;
use crate::models::json::Json;

/// One service.
pub(crate) struct Model {
    pub(crate) service: &'static super::Service,
    pub(crate) metadata: Metadata,
    pub(crate) operations: Vec<Operation>,
    pub(crate) shapes: BTreeMap<String, Shape>,
    pub(crate) quotes_values: bool,
}

pub(crate) struct Metadata {
    pub(crate) id: String,
    pub(crate) endpoint_prefix: String,
    pub(crate) signing_name: String,
    pub(crate) api_version: String,
    pub(crate) protocol: String,
    pub(crate) xml_namespace: Option<String>,
    pub(crate) target_prefix: Option<String>,
}

pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) status: i64,
    /// The shapes of input and output; where the model has none, an empty one made for it.
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) has_output: bool,
    pub(crate) result_wrapper: Option<String>,
    pub(crate) errors: Vec<String>,
    pub(crate) authenticated: bool,
}

pub(crate) struct Shape {
    pub(crate) kind: Kind,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) sensitive: bool,
    pub(crate) error: Option<ErrorTraits>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pattern {
    pub(crate) shown: String,
    pub(crate) equivalent: Option<String>,
}

pub(crate) struct ErrorTraits {
    pub(crate) code: String,
    pub(crate) status: i64,
    pub(crate) sender_fault: bool,
}

pub(crate) enum Kind {
    Blob,
    Boolean,
    Integer,
    Long,
    Double,
    String { values: Vec<String> },
    Timestamp { format: Option<String> },
    Document,
    List { member: Member, flattened: bool },
    Map { key: Member, value: Member, flattened: bool },
    Structure { members: Vec<Member>, union: bool },
}

#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) location_name: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) required: bool,
    pub(crate) flattened: bool,
    pub(crate) timestamp_format: Option<String>,
    pub(crate) json_value: bool,
    pub(crate) idempotency_token: bool,
}

impl Model {
    pub(crate) fn new(
        service: &'static super::Service,
        json: &Json,
        overlay: &Overlay,
    ) -> Result<Self, Box<dyn Error>> {
        let metadata = metadata(json.get("metadata").ok_or("no metadata")?)?;
        let mut shapes = BTreeMap::new();
        for (name, shape) in json.get("shapes").ok_or("no shapes")?.entries() {
            let shape =
                shape_of(name, shape).map_err(|error| format!("{}: {name}: {error}", service.model))?;
            shapes.insert(name.clone(), shape);
        }
        let mut operations = Vec::new();
        for (name, operation) in json.get("operations").ok_or("no operations")?.entries() {
            operations.push(operation_of(name, operation, &mut shapes)?);
        }
        operations.sort_by(|a, b| a.name.cmp(&b.name));
        let mut model = Self { service, metadata, operations, shapes, quotes_values: true };
        overlay.apply(&mut model)?;
        model.drop_unreachable();
        Ok(model)
    }

    pub(crate) fn shape(&self, name: &str) -> Result<&Shape, Box<dyn Error>> {
        self.shapes.get(name).ok_or_else(|| format!("{}: no shape {name}", self.service.model).into())
    }

    /// The constant that holds the schema of that shape. Where a structure and a scalar differ only in the case of their
    /// letters, the scalar steps aside.
    pub(crate) fn constant(&self, name: &str) -> String {
        let constant = screaming(name);
        let is_structure = |shape: &Shape| matches!(shape.kind, Kind::Structure { .. });
        let clash = self.shapes.iter().any(|(other, shape)| {
            other != name
                && is_structure(shape)
                && other.eq_ignore_ascii_case(name)
                && screaming(other) == constant
        });
        if clash && !self.shapes.get(name).is_some_and(is_structure) {
            format!("{constant}_SCALAR")
        } else {
            constant
        }
    }

    /// The errors that some operation declares, by shape.
    pub(crate) fn errors(&self) -> BTreeSet<&str> {
        self.operations.iter().flat_map(|operation| operation.errors.iter().map(String::as_str)).collect()
    }

    /// Whether a member of that shape must be boxed inside this structure: it contains the structure without a list or
    /// map in between.
    pub(crate) fn is_direct_cycle(&self, structure: &str, target: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut queue = vec![target];
        while let Some(name) = queue.pop() {
            if name == structure {
                return true;
            }
            if let Some(Shape { kind: Kind::Structure { members, .. }, .. }) = self.shapes.get(name)
                && seen.insert(name)
            {
                queue.extend(members.iter().map(|member| member.target.as_str()));
            }
        }
        false
    }

    fn drop_unreachable(&mut self) {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut queue: Vec<String> = self
            .operations
            .iter()
            .flat_map(|operation| [&operation.input, &operation.output].into_iter().chain(&operation.errors))
            .cloned()
            .collect();
        while let Some(name) = queue.pop() {
            if seen.contains(&name) {
                continue;
            }
            if let Some(shape) = self.shapes.get(&name) {
                match &shape.kind {
                    Kind::List { member, .. } => queue.push(member.target.clone()),
                    Kind::Map { key, value, .. } => queue.extend([key.target.clone(), value.target.clone()]),
                    Kind::Structure { members, .. } => {
                        queue.extend(members.iter().map(|member| member.target.clone()))
                    }
                    _ => {}
                }
            }
            seen.insert(name);
        }
        self.shapes.retain(|name, _| seen.contains(name));
    }
}

fn metadata(json: &Json) -> Result<Metadata, Box<dyn Error>> {
    let text = |name: &str| json.text(name).map(str::to_owned);
    let required = |name: &str| text(name).ok_or_else(|| format!("no {name} in the metadata"));
    let protocol = match (required("protocol")?.as_str(), json.text("jsonVersion")) {
        ("query", _) => "Query",
        ("json", Some("1.0")) => "Json10",
        ("json", _) => "Json11",
        ("rest-json", _) => "RestJson",
        (other, _) => return Err(format!("protocol {other} is not supported").into()),
    };
    let endpoint_prefix = required("endpointPrefix")?;
    Ok(Metadata {
        id: required("serviceId")?,
        signing_name: text("signingName").unwrap_or_else(|| endpoint_prefix.clone()),
        endpoint_prefix,
        api_version: required("apiVersion")?,
        protocol: protocol.to_owned(),
        xml_namespace: text("xmlNamespace"),
        target_prefix: text("targetPrefix"),
    })
}

fn operation_of(
    name: &str,
    json: &Json,
    shapes: &mut BTreeMap<String, Shape>,
) -> Result<Operation, Box<dyn Error>> {
    let http = json.get("http").ok_or_else(|| format!("{name}: no http"))?;
    let mut io = |side: &str, suffix: &str| -> Result<String, Box<dyn Error>> {
        if let Some(shape) = json.get(side).and_then(|io| io.text("shape")) {
            return Ok(shape.to_owned());
        }
        let made = format!("{name}{suffix}");
        let empty = Shape::plain(Kind::Structure { members: Vec::new(), union: false });
        match shapes.insert(made.clone(), empty) {
            None => Ok(made),
            Some(_) => Err(format!("{name}: {made} is already a shape").into()),
        }
    };
    let errors = json.get("errors").map(Json::elements).unwrap_or_default();
    Ok(Operation {
        name: name.to_owned(),
        method: http.text("method").unwrap_or("POST").to_owned(),
        uri: http.text("requestUri").unwrap_or("/").to_owned(),
        status: http.integer("responseCode").unwrap_or(200),
        input: io("input", "Request")?,
        output: io("output", "Response")?,
        has_output: json.get("output").is_some(),
        result_wrapper: json.get("output").and_then(|output| output.text("resultWrapper")).map(str::to_owned),
        errors: errors.iter().filter_map(|error| error.text("shape")).map(str::to_owned).collect(),
        authenticated: json.text("authtype") != Some("none"),
    })
}

impl Shape {
    fn plain(kind: Kind) -> Self {
        Self { kind, min: None, max: None, pattern: None, sensitive: false, error: None }
    }
}

fn shape_of(name: &str, json: &Json) -> Result<Shape, Box<dyn Error>> {
    let part = |part: &str| -> Result<Member, Box<dyn Error>> {
        member_of(part, json.get(part).ok_or_else(|| format!("no {part}"))?)
    };
    let kind = match json.text("type").unwrap_or_default() {
        "blob" => Kind::Blob,
        "boolean" => Kind::Boolean,
        "integer" => Kind::Integer,
        "long" => Kind::Long,
        "float" | "double" => Kind::Double,
        "string" => Kind::String { values: texts(json.get("enum")) },
        "timestamp" => Kind::Timestamp { format: json.text("timestampFormat").map(str::to_owned) },
        "list" => Kind::List { member: part("member")?, flattened: json.flag("flattened") },
        "map" => Kind::Map { key: part("key")?, value: part("value")?, flattened: json.flag("flattened") },
        "structure" if json.flag("document") => Kind::Document,
        "structure" => Kind::Structure { members: members_of(json)?, union: json.flag("union") },
        other => return Err(format!("type {other} is not supported").into()),
    };
    Ok(Shape {
        min: json.integer("min"),
        max: json.integer("max"),
        pattern: json.text("pattern").map(|shown| Pattern { shown: shown.to_owned(), equivalent: None }),
        sensitive: json.flag("sensitive"),
        error: json.flag("exception").then(|| error_traits(name, json)),
        ..Shape::plain(kind)
    })
}

fn members_of(json: &Json) -> Result<Vec<Member>, Box<dyn Error>> {
    let required = texts(json.get("required"));
    let payload = json.text("payload");
    let mut members = Vec::new();
    for (name, member) in json.get("members").map(Json::entries).unwrap_or_default() {
        let mut member = member_of(name, member)?;
        member.required = required.contains(name);
        if payload == Some(name) {
            member.location = Some("payload".to_owned());
        }
        members.push(member);
    }
    Ok(members)
}

fn member_of(name: &str, json: &Json) -> Result<Member, Box<dyn Error>> {
    let text = |name: &str| json.text(name).map(str::to_owned);
    for unsupported in ["xmlAttribute", "xmlNamespace", "eventstream", "hostLabel", "queryName"] {
        if json.get(unsupported).is_some() {
            return Err(format!("{name}: {unsupported} is not supported").into());
        }
    }
    Ok(Member {
        name: name.to_owned(),
        target: text("shape").ok_or_else(|| format!("{name}: no shape"))?,
        location_name: text("locationName").filter(|location_name| location_name != name),
        location: text("location"),
        required: false,
        flattened: json.flag("flattened"),
        timestamp_format: text("timestampFormat"),
        json_value: json.flag("jsonvalue"),
        idempotency_token: json.flag("idempotencyToken"),
    })
}

/// Errors without traits are the caller's fault with status 400, unless the model calls them a fault of the service.
fn error_traits(name: &str, json: &Json) -> ErrorTraits {
    let traits = json.get("error");
    let fault = json.flag("fault");
    ErrorTraits {
        code: traits.and_then(|traits| traits.text("code")).unwrap_or(name).to_owned(),
        status: traits.and_then(|traits| traits.integer("httpStatusCode")).unwrap_or(if fault {
            500
        } else {
            400
        }),
        sender_fault: match traits {
            Some(traits) => traits.flag("senderFault"),
            None => !fault,
        },
    }
}

fn texts(json: Option<&Json>) -> Vec<String> {
    json.map(Json::elements).unwrap_or_default().iter().filter_map(Json::as_str).map(str::to_owned).collect()
}
