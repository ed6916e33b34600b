//! From texts to values, one function per kind of value. Errors quote the text, unless it may be a secret.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use keygate_ident::{AccountId, IdKind, UniqueId};
use keygate_seal::Secret;
use keygate_state::Quota;

pub(super) const KIB: usize = 1024;
pub(super) const MIB: usize = 1024 * KIB;

/// No timeout makes sense beyond a day.
const MAX_DURATION: Duration = Duration::from_secs(24 * 60 * 60);

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let wanted = || format!("{text:?} is not an IP address and a port, such as 127.0.0.1:8474 or [::1]:8474");
    text.parse().map_err(|_| wanted())
}

/// Scheme, host and port, nothing behind: issuers' paths are put there.
pub(super) fn public_url(text: &str) -> Result<String, String> {
    let wanted = || format!("{text:?} is not a URL without a path, such as https://keygate.example.com");
    let url = text.strip_suffix('/').unwrap_or(text);
    let authority =
        url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).ok_or_else(wanted)?;
    let parsed: http::uri::Authority = authority.parse().map_err(|_| wanted())?;
    if parsed.host().is_empty() || authority.contains('@') { Err(wanted()) } else { Ok(url.to_owned()) }
}

pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    if text.is_empty() { Err("the path is empty".to_owned()) } else { Ok(PathBuf::from(text)) }
}

pub(super) fn region(text: &str) -> Result<String, String> {
    let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if letters && (1..=64).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is not a region, such as us-east-1"))
    }
}

pub(super) fn account(text: &str) -> Result<AccountId, String> {
    text.parse().map_err(|_| format!("{text:?} is not an account id, such as 123456789012"))
}

/// An id and its secret are easily swapped by mistake, so the text is not quoted.
pub(super) fn access_key_id(text: &str) -> Result<UniqueId, String> {
    let id: Option<UniqueId> = text.parse().ok();
    id.filter(|id| id.kind() == Some(IdKind::AccessKey)).ok_or_else(|| {
        "not an access key id: AKIA and at least 12 upper-case letters and digits, 128 characters at most"
            .to_owned()
    })
}

pub(super) fn secret_access_key(text: &str) -> Result<Secret, String> {
    let printable = text.bytes().all(|b| b.is_ascii_graphic());
    if printable && (16..=128).contains(&text.len()) {
        Ok(Secret::new(text.to_owned()))
    } else {
        Err("not a secret access key: 16 to 128 printable characters without spaces".to_owned())
    }
}

pub(super) fn secret(text: &str) -> Result<Secret, String> {
    if text.trim().is_empty() { Err("it is empty".to_owned()) } else { Ok(Secret::new(text.to_owned())) }
}

pub(super) fn count(text: &str, least: u32, most: u32) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("{text:?} is not a number from {least} to {most}"))
}

/// `65536`, `64KiB`, `1MiB`.
pub(super) fn size(text: &str, least: usize, most: usize) -> Result<usize, String> {
    let (number, unit) = split_unit(text);
    let unit = match unit {
        "" | "B" => Some(1),
        "KiB" => Some(KIB),
        "MiB" => Some(MIB),
        _ => None,
    };
    let bytes = unit.and_then(|unit| number.parse::<usize>().ok()?.checked_mul(unit));
    bytes.filter(|bytes| (least..=most).contains(bytes)).ok_or_else(|| {
        format!(
            "{text:?} is not a size from {} to {}, such as 64KiB or 1MiB",
            show_size(least),
            show_size(most)
        )
    })
}

/// `500ms`, `30s`, `5m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = split_unit(text);
    let number: Option<u32> = number.parse().ok();
    let time = number.and_then(|number| match unit {
        "ms" => Some(Duration::from_millis(number.into())),
        "s" => Some(Duration::from_secs(number.into())),
        "m" => Some(Duration::from_secs(u64::from(number) * 60)),
        _ => None,
    });
    let time = time.filter(|time| !time.is_zero() && *time <= MAX_DURATION);
    time.ok_or_else(|| format!("{text:?} is not a time above zero, such as 500ms, 30s or 5m"))
}

/// `UsersPerAccount=20000,RolesPerAccount=5000`.
pub(super) fn quotas(text: &str) -> Result<Vec<(Quota, u32)>, String> {
    text.split(',').map(str::trim).filter(|pair| !pair.is_empty()).map(quota).collect()
}

fn quota(pair: &str) -> Result<(Quota, u32), String> {
    let wanted = || format!("{pair:?} is not a quota and its value, such as UsersPerAccount=20000");
    let (name, value) = pair.split_once('=').ok_or_else(wanted)?;
    let quota = Quota::from_name(name.trim()).ok_or_else(|| {
        let known: Vec<_> = Quota::ALL.into_iter().map(Quota::name).collect();
        format!("{name:?} is not a quota; these are: {}", known.join(", "))
    })?;
    let value = count(value.trim(), 0, quota.ceiling().unwrap_or(u32::MAX));
    Ok((quota, value.map_err(|problem| format!("{}: {problem}", quota.name()))?))
}

/// The digits, and what follows them.
fn split_unit(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn show_size(bytes: usize) -> String {
    if bytes >= MIB && bytes.is_multiple_of(MIB) {
        format!("{}MiB", bytes / MIB)
    } else {
        format!("{}KiB", bytes / KIB)
    }
}
