//! Conditions: how keys, values and operators combine (rules 124-145) and what the operators compare (146-162).

use crate::context::Context;
use crate::pattern::{Token, matches, wild, within_field};
use crate::value::{Address, Decimal, Instant, Network, base64, fold};
use crate::variable;

/// One key under one operator.
#[derive(Debug)]
pub(crate) struct Condition {
    pub(crate) operator: Operator,
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    Plain,
    ForAll,
    ForAny,
}

/// An operator with its prefix and suffix.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operator {
    quantifier: Quantifier,
    negated: bool,
    if_exists: bool,
    test: Test,
}

/// What an operator compares, without its negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    Equals,
    EqualsIgnoreCase,
    Like,
    Number(Order),
    Date(Order),
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

/// How the request's value stands to the policy's (rule 147).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operator {
    /// Rule 128: case does not count.
    pub(crate) fn read(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let (quantifier, name) = match name.split_once(':') {
            Some(("forallvalues", name)) => (Quantifier::ForAll, name),
            Some(("foranyvalue", name)) => (Quantifier::ForAny, name),
            Some(_) => return None,
            None => (Quantifier::Plain, name.as_str()),
        };
        let (if_exists, name) = match name.strip_suffix("ifexists") {
            // Rule 131: Null has no such form.
            Some("null") => return None,
            Some(name) => (true, name),
            None => (false, name),
        };
        // The table of rule 146.
        let (negated, test) = match name {
            "stringequals" => (false, Test::Equals),
            "stringnotequals" => (true, Test::Equals),
            "stringequalsignorecase" => (false, Test::EqualsIgnoreCase),
            "stringnotequalsignorecase" => (true, Test::EqualsIgnoreCase),
            "stringlike" => (false, Test::Like),
            "stringnotlike" => (true, Test::Like),
            "numericequals" => (false, Test::Number(Order::Equal)),
            "numericnotequals" => (true, Test::Number(Order::Equal)),
            "numericlessthan" => (false, Test::Number(Order::Less)),
            "numericlessthanequals" => (false, Test::Number(Order::LessOrEqual)),
            "numericgreaterthan" => (false, Test::Number(Order::Greater)),
            "numericgreaterthanequals" => (false, Test::Number(Order::GreaterOrEqual)),
            "dateequals" => (false, Test::Date(Order::Equal)),
            "datenotequals" => (true, Test::Date(Order::Equal)),
            "datelessthan" => (false, Test::Date(Order::Less)),
            "datelessthanequals" => (false, Test::Date(Order::LessOrEqual)),
            "dategreaterthan" => (false, Test::Date(Order::Greater)),
            "dategreaterthanequals" => (false, Test::Date(Order::GreaterOrEqual)),
            "bool" => (false, Test::Bool),
            "binaryequals" => (false, Test::Binary),
            "ipaddress" => (false, Test::Ip),
            "notipaddress" => (true, Test::Ip),
            "arnequals" | "arnlike" => (false, Test::Arn),
            "arnnotequals" | "arnnotlike" => (true, Test::Arn),
            "null" => (false, Test::Null),
            _ => return None,
        };
        Some(Self { quantifier, negated, if_exists, test })
    }
}

impl Condition {
    /// Whether the condition holds.
    pub(crate) fn holds(&self, new_version: bool, context: &Context) -> bool {
        let Operator { quantifier, negated, if_exists, test } = self.operator;
        let request = context.get(&self.key);
        if test == Test::Null {
            return self.null_holds(request.is_some());
        }
        let one = |value: &String| {
            self.values.iter().any(|policy| self.compare(value, policy, new_version, context))
        };
        match (quantifier, request) {
            // Rules 129, 130.
            (Quantifier::Plain, None) => negated || if_exists,
            // Rule 142: with an empty list only if absent.
            (Quantifier::Plain, Some(_)) if if_exists && self.values.is_empty() => false,
            (Quantifier::Plain, Some([value])) => one(value) != negated,
            // Rule 140.
            (Quantifier::Plain, Some(_)) => false,
            // Rules 134, 137, 138: an absent key, also one that is the empty string.
            (Quantifier::ForAll, None) => true,
            (Quantifier::ForAll, Some([value])) if value.is_empty() => true,
            // Rule 142: with an empty list only if absent.
            (Quantifier::ForAll, Some(_)) if self.values.is_empty() => false,
            // Rule 136.
            (Quantifier::ForAll, Some(values)) => values.iter().all(|value| one(value) != negated),
            // Rules 135, 137, 138.
            (Quantifier::ForAny, None) => if_exists,
            // Rule 142: with an empty list never.
            (Quantifier::ForAny, Some(_)) if self.values.is_empty() => false,
            (Quantifier::ForAny, Some(values)) => values.iter().any(|value| one(value) != negated),
        }
    }

