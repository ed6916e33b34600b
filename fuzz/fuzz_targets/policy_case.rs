//! Any bytes as a line of a file of decision cases.

#![no_main]

use keygate_policy_cases::run_line;
use keygate_policy_reference::decide_line;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(line) = std::str::from_utf8(bytes) else { return };
    let engine = run_line(line);
    // Documents as the fuzzer writes them are odd in ways on which the rules are silent: what one of the two does not
    // understand is not compared.
    let (Some(decision), None, Ok(second)) = (engine.decision, &engine.error, decide_line(line)) else {
        return;
    };
    let second_allows = format!("{:?}", second.verdict) == "Allowed";
    assert_eq!(decision == "Allowed", second_allows, "{second:?}\n{line}");
});
