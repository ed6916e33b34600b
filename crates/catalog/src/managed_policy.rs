//! AWS managed policies: the policies of the account `aws`, attachable everywhere and never changed by a customer.
//!
//! `data/managed-policies.tsv` names them; `data/managed-policies.bin` holds their documents in compressed blocks of
//! about 64 kB. The table is parsed on first use (it is text inside the program, and names borrow from it), a block is
//! decompressed only when one of its documents is asked for, and nothing of it is kept.

use std::sync::OnceLock;

use keygate_ident::{Partition, Timestamp};

use crate::CorruptData;

/// One AWS managed policy, in its current default version: the only one that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// The policy's name, unique among AWS managed policies whatever the path.
    pub name: &'static str,
    /// `/`, `/service-role/`, `/job-function/`, `/aws-service-role/` or `/root-task/`.
    pub path: &'static str,
    /// The ARN in the partition `aws`; see [`ManagedPolicy::arn_in`] for the others.
    pub arn: &'static str,
    /// The unique id (`ANPA…`). For policies whose id on AWS is not published in the sources it is derived from the
    /// ARN, and so the same everywhere and for ever; `data/lock.toml` counts both sorts.
    pub id: &'static str,
    /// The default version, e.g. `v12`.
    pub version: &'static str,
    /// When AWS made the policy.
    pub created: Timestamp,
    /// When AWS made its current version.
    pub updated: Timestamp,
    block: usize,
    offset: usize,
    length: usize,
}

/// All AWS managed policies, sorted by name (byte order).
pub fn managed_policies() -> &'static [ManagedPolicy] {
    &table().policies
}

/// The policy with this ARN of the partition `aws`. ARNs are case-sensitive.
pub fn managed_policy(arn: &str) -> Option<&'static ManagedPolicy> {
    managed_policy_in(Partition::Aws, arn)
}

/// The policy with this ARN, which must be one of the given partition: `arn:aws-cn:iam::aws:policy/…` names nothing
/// in an account of the partition `aws`.
pub fn managed_policy_in(partition: Partition, arn: &str) -> Option<&'static ManagedPolicy> {
    let resource =
        arn.strip_prefix("arn:")?.strip_prefix(partition.name())?.strip_prefix(ARN_AFTER_PARTITION)?;
    let name = resource.rsplit('/').next()?;
    managed_policy_named(name).filter(|policy| policy.resource() == resource)
}

/// The policy with this name, whatever its path.
pub fn managed_policy_named(name: &str) -> Option<&'static ManagedPolicy> {
    let policies = managed_policies();
    let index = policies.binary_search_by(|policy| policy.name.cmp(name)).ok()?;
    policies.get(index)
}

impl ManagedPolicy {
    /// The ARN in this partition.
    pub fn arn_in(&self, partition: Partition) -> String {
        format!("arn:{partition}{ARN_AFTER_PARTITION}{}", self.resource())
    }

    /// Whether only AWS may attach it, to service-linked roles: a customer's Attach…Policy of such a policy is refused
    /// (`PolicyNotAttachable`).
    pub fn is_for_service_linked_roles(&self) -> bool {
        self.path == "/aws-service-role/"
    }

    /// Whether it is one of the policies that AssumeRoot takes as its task policy; these cannot be attached either.
    pub fn is_for_root_tasks(&self) -> bool {
        self.path == "/root-task/"
    }

    /// The document's JSON text. ARNs inside name the partition `aws`.
    ///
    /// Decompresses one block on each call (tens of microseconds); callers keep what they compile from it.
    ///
    /// # Errors
    /// [`CorruptData`] if the program file is damaged.
    pub fn document(&self) -> Result<String, CorruptData> {
        const CORRUPT: CorruptData = CorruptData::new("managed policies");
        let block = table().blocks.get(self.block).ok_or(CORRUPT)?;
        let frame =
            DOCUMENTS.get(block.start..block.start.saturating_add(block.compressed)).ok_or(CORRUPT)?;
        let bytes = zstd::bulk::decompress(frame, block.size).map_err(|_| CORRUPT)?;
        let document = bytes.get(self.offset..self.offset.saturating_add(self.length)).ok_or(CORRUPT)?;
        String::from_utf8(document.to_vec()).map_err(|_| CORRUPT)
    }

    /// Path and name: what follows `policy` in the ARN.
    fn resource(&self) -> &'static str {
        self.arn
            .strip_prefix("arn:aws")
            .and_then(|rest| rest.strip_prefix(ARN_AFTER_PARTITION))
            .unwrap_or_default()
    }
}

const ARN_AFTER_PARTITION: &str = ":iam::aws:policy";
const TABLE: &str = include_str!("../data/managed-policies.tsv");
const DOCUMENTS: &[u8] = include_bytes!("../data/managed-policies.bin");

struct Table {
    policies: Vec<ManagedPolicy>,
    blocks: Vec<Block>,
}

/// Where a block lies in [`DOCUMENTS`] and how large it is unpacked, in bytes.
struct Block {
    start: usize,
    compressed: usize,
    size: usize,
}

fn table() -> &'static Table {
    static CELL: OnceLock<Table> = OnceLock::new();
    CELL.get_or_init(|| parse_table(TABLE))
}

/// A line that does not parse is left out: what it names does not exist. A test compares the count with the lock file.
fn parse_table(text: &'static str) -> Table {
    let policies = text.lines().filter_map(|line| parse_policy(line.strip_prefix("policy\t")?)).collect();
    let blocks = text.lines().filter_map(|line| parse_block(line.strip_prefix("block\t")?)).collect();
    Table { policies, blocks }
}

fn parse_policy(line: &'static str) -> Option<ManagedPolicy> {
    let mut fields = line.split('\t');
    let arn = fields.next()?;
    let resource = arn.strip_prefix("arn:aws")?.strip_prefix(ARN_AFTER_PARTITION)?;
    let (path, name) = resource.split_at_checked(resource.rfind('/')?.checked_add(1)?)?;
    Some(ManagedPolicy {
        name,
        path,
        arn,
        id: fields.next()?,
        version: fields.next()?,
        created: fields.next()?.parse().ok()?,
        updated: fields.next()?.parse().ok()?,
        block: fields.next()?.parse().ok()?,
        offset: fields.next()?.parse().ok()?,
        length: fields.next()?.parse().ok()?,
    })
}

fn parse_block(line: &str) -> Option<Block> {
    let mut fields = line.split('\t').map(|field| field.parse().ok());
    Some(Block { start: fields.next()??, compressed: fields.next()??, size: fields.next()?? })
}

#[cfg(test)]
mod tests;