    /// Rules 131, 132.
    fn null_holds(&self, present: bool) -> bool {
        match self.operator.quantifier {
            Quantifier::ForAll => true,
            Quantifier::ForAny => false,
            Quantifier::Plain => self.values.iter().any(|value| match value.to_ascii_lowercase().as_str() {
                "true" => !present,
                "false" => present,
                _ => false,
            }),
        }
    }

    /// Whether one value of the request matches one of the policy. A value that cannot be read matches nothing
    /// (rules 153, 154, 158, 162), and so does one with a variable that has no value (rule 168).
    fn compare(&self, value: &str, policy: &str, new_version: bool, context: &Context) -> bool {
        let expanded = || if new_version { variable::expand(policy, context) } else { Some(wild(policy)) };
        // Without wildcards: `*` and `?` are themselves (rule 150).
        let text = || Some(if new_version { plain(policy, context)? } else { policy.to_owned() });
        let answer = match self.operator.test {
            Test::Equals => text().map(|policy| policy == value),
            Test::EqualsIgnoreCase => text().map(|policy| fold(&policy) == fold(value)),
            Test::Like => expanded().map(|pattern| matches(&pattern, value)),
            // Rule 152: a `*` alone matches anything, also what is no ARN.
            Test::Arn if !policy.is_empty() && policy.chars().all(|c| c == '*') => Some(true),
            Test::Arn => expanded().map(|pattern| arn_like(&pattern, value)),
            // Rule 146, section 21: variables are expanded in Bool.
            Test::Bool => text().map(|policy| {
                let (policy, value) = (policy.to_ascii_lowercase(), value.to_ascii_lowercase());
                policy == value && (policy == "true" || policy == "false")
            }),
            Test::Number(order) => {
                both(Decimal::read, value, policy).map(|(a, b)| order.holds(a.compare(&b)))
            }
            Test::Date(order) => both(Instant::read, value, policy).map(|(a, b)| order.holds(a.cmp(&b))),
            Test::Binary => both(base64, value, policy).map(|(a, b)| a == b),
            Test::Ip => Address::read(value)
                .and_then(|address| Network::read(policy).map(|network| network.contains(&address))),
            Test::Null => None,
        };
        answer.unwrap_or(false)
    }
}

impl Order {
    fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

fn both<T>(read: impl Fn(&str) -> Option<T>, value: &str, policy: &str) -> Option<(T, T)> {
    Some((read(value)?, read(policy)?))
}

/// The text with its variables replaced.
fn plain(text: &str, context: &Context) -> Option<String> {
    let tokens = variable::expand(text, context)?;
    let character = |token: &Token| match token {
        Token::Literal(c) | Token::Folded(c) => *c,
        Token::Any(_) => '*',
        Token::One(_) => '?',
    };
    Some(tokens.iter().map(character).collect())
}

/// Rules 151-153: field by field; a `*` at the end of a short pattern goes on.
fn arn_like(pattern: &[Token], value: &str) -> bool {
    if value.splitn(6, ':').count() < 6 || !value.starts_with("arn:") {
        return false;
    }
    let colons: Vec<usize> =
        (0..).zip(pattern).filter(|(_, token)| **token == Token::Literal(':')).map(|(at, _)| at).collect();
    match colons.get(4) {
        Some(fifth) => {
            let (first, resource) = pattern.split_at(*fifth);
            matches(&[&within_field(first.to_vec()), resource].concat(), value)
        }
        None => match pattern.split_last() {
            Some((last @ Token::Any(_), first)) => {
                matches(&[within_field(first.to_vec()), vec![*last]].concat(), value)
            }
            _ => false,
        },
    }
}
