//! Whether a caller's own permissions cover what a delegation request asks for. Approximately, as on AWS: wildcards
//! are compared as they are written, and conditions make the answer unsure.

use std::collections::BTreeSet;

use keygate_operation::ReadCx;
use keygate_policy::{Attached, Boundary, Context, Request, Resource, Stack, Verdict, decide};
use keygate_state::{AskedStatement, Held, asked_statements, effective};

/// Pairs of action and resource that are decided. A policy can be written that has millions.
const MAX_PAIRS: usize = 1000;

/// `ALLOWED`, `DENIED` or `UNSURE`; none if the caller's policies can not be read.
pub(super) fn covers(cx: &ReadCx<'_>, policy: &str) -> Option<&'static str> {
    let effective = effective(cx.account, cx.caller).ok()?;
    let identity: Vec<_> = effective.identity.iter().map(attached).collect();
    let session: Option<Vec<_>> = effective.session.as_ref().map(|held| held.iter().map(attached).collect());
    let boundary = effective.boundary.as_ref();
    let stack = Stack {
        identity: &identity,
        boundary: boundary
            .map(|held| held.as_ref().map_or(Boundary::Unreadable, |held| Boundary::Policy(attached(held)))),
        session: session.as_deref(),
        ..Stack::default()
    };
    let held = effective
        .identity
        .iter()
        .chain(effective.session.iter().flatten())
        .chain(boundary.into_iter().flatten());
    let mut unsure = held
        .into_iter()
        .any(|held| held.policy.statements().iter().any(|one| one.conditions().next().is_some()));
    let issuer = cx.caller.issuer(cx.partition());
    let context = Context::new();
    let mut covered = true;
    let asked = asked_statements(policy);
    unsure |= asked.iter().any(|one| one.allows && (one.other_actions || one.other_resources));
    let Some(pairs) = pairs(&asked) else { return Some("UNSURE") };
    for (action, resource) in pairs {
        let request = Request {
            caller: cx.caller.for_policy(issuer.as_ref()),
            action: if action == "*" { "*:*" } else { action },
            resource: Resource { arn: resource, account: Some(cx.account_id()) },
            context: &context,
        };
        match decide(&request, &stack).verdict {
            Verdict::Allowed => {}
            Verdict::ExplicitlyDenied => return Some("DENIED"),
            Verdict::ImplicitlyDenied => covered = false,
        }
    }
    Some(match (unsure, covered) {
        (true, _) => "UNSURE",
        (false, true) => "ALLOWED",
        (false, false) => "DENIED",
    })
}

/// Every action with every resource that it is asked for; none if they are too many.
fn pairs(asked: &[AskedStatement]) -> Option<BTreeSet<(&str, &str)>> {
    let mut pairs = BTreeSet::new();
    for statement in asked.iter().filter(|statement| statement.allows) {
        let resources: BTreeSet<&str> = statement.resources.iter().map(String::as_str).collect();
        for action in statement.actions.iter().map(String::as_str).collect::<BTreeSet<_>>() {
            for resource in &resources {
                pairs.insert((action, *resource));
                if pairs.len() > MAX_PAIRS {
                    return None;
                }
            }
        }
    }
    Some(pairs)
}

fn attached(held: &Held) -> Attached<'_> {
    Attached { policy: &held.policy, name: &held.name, arn: held.arn.as_deref() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decided_once_and_not_without_bound() {
        let texts = |count: usize| (0..count).map(|number| format!("s3:{number}")).collect::<Vec<_>>();
        let statement = |actions, resources| AskedStatement {
            allows: true,
            actions: texts(actions),
            resources: texts(resources),
            ..AskedStatement::default()
        };
        let count = |asked: &[AskedStatement]| pairs(asked).map(|pairs| pairs.len());
        assert_eq!(count(&[statement(20, 50)]), Some(1000));
        assert_eq!(count(&[statement(20, 50), statement(20, 50)]), Some(1000));
        assert_eq!(count(&[statement(1001, 1)]), None);
        assert_eq!(count(&[statement(1500, 1500)]), None);
        let denies = AskedStatement { allows: false, ..statement(1001, 1) };
        assert_eq!(count(&[denies]), Some(0));
        let same = AskedStatement { actions: vec!["s3:Get*".to_owned(); 2000], ..statement(0, 1) };
        assert_eq!(count(&[same]), Some(1));
    }
}
