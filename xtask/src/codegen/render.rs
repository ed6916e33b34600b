//! A model as Rust source, before formatting.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;

use super::model::{Kind, Member, Model, Operation, Pattern, Shape};
use super::names::{camel, screaming, snake};

type Rendered = Result<String, Box<dyn Error>>;

/// Names that generated code uses unqualified, and that a model's structure therefore must not have.
const TAKEN: &[&str] =
    &["Option", "String", "Vec", "BTreeMap", "Box", "Timestamp", "Sensitive", "Blob", "Document"];

/// The module of a service.
pub(crate) fn module(model: &Model) -> String {
    let metadata = &model.metadata;
    format!(
        "//! {} ({}), from `models/{}.json`.

        pub mod declares;
        pub mod errors;
        pub mod op;
        pub mod operations;
        pub mod schemas;
        mod types;
        pub mod values;

        pub use operations::SERVICE;
        pub use types::*;
        ",
        metadata.id, metadata.api_version, model.service.model
    )
}

/// The types of structures and unions.
pub(crate) fn types(model: &Model) -> Rendered {
    let mut body = String::new();
    for (name, shape) in &model.shapes {
        if let Kind::Structure { members, union } = &shape.kind
            && !is_plain_error(shape, members)
        {
            if TAKEN.contains(&name.as_str()) {
                return Err(format!("{}: a structure is named {name}", model.service.model).into());
            }
            body += &if *union {
                union_type(model, name, members)?
            } else {
                structure_type(model, name, members)?
            };
        }
    }
    let used = |name: &&(&str, &str)| contains_word(&body, name.0);
    let standard = [("BTreeMap", "use std::collections::BTreeMap;\n\n")];
    let ours = [
        ("Timestamp", "use keygate_ident::Timestamp;\n"),
        ("Blob", "use keygate_wire::Blob;\n"),
        ("Document", "use keygate_wire::Document;\n"),
        ("Sensitive", "use keygate_wire::Sensitive;\n"),
    ];
    let imports: String = standard.iter().chain(&ours).filter(used).map(|(_, import)| *import).collect();
    Ok(format!("//! Structures and unions.\n\n{imports}\n{body}"))
}

fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// An error that says no more than its message needs no type.
fn is_plain_error(shape: &Shape, members: &[Member]) -> bool {
    shape.error.is_some() && members.iter().all(|member| member.name.eq_ignore_ascii_case("message"))
}

fn structure_type(model: &Model, name: &str, members: &[Member]) -> Rendered {
    let mut fields = String::new();
    for member in members {
        let mut rust = rust_type(model, &member.target)?;
        if model.is_direct_cycle(name, &member.target) {
            rust = format!("Box<{rust}>");
        }
        if !member.required {
            rust = format!("Option<{rust}>");
        }
        let _ = writeln!(fields, "    {}: {rust},", snake(&member.name));
    }
    let schema = screaming(name);
    Ok(if fields.is_empty() {
        format!("structure! {{ {name} = {schema} {{}} }}\n\n")
    } else {
        format!("structure! {{ {name} = {schema} {{\n{fields}}} }}\n\n")
    })
}

fn union_type(model: &Model, name: &str, members: &[Member]) -> Rendered {
    let mut variants = String::new();
    for (index, member) in members.iter().enumerate() {
        let mut rust = rust_type(model, &member.target)?;
        if model.is_direct_cycle(name, &member.target) {
            rust = format!("Box<{rust}>");
        }
        let _ = writeln!(variants, "    {index} => {}: {rust},", camel(&member.name));
    }
    Ok(format!("union! {{ {name} = {} {{\n{variants}}} }}\n\n", screaming(name)))
}

