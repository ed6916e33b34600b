//! Schemas from the model of a case, and values from its JSON.

use std::cell::RefCell;
use std::collections::BTreeMap;

use keygate_ident::Timestamp;
use keygate_wire::{
    Auth, ErrorSchema, Kind, Location, Member, Members, OperationSchema, Protocol, Schema, ServiceSchema,
    TimestampFormat, Value,
};
use serde_json::{Value as Json, json};

/// The one operation of a case.
pub(crate) struct Models {
    pub(crate) operation: &'static OperationSchema,
}

/// The shapes of a suite; tests may leak.
struct Shapes<'a> {
    json: &'a Json,
    made: RefCell<BTreeMap<String, &'static Schema>>,
}

impl Models {
    pub(crate) fn new(suite: &Json, case: &Json) -> Self {
        let shapes = Shapes { json: &suite["shapes"], made: RefCell::default() };
        let given = &case["given"];
        let metadata = &suite["metadata"];
        let name = text(given["name"].as_str().unwrap());
        let protocol = match (metadata["protocol"].as_str().unwrap(), metadata["jsonVersion"].as_str()) {
            ("query", _) => Protocol::Query,
            ("json", Some("1.0")) => Protocol::Json10,
            ("json", _) => Protocol::Json11,
            ("rest-json", _) => Protocol::RestJson,
            other => panic!("{other:?}"),
        };
        let service = leak(ServiceSchema {
            id: "Test",
            endpoint_prefix: "test",
            signing_name: "test",
            api_version: text(metadata["apiVersion"].as_str().unwrap_or_default()),
            protocol,
            xml_namespace: Some("https://example.com/"),
            target_prefix: metadata["targetPrefix"].as_str().map(text),
            quotes_values: true,
            operations: &[],
        });
        let io = |side: &str| match given[side]["shape"].as_str() {
            Some(shape) => shapes.schema(shape),
            None => leak(Schema::structure("Unit", &[])),
        };
        let output = io("output");
        let errors: Vec<&'static ErrorSchema> = given["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|error| shapes.error(error["shape"].as_str().unwrap()))
            .collect();
        let operation = leak(OperationSchema {
            name,
            service,
            method: text(given["http"]["method"].as_str().unwrap_or("POST")),
            uri: text(given["http"]["requestUri"].as_str().unwrap_or("/")),
            status: given["http"]["responseCode"].as_u64().unwrap_or(200) as u16,
            input: io("input"),
            output,
            has_output: given.get("output").is_some(),
            result_wrapper: (!output.members().is_empty()).then(|| text(&format!("{name}Result"))),
            errors: errors.leak(),
            auth: Auth::SigV4,
        });
        Self { operation }
    }
}

impl Shapes<'_> {
    fn schema(&self, name: &str) -> &'static Schema {
        if let Some(made) = self.made.borrow().get(name) {
            return made;
        }
        let json = &self.json[name];
        let flattened = json["flattened"] == true;
        let kind = match json["type"].as_str().unwrap() {
            "blob" => Kind::Blob,
            "boolean" => Kind::Boolean,
            "integer" => Kind::Integer,
            "long" => Kind::Long,
            "float" | "double" => Kind::Double,
            "string" => Kind::String(&[]),
            "timestamp" => Kind::Timestamp(format(&json["timestampFormat"])),
            "list" => Kind::List { member: leak(self.member("member", &json["member"])), flattened },
            "map" => Kind::Map {
                key: leak(self.member("key", &json["key"])),
                value: leak(self.member("value", &json["value"])),
                flattened,
            },
            "structure" if json["document"] == true => Kind::Document,
            "structure" => return self.structure(name, json),
            other => panic!("{other}"),
        };
        let made = leak(Schema::new(text(name), kind));
        self.made.borrow_mut().insert(name.to_owned(), made);
        made
    }

    /// A structure is known before its members are, which may lead back to it.
    fn structure(&self, name: &str, json: &Json) -> &'static Schema {
        let (cell, members) = Members::late();
        let kind = if json["union"] == true { Kind::Union(members) } else { Kind::Structure(members) };
        let made = leak(Schema::new(text(name), kind));
        self.made.borrow_mut().insert(name.to_owned(), made);
        let mut list = Vec::new();
        for (name, member) in json["members"].as_object().unwrap() {
            let mut made = self.member(name, member);
            if json["payload"] == name.as_str() {
                made.location = Location::Payload;
            }
            list.push(made);
        }
        cell.set(list).unwrap();
        made
    }

    fn member(&self, name: &str, json: &Json) -> Member {
        let mut member = Member::new(text(name), self.schema(json["shape"].as_str().unwrap()));
        member.location_name = json["locationName"].as_str().map(text);
        member.flattened = json["flattened"] == true;
        member.json_value = json["jsonvalue"] == true;
        member.timestamp_format = format(&json["timestampFormat"]);
        member.location = match json["location"].as_str() {
            None => Location::Body,
            Some("uri") => Location::Uri,
            Some("querystring") => Location::Query,
            Some("header") => Location::Header,
            Some("headers") => Location::Headers,
            Some("statusCode") => Location::StatusCode,
            Some(other) => panic!("{other}"),
        };
        member
    }

    fn error(&self, name: &str) -> &'static ErrorSchema {
        let traits = &self.json[name]["error"];
        leak(ErrorSchema {
            name: text(name),
            shape: text(name),
            code: text(traits["code"].as_str().unwrap_or(name)),
            status: traits["httpStatusCode"].as_u64().unwrap_or(if self.json[name]["fault"] == true {
                500
            } else {
                400
            }) as u16,
            sender_fault: true,
            schema: self.schema(name),
        })
    }
}

