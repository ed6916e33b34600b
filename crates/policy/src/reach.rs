//! What policies could ever allow, whatever the caller and the conditions: the question behind reports on unused
//! permissions, not behind decisions.
//!
//! An Allow counts with its conditions taken as met, a Deny only without conditions. The answer errs on the side of
//! "could": two Denies that forbid everything only together are not seen to do so, and when policies take too much
//! work to compare, what is left is not compared.

use std::cell::Cell;

use crate::arn_form::ResourcePattern;
use crate::compile::{CompiledStatement, ResourceTest};
use crate::context::Context;
use crate::pattern::{Element, Pattern, Token};
use crate::policy::{Effect, Policy};

/// The statements of identity policies, as far as they say what could be allowed.
#[derive(Debug, Clone)]
pub struct Reach<'a> {
    allows: Vec<&'a CompiledStatement>,
    denies: Vec<&'a CompiledStatement>,
    budget: Budget,
}

/// How many more characters may be compared.
#[derive(Debug, Clone)]
struct Budget(Cell<usize>);

/// Characters compared with characters, in all: some tenths of a second.
const BUDGET: usize = 100_000_000;

/// The same for the actions of one service.
#[derive(Debug)]
pub struct ServiceReach<'a> {
    prefix: &'a str,
    budget: &'a Budget,
    allows: Vec<Narrowed<'a>>,
    denies: Vec<Narrowed<'a>>,
}

/// A statement with only those patterns of its actions that can match an action of the service.
#[derive(Debug)]
struct Narrowed<'a> {
    statement: &'a CompiledStatement,
    patterns: Vec<&'a Pattern>,
}

impl<'a> Reach<'a> {
    /// Of these policies together.
    pub fn of(policies: impl IntoIterator<Item = &'a Policy>) -> Self {
        let statements = policies.into_iter().flat_map(Policy::statements).map(|one| one.compiled());
        let (allows, denies): (Vec<_>, Vec<_>) =
            statements.partition(|statement| statement.effect == Effect::Allow);
        let denies = denies.into_iter().filter(|statement| statement.conditions.is_empty()).collect();
        Self { allows, denies, budget: Budget(Cell::new(BUDGET)) }
    }

    /// Narrowed to the service whose actions have this prefix (`s3`).
    pub fn in_service<'b>(&'b self, prefix: &'b str) -> ServiceReach<'b> {
        let narrow = |statements: &'b [&'a CompiledStatement]| {
            let narrowed = statements.iter().map(|statement| Narrowed {
                statement,
                patterns: statement.action.texts().iter().filter(|p| speaks_of(p, prefix)).collect(),
            });
            narrowed.filter(|one| one.statement.action.is_not() || !one.patterns.is_empty()).collect()
        };
        ServiceReach {
            prefix,
            budget: &self.budget,
            allows: narrow(&self.allows),
            denies: narrow(&self.denies),
        }
    }
}

impl ServiceReach<'_> {
    /// Whether nothing speaks of the service.
    pub fn is_empty(&self) -> bool {
        self.allows.is_empty()
    }

    /// Whether this action (`s3:GetObject`) could be allowed on some resource whose ARN has one of these forms, in
    /// which `${Placeholders}` stand for anything; or, if `without_resource`, on no resource in particular.
    pub fn allows(&self, action: &str, forms: &[&str], without_resource: bool) -> bool {
        let context = Context::new();
        let matching = |one: &&Narrowed<'_>| one.matches(action, &context);
        let denies: Vec<&Narrowed<'_>> = self.denies.iter().filter(matching).collect();
        let forms: Vec<Vec<Symbol>> = forms.iter().map(|form| symbols_of_form(form)).collect();
        self.allows.iter().filter(matching).any(|allow| {
            let resource = &allow.statement.resource;
            (without_resource && matches_nothing_in_particular(resource, &denies))
                || forms.iter().any(|form| self.budget.reaches(resource, form, &denies))
        })
    }

    /// Whether a statement grants something of the service on resources with ARNs of these forms, or on all. A Deny
    /// of the whole service on everything takes it away; one of single actions or resources does not, and whether
    /// the actions exist is not asked.
    pub fn grants(&self, forms: &[&str]) -> bool {
        let whole = symbols_of_form(&format!("{}:${{Action}}", self.prefix));
        if self
            .denies
            .iter()
            .any(|deny| deny.has_whole(self.budget, &whole) && is_everything(&deny.statement.resource))
        {
            return false;
        }
        let forms: Vec<Vec<Symbol>> = forms.iter().map(|form| symbols_of_form(form)).collect();
        self.allows.iter().any(|allow| {
            let resource = &allow.statement.resource;
            let excluded = allow.statement.action.is_not() && allow.covers(self.budget, &whole);
            !excluded
                && (matches_nothing_in_particular(resource, &[])
                    || forms.iter().any(|form| self.budget.reaches(resource, form, &[])))
        })
    }
}

