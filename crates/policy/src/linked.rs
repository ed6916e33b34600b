//! Policies of one layer, linked: found by the action they speak of, so that statements that cannot match are not
//! looked at.
//!
//! An index only ever leaves out what cannot match. Whatever it yields is matched by the one evaluator as if there
//! were no index, in the order of the documents, so that a decision never depends on whether policies are linked.
//!
//! The names of a vendor's actions are numbers in the order of their beginnings. A pattern is then an interval of
//! numbers, the ends of all intervals cut the numbers into segments, and every segment has one list of statements,
//! Denies first. Before a statement is matched, the last eight bytes that all its resource patterns have in common
//! are compared with the same place of the request's ARN; that is all that most candidates cost.

use std::collections::HashMap;
use std::sync::Arc;

use crate::arn_form::ResourcePattern;
use crate::compile::{CompiledStatement, ResourceTest};
use crate::fold;
use crate::pattern::Pattern;
use crate::policy::{Effect, Policy, Statement};
use crate::prepared::{ActionKey, Prepared};

/// The policies of one layer, or of one level of it, made ready for many decisions.
///
/// It shares the statements of the policies it was made of. Decisions name policies by their place in that order.
#[derive(Debug, Clone, Default)]
pub struct Linked {
    policies: Box<[Arc<[Statement]>]>,
    /// Every statement, in the order of the documents.
    outlines: Box<[Outline]>,
    /// For vendors of which no statement speaks by name.
    common: List,
    /// A hash table by the vendor's number; its size is a power of two, and it has empty places.
    vendors: Box<[Vendor]>,
    /// Where segments begin, ascending within a vendor.
    starts: Box<[u128]>,
    /// The list of each segment.
    lists: Box<[List]>,
    /// What lists are stretches of.
    pool: Box<[Candidate]>,
}

/// What is known of a statement without looking at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outline {
    /// The last eight bytes of what all resource patterns begin with.
    tail: u64,
    /// Where these bytes end in an ARN; 0 if they are too few to tell anything.
    end: u32,
    /// The index of the policy, and of its statement.
    pub(crate) policy: u32,
    pub(crate) statement: u32,
    /// It matches every request.
    pub(crate) everything: bool,
}

/// A stretch of the pool: Denies, then Allows.
#[derive(Debug, Clone, Copy, Default)]
struct List {
    start: u32,
    denies: u32,
    allows: u32,
}

/// A statement that may match an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    /// The index of its outline, times two; plus one if it does match the action, so that nobody need try.
    index_and_certain: u16,
}

/// The segments of a vendor.
#[derive(Debug, Clone, Copy, Default)]
struct Vendor {
    key: u128,
    start: u32,
    /// 0 in empty places.
    count: u32,
}

/// Which actions a pattern may match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Of any vendor.
    Everywhere,
    /// Of one vendor.
    Within(u128, Interval),
}

/// Names of actions, from the first number to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interval {
    first: u128,
    last: u128,
    /// The pattern matches what is in the interval; otherwise it may.
    certain: bool,
}

/// The most statements whose indices fit into candidates. More than that no account can attach; such a layer is
/// scanned.
const MAX_STATEMENTS: usize = (u16::MAX >> 1) as usize;

/// Beyond so many entries of lists per statement, a vendor's segments are given up for one list.
const MAX_LISTED: usize = 128;

impl Linked {
    /// Links policies. The cost grows with their statements and action patterns.
    pub fn new<'p>(policies: impl IntoIterator<Item = &'p Policy>) -> Self {
        let policies: Box<[Arc<[Statement]>]> =
            policies.into_iter().map(|policy| Arc::clone(policy.shared_statements())).collect();
        let statements = || {
            (0_u32..).zip(&policies).flat_map(|(policy, statements)| {
                (0_u32..).zip(statements.iter()).map(move |(index, statement)| (policy, index, statement))
            })
        };
        let outlines: Box<[Outline]> = statements()
            .map(|(policy, index, found)| Outline::new(policy, index, found.compiled()))
            .collect();
        let mut linked = Self { policies, outlines, ..Self::default() };
        if linked.outlines.len() <= MAX_STATEMENTS {
            Linker::new(&linked).link(&mut linked);
        }
        linked
    }

    /// How many policies were linked.
    pub fn len(&self) -> usize {
        self.policies.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// The statements that may match an action: Denies, and Allows, each in the order of the documents.
    #[inline]
    pub(crate) fn candidates(&self, action: ActionKey) -> (&[Candidate], &[Candidate]) {
        let list = match self.vendor(action.vendor) {
            Some(vendor) => self.segment(vendor, action.name),
            None => self.common,
        };
        let (start, denies, allows) = (list.start as usize, list.denies as usize, list.allows as usize);
        let found = self.pool.get(start..start + denies + allows).unwrap_or_default();
        found.split_at_checked(denies).unwrap_or_default()
    }

    /// Whether the lists of candidates say everything; otherwise all statements are candidates.
    pub(crate) fn is_indexed(&self) -> bool {
        !self.vendors.is_empty() || self.outlines.is_empty()
    }

    #[inline]
    pub(crate) fn outline(&self, candidate: Candidate) -> Option<&Outline> {
        self.outlines.get(candidate.index())
    }

    pub(crate) fn outlines(&self) -> &[Outline] {
        &self.outlines
    }

    pub(crate) fn statement(&self, outline: &Outline) -> Option<&Statement> {
        self.policies.get(outline.policy as usize)?.get(outline.statement as usize)
    }

    #[inline]
    fn vendor(&self, key: u128) -> Option<&Vendor> {
        let mask = self.vendors.len().checked_sub(1)?;
        let mut place = place_of(key) & mask;
        loop {
            let vendor = self.vendors.get(place)?;
            if vendor.count == 0 {
                return None;
            }
            if vendor.key == key {
                return Some(vendor);
            }
            place = (place + 1) & mask;
        }
    }

    #[inline]
    fn segment(&self, vendor: &Vendor, name: u128) -> List {
        let first = vendor.start as usize;
        let starts = self.starts.get(first..first + vendor.count as usize).unwrap_or_default();
        // The first segment of a vendor begins at zero.
        let behind = starts.partition_point(|start| *start <= name);
        self.lists.get(first + behind.saturating_sub(1)).copied().unwrap_or_default()
    }
}

