//! What is committed: batches of parts of changes.

use crate::names::{RecordKey, Revision, ValueId};

/// One stored entity, in the owner's own stored form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its name within the value.
    pub key: RecordKey,
    /// The version of the body's form. A store opened by a program that does not know it refuses to open.
    pub format: u32,
    /// The stored form. Secrets inside are sealed before they get here.
    pub body: Vec<u8>,
}

/// Whether a put may replace or revive a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Novelty {
    /// The key must never have existed in this value, not even deleted: ids are never used again.
    Fresh,
    /// Whatever was there is replaced.
    Any,
}

/// One change of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Stores the record.
    Put {
        /// The record.
        record: Record,
        /// Whether it may replace another.
        novelty: Novelty,
    },
    /// Removes the record; nothing happens if it is not there.
    Delete {
        /// Its name.
        key: RecordKey,
    },
}

impl Change {
    /// The record it is about.
    pub fn key(&self) -> &RecordKey {
        match self {
            Self::Put { record, .. } => &record.key,
            Self::Delete { key } => key,
        }
    }
}

/// The changes of one value. After the commit its revision is `expected + 1`, even without any change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The value.
    pub value: ValueId,
    /// The revision it must have at the moment of the commit; [`Revision::NONE`] makes it.
    pub expected: Revision,
    /// The changes; at most one per key.
    pub changes: Vec<Change>,
}

/// What is committed together, all or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The values; at most one part per value.
    pub parts: Vec<Part>,
    /// Audit records that become durable with the changes; see [`crate::Store::audit_pending`].
    pub audit: Vec<Vec<u8>>,
}

impl Batch {
    /// A batch that changes one value.
    pub fn of(part: Part) -> Self {
        Self { parts: vec![part], audit: Vec::new() }
    }

    /// Rough size in memory, for bounding queues and groups.
    pub(crate) fn weight(&self) -> usize {
        let parts = self.parts.iter().map(Part::weight).sum::<usize>();
        let audit = self.audit.iter().map(|record| record.len() + 32).sum::<usize>();
        parts + audit + 64
    }

    /// What no engine can commit, as a text for the log.
    pub(crate) fn fault(&self, newest_record_format: u32) -> Option<String> {
        let values: Vec<&ValueId> = self.parts.iter().map(|part| &part.value).collect();
        if let Some(value) = duplicate(values) {
            return Some(format!("two parts of one batch change {value}"));
        }
        self.parts.iter().find_map(|part| part.fault(newest_record_format))
    }
}

impl Part {
    fn weight(&self) -> usize {
        let changes = self.changes.iter().map(|change| {
            let key = change.key();
            let body = if let Change::Put { record, .. } = change { record.body.len() } else { 0 };
            key.kind.len() + key.id.len() + body + 64
        });
        self.value.as_str().len() + changes.sum::<usize>()
    }

    fn fault(&self, newest_record_format: u32) -> Option<String> {
        if let Some(key) = duplicate(self.changes.iter().map(Change::key).collect()) {
            return Some(format!("two changes of one part of {} are about {key}", self.value));
        }
        self.changes.iter().find_map(|change| match change {
            Change::Put { record, .. } if record.format > newest_record_format => Some(format!(
                "record {} has format {}; this store was opened for formats up to {newest_record_format}",
                record.key, record.format
            )),
            _ => None,
        })
    }
}

/// What a commit made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The new revision of each value, in the order of the batch's parts.
    pub revisions: Vec<(ValueId, Revision)>,
}

fn duplicate<T: Ord + Copy>(mut items: Vec<T>) -> Option<T> {
    items.sort_unstable();
    items.windows(2).find_map(|pair| match pair {
        [left, right] if left == right => Some(*left),
        _ => None,
    })
}
