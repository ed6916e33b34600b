//! What is made to hurt: policies at the size limit, and how the time of a decision grows with their size.

use std::fmt::Write as _;
use std::hint::black_box;

use keygate_policy::{
    Bag, Caller, CallerKind, Context, Layers, Linked, Policy, PolicyKind, Prepared, Request, Resource,
    decide_prepared,
};

use crate::measure::{Effort, nanoseconds};
use crate::workload::account;

/// A policy of about so many bytes, and a request that it takes long to answer.
struct Hard {
    name: &'static str,
    make: fn(usize) -> (String, String, Context),
}

/// Sizes of policies, the last is what IAM accepts of a managed policy.
const SIZES: [usize; 4] = [768, 1_536, 3_072, 6_144];

const CASES: [Hard; 6] = [
    Hard { name: "resource *a*b*c…", make: globs_of_resource },
    Hard { name: "action s3:*a*b*c…", make: globs_of_action },
    Hard { name: "StringLike, one pattern *a?b…c*", make: one_pattern },
    Hard { name: "StringEquals, thousands of values", make: many_values },
    Hard { name: "StringLike, thousands of patterns", make: many_patterns },
    Hard { name: "ForAllValues:StringLike, 1,000 values", make: for_all_values },
];

/// Measures and prints: microseconds per decision at every size, and what one byte more costs.
pub(crate) fn run(effort: Effort) {
    println!("\nMicroseconds per decision, made to hurt, by bytes of the policy:");
    println!("| case | {} | growth, last doubling |", SIZES.map(|size| size.to_string()).join(" | "));
    println!("|---|{}---|", "---|".repeat(SIZES.len()));
    for case in &CASES {
        let times: Vec<f64> = SIZES.iter().map(|size| time(case, *size, effort)).collect();
        let cells: Vec<String> = times.iter().map(|time| format!("{:.2}", time / 1e3)).collect();
        let growth = match times.as_slice() {
            [.., before, last] => last / before,
            _ => f64::NAN,
        };
        println!("| {} | {} | {growth:.2} |", case.name, cells.join(" | "));
    }
}

fn time(case: &Hard, size: usize, effort: Effort) -> f64 {
    let (text, resource, context) = (case.make)(size);
    #[expect(clippy::expect_used, reason = "the policies of the table are well formed")]
    let policy = Policy::read(&text, PolicyKind::Identity).expect("a valid policy");
    let linked = Linked::new([&policy]);
    let mut caller = Caller::new(CallerKind::User, "arn:aws:iam::111122223333:user/mallory");
    caller.account = account();
    let resource = Resource { arn: &resource, account: account() };
    let request =
        Request { caller, action: "s3:GetObjectVersionForReplication", resource, context: &context };
    let prepared = Prepared::new(request);
    let layers = Layers { identity: Bag::Linked(&linked), ..Layers::default() };
    nanoseconds(&[(); 200], Effort { chunk: 20, ..effort }, |()| {
        black_box(decide_prepared(&prepared, &layers));
    })
}

fn document(action: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{action},"Resource":{resource}{condition}}}]}}"#
    )
}

/// `unit` again and again, up to `size` bytes.
fn repeat(unit: &str, size: usize) -> String {
    unit.repeat(size.saturating_sub(200) / unit.len())
}

/// Different values, up to `size` bytes, as members of a JSON list.
fn list(size: usize, value: fn(usize) -> String) -> String {
    let mut text = String::new();
    for index in 0.. {
        if text.len() + 200 > size {
            break;
        }
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(text, "{comma}\"{}\"", value(index));
    }
    text
}

/// One S3 key as long as they may be.
fn long_key() -> String {
    format!("arn:aws:s3:::bucket/{}", "abab".repeat(250))
}

fn globs_of_resource(size: usize) -> (String, String, Context) {
    let patterns = list(size, |index| format!("arn:aws:s3:::*a*b*a*b*a*b*c{index}"));
    (document("\"s3:*\"", &format!("[{patterns}]"), ""), long_key(), Context::new())
}

fn globs_of_action(size: usize) -> (String, String, Context) {
    let patterns = list(size, |index| format!("s3:*e*t*o*b*e*c*t*{index}"));
    (document(&format!("[{patterns}]"), "\"*\"", ""), long_key(), Context::new())
}

fn one_pattern(size: usize) -> (String, String, Context) {
    let condition = format!(r#","Condition":{{"StringLike":{{"k":"{}c*"}}}}"#, repeat("*a?b", size));
    (document("\"*\"", "\"*\"", &condition), long_key(), Context::new().with("k", "aab".repeat(1_000)))
}

fn many_values(size: usize) -> (String, String, Context) {
    let values = list(size, |index| format!("v{index}"));
    let condition = format!(r#","Condition":{{"StringEquals":{{"k":[{values}]}}}}"#);
    (document("\"*\"", "\"*\"", &condition), long_key(), Context::new().with("k", "not there"))
}

fn many_patterns(size: usize) -> (String, String, Context) {
    let values = list(size, |index| format!("*v{index}*"));
    let condition = format!(r#","Condition":{{"StringLike":{{"k":[{values}]}}}}"#);
    (document("\"*\"", "\"*\"", &condition), long_key(), Context::new().with("k", "not there".repeat(20)))
}

fn for_all_values(size: usize) -> (String, String, Context) {
    let values = list(size, |index| format!("{index}*"));
    let condition = format!(r#","Condition":{{"ForAllValues:StringLike":{{"k":[{values},"x*"]}}}}"#);
    let context = Context::new().with_list("k", (0..1_000).map(|index| format!("x{index}")));
    (document("\"*\"", "\"*\"", &condition), long_key(), context)
}