fn rust_type(model: &Model, name: &str) -> Rendered {
    let shape = model.shape(name)?;
    let protect = |rust: &str| if shape.sensitive { format!("Sensitive<{rust}>") } else { rust.to_owned() };
    Ok(match &shape.kind {
        Kind::String { .. } => protect("String"),
        Kind::Blob if shape.sensitive => "Sensitive<Vec<u8>>".to_owned(),
        Kind::Blob => "Blob".to_owned(),
        _ if shape.sensitive => return Err(format!("{name}: sensitive, and neither text nor bytes").into()),
        Kind::Boolean => "bool".to_owned(),
        Kind::Integer => "i32".to_owned(),
        Kind::Long => "i64".to_owned(),
        Kind::Double => "f64".to_owned(),
        Kind::Timestamp { .. } => "Timestamp".to_owned(),
        Kind::Document => "Document".to_owned(),
        Kind::List { member, .. } => format!("Vec<{}>", rust_type(model, &member.target)?),
        Kind::Map { value, .. } => format!("BTreeMap<String, {}>", rust_type(model, &value.target)?),
        Kind::Structure { .. } => name.to_owned(),
    })
}

/// The schemas of all shapes.
pub(crate) fn schemas(model: &Model) -> Rendered {
    let patterns: BTreeSet<&Pattern> =
        model.shapes.values().filter_map(|shape| shape.pattern.as_ref()).collect();
    let patterns: BTreeMap<&Pattern, usize> = patterns.into_iter().zip(1..).collect();
    let mut out = String::from(
        "//! The schemas of all shapes.\n\nuse keygate_wire::{Kind, Location, Member, Pattern, Schema, TimestampFormat};\n\n",
    );
    for (pattern, number) in &patterns {
        let _ = match &pattern.equivalent {
            None => {
                writeln!(out, "static PATTERN_{number}: Pattern = Pattern::new({});", raw(&pattern.shown))
            }
            Some(equivalent) => writeln!(
                out,
                "static PATTERN_{number}: Pattern = Pattern::with_equivalent({}, {});",
                raw(&pattern.shown),
                raw(equivalent)
            ),
        };
    }
    let mut names = BTreeSet::new();
    for (name, shape) in &model.shapes {
        let constant = model.constant(name);
        if !names.insert(constant.clone()) {
            return Err(format!("{}: two shapes are called {constant}", model.service.model).into());
        }
        let _ = write!(
            out,
            "\n/// `{name}`\npub static {constant}: Schema = {}",
            schema_kind(model, name, shape)?
        );
        for (bound, value) in [("min", shape.min), ("max", shape.max)] {
            if let Some(value) = value {
                let _ = write!(out, ".{bound}({value})");
            }
        }
        if let Some(number) = shape.pattern.as_ref().and_then(|pattern| patterns.get(pattern)) {
            let _ = write!(out, ".pattern(&PATTERN_{number})");
        }
        out += if shape.sensitive { ".sensitive();\n" } else { ";\n" };
    }
    for import in ["Kind", "Location", "Pattern", "TimestampFormat"] {
        if !out.contains(&format!("{import}::")) {
            out = out.replacen(&format!(" {import},"), "", 1).replacen(&format!("{{{import}, "), "{", 1);
            out = out.replacen(&format!(", {import}}}"), "}", 1);
        }
    }
    Ok(out)
}

fn schema_kind(model: &Model, name: &str, shape: &Shape) -> Rendered {
    let scalar = |kind: &str| format!("Schema::new({name:?}, Kind::{kind})");
    let flat = |flattened: &bool| if *flattened { "true" } else { "false" };
    Ok(match &shape.kind {
        Kind::Blob => scalar("Blob"),
        Kind::Boolean => scalar("Boolean"),
        Kind::Integer => scalar("Integer"),
        Kind::Long => scalar("Long"),
        Kind::Double => scalar("Double"),
        Kind::Document => scalar("Document"),
        Kind::Timestamp { format: None } => scalar("Timestamp(None)"),
        Kind::Timestamp { format: Some(format) } => {
            scalar(&format!("Timestamp(Some({}))", timestamp_format(format)?))
        }
        Kind::String { values } if values.is_empty() => format!("Schema::string({name:?})"),
        Kind::String { values } => format!("Schema::enumeration({name:?}, &{values:?})"),
        Kind::List { member, flattened: false } => {
            format!("Schema::list({name:?}, &{})", member_source(model, member)?)
        }
        Kind::List { member, flattened } => scalar(&format!(
            "List {{ member: &{}, flattened: {} }}",
            member_source(model, member)?,
            flat(flattened)
        )),
        Kind::Map { key, value, flattened: false } => {
            format!(
                "Schema::map({name:?}, &{}, &{})",
                member_source(model, key)?,
                member_source(model, value)?
            )
        }
        Kind::Map { key, value, flattened } => scalar(&format!(
            "Map {{ key: &{}, value: &{}, flattened: {} }}",
            member_source(model, key)?,
            member_source(model, value)?,
            flat(flattened)
        )),
        Kind::Structure { members, union } => {
            let members =
                members.iter().map(|member| member_source(model, member)).collect::<Result<Vec<_>, _>>()?;
            let constructor = if *union { "union" } else { "structure" };
            let separator = if members.is_empty() { "" } else { ",\n" };
            format!("Schema::{constructor}({name:?}, &[{}{separator}])", members.join(",\n"))
        }
    })
}

