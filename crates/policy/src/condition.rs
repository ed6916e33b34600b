//! Conditions: one clause per key under an operator, and how clauses are answered (rules 124-162).

pub(crate) mod binary;
pub(crate) mod date;
pub(crate) mod ip;
mod number;
mod operator;
mod text;

use crate::context::{KeyName, KeyValue, Keys};
use crate::document::{ConditionSyntax, Version};
use crate::inline::{List, Spelled as _, Text};
use crate::pattern::{Pattern, Token, Variable};
use crate::span::Bytes;
use crate::template::{self, Builder, Wildcards};

use date::Instant;
pub(crate) use ip::range as address_range;
use ipnet::IpNet;
pub(crate) use number::Decimal;
pub(crate) use operator::{Comparison, Family, Operator, Qualifier};
pub(crate) use text::fold;

/// One key under one operator, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    operator: Operator,
    /// The operator as it is written.
    pub(crate) operator_text: Box<str>,
    pub(crate) key: KeyName,
    pub(crate) at: Bytes,
    values: Values,
    /// The list of values is empty as written; that is not the same as a list of invalid values (rules 142, 162).
    empty: bool,
}

/// The values of the policy's side. Values that are not what the operator compares are left out (rule 162).
#[derive(Debug, Clone)]
enum Values {
    /// Text with or without wildcards.
    Text(List<Pattern>),
    /// Many texts without wildcards or variables, in the order of their bytes.
    OneOf(Box<[Text]>),
    /// Text in any case.
    AnyCase(List<Pattern>),
    /// Truth values: whether `true` is among them, and whether `false` is.
    Truth(bool, bool),
    /// Truth values that may come from variables (rule 146).
    Bool(List<Pattern>),
    Arn(List<Pattern>),
    Number(Comparison, Box<[Decimal]>),
    Date(Comparison, Box<[Instant]>),
    Binary(Box<[Box<[u8]>]>),
    Ip(Box<[IpNet]>),
    Null(Box<[bool]>),
}

impl Clause {
    pub(crate) fn new(syntax: &ConditionSyntax<'_>, version: Version) -> Self {
        Self {
            operator: syntax.operator,
            operator_text: syntax.operator_text.value.as_ref().into(),
            key: KeyName::new(syntax.key.value.as_ref()),
            at: syntax.at.clone(),
            values: Values::new(syntax, version),
            empty: syntax.values.is_empty(),
        }
    }

    /// Whether the request satisfies the clause.
    pub(crate) fn matches(&self, context: &Keys<'_>) -> bool {
        let values = context.look_up(&self.key).filter(|values| values.count() > 0);
        if let Values::Null(expected) = &self.values {
            return self.null(expected, values.is_none());
        }
        match self.operator.qualifier {
            Some(Qualifier::ForAllValues) => self.for_all(values, context),
            Some(Qualifier::ForAnyValue) => self.for_any(values, context),
            None => self.plain(values, context),
        }
    }

    /// The keys that the clause reads: its own, and those of variables in its values.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &KeyName> {
        let patterns = match &self.values {
            Values::Text(patterns)
            | Values::AnyCase(patterns)
            | Values::Bool(patterns)
            | Values::Arn(patterns) => patterns.items(),
            _ => &[],
        };
        let variables = patterns.iter().flat_map(Pattern::variables).map(|variable: &Variable| &variable.key);
        std::iter::once(&self.key).chain(variables)
    }

    /// Rules 131, 132: presence only; with a qualifier it is always true or always false.
    fn null(&self, expected: &[bool], absent: bool) -> bool {
        match self.operator.qualifier {
            Some(Qualifier::ForAllValues) => true,
            Some(Qualifier::ForAnyValue) => false,
            None => expected.contains(&absent),
        }
    }

    /// Rules 134, 136, 137: true without values; a single empty value is no value.
    fn for_all(&self, values: Option<&KeyValue<'_>>, context: &Keys<'_>) -> bool {
        let Some(values) = values else { return true };
        values.single() == Some("")
            || (!self.empty && values.iter().all(|value| self.satisfied_by(value, context)))
    }

    /// Rules 135-138: false without values, unless the operator says `IfExists`.
    fn for_any(&self, values: Option<&KeyValue<'_>>, context: &Keys<'_>) -> bool {
        let Some(values) = values else { return self.operator.if_exists };
        !self.empty && values.iter().any(|value| self.satisfied_by(value, context))
    }

    /// Rules 129, 130, 140, 142.
    fn plain(&self, values: Option<&KeyValue<'_>>, context: &Keys<'_>) -> bool {
        let Some(values) = values else { return self.operator.if_exists || self.operator.negated };
        match values.single() {
            // With `IfExists` an empty list is satisfied by an absent key only.
            Some(_) if self.empty => self.operator.negated && !self.operator.if_exists,
            Some(value) => self.satisfied_by(value, context),
            // Several values without qualifier never match, be the operator negated or not.
            None => false,
        }
    }

    /// Whether one value of the request satisfies the operator, its negation included.
    fn satisfied_by(&self, value: &str, context: &Keys<'_>) -> bool {
        self.values.any_equals(value, context) != self.operator.negated
    }
}

