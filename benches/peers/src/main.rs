//! Prints the decisions of Keygate, Cedar and regorus over the same workload, in one run.

mod cedar;
mod rego;

use std::collections::BTreeSet;
use std::hint::black_box;

use clap::Parser;
use keygate_engine_bench::engine::{self, GROUPS, Size};
use keygate_engine_bench::measure::{Effort, median, now, per_item, ratio};
use keygate_engine_bench::workload::{Asked, Principal, Workload};

/// Keygate, Cedar and regorus over the same workload.
#[derive(Parser)]
struct Settings {
    #[command(flatten)]
    size: Size,
    /// Principals of each group that the other engines are asked about; their time does not depend on how many
    #[arg(long, default_value_t = 20)]
    sample: usize,
}

/// Another engine with the policies of one principal.
trait Peer: Sized {
    type Request;

    fn new(principal: &Principal) -> Self;

    /// The request in the form that the engine takes; not measured.
    fn request(principal: &Principal, asked: &Asked) -> Self::Request;

    /// Whether it is allowed.
    fn decide(&mut self, request: &Self::Request) -> bool;
}

fn main() {
    let settings = Settings::parse();
    println!("Microseconds per decision, medians; the policies of the caller alone, requests prepared:");
    println!(
        "| services | policies | Keygate | Keygate, raw | Cedar | regorus | Cedar / Keygate | regorus / Keygate |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (service, title) in [(None, "all"), (Some(0), "one")] {
        for group in GROUPS {
            let workload = Workload::generate(&settings.size.plan(group, service));
            let own = engine::measure(&workload, group.policies, settings.size.effort());
            let cedar = peer::<cedar::Cedar>(&workload, &settings);
            let rego = peer::<rego::Rego>(&workload, &settings);
            println!(
                "| {title} | {} | {:.3} | {:.3} | {:.1} | {:.1} | {:.0} | {:.0} |",
                group.policies,
                own.interned / 1e3,
                own.raw / 1e3,
                cedar.time / 1e3,
                rego.time / 1e3,
                cedar.time / own.interned,
                rego.time / own.interned,
            );
            for (name, found) in [("Cedar", &cedar), ("regorus", &rego)] {
                if found.agreement < 1.0 {
                    println!("  {name} decides {:.2} % of the requests alike", found.agreement * 100.0);
                }
            }
        }
    }
}

struct Found {
    /// Nanoseconds.
    time: f64,
    /// The part of the requests that it decides as Keygate does.
    agreement: f64,
}

/// What another engine takes; the median of all decisions, and of that the best of the rounds.
fn peer<P: Peer>(workload: &Workload, settings: &Settings) -> Found {
    let sample: BTreeSet<usize> = workload
        .requests
        .iter()
        .map(|asked| asked.principal)
        .take(settings.sample * settings.size.requests)
        .collect();
    let Effort { rounds, .. } = settings.size.effort();
    let (mut alike, mut asked_in_all) = (0, 0);
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); rounds.min(3)];
    for &index in sample.iter().take(settings.sample) {
        let principal = &workload.principals[index];
        let mut engine = P::new(principal);
        let requests: Vec<(&Asked, P::Request)> = workload
            .requests
            .iter()
            .filter(|asked| asked.principal == index)
            .map(|asked| (asked, P::request(principal, asked)))
            .collect();
        for (asked, request) in &requests {
            alike += usize::from(engine.decide(request) == asked.allowed);
            asked_in_all += 1;
        }
        for times in &mut times {
            for (_, request) in &requests {
                let start = now();
                black_box(engine.decide(request));
                times.push(per_item(start.elapsed(), 1));
            }
        }
    }
    let time = times.iter_mut().map(|times| median(times)).fold(f64::INFINITY, f64::min);
    Found { time, agreement: ratio(alike, asked_in_all) }
}
