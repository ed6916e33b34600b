//! The stored form of a list of record keys: for each text its length in four bytes (little-endian), then the
//! text; kind and id in turn.

use crate::names::RecordKey;

pub(super) fn encode(keys: &[&RecordKey]) -> Vec<u8> {
    let mut out = Vec::with_capacity(keys.iter().map(|key| key.kind.len() + key.id.len() + 8).sum());
    for text in keys.iter().flat_map(|key| [&key.kind, &key.id]) {
        // Longer texts cannot be stored in SQLite at all.
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    }
    out
}

/// `None` if this is not what [`encode`] made.
pub(super) fn decode(mut bytes: &[u8]) -> Option<Vec<RecordKey>> {
    let mut keys = Vec::new();
    while !bytes.is_empty() {
        let kind = take_text(&mut bytes)?;
        let id = take_text(&mut bytes)?;
        keys.push(RecordKey { kind, id });
    }
    Some(keys)
}

fn take_text(bytes: &mut &[u8]) -> Option<String> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (text, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    String::from_utf8(text.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_refusal() {
        let keys = [RecordKey::new("user", "AIDA"), RecordKey::new("", "\0é"), RecordKey::new("role", "")];
        let bytes = encode(&keys.iter().collect::<Vec<_>>());
        assert_eq!(decode(&bytes).unwrap(), keys);
        assert_eq!(decode(&[]), Some(Vec::new()));
        for cut in [1, 5, 9, bytes.len() - 1] {
            assert_eq!(decode(&bytes[..cut]), None, "cut at {cut}");
        }
        assert_eq!(decode(&[1, 0, 0, 0, 0xff, 0, 0, 0, 0]), None);
    }
}
