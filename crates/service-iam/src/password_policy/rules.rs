//! Which passwords the account accepts, and what AWS says of those it does not.
//!
//! Without a policy of its own an account has AWS's default: eight characters, three of the four classes, and not
//! the account's name.

use keygate_state::{PasswordPolicy, Settings};

/// Length and classes of the default policy.
const DEFAULT_LENGTH: u32 = 8;
const DEFAULT_CLASSES: usize = 3;

/// A class of characters, as AWS asks for it.
struct Class {
    missing: &'static str,
    holds: fn(char) -> bool,
}

const UPPERCASE: Class = Class {
    missing: "Password should have at least one uppercase letter",
    holds: |letter| letter.is_ascii_uppercase(),
};
const LOWERCASE: Class = Class {
    missing: "Password should have at least one lowercase letter",
    holds: |letter| letter.is_ascii_lowercase(),
};
const NUMBER: Class =
    Class { missing: "Password should have at least one number", holds: |letter| letter.is_ascii_digit() };
const SYMBOL: Class = Class {
    missing: "Password should have at least one symbol",
    holds: |letter| PasswordPolicy::SYMBOLS.contains(letter),
};

/// What is wrong with a password, in AWS's words; `None` if nothing is. Reuse is another question.
pub(crate) fn problem(settings: &Settings, password: &str) -> Option<String> {
    let problems = match &settings.password_policy {
        Some(policy) => of_policy(policy, password),
        None => of_default(settings, password),
    };
    (!problems.is_empty()).then(|| problems.join(", "))
}

fn of_policy(policy: &PasswordPolicy, password: &str) -> Vec<String> {
    let required = [
        (policy.require_uppercase, UPPERCASE),
        (policy.require_lowercase, LOWERCASE),
        (policy.require_numbers, NUMBER),
        (policy.require_symbols, SYMBOL),
    ];
    let classes = required.into_iter().filter_map(|(is_required, class)| is_required.then_some(class));
    too_short(policy.minimum_length, password).into_iter().chain(missing(classes, password)).collect()
}

fn of_default(settings: &Settings, password: &str) -> Vec<String> {
    let mut problems: Vec<String> = too_short(DEFAULT_LENGTH, password).into_iter().collect();
    let absent: Vec<String> = missing([UPPERCASE, LOWERCASE, NUMBER, SYMBOL], password).collect();
    let wanted = DEFAULT_CLASSES.saturating_sub(4 - absent.len());
    if wanted > 0 {
        let classes = absent.join(", ");
        problems.push(format!("Password should meet {wanted} more of the following requirements: {classes}"));
    }
    let names = [Some(settings.name.as_str()), settings.alias.as_deref()];
    if names.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(password)) {
        problems
            .push("Password should not be identical to your AWS account name or email address".to_owned());
    }
    problems
}

fn too_short(minimum: u32, password: &str) -> Option<String> {
    let short = password.chars().count() < minimum as usize;
    short.then(|| format!("Password should have a minimum length of {minimum}"))
}

fn missing(classes: impl IntoIterator<Item = Class>, password: &str) -> impl Iterator<Item = String> {
    classes
        .into_iter()
        .filter(move |class| !password.contains(class.holds))
        .map(|class| class.missing.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> PasswordPolicy {
        PasswordPolicy {
            minimum_length: 6,
            require_symbols: false,
            require_numbers: false,
            require_uppercase: false,
            require_lowercase: false,
            allow_users_to_change: false,
            max_age_days: None,
            reuse_prevention: None,
            hard_expiry: None,
        }
    }

    #[test]
    fn a_policy_names_everything_that_is_missing() {
        let all = PasswordPolicy {
            minimum_length: 10,
            require_symbols: true,
            require_numbers: true,
            require_uppercase: true,
            require_lowercase: true,
            ..policy()
        };
        for (policy, password, problems) in [
            (policy(), "abcdef", ""),
            (policy(), "abcde", "Password should have a minimum length of 6"),
            // Characters count, not bytes.
            (policy(), "\u{e4}\u{f6}\u{fc}\u{df}\u{e4}", "Password should have a minimum length of 6"),
            (all.clone(), "Abcdef123!", ""),
            (all.clone(), "Abcdef12!", "Password should have a minimum length of 10"),
            (all.clone(), "abcdef123!", "Password should have at least one uppercase letter"),
            (all.clone(), "ABCDEF123!", "Password should have at least one lowercase letter"),
            (all.clone(), "Abcdefghi!", "Password should have at least one number"),
            // A dot is no symbol of AWS's list, nor is a letter with an umlaut an upper case letter.
            (all.clone(), "Abcdef123.", "Password should have at least one symbol"),
            (all.clone(), "\u{c4}bcdef123!", "Password should have at least one uppercase letter"),
            (
                all.clone(),
                "...",
                "Password should have a minimum length of 10, Password should have at least one uppercase letter, \
                 Password should have at least one lowercase letter, Password should have at least one number, \
                 Password should have at least one symbol",
            ),
        ] {
            let settings = Settings { password_policy: Some(policy), ..Settings::default() };
            assert_eq!(problem(&settings, password).unwrap_or_default(), problems, "{password}");
        }
        for symbol in "!@#$%^&*()_+-=[]{}|'".chars() {
            let settings = Settings { password_policy: Some(all.clone()), ..Settings::default() };
            assert_eq!(problem(&settings, &format!("Abcdef123{symbol}")), None, "{symbol}");
        }
    }

    #[test]
    fn the_default_policy_wants_three_of_four_classes() {
        let settings = Settings {
            name: "Initech-2026".to_owned(),
            alias: Some("Tps-Rep0rt".to_owned()),
            ..Default::default()
        };
        let upper = "Password should have at least one uppercase letter";
        let symbol = "Password should have at least one symbol";
        for (password, problems) in [
            ("Abcdefg1", String::new()),
            ("abcdef1!", String::new()),
            ("ABCDEF1!", String::new()),
            ("Abcdefg!", String::new()),
            ("Abcde1!", "Password should have a minimum length of 8".to_owned()),
            (
                "abcdefg1",
                format!("Password should meet 1 more of the following requirements: {upper}, {symbol}"),
            ),
            (
                "abcdefgh",
                format!(
                    "Password should meet 2 more of the following requirements: {upper}, Password should have at \
                     least one number, {symbol}"
                ),
            ),
            (
                "initech-2026",
                "Password should not be identical to your AWS account name or email address".to_owned(),
            ),
            (
                "tps-rep0rt",
                "Password should not be identical to your AWS account name or email address".to_owned(),
            ),
        ] {
            assert_eq!(problem(&settings, password).unwrap_or_default(), problems, "{password}");
        }
    }
}
