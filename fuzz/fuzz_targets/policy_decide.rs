//! Bytes choose a case; both evaluators decide it.

#![no_main]

use keygate_policy::{LinkedStack, Prepared, decide, decide_prepared};
use keygate_policy_cases::{Case, Question, run_line};
use keygate_policy_reference::decide_line;
use keygate_policy_reference::generate::{FromBytes, case};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let line = case(&mut FromBytes::new(bytes)).to_string();
    let engine = run_line(&line);
    let second = decide_line(&line).map(|answer| (format!("{:?}", answer.verdict), answer.decided_by));
    let first = engine.decision.map(|decision| (decision.to_owned(), engine.decided_by));
    assert_eq!(second.ok(), first, "{line}");
    // The same policies linked.
    let Some(question) = Case::parse(&line).ok().and_then(|case| Question::new(&case).ok()) else { return };
    question.ask(|request, stack| {
        let linked = decide_prepared(&Prepared::new(*request), &LinkedStack::new(stack).layers(stack.resource_rule, stack.kms_grant));
        assert_eq!(linked, decide(request, stack), "{line}");
    });
});
