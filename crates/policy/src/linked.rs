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

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use crate::arn_form::ResourcePattern;
use crate::compile::{CompiledStatement, ResourceTest};
use crate::decision::Layer;
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
    /// Every statement; those that speak of one vendor stand together.
    outlines: Box<[Outline]>,
    /// Every statement is in the lists; otherwise all must be looked at.
    complete: bool,
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
    /// The last eight bytes of what all resource patterns begin with, or of what they have behind the fifth colon.
    tail: u64,
    /// Where these bytes end in an ARN, or in its resource field; 0 if they are too few to tell anything.
    end: u16,
    /// 0 if that is counted from the beginning of the ARN. Otherwise from its resource field, for ARNs of so many
    /// colons; those of fewer cannot match, those of more may.
    colons: u8,
    /// The index of the policy, and of its statement.
    policy: u16,
    statement: u16,
    /// Its effect, if it matches every request whose action it matches, whoever asks.
    bare: Option<Effect>,
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
    /// No other vendor has the number of this one.
    own_vendor: bool,
}

/// The most statements whose indices fit into candidates. More than that no account can attach; such a layer is
/// scanned.
const MAX_STATEMENTS: usize = (u16::MAX >> 1) as usize;

/// Beyond so many entries of lists per statement, a vendor's segments are given up for one list. Beyond so many per
/// statement and action pattern, where many statements speak of all of many vendors, there are no lists: the layer
/// is scanned.
const MAX_LISTED: usize = 128;

impl Linked {
    /// Links policies. The cost grows with their statements and action patterns.
    pub fn new<'p>(policies: impl IntoIterator<Item = &'p Policy>) -> Self {
        let policies: Box<[Arc<[Statement]>]> =
            policies.into_iter().map(|policy| Arc::clone(policy.shared_statements())).collect();
        let mut outlines = Vec::new();
        let mut complete = true;
        for (policy, statements) in policies.iter().enumerate() {
            for (index, statement) in statements.iter().enumerate() {
                let outline = Outline::new(policy, index, statement.compiled());
                complete &= outline.is_some();
                outlines.extend(outline.map(|outline| (first_vendor(statement.compiled()), outline)));
            }
        }
        complete &= outlines.len() <= MAX_STATEMENTS;
        outlines.sort_by_key(|(vendor, _)| *vendor);
        let outlines = outlines.into_iter().map(|(_, outline)| outline).collect();
        let mut linked = Self { policies, outlines, complete, ..Self::default() };
        if complete {
            linked.complete = Linker::new(&linked).link(&mut linked).is_some();
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
    pub(crate) fn is_complete(&self) -> bool {
        self.complete || self.policies.is_empty()
    }

    /// All policies with their statements.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &[Statement]> {
        self.policies.iter().map(AsRef::as_ref)
    }

    #[inline]
    pub(crate) fn outline(&self, candidate: Candidate) -> Option<&Outline> {
        self.outlines.get(candidate.index())
    }

    pub(crate) fn statement(&self, outline: &Outline) -> Option<&Statement> {
        self.policies.get(outline.policy())?.get(outline.statement())
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
    /// Unless there are more policies or statements than any account can have.
    fn new(policy: usize, index: usize, statement: &CompiledStatement) -> Option<Self> {
        let bare = statement.principal.is_none()
            && statement.conditions.is_empty()
            && matches!(&statement.resource, ResourceTest::In(patterns) if patterns.iter().any(ResourcePattern::is_any));
        let (colons, prefix) = beginning(&statement.resource);
        // Of a longer beginning than can be counted, a part is as good.
        let prefix = prefix.get(..usize::from(u16::MAX)).unwrap_or(prefix);
        let tail = prefix.last_chunk::<8>();
        Some(Self {
            tail: tail.map_or(0, |tail| u64::from_le_bytes(*tail)),
            end: if tail.is_some() { u16::try_from(prefix.len()).ok()? } else { 0 },
            colons,
            policy: u16::try_from(policy).ok()?,
            statement: u16::try_from(index).ok()?,
            bare: bare.then_some(statement.effect),
        })
    }

    /// The index of the policy.
    pub(crate) fn policy(&self) -> usize {
        usize::from(self.policy)
    }

    /// The index of the statement in its policy.
    pub(crate) fn statement(&self) -> usize {
        usize::from(self.statement)
    }

    /// The effect, if nothing but the action matters. In policies of resources, who asks does.
    #[inline]
    pub(crate) fn bare(&self, layer: Layer) -> Option<Effect> {
        self.bare.filter(|_| layer != Layer::Resource)
    }

    /// Whether the statement may match the resource of the request.
    #[inline]
    pub(crate) fn may_match(&self, request: &Prepared<'_>) -> bool {
        let end = usize::from(self.end);
        if end == 0 {
            return true;
        }
        let arn = request.request().resource.arn.as_bytes();
        let text = match self.colons {
            0 if request.plain_head => arn,
            0 => return true,
            colons => match request.colons.cmp(&colons) {
                Ordering::Less => return false,
                Ordering::Equal => arn.get(request.resource_field..).unwrap_or_default(),
                Ordering::Greater => return true,
            },
        };
        let tail = text.get(end - 8..end).and_then(|bytes| bytes.first_chunk::<8>());
        tail.is_some_and(|bytes| u64::from_le_bytes(*bytes) == self.tail)
    }
}

/// The vendor of the first action of a statement; 0 where it speaks of any.
fn first_vendor(statement: &CompiledStatement) -> u128 {
    let first = statement.action.patterns().and_then(|patterns| patterns.first());
    match first.map(Reach::of) {
        Some(Reach::Within(vendor, _)) => vendor,
        Some(Reach::Everywhere) | None => 0,
    }
}

/// What the ARNs of all requests begin with that the element can match, as [`Outline`] has it: from their beginning,
/// or from the resource field of those with so many colons. Empty if nothing is known.
fn beginning(resource: &ResourceTest) -> (u8, &[u8]) {
    let ResourceTest::In(patterns) = resource else { return (0, &[]) };
    let patterns = || patterns.iter().filter(|pattern| !matches!(pattern, ResourcePattern::Nothing));
    if patterns().any(ResourcePattern::is_any) {
        return (0, &[]);
    }
    let patterns = || patterns().filter_map(ResourcePattern::pattern);
    let from_start = in_common(patterns().map(Pattern::beginning));
    if memchr::memchr_iter(b':', from_start).count() >= 5 {
        return (0, from_start);
    }
    // Wildcards among the first fields, or several resource types.
    let Some(fields) = patterns().map(Pattern::behind_fifth_colon).collect::<Option<Vec<_>>>() else {
        return (0, from_start);
    };
    let fewest = fields.iter().map(|(colons, _)| *colons).min().unwrap_or_default();
    let with_fewest = fields.iter().filter(|(colons, _)| *colons == fewest);
    let in_field = in_common(with_fewest.map(|(_, text)| *text));
    match u8::try_from(fewest) {
        Ok(colons) if colons < u8::MAX && in_field.len() >= 8 => (colons, in_field),
        _ => (0, from_start),
    }
}

/// What all of them begin with.
fn in_common<'t>(texts: impl Iterator<Item = &'t [u8]>) -> &'t [u8] {
    let common = texts.reduce(|one, two| {
        let same = one.iter().zip(two).take_while(|(one, two)| one == two).count();
        one.get(..same).unwrap_or_default()
    });
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
    /// Statements with NotAction, and the vendors of which some action may be excepted.
    excepting: Vec<(u16, Vec<u128>)>,
    /// The intervals of each vendor.
    vendors: HashMap<u128, Vec<(u16, Interval)>>,
    /// Of each statement.
    places: Vec<Place>,
}