impl Narrowed<'_> {
    fn matches(&self, action: &str, context: &Context) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(action, context)) != self.statement.action.is_not()
    }

    /// Whether one of the patterns matches all that `whole` stands for.
    fn covers(&self, budget: &Budget, whole: &[Symbol]) -> bool {
        self.patterns.iter().any(|pattern| budget.covers(&symbols(pattern), whole))
    }

    /// Whether the statement speaks of every action of the service.
    fn has_whole(&self, budget: &Budget, whole: &[Symbol]) -> bool {
        if self.statement.action.is_not() { self.patterns.is_empty() } else { self.covers(budget, whole) }
    }
}

/// Whether an action pattern can match an action with this prefix.
fn speaks_of(pattern: &Pattern, prefix: &str) -> bool {
    let mut fields = pattern.beginning().splitn(2, |byte| *byte == b':');
    match (fields.next(), fields.next()) {
        (Some(vendor), Some(_)) => vendor.eq_ignore_ascii_case(prefix.as_bytes()),
        _ => true,
    }
}

/// Whether requests without resource are meant (rule 119), and no Deny means all of them.
fn matches_nothing_in_particular(resource: &ResourceTest, denies: &[&Narrowed<'_>]) -> bool {
    let means = |test: &ResourceTest| match test {
        ResourceTest::Absent => false,
        ResourceTest::In(patterns) => patterns.iter().any(is_any),
        ResourceTest::NotIn(patterns) => !patterns.iter().any(is_any),
    };
    means(resource) && !denies.iter().any(|deny| means(&deny.statement.resource))
}

impl Budget {
    /// Whether some resource of this form is left when the Denies have taken theirs.
    fn reaches(&self, resource: &ResourceTest, form: &[Symbol], denies: &[&Narrowed<'_>]) -> bool {
        let is_denied = |pattern: Option<&[Symbol]>| {
            denies.iter().any(|deny| self.takes_all(&deny.statement.resource, form, pattern))
        };
        match resource {
            ResourceTest::Absent => false,
            ResourceTest::In(patterns) => patterns.iter().any(|pattern| match pattern {
                ResourcePattern::Nothing => false,
                ResourcePattern::Any => !is_denied(None),
                ResourcePattern::Arn(pattern) => {
                    let pattern = symbols(pattern);
                    self.overlap(&pattern, form) && !is_denied(Some(&pattern))
                }
            }),
            ResourceTest::NotIn(patterns) => {
                !patterns.iter().any(|pattern| self.takes(pattern, form)) && !is_denied(None)
            }
        }
    }

    /// Whether this resource element of a Deny means everything of the form that also has the pattern.
    fn takes_all(&self, deny: &ResourceTest, form: &[Symbol], pattern: Option<&[Symbol]>) -> bool {
        match deny {
            ResourceTest::Absent => true,
            ResourceTest::In(patterns) => patterns
                .iter()
                .any(|one| self.takes(one, form) || pattern.is_some_and(|pattern| self.takes(one, pattern))),
            ResourceTest::NotIn(patterns) => patterns.iter().all(|one| match one {
                ResourcePattern::Nothing => true,
                ResourcePattern::Any => false,
                ResourcePattern::Arn(one) => {
                    let one = symbols(one);
                    !self.overlap(&one, form) || pattern.is_some_and(|pattern| !self.overlap(&one, pattern))
                }
            }),
        }
    }

    fn takes(&self, pattern: &ResourcePattern, all: &[Symbol]) -> bool {
        match pattern {
            ResourcePattern::Nothing => false,
            ResourcePattern::Any => true,
            ResourcePattern::Arn(pattern) => self.covers(&symbols(pattern), all),
        }
    }

    /// Whether some text is matched by both; a variable may have any value.
    fn overlap(&self, a: &[Symbol], b: &[Symbol]) -> bool {
        let many = |symbol: &Symbol| matches!(symbol, Symbol::Many(_) | Symbol::Unknown);
        self.table(a.len(), b.len(), true, |at| {
            let (left, right) = (a.get(at.0), b.get(at.1));
            match (left, right) {
                (None, None) => Step::Yes,
                (Some(one), _) if many(one) => Step::Either(right.is_some(), true),
                (_, Some(one)) if many(one) => Step::Either(true, left.is_some()),
                (Some(left), Some(right)) if meet(*left, *right) => Step::Both,
                _ => Step::No,
            }
        })
    }

    /// Whether `a` matches every text that `b` matches. A variable in `a` is not known to match anything.
    fn covers(&self, a: &[Symbol], b: &[Symbol]) -> bool {
        self.table(a.len(), b.len(), false, |at| match (a.get(at.0), b.get(at.1)) {
            (None, None) => Step::Yes,
            (Some(Symbol::Many(colons)), right) => {
                Step::Either(right.is_some_and(|right| *colons || !may_hold_colon(*right)), true)
            }
            (Some(Symbol::One(colons)), Some(right @ (Symbol::Is(..) | Symbol::One(_))))
                if *colons || !may_hold_colon(*right) =>
            {
                Step::Both
            }
            (Some(left @ Symbol::Is(..)), Some(right @ Symbol::Is(..))) if includes(*left, *right) => {
                Step::Both
            }
            _ => Step::No,
        })
    }

    /// Fills the table of answers for all pairs of positions from the end, one row of `a` at a time.
    fn table(&self, a: usize, b: usize, otherwise: bool, step: impl Fn((usize, usize)) -> Step) -> bool {
        let Some(left) = self.0.get().checked_sub((a + 1) * (b + 1)) else { return otherwise };
        self.0.set(left);
        let mut below = vec![false; b + 2];
        for i in (0..=a).rev() {
            let mut row = vec![false; b + 2];
            for j in (0..=b).rev() {
                let at = |cells: &[bool], j: usize| cells.get(j).copied().unwrap_or(false);
                let answer = match step((i, j)) {
                    Step::Yes => true,
                    Step::No => false,
                    Step::Both => at(&below, j + 1),
                    Step::Either(next_b, next_a) => (next_b && at(&row, j + 1)) || (next_a && at(&below, j)),
                };
                if let Some(cell) = row.get_mut(j) {
                    *cell = answer;
                }
            }
            below = row;
        }
        below.first().copied().unwrap_or(false)
    }
}

fn is_any(pattern: &ResourcePattern) -> bool {
    matches!(pattern, ResourcePattern::Any)
}

fn is_everything(resource: &ResourceTest) -> bool {
    match resource {
        ResourceTest::Absent => true,
        ResourceTest::In(patterns) => patterns.iter().any(is_any),
        ResourceTest::NotIn(patterns) => {
            patterns.iter().all(|pattern| matches!(pattern, ResourcePattern::Nothing))
        }
    }
}

/// One character of a pattern, or what stands for characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symbol {
    /// This character; lower case where case does not matter.
    Is(char, Case),
    /// Any one character, a colon only if `true`.
    One(bool),
    /// Any characters, colons only if `true`.
    Many(bool),
    /// The value of a variable: any characters, but nobody knows which.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Matters,
    Folded,
}

fn symbols(pattern: &Pattern) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    for element in pattern.elements() {
        match element {
            Element::Literal(text) => symbols.extend(text.chars().map(|c| Symbol::Is(c, Case::Matters))),
            Element::Folded(text) => {
                symbols.extend(text.chars().map(|c| Symbol::Is(c.to_ascii_lowercase(), Case::Folded)));
            }
            Element::Wild(Token::One) => symbols.push(Symbol::One(true)),
            Element::Wild(Token::OneInField) => symbols.push(Symbol::One(false)),
            Element::Wild(Token::ManyInField) => symbols.push(Symbol::Many(false)),
            Element::Wild(Token::Many | Token::ManyAcross) => symbols.push(Symbol::Many(true)),
            // No other is wild; none of them would be known to match.
            Element::Wild(Token::Variable(_) | Token::Literal(_) | Token::Folded(_)) => {
                symbols.push(Symbol::Unknown);
            }
        }
    }
    symbols
}