impl Values {
    fn new(syntax: &ConditionSyntax<'_>, version: Version) -> Self {
        let texts = || syntax.values.iter().map(|text| text.value.as_ref());
        let patterns = |wildcards| texts().map(|text| template::pattern(text, version, wildcards)).collect();
        match syntax.operator.family {
            Family::StringEquals => Self::equals(patterns(Wildcards::Literal)),
            Family::StringLike => Self::Text(patterns(Wildcards::Active)),
            Family::StringEqualsIgnoreCase => Self::AnyCase(patterns(Wildcards::Literal)),
            Family::Bool => Self::bool(patterns(Wildcards::Literal)),
            Family::Arn => Self::Arn(texts().map(|text| arn_pattern(text, version)).collect()),
            Family::Numeric(comparison) => {
                Self::Number(comparison, texts().filter_map(Decimal::parse).collect())
            }
            Family::Date(comparison) => Self::Date(comparison, texts().filter_map(date::parse).collect()),
            Family::Binary => Self::Binary(texts().filter_map(binary::decode).collect()),
            Family::Ip => Self::Ip(texts().filter_map(ip::range).collect()),
            Family::Null => Self::Null(texts().filter_map(text::truth).collect()),
        }
    }

    fn equals(patterns: List<Pattern>) -> Self {
        let plain: Option<Vec<&str>> = patterns.iter().map(Pattern::plain_text).collect();
        match plain {
            Some(mut texts) if texts.len() > FEW => {
                texts.sort_unstable();
                Self::OneOf(texts.into_iter().map(Text::new).collect())
            }
            _ => Self::Text(patterns),
        }
    }

    fn bool(patterns: List<Pattern>) -> Self {
        if !patterns.iter().all(Pattern::is_plain) {
            return Self::Bool(patterns);
        }
        let texts = || patterns.iter().filter_map(Pattern::plain_text);
        let has = |wanted| texts().any(|text| text::truth(text) == Some(wanted));
        Self::Truth(has(true), has(false))
    }

    /// Whether a value of the request equals, or compares as asked with, any value of the policy.
    fn any_equals(&self, value: &str, context: &Keys<'_>) -> bool {
        match self {
            Self::Text(patterns) => patterns.iter().any(|pattern| pattern.matches(value, context)),
            Self::OneOf(texts) => texts.binary_search_by(|text| text.bytes().cmp(value.as_bytes())).is_ok(),
            Self::AnyCase(patterns) => patterns.iter().any(|p| p.equals_ignoring_case(value, context)),
            Self::Truth(yes, no) => match text::truth(value) {
                Some(true) => *yes,
                Some(false) => *no,
                None => false,
            },
            Self::Bool(patterns) => {
                text::truth(value).is_some()
                    && patterns.iter().any(|p| p.equals_ignoring_ascii_case(value, context))
            }
            Self::Arn(patterns) => patterns.iter().any(|p| p.is_any() || p.matches_arn(value, context)),
            Self::Number(comparison, numbers) => Decimal::parse_borrowed(value).is_some_and(|value| {
                numbers.iter().any(|number| comparison.holds(value.compare(number.view())))
            }),
            Self::Date(comparison, instants) => date::parse(value)
                .is_some_and(|value| instants.iter().any(|instant| comparison.holds(value.cmp(instant)))),
            Self::Binary(blobs) => blobs.iter().any(|blob| binary::decodes_to(value, blob)),
            Self::Ip(ranges) => {
                ip::address(value).is_some_and(|ip| ranges.iter().any(|range| range.contains(&ip)))
            }
            Self::Null(_) => false,
        }
    }
}

/// So many texts are compared one by one faster than they are searched.
const FEW: usize = 8;

/// A pattern for the ARN operators. In a pattern of fewer than six fields a `*` at the end spans the rest (rule 152).
fn arn_pattern(text: &str, version: Version) -> Pattern {
    let mut builder = Builder::default();
    let short = text.bytes().filter(|byte| *byte == b':').count() < 5;
    match text.strip_suffix('*') {
        Some(start) if short => {
            builder.template(start, version, Wildcards::Active);
            builder.token(Token::ManyAcross);
        }
        _ => builder.template(text, version, Wildcards::Active),
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use crate::{
        Attached, Caller, CallerKind, Context, Policy, PolicyKind, Request, Resource, Stack, decide,
    };

    #[test]
    fn rules_124_and_148_many_values_are_found_like_few() {
        let mut caller = Caller::new(CallerKind::User, "arn:aws:iam::111122223333:user/ann");
        caller.account = "111122223333".parse().ok();
        let values: Vec<String> =
            ["b", "a", "", "B", "ä", "aa", "${*}", "a*"].iter().map(|text| format!("\"{text}\"")).collect();
        for copies in [1, 3] {
            let list = vec![values.join(","); copies].join(",");
            for (operator, negated) in [("StringEquals", false), ("StringNotEquals", true)] {
                let text = format!(
                    r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"k":[{list}]}}}}}}}}"#
                );
                let policy = Policy::read(&text, PolicyKind::Identity).unwrap();
                let identity = [Attached { policy: &policy, name: "policy", arn: None }];
                for (value, listed) in [
                    ("a", true),
                    ("b", true),
                    ("B", true),
                    ("A", false),
                    ("", true),
                    ("ä", true),
                    ("aa", true),
                    ("aaa", false),
                    ("*", true),
                    ("a*", true),
                    ("ab", false),
                ] {
                    let context = Context::new().with("k", value);
                    let resource = Resource { arn: "*", account: caller.account };
                    let request = Request { caller, action: "a:B", resource, context: &context };
                    let stack = Stack { identity: &identity, ..Stack::default() };
                    let allowed = decide(&request, &stack).is_allowed();
                    assert_eq!(allowed, listed != negated, "{operator} {copies} {value}");
                }
            }
        }
    }
}
