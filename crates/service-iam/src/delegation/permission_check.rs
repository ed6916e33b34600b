//! Whether a caller's own permissions cover what a delegation request asks for. Approximately, as on AWS: wildcards
//! are compared as they are written, and conditions make the answer unsure.

use keygate_operation::ReadCx;
use keygate_policy::{Attached, Boundary, Context, Request, Resource, Stack, Verdict, decide};
use keygate_state::{Held, asked_statements, effective};

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
    for statement in asked_statements(policy).iter().filter(|statement| statement.allows) {
        unsure |= statement.other_actions || statement.other_resources;
        for action in &statement.actions {
            for resource in &statement.resources {
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
        }
    }
    Some(match (unsure, covered) {
        (true, _) => "UNSURE",
        (false, true) => "ALLOWED",
        (false, false) => "DENIED",
    })
}

fn attached(held: &Held) -> Attached<'_> {
    Attached { policy: &held.policy, name: &held.name, arn: held.arn.as_deref() }
}