/// `arn:${Partition}:s3:::${BucketName}`: what is in braces stands for anything.
fn symbols_of_form(form: &str) -> Vec<Symbol> {
    let mut symbols = Vec::new();
    let mut rest = form;
    while let Some((before, after)) = rest.split_once("${") {
        symbols.extend(before.chars().map(|c| Symbol::Is(c, Case::Matters)));
        symbols.push(Symbol::Many(true));
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    symbols.extend(rest.chars().map(|c| Symbol::Is(c, Case::Matters)));
    symbols
}

fn may_hold_colon(symbol: Symbol) -> bool {
    match symbol {
        Symbol::Is(character, _) => character == ':',
        Symbol::One(colons) | Symbol::Many(colons) => colons,
        Symbol::Unknown => true,
    }
}

fn meet(a: Symbol, b: Symbol) -> bool {
    match (a, b) {
        (Symbol::Is(a, Case::Matters), Symbol::Is(b, Case::Matters)) => a == b,
        (Symbol::Is(a, _), Symbol::Is(b, _)) => a.eq_ignore_ascii_case(&b),
        (Symbol::Is(character, _), Symbol::One(colons)) | (Symbol::One(colons), Symbol::Is(character, _)) => {
            colons || character != ':'
        }
        _ => true,
    }
}

fn includes(a: Symbol, b: Symbol) -> bool {
    match (a, b) {
        (Symbol::Is(a, Case::Folded), Symbol::Is(b, _)) => a.eq_ignore_ascii_case(&b),
        (Symbol::Is(a, Case::Matters), Symbol::Is(b, Case::Matters)) => a == b,
        _ => false,
    }
}

/// What an answer at one pair of positions depends on.
enum Step {
    Yes,
    No,
    /// On the answer one further in both.
    Both,
    /// On the answer one further in `b` (if the first is true), or one further in `a` (if the second is).
    Either(bool, bool),
}

#[cfg(test)]
mod tests;