fn format(json: &Json) -> Option<TimestampFormat> {
    match json.as_str() {
        None => None,
        Some("iso8601") => Some(TimestampFormat::Iso8601),
        Some("unixTimestamp") => Some(TimestampFormat::Epoch),
        Some("rfc822") => Some(TimestampFormat::Rfc822),
        Some(other) => panic!("{other}"),
    }
}

fn text(text: &str) -> &'static str {
    text.to_owned().leak()
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// A value from the JSON that cases write it in: blobs as text, instants as seconds.
pub(crate) fn from_json(schema: &'static Schema, json: &Json) -> Result<Value, String> {
    let wrong = || format!("{json} is not a {}", schema.name);
    Ok(match &schema.kind {
        Kind::Boolean => Value::Boolean(json.as_bool().ok_or_else(wrong)?),
        Kind::Integer | Kind::Long => Value::Integer(json.as_i64().ok_or_else(wrong)?),
        Kind::Double => Value::Double(match json.as_str() {
            Some("NaN") => f64::NAN,
            Some("Infinity") => f64::INFINITY,
            Some("-Infinity") => f64::NEG_INFINITY,
            _ => json.as_f64().ok_or_else(wrong)?,
        }),
        // A `jsonvalue` is given as the JSON it holds.
        Kind::String(_) => Value::String(json.as_str().map_or_else(|| json.to_string(), str::to_owned)),
        Kind::Blob => Value::Blob(json.as_str().ok_or_else(wrong)?.as_bytes().to_vec()),
        Kind::Timestamp(_) => Value::Timestamp(Timestamp::from_millis(
            (json.as_f64().ok_or_else(wrong)? * 1000.0).round() as i64,
        )),
        Kind::Document => Value::Document(json.clone()),
        Kind::List { member, .. } => {
            let elements = json.as_array().ok_or_else(wrong)?.iter();
            Value::List(elements.map(|element| from_json(member.target, element)).collect::<Result<_, _>>()?)
        }
        Kind::Map { value, .. } => {
            let entries = json.as_object().ok_or_else(wrong)?.iter();
            let entries = entries.map(|(key, element)| Ok((key.clone(), from_json(value.target, element)?)));
            Value::Map(entries.collect::<Result<_, String>>()?)
        }
        Kind::Structure(_) | Kind::Union(_) => {
            if let Some(unknown) =
                json.as_object().and_then(|json| json.keys().find(|key| schema.member(key).is_none()))
            {
                return Err(format!("{} has no {unknown}", schema.name));
            }
            let members = schema.members().iter().map(|member| match &json[member.name] {
                Json::Null => Ok(None),
                value => from_json(member.target, value).map(Some),
            });
            Value::Structure(members.collect::<Result<_, _>>()?)
        }
    })
}

/// The reverse, to compare and to show. Members that are not set are left out.
pub(crate) fn to_json(schema: &'static Schema, value: &Value) -> Json {
    match (value, &schema.kind) {
        (Value::Boolean(value), _) => json!(value),
        (Value::Integer(value), _) => json!(value),
        (Value::Double(value), _) if value.is_finite() => json!(value),
        (Value::Double(value), _) => json!(value.to_string()),
        (Value::String(value), _) => json!(value),
        (Value::Blob(value), _) => json!(value),
        (Value::Timestamp(value), _) => json!(value.to_string()),
        (Value::Document(value), _) => value.clone(),
        (Value::List(values), Kind::List { member, .. }) => {
            values.iter().map(|value| to_json(member.target, value)).collect()
        }
        (Value::Map(entries), Kind::Map { value: member, .. }) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), to_json(member.target, value)));
            Json::Object(entries.collect())
        }
        (Value::Structure(values), _) => {
            let set = schema.members().iter().zip(values);
            let set = set.filter_map(|(member, value)| {
                Some((member.name.to_owned(), to_json(member.target, value.as_ref()?)))
            });
            Json::Object(set.collect())
        }
        _ => panic!("a value of another kind than {}", schema.name),
    }
}
