//! Action strings (rules 92, 105).

use crate::document::{Fault, Text, Words};
use crate::refusal::RefusalCode;

/// `*`, or a vendor of letters, digits, `-` and `.`, one colon, and any name. A vendor that is `*` passes.
pub(crate) fn check(text: &Text<'_>, words: Words) -> Result<(), Fault> {
    let vendor = vendor(text, words)?;
    let valid = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '.');
    if vendor == "*" || vendor.chars().all(valid) {
        return Ok(());
    }
    Err(fault(text, words.say(format!("Vendor {vendor} is not valid"))))
}

/// What the evaluator needs: `*`, or exactly one colon behind something.
pub(crate) fn understood(text: &Text<'_>, words: Words) -> Result<(), Fault> {
    vendor(text, words).map(drop)
}

fn vendor<'a>(text: &'a Text<'_>, words: Words) -> Result<&'a str, Fault> {
    if text.value == "*" {
        return Ok("*");
    }
    match text.value.split_once(':') {
        None | Some(("", _)) => Err(fault(
            text,
            words.say("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
        )),
        Some((_, name)) if name.contains(':') => {
            Err(fault(text, words.say("Actions/Condition can contain only one colon.")))
        }
        Some((vendor, _)) => Ok(vendor),
    }
}

fn fault(text: &Text<'_>, message: String) -> Fault {
    Fault::new(RefusalCode::Action, message, text.at.clone())
}