/// Where a statement stands in lists: Denies first, then in the order of the documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    allows: bool,
    policy: usize,
    statement: usize,
}

impl Place {
    fn denies(self) -> bool {
        !self.allows
    }
}

impl Linker {
    fn new(linked: &Linked) -> Self {
        let mut linker = Self {
            everywhere: Vec::new(),
            excepting: Vec::new(),
            vendors: HashMap::new(),
            places: Vec::new(),
        };
        for (index, outline) in (0_u16..).zip(&linked.outlines) {
            let Some(statement) = linked.statement(outline).map(Statement::compiled) else { continue };
            linker.places.push(Place {
                allows: statement.effect == Effect::Allow,
                policy: outline.policy(),
                statement: outline.statement(),
            });
            let Some(patterns) = statement.action.patterns() else {
                linker.except(index, statement.action.texts());
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

    /// Takes a statement with NotAction: it matches the actions of every vendor of which it excepts none.
    fn except(&mut self, index: u16, patterns: &[Pattern]) {
        let vendor = |pattern| match Reach::of(pattern) {
            Reach::Within(vendor, interval) => interval.own_vendor.then_some(vendor),
            Reach::Everywhere => None,
        };
        match patterns.iter().map(vendor).collect::<Option<Vec<u128>>>() {
            Some(vendors) => {
                for vendor in &vendors {
                    self.vendors.entry(*vendor).or_default();
                }
                self.excepting.push((index, vendors));
            }
            None => self.everywhere.push(Candidate::new(index, false)),
        }
    }

    /// The statements that may match any action of a vendor.
    fn of_every_action(&self, vendor: Option<u128>) -> Vec<Candidate> {
        let excepting = self.excepting.iter().map(|(index, vendors)| {
            let certain = vendor.is_none_or(|vendor| !vendors.contains(&vendor));
            Candidate::new(*index, certain)
        });
        self.everywhere.iter().copied().chain(excepting).collect()
    }

    /// Fills in the lists; `None`, and nothing is filled in, if they would be too long.
    fn link(self, linked: &mut Linked) -> Option<()> {
        let size = (self.vendors.len() * 2).next_power_of_two().max(2);
        let mut vendors = vec![Vendor::default(); size];
        let (mut starts, mut lists, mut pool) = (Vec::new(), Vec::new(), Vec::new());
        let common = self.list(self.of_every_action(None), &mut pool)?;
        let patterns: usize = self.vendors.values().map(Vec::len).sum();
        let limit = MAX_LISTED.checked_mul(linked.outlines.len())?;
        let most = limit.checked_add(MAX_LISTED.checked_mul(patterns)?)?;
        for (&key, intervals) in &self.vendors {
            let start = starts.len();
            for (begin, statements) in self.segments(key, intervals, limit.saturating_sub(pool.len())) {
                if pool.len() + statements.len() > most {
                    return None;
                }
                starts.push(begin);
                lists.push(self.list(statements, &mut pool)?);
            }
            let vendor = Vendor { key, start: number(start)?, count: number(starts.len() - start)? };
            let mask = size - 1;
            let mut place = place_of(key) & mask;
            while vendors.get(place).is_some_and(|found| found.count != 0) {
                place = (place + 1) & mask;
            }
            if let Some(found) = vendors.get_mut(place) {
                *found = vendor;
            }
        }
        linked.common = common;
        linked.vendors = vendors.into_boxed_slice();
        linked.starts = starts.into_boxed_slice();
        linked.lists = lists.into_boxed_slice();
        linked.pool = pool.into_boxed_slice();
        Some(())
    }

    /// The segments of a vendor: where each begins, and the statements that speak of it. If their lists would be
    /// longer than `limit` together, one segment with everything.
    fn segments(
        &self,
        vendor: u128,
        intervals: &[(u16, Interval)],
        limit: usize,
    ) -> Vec<(u128, Vec<Candidate>)> {
        let always = self.of_every_action(Some(vendor));
        let mut starts: Vec<u128> = Vec::with_capacity(intervals.len() * 2 + 1);
        starts.push(0);
        for (_, interval) in intervals {
            starts.push(interval.first);
            starts.extend(interval.last.checked_add(1));
        }
        starts.sort_unstable();
        starts.dedup();
        let mut listed = starts.len() * always.len();
        let mut segments: Vec<(u128, Vec<Candidate>)> = Vec::new();
        if listed <= limit {
            segments.extend(starts.iter().map(|start| (*start, always.clone())));
        }
        for (index, interval) in intervals {
            let from = starts.partition_point(|start| *start < interval.first);
            let to = starts.partition_point(|start| *start <= interval.last);
            listed += to - from;
            if listed > limit {
                break;
            }
            for (_, statements) in segments.get_mut(from..to).unwrap_or_default() {
                statements.push(Candidate::new(*index, interval.certain));
            }
        }
        if listed > limit {
            let all = intervals.iter().map(|(index, _)| Candidate::new(*index, false));
            return vec![(0, all.chain(always).collect())];
        }
        segments
    }

    /// Puts a list into the pool. A statement stands in it once, as certain if one of its patterns is. `None`: the
    /// pool is longer than can be counted.
    fn list(&self, mut statements: Vec<Candidate>, pool: &mut Vec<Candidate>) -> Option<List> {
        statements.sort_unstable_by(|one, two| two.cmp(one));
        statements.dedup_by_key(|candidate| candidate.index());
        let place = |candidate: &Candidate| self.places.get(candidate.index()).copied().unwrap_or_default();
        statements.sort_unstable_by_key(place);
        let denies = statements.partition_point(|candidate| place(candidate).denies());
        let start = pool.len();
        pool.extend(&statements);
        number(pool.len())?;
        let allows = number(statements.len() - denies)?;
        Some(List { start: number(start)?, denies: number(denies)?, allows })
    }
}

fn number(count: usize) -> Option<u32> {
    u32::try_from(count).ok()
}

impl Reach {
    fn of(pattern: &Pattern) -> Self {
        let beginning = pattern.beginning();
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
        let own_vendor = fold::is_whole(vendor);
        let certain = own_vendor
            && ((pattern.is_plain() && fold::is_whole(name))
                || (pattern.ends_open() && fold::is_beginning(name)));
        Self::Within(fold::key(vendor), Interval { first, last, certain, own_vendor })
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

#[cfg(test)]
mod tests;
