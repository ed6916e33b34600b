//! The engine against the second evaluator, which was written from the rules alone; and the engine with its index
//! against itself without, to the deciding statement.
//!
//! Every case is a line of the format of decision cases, so that a difference can be pasted into a file and asked
//! again. `KEYGATE_DIFF_PAIRS` sets the number of cases and `KEYGATE_DIFF_SEED` the first seed of a long run.

#![cfg(test)]

use std::sync::Mutex;

use keygate_policy::{LinkedStack, Prepared, Request, Resource, Stack, decide, decide_prepared};
use keygate_policy_cases::{Case, Question, run_line};
use keygate_policy_reference::generate::{self, Seeded};
use keygate_policy_reference::{Verdict, decide_line};
use serde_json::Value;

/// In the test command; long runs say how many they want.
const PAIRS: u64 = 20_000;

/// After so many differences nobody reads on.
const ENOUGH: usize = 12;

#[test]
fn both_evaluators_agree() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let pairs = number("KEYGATE_DIFF_PAIRS").unwrap_or(PAIRS);
    let first = number("KEYGATE_DIFF_SEED").unwrap_or(1);
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let differences = Mutex::new(Vec::new());
    let run = |thread: u64| {
        let mut counts = [0_u64; 3];
        for seed in (first + thread..first + pairs).step_by(threads as usize) {
            let case = generate::case(&mut Seeded::new(seed));
            match compare(&case) {
                Ok(verdict) => counts[verdict as usize] += 1,
                Err(_) => {
                    let text = smallest(seed, case);
                    let mut differences = differences.lock().unwrap();
                    differences.push(text);
                    if differences.len() >= ENOUGH {
                        break;
                    }
                }
            }
        }
        counts
    };
    let counts = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|thread| {
                let run = &run;
                scope.spawn(move || run(thread))
            })
            .collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).fold([0; 3], |mut sum, counts| {
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            sum
        })
    });
    let differences = differences.into_inner().unwrap();
    assert!(differences.is_empty(), "they differ:\n{}", differences.join("\n"));
    println!(
        "{pairs} pairs agree: {} allowed, {} explicitly, {} implicitly denied",
        counts[0], counts[1], counts[2]
    );
    // A generator that hardly ever allows proves little.
    assert!(pairs < 1_000 || counts.iter().all(|count| *count > pairs / 20), "one-sided cases: {counts:?}");
}

/// What both say, or how they differ.
fn compare(case: &Value) -> Result<Verdict, String> {
    let line = case.to_string();
    let engine = run_line(&line);
    let reference = decide_line(&line);
    let by_reference = reference.as_ref().map(|answer| (format!("{:?}", answer.verdict), answer.decided_by));
    let by_engine = engine.decision.map(|decision| (decision.to_owned(), engine.decided_by));
    both_ways(&line)?;
    match (reference.as_ref(), &by_engine) {
        (Ok(answer), Some(by_engine)) if by_reference.as_ref() == Ok(by_engine) => Ok(answer.verdict),
        _ => Err(format!("engine:    {}\nreference: {by_reference:?}", engine.to_json())),
    }
}

/// Whether the policies as they are and the same policies linked decide alike: the request, and others about names and
/// ARNs near it.
fn both_ways(line: &str) -> Result<(), String> {
    let case = Case::parse(line).map_err(|error| error.to_string())?;
    let question = Question::new(&case).map_err(|error| error.to_string())?;
    question.ask(|request, stack| {
        let linked = LinkedStack::new(stack);
        for (action, arn) in near(request.action, request.resource.arn) {
            let resource = Resource { arn: &arn, ..request.resource };
            let request = Request { action: &action, resource, ..*request };
            for kms_grant in [stack.kms_grant, !stack.kms_grant] {
                let layers = linked.layers(stack.resource_rule, kms_grant);
                let linked = decide_prepared(&Prepared::new(request), &layers);
                let scanned = decide(&request, &Stack { kms_grant, ..*stack });
                if scanned != linked {
                    return Err(format!("{action:?} {arn:?}\nscanned: {scanned:?}\nlinked:  {linked:?}"));
                }
            }
        }
        Ok(())
    })
}

fn near(action: &str, arn: &str) -> Vec<(String, String)> {
    let shorter = |text: &str| {
        let mut characters = text.chars();
        characters.next_back();
        characters.as_str().to_owned()
    };
    let (vendor, _) = action.split_once(':').unwrap_or_default();
    let actions = [
        action.to_owned(),
        action.to_uppercase(),
        shorter(action),
        format!("{action}x"),
        format!("{action}\0"),
        format!("{vendor}:Zzzzzzzzzzzzzzzzzzzz"),
        format!("x{action}"),
    ];
    let arns = [
        arn.to_owned(),
        arn.replacen("aws", "AWS", 1),
        arn.to_uppercase(),
        shorter(arn),
        format!("{arn}x"),
        format!("{arn}:x"),
        "*".to_owned(),
    ];
    let by_action = actions.iter().map(|action| (action.clone(), arn.to_owned()));
    let by_arn = arns.iter().map(|arn| (action.to_owned(), arn.clone()));
    by_action.chain(by_arn).collect()
}

/// The case, made as small as it goes, and how the evaluators differ.
fn smallest(seed: u64, mut case: Value) -> String {
    let mut smaller = true;
    while smaller {
        smaller = false;
        for path in paths(&case) {
            let mut candidate = case.clone();
            if remove(&mut candidate, &path) && differs(&candidate) {
                case = candidate;
                smaller = true;
            }
        }
    }
    let difference = compare(&case).unwrap_err();
    format!("seed {seed}\n{difference}\n{case}")
}

/// Whether both still answer, and not the same.
fn differs(case: &Value) -> bool {
    let line = case.to_string();
    compare(case).is_err() && decide_line(&line).is_ok() && run_line(&line).decision.is_some()
}

/// The places of everything that could be left out.
fn paths(value: &Value) -> Vec<Vec<String>> {
    let children: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), value)).collect(),
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (key, child) in children {
        all.push(vec![key.clone()]);
        all.extend(paths(child).into_iter().map(|path| [vec![key.clone()], path].concat()));
    }
    all
}

fn remove(value: &mut Value, path: &[String]) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    match value {
        Value::Array(items) => match first.parse::<usize>() {
            Ok(at) if at < items.len() && rest.is_empty() => {
                items.remove(at);
                true
            }
            Ok(at) => items.get_mut(at).is_some_and(|item| remove(item, rest)),
            Err(_) => false,
        },
        Value::Object(members) if rest.is_empty() => members.remove(first).is_some(),
        Value::Object(members) => members.get_mut(first).is_some_and(|child| remove(child, rest)),
        _ => false,
    }
}
