//! The lists stay short, and where they would not, a layer is scanned and decides the same.

use keygate_ident::AccountId;

use super::*;
use crate::{
    Attached, Bag, Caller, CallerKind, Context, Layers, PolicyKind, Request, Resource, Stack, Verdict,
    decide, decide_prepared,
};

/// So many statements that speak of all actions, one Deny among them, and one statement about so many vendors.
fn policy(everywhere: usize, vendors: usize) -> Policy {
    let mut statements: Vec<String> = (0..everywhere)
        .map(|number| {
            let effect = if number + 1 == everywhere { "Deny" } else { "Allow" };
            format!(r#"{{"Effect":"{effect}","Action":"*","Resource":"arn:aws:s3:::bucket-{number}/*"}}"#)
        })
        .collect();
    let actions: Vec<String> = (0..vendors).map(|number| format!(r#""v{number}:Get*""#)).collect();
    let actions = actions.join(",");
    statements.push(format!(r#"{{"Effect":"Allow","Action":[{actions}],"Resource":"*"}}"#));
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
    Policy::read(&text, PolicyKind::Identity).unwrap()
}

#[test]
fn lists_are_bounded_whatever_is_linked() {
    use Verdict::{Allowed, ExplicitlyDenied, ImplicitlyDenied};
    for (everywhere, vendors, complete) in
        [(2, 400, true), (400, 2, true), (100, 400, true), (400, 400, false), (900, 3_000, false)]
    {
        let policy = policy(everywhere, vendors);
        let linked = Linked::new([&policy]);
        assert_eq!(linked.complete, complete, "{everywhere} {vendors}");
        assert!(linked.pool.len() <= MAX_LISTED * (everywhere + 1 + vendors), "{everywhere} {vendors}");
        assert!(complete || (linked.pool.is_empty() && linked.vendors.is_empty() && linked.lists.is_empty()));
        let account: Option<AccountId> = "111122223333".parse().ok();
        let mut caller = Caller::new(CallerKind::User, "arn:aws:iam::111122223333:user/ann");
        caller.account = account;
        let context = Context::new();
        let identity = [Attached { policy: &policy, name: "policy", arn: None }];
        let denied = format!("arn:aws:s3:::bucket-{}/key", everywhere - 1);
        for (action, arn, verdict) in [
            ("v1:GetObject", denied.as_str(), ExplicitlyDenied),
            ("other:GetObject", denied.as_str(), ExplicitlyDenied),
            ("v1:GetObject", "arn:aws:s3:::elsewhere/key", Allowed),
            ("v1:PutObject", "arn:aws:s3:::bucket-0/key", Allowed),
            ("v1:PutObject", "arn:aws:s3:::elsewhere/key", ImplicitlyDenied),
            ("other:GetObject", "arn:aws:s3:::elsewhere/key", ImplicitlyDenied),
        ] {
            let request = Request { caller, action, resource: Resource { arn, account }, context: &context };
            let layers = Layers { identity: Bag::Linked(&linked), ..Layers::default() };
            let decision = decide_prepared(&Prepared::new(request), &layers);
            assert_eq!(decision.verdict, verdict, "{action} {arn}");
            assert_eq!(decision, decide(&request, &Stack { identity: &identity, ..Stack::default() }));
        }
    }
}