impl Outline {
    fn new(policy: u32, index: u32, statement: &CompiledStatement) -> Self {
        let everything = statement.principal.is_none()
            && statement.conditions.is_empty()
            && statement.action.patterns().is_some_and(|patterns| patterns.iter().any(Pattern::is_any))
            && matches!(&statement.resource, ResourceTest::In(patterns) if patterns.iter().any(ResourcePattern::is_any));
        let prefix = common_beginning(&statement.resource);
        let (tail, end) = match prefix.last_chunk::<8>() {
            Some(tail) => (u64::from_le_bytes(*tail), u32::try_from(prefix.len()).unwrap_or_default()),
            None => (0, 0),
        };
        Self { tail, end, policy, statement: index, everything }
    }

    /// Whether the statement may match the resource of the request.
    #[inline]
    pub(crate) fn may_match(&self, request: &Prepared<'_>) -> bool {
        let end = self.end as usize;
        if end == 0 || !request.plain_head {
            return true;
        }
        let arn = request.request().resource.arn.as_bytes();
        let tail = arn.get(end - 8..end).and_then(|bytes| bytes.first_chunk::<8>());
        tail.is_some_and(|bytes| u64::from_le_bytes(*bytes) == self.tail)
    }
}

/// What the ARNs of all requests begin with that the element can match; empty if nothing is known.
fn common_beginning(resource: &ResourceTest) -> &[u8] {
    let ResourceTest::In(patterns) = resource else { return &[] };
    let mut common: Option<&[u8]> = None;
    for pattern in patterns {
        let beginning = match pattern {
            ResourcePattern::Any => return &[],
            ResourcePattern::Nothing => continue,
            ResourcePattern::Arn(pattern) => pattern.beginning().as_bytes(),
        };
        common = Some(match common {
            None => beginning,
            Some(common) => {
                let same = common.iter().zip(beginning).take_while(|(one, two)| one == two).count();
                common.get(..same).unwrap_or_default()
            }
        });
    }
    common.unwrap_or_default()
}

impl Candidate {
    fn new(index: u16, certain: bool) -> Self {
        Self { index_and_certain: index << 1 | u16::from(certain) }
    }

    fn index(self) -> usize {
        usize::from(self.index_and_certain >> 1)
    }

    /// Whether the statement matches the action, and not only may.
    pub(crate) fn matches_action(self) -> bool {
        self.index_and_certain & 1 == 1
    }
}

/// Puts the index of a layer together.
struct Linker {
    /// Statements of which every action may be a matter.
    everywhere: Vec<Candidate>,
    /// The intervals of each vendor.
    vendors: HashMap<u128, Vec<(u16, Interval)>>,
    denies: Vec<bool>,
}

impl Linker {
    fn new(linked: &Linked) -> Self {
        let mut linker = Self { everywhere: Vec::new(), vendors: HashMap::new(), denies: Vec::new() };
        for (index, outline) in (0_u16..).zip(&linked.outlines) {
            let Some(statement) = linked.statement(outline).map(Statement::compiled) else { continue };
            linker.denies.push(statement.effect == Effect::Deny);
            let Some(patterns) = statement.action.patterns() else {
                linker.everywhere.push(Candidate::new(index, false));
                continue;
            };
            for pattern in patterns {
                match Reach::of(pattern) {
                    Reach::Everywhere => linker.everywhere.push(Candidate::new(index, pattern.is_any())),
                    Reach::Within(vendor, interval) => {
                        linker.vendors.entry(vendor).or_default().push((index, interval));
                    }
                }
            }
        }
        linker
    }