fn member_source(model: &Model, member: &Member) -> Rendered {
    let mut out = format!("Member::new({:?}, &{})", member.name, model.constant(&member.target));
    if let Some(name) = &member.location_name {
        let _ = write!(out, ".named({name:?})");
    }
    if let Some(location) = &member.location {
        let variant = match location.as_str() {
            "uri" => "Uri",
            "querystring" => "Query",
            "header" => "Header",
            "headers" => "Headers",
            "statusCode" => "StatusCode",
            "payload" => "Payload",
            other => return Err(format!("{}: location {other} is not supported", member.name).into()),
        };
        let _ = write!(out, ".at(Location::{variant})");
    }
    if let Some(format) = &member.timestamp_format {
        let _ = write!(out, ".timestamp({})", timestamp_format(format)?);
    }
    for (set, call) in [
        (member.required, ".required()"),
        (member.flattened, ".flattened()"),
        (member.json_value, ".json_value()"),
        (member.idempotency_token, ".idempotency_token()"),
    ] {
        out += if set { call } else { "" };
    }
    Ok(out)
}

fn timestamp_format(format: &str) -> Rendered {
    Ok(match format {
        "iso8601" => "TimestampFormat::Iso8601",
        "unixTimestamp" => "TimestampFormat::Epoch",
        "rfc822" => "TimestampFormat::Rfc822",
        other => return Err(format!("timestamp format {other} is not supported").into()),
    }
    .to_owned())
}

/// The service and its operations as data.
pub(crate) fn operations(model: &Model) -> String {
    let metadata = &model.metadata;
    let mut out = String::from(
        "//! The service and its operations, as data.\n\nuse keygate_wire::{Auth, OperationSchema, Protocol, ServiceSchema};\n\nuse super::{errors, schemas};\n\n",
    );
    let list: Vec<String> =
        model.operations.iter().map(|operation| format!("&{}", screaming(&operation.name))).collect();
    let _ = writeln!(
        out,
        "/// {} {}\npub static SERVICE: ServiceSchema = ServiceSchema {{ id: {:?}, endpoint_prefix: {:?}, signing_name: {:?}, api_version: {:?}, protocol: Protocol::{}, xml_namespace: {:?}, target_prefix: {:?}, quotes_values: {}, operations: &[{}] }};",
        metadata.id,
        metadata.api_version,
        metadata.id,
        metadata.endpoint_prefix,
        metadata.signing_name,
        metadata.api_version,
        metadata.protocol,
        metadata.xml_namespace,
        metadata.target_prefix,
        model.quotes_values,
        list.join(", ")
    );
    for operation in &model.operations {
        out += &operation_source(operation);
    }
    out
}

fn operation_source(operation: &Operation) -> String {
    let errors: Vec<String> =
        operation.errors.iter().map(|error| format!("&errors::{}", error_constant(error))).collect();
    format!(
        "\n/// `{name}`\npub static {constant}: OperationSchema = OperationSchema {{ name: {name:?}, service: &SERVICE, method: {:?}, uri: {:?}, status: {}, input: &schemas::{}, output: &schemas::{}, has_output: {}, result_wrapper: {:?}, errors: &[{}], auth: Auth::{} }};\n",
        operation.method,
        operation.uri,
        operation.status,
        screaming(&operation.input),
        screaming(&operation.output),
        operation.has_output,
        operation.result_wrapper,
        errors.join(", "),
        if operation.authenticated { "SigV4" } else { "None" },
        name = operation.name,
        constant = screaming(&operation.name),
    )
}

