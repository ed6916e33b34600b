//! `models/overlay.toml`: where AWS behaves differently from what its model says, each with a reason.

use std::collections::BTreeMap;
use std::error::Error;

use serde::Deserialize;

use super::model::{Kind, Model, Pattern};

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overlay {
    #[serde(default)]
    service: BTreeMap<String, ServiceOverlay>,
    #[serde(default)]
    shape: Vec<ShapeOverlay>,
    #[serde(default)]
    member: Vec<MemberOverlay>,
}

/// Of one whole service.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceOverlay {
    reason: String,
    quotes_values: bool,
}

/// Of one shape.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShapeOverlay {
    service: String,
    shape: String,
    reason: String,
    /// Replaces the pattern for the check; clients still read the model's.
    pattern_equivalent: Option<String>,
    /// Replaces the pattern altogether; empty removes it.
    pattern: Option<String>,
    min: Option<i64>,
    max: Option<i64>,
}

/// Of one member of a structure.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberOverlay {
    service: String,
    shape: String,
    member: String,
    reason: String,
    required: Option<bool>,
    location_name: Option<String>,
}

impl Overlay {
    pub(crate) fn parse(text: &str) -> Result<Self, Box<dyn Error>> {
        let overlay: Self = toml::from_str(text)?;
        let reasons = overlay.service.values().map(|entry| &entry.reason);
        let reasons = reasons.chain(overlay.shape.iter().map(|entry| &entry.reason));
        let mut reasons = reasons.chain(overlay.member.iter().map(|entry| &entry.reason));
        if reasons.any(|reason| reason.trim().is_empty()) {
            return Err("an overlay entry without a reason".into());
        }
        Ok(overlay)
    }

    /// Fails if an entry is of no service that shapes are generated for.
    pub(crate) fn check_services(&self, known: &[&str]) -> Result<(), Box<dyn Error>> {
        let named = self.service.keys();
        let named = named.chain(self.shape.iter().map(|entry| &entry.service));
        let mut named = named.chain(self.member.iter().map(|entry| &entry.service));
        match named.find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(format!("overlay: no such service: {name}").into()),
        }
    }

    /// Changes the model. An entry for something that the model does not have, or that changes nothing, is an error: it
    /// is out of date.
    pub(crate) fn apply(&self, model: &mut Model) -> Result<(), Box<dyn Error>> {
        let service = model.service.module;
        if let Some(entry) = self.service.get(service) {
            model.quotes_values = entry.quotes_values;
        }
        for entry in self.shape.iter().filter(|entry| entry.service == service) {
            entry
                .apply(model)
                .map_err(|problem| format!("overlay: {service}: {}: {problem}", entry.shape))?;
        }
        for entry in self.member.iter().filter(|entry| entry.service == service) {
            let name = (&entry.shape, &entry.member);
            entry.apply(model).map_err(|problem| format!("overlay: {service}: {name:?}: {problem}"))?;
        }
        Ok(())
    }
}

impl ShapeOverlay {
    fn apply(&self, model: &mut Model) -> Result<(), &'static str> {
        let shape = model.shapes.get_mut(&self.shape).ok_or("no such shape")?;
        if let Some(equivalent) = &self.pattern_equivalent {
            shape.pattern.as_mut().ok_or("it has no pattern")?.equivalent = Some(equivalent.clone());
        }
        if let Some(pattern) = &self.pattern {
            let new = (!pattern.is_empty()).then(|| Pattern { shown: pattern.clone(), equivalent: None });
            changed(&mut shape.pattern, new)?;
        }
        if self.min.is_some() {
            changed(&mut shape.min, self.min)?;
        }
        if self.max.is_some() {
            changed(&mut shape.max, self.max)?;
        }
        Ok(())
    }
}

impl MemberOverlay {
    fn apply(&self, model: &mut Model) -> Result<(), &'static str> {
        let shape = model.shapes.get_mut(&self.shape).ok_or("no such shape")?;
        let Kind::Structure { members, .. } = &mut shape.kind else { return Err("it is not a structure") };
        let member = members.iter_mut().find(|member| member.name == self.member).ok_or("no such member")?;
        if let Some(required) = self.required {
            changed(&mut member.required, required)?;
        }
        if self.location_name.is_some() {
            changed(&mut member.location_name, self.location_name.clone())?;
        }
        Ok(())
    }
}

fn changed<T: PartialEq>(place: &mut T, new: T) -> Result<(), &'static str> {
    if *place == new {
        return Err("the model already says so");
    }
    *place = new;
    Ok(())
}