    fn link(self, linked: &mut Linked) {
        let size = (self.vendors.len() * 2).next_power_of_two().max(2);
        let mut vendors = vec![Vendor::default(); size];
        let (mut starts, mut lists, mut pool) = (Vec::new(), Vec::new(), Vec::new());
        linked.common = self.list(self.everywhere.clone(), &mut pool);
        let limit = MAX_LISTED * linked.outlines.len();
        for (&key, intervals) in &self.vendors {
            let start = starts.len();
            for (begin, statements) in self.segments(intervals, limit.saturating_sub(pool.len())) {
                starts.push(begin);
                lists.push(self.list(statements, &mut pool));
            }
            let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            let vendor = Vendor { key, start: number(start), count: number(starts.len() - start) };
            let mask = size - 1;
            let mut place = place_of(key) & mask;
            while vendors.get(place).is_some_and(|found| found.count != 0) {
                place = (place + 1) & mask;
            }
            if let Some(found) = vendors.get_mut(place) {
                *found = vendor;
            }
        }
        linked.vendors = vendors.into_boxed_slice();
        linked.starts = starts.into_boxed_slice();
        linked.lists = lists.into_boxed_slice();
        linked.pool = pool.into_boxed_slice();
    }

    /// The segments of a vendor: where each begins, and the statements that speak of it. If their lists would be
    /// longer than `limit` together, one segment with everything.
    fn segments(&self, intervals: &[(u16, Interval)], limit: usize) -> Vec<(u128, Vec<Candidate>)> {
        let mut starts: Vec<u128> = Vec::with_capacity(intervals.len() * 2 + 1);
        starts.push(0);
        for (_, interval) in intervals {
            starts.push(interval.first);
            starts.extend(interval.last.checked_add(1));
        }
        starts.sort_unstable();
        starts.dedup();
        let mut segments: Vec<(u128, Vec<Candidate>)> =
            starts.iter().map(|start| (*start, self.everywhere.clone())).collect();
        let mut listed = segments.len() * self.everywhere.len();
        for (index, interval) in intervals {
            let from = starts.partition_point(|start| *start < interval.first);
            let to = starts.partition_point(|start| *start <= interval.last);
            listed += to - from;
            if listed > limit {
                let all = intervals.iter().map(|(index, _)| Candidate::new(*index, false));
                return vec![(0, all.chain(self.everywhere.iter().copied()).collect())];
            }
            for (_, statements) in segments.get_mut(from..to).unwrap_or_default() {
                statements.push(Candidate::new(*index, interval.certain));
            }
        }
        segments
    }

    /// Puts a list into the pool. A statement stands in it once, as certain if one of its patterns is.
    fn list(&self, mut statements: Vec<Candidate>, pool: &mut Vec<Candidate>) -> List {
        statements.sort_unstable_by(|one, two| two.cmp(one));
        statements.dedup_by_key(|candidate| candidate.index());
        statements.reverse();
        let is_deny = |candidate: &Candidate| self.denies.get(candidate.index()).copied().unwrap_or_default();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let start = pool.len();
        pool.extend(statements.iter().copied().filter(is_deny));
        let denies = pool.len() - start;
        pool.extend(statements.iter().copied().filter(|candidate| !is_deny(candidate)));
        List { start: number(start), denies: number(denies), allows: number(statements.len() - denies) }
    }
}

impl Reach {
    fn of(pattern: &Pattern) -> Self {
        let beginning = pattern.beginning().as_bytes();
        let Some(colon) = memchr::memchr(b':', beginning) else { return Self::Everywhere };
        let (vendor, name) = beginning.split_at_checked(colon).unwrap_or_default();
        let name = name.get(1..).unwrap_or_default();
        let first = fold::key(name);
        // What is longer than a number can tell has the number of its beginning; zeros stand behind what is shorter.
        let last = match 16_usize.saturating_sub(name.len()) {
            _ if pattern.is_plain() => first,
            0 => first,
            16 => u128::MAX,
            open => first | ((1_u128 << (open * 8)) - 1),
        };
        let certain = fold::is_whole(vendor)
            && ((pattern.is_plain() && fold::is_whole(name))
                || (pattern.ends_open() && fold::is_beginning(name)));
        Self::Within(fold::key(vendor), Interval { first, last, certain })
    }
}

/// Where the search for a vendor begins.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
fn place_of(key: u128) -> usize {
    const FACTOR: u64 = 0xd6e8_feb8_6659_fd93;
    let [low, high] = [key as u64, (key >> 64) as u64];
    let mixed = (high ^ low.rotate_left(32)).wrapping_mul(FACTOR);
    (mixed >> 40) as usize
}
