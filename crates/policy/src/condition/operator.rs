//! The names of the condition operators (rule 146).

use std::cmp::Ordering;

/// A condition operator, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) family: Family,
    pub(crate) negated: bool,
    pub(crate) qualifier: Option<Qualifier>,
    pub(crate) if_exists: bool,
}

/// What is compared, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(Comparison),
    Date(Comparison),
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

/// The request's value against the policy's (rule 147).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equals,
    Less,
    LessEquals,
    Greater,
    GreaterEquals,
}

/// Prefixes for keys with several values (rules 134-138).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Qualifier {
    ForAllValues,
    ForAnyValue,
}

impl Operator {
    /// The operator of this name in any ASCII case (rule 128); `None` if there is none.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let (qualifier, name) = if let Some(rest) = strip_prefix_ignoring_case(name, "ForAllValues:") {
            (Some(Qualifier::ForAllValues), rest)
        } else if let Some(rest) = strip_prefix_ignoring_case(name, "ForAnyValue:") {
            (Some(Qualifier::ForAnyValue), rest)
        } else {
            (None, name)
        };
        if let Some((family, negated)) = base(name) {
            return Some(Self { family, negated, qualifier, if_exists: false });
        }
        let (family, negated) = base(strip_suffix_ignoring_case(name, "IfExists")?)?;
        (family != Family::Null).then_some(Self { family, negated, qualifier, if_exists: true })
    }

    pub(crate) fn is_date(self) -> bool {
        matches!(self.family, Family::Date(_))
    }
}

impl Comparison {
    /// Whether the order of request value and policy value is the one asked for.
    pub(crate) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equals => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessEquals => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterEquals => ordering.is_ge(),
        }
    }
}

/// The operators without prefix and suffix; the second member says whether the operator is a negation.
const BASES: [(&str, Family, bool); 27] = [
    ("StringEquals", Family::StringEquals, false),
    ("StringNotEquals", Family::StringEquals, true),
    ("StringEqualsIgnoreCase", Family::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Family::StringEqualsIgnoreCase, true),
    ("StringLike", Family::StringLike, false),
    ("StringNotLike", Family::StringLike, true),
    ("NumericEquals", Family::Numeric(Comparison::Equals), false),
    ("NumericNotEquals", Family::Numeric(Comparison::Equals), true),
    ("NumericLessThan", Family::Numeric(Comparison::Less), false),
    ("NumericLessThanEquals", Family::Numeric(Comparison::LessEquals), false),
    ("NumericGreaterThan", Family::Numeric(Comparison::Greater), false),
    ("NumericGreaterThanEquals", Family::Numeric(Comparison::GreaterEquals), false),
    ("DateEquals", Family::Date(Comparison::Equals), false),
    ("DateNotEquals", Family::Date(Comparison::Equals), true),
    ("DateLessThan", Family::Date(Comparison::Less), false),
    ("DateLessThanEquals", Family::Date(Comparison::LessEquals), false),
    ("DateGreaterThan", Family::Date(Comparison::Greater), false),
    ("DateGreaterThanEquals", Family::Date(Comparison::GreaterEquals), false),
    ("Bool", Family::Bool, false),
    ("BinaryEquals", Family::Binary, false),
    ("IpAddress", Family::Ip, false),
    ("NotIpAddress", Family::Ip, true),
    ("ArnEquals", Family::Arn, false),
    ("ArnLike", Family::Arn, false),
    ("ArnNotEquals", Family::Arn, true),
    ("ArnNotLike", Family::Arn, true),
    ("Null", Family::Null, false),
];

fn base(name: &str) -> Option<(Family, bool)> {
    let (_, family, negated) = BASES.iter().find(|(base, ..)| base.eq_ignore_ascii_case(name))?;
    Some((*family, *negated))
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn strip_suffix_ignoring_case<'a>(text: &'a str, suffix: &str) -> Option<&'a str> {
    let (rest, end) = text.split_at_checked(text.len().checked_sub(suffix.len())?)?;
    end.eq_ignore_ascii_case(suffix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_146_all_operators_with_prefixes_and_suffix() {
        for (name, family, negated) in BASES {
            for (prefix, qualifier) in [
                ("", None),
                ("ForAllValues:", Some(Qualifier::ForAllValues)),
                ("ForAnyValue:", Some(Qualifier::ForAnyValue)),
            ] {
                for (suffix, if_exists) in [("", false), ("IfExists", true)] {
                    let expected = Operator { family, negated, qualifier, if_exists };
                    let found = Operator::from_name(&format!("{prefix}{name}{suffix}"));
                    let known = family != Family::Null || !if_exists;
                    assert_eq!(found, known.then_some(expected), "{prefix}{name}{suffix}");
                }
            }
        }
        for unknown in [
            "",
            "x",
            "ForAnyValue::StringEquals",
            "StringEqualsIfExistsIfExists",
            "ForAllValues:",
            "Nul",
            "é",
        ] {
            assert_eq!(Operator::from_name(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn rule_128_operator_names_fold_case() {
        assert_eq!(
            Operator::from_name("foranyvalue:STRINGLIKEifexists"),
            Operator::from_name("ForAnyValue:StringLikeIfExists")
        );
        assert!(Operator::from_name("stringequals").is_some());
    }
}