/// The marker types of the operations.
pub(crate) fn markers(model: &Model) -> String {
    let mut out = String::from(
        "//! One marker type for each operation, with its input, its output and the errors it declares.\n\n",
    );
    for operation in &model.operations {
        let Operation { name, input, output, errors, .. } = operation;
        let errors: BTreeSet<&str> = errors.iter().map(|error| error_name(error)).collect();
        let errors: Vec<&str> = errors.into_iter().collect();
        let _ = writeln!(
            out,
            "operation! {{ {name} = {}: {input} => {output} [{}] }}",
            screaming(name),
            errors.join(", ")
        );
    }
    out
}

/// The errors of a service as data.
pub(crate) fn errors(model: &Model) -> Rendered {
    let mut out = String::from(
        "//! The errors that operations declare, as data.\n\nuse keygate_wire::ErrorSchema;\n\nuse super::schemas;\n",
    );
    for shape in model.errors() {
        let traits = model.shape(shape)?.error.as_ref().ok_or_else(|| format!("{shape} is not an error"))?;
        let _ = writeln!(
            out,
            "\n/// `{}`, status {}\npub static {}: ErrorSchema = ErrorSchema {{ name: {:?}, shape: {shape:?}, code: {:?}, status: {}, sender_fault: {}, schema: &schemas::{} }};",
            traits.code,
            traits.status,
            error_constant(shape),
            error_name(shape),
            traits.code,
            traits.status,
            traits.sender_fault,
            screaming(shape)
        );
    }
    Ok(out)
}

/// The traits of one service, re-exported from all.
pub(crate) fn service_declares(model: &Model) -> String {
    let names: Vec<&str> = model.errors().into_iter().map(error_name).collect();
    format!(
        "//! The errors that operations of this service declare, as traits; see [`crate::declares`].\n\npub use crate::declares::{{{}}};\n",
        names.join(", ")
    )
}

/// One trait for each error name of any service.
pub(crate) fn declares(models: &[Model]) -> String {
    let names: BTreeSet<&str> =
        models.iter().flat_map(|model| model.errors().into_iter().map(error_name)).collect();
    let mut out = String::from(
        "//! One trait for each error, implemented by the operations that declare it.
//!
//! The name is that of the model's shape without the suffix `Exception`; services that have an error of the same name share the
//! trait. A bound on it lets the compiler check that an operation answers no other errors than its model allows:
//! `impl<M: declares::NoSuchEntity> From<MyNoSuchEntity> for Failure<M>`, and
//! [`ApiError::declared_by::<M>(\"NoSuchEntity\", …)`](keygate_wire::ApiError::declared_by) makes the answer.

use keygate_wire::OperationModel;

",
    );
    for name in names {
        let _ = writeln!(out, "/// Declares `{name}`.\npub trait {name}: OperationModel {{}}\n");
    }
    out
}

/// The values of enumerations.
pub(crate) fn values(model: &Model) -> Rendered {
    let mut out = String::from("//! The values of enumerations.\n");
    for (name, shape) in &model.shapes {
        let Kind::String { values } = &shape.kind else { continue };
        if values.is_empty() {
            continue;
        }
        let _ = write!(out, "\n/// Values of `{name}`.\npub mod {} {{\n", snake(name));
        let mut constants = BTreeSet::new();
        for value in values {
            let constant = screaming(value);
            if !constants.insert(constant.clone()) || constant.is_empty() {
                return Err(format!(
                    "{}: {name}: the value {value} has no name of its own",
                    model.service.model
                )
                .into());
            }
            let _ = writeln!(out, "    /// `{value}`\n    pub const {constant}: &str = {value:?};");
        }
        out += "}\n";
    }
    Ok(out)
}

fn error_name(shape: &str) -> &str {
    shape.strip_suffix("Exception").unwrap_or(shape)
}

fn error_constant(shape: &str) -> String {
    screaming(error_name(shape))
}

fn raw(text: &str) -> String {
    if text.contains('"') {
        format!("r#\"{text}\"#")
    } else if text.contains('\\') {
        format!("r\"{text}\"")
    } else {
        format!("{text:?}")
    }
}
