//! Keygate's engine on the workload.

use std::hint::black_box;

use clap::Args;
use clap::Parser;
use keygate_policy::{Context, Policy, PolicyKind, Stack, decide};

use crate::measure::{Effort, bytes, nanoseconds, ratio};
use crate::workload::{Asked, Plan, Workload, attach};

/// What is measured.
#[derive(Debug, Clone, Parser)]
pub struct Settings {
    /// The size of the workload.
    #[command(flatten)]
    pub size: Size,
}

/// The size of the workload.
#[derive(Debug, Clone, Args)]
pub struct Size {
    /// Principals.
    #[arg(long, default_value_t = 1_000)]
    pub principals: usize,
    /// Requests of each principal; half of them are allowed.
    #[arg(long, default_value_t = 20)]
    pub requests: usize,
    /// Rounds over all requests; the best median counts.
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
    /// Policies per principal.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 5, 20, 100])]
    pub policies: Vec<usize>,
    /// The seed of the workload.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

impl Size {
    /// The plan for so many policies.
    pub fn plan(&self, policies: usize, service: Option<usize>) -> Plan {
        Plan { principals: self.principals, policies, requests: self.requests, service, seed: self.seed }
    }

    /// How long to measure.
    pub fn effort(&self) -> Effort {
        Effort { rounds: self.rounds, chunk: 50 }
    }
}

/// Measures and prints.
pub fn run(settings: &Settings) {
    for service in [None, Some(0)] {
        for &policies in &settings.size.policies {
            let plan = settings.size.plan(policies, service);
            let workload = Workload::generate(&plan);
            let (compiled, held) = bytes(|| {
                workload.principals.iter().map(|p| p.compiled()).collect::<Vec<Vec<Policy>>>()
            });
            let texts: usize = compiled.iter().flatten().map(|policy| policy.text().len()).sum();
            let attached: Vec<_> = compiled.iter().map(|policies| attach(policies)).collect();
            let contexts: Vec<(&Asked, Context)> =
                workload.requests.iter().map(|asked| (asked, asked.context())).collect();
            let time = nanoseconds(&contexts, settings.size.effort(), |(asked, context)| {
                let Some(identity) = attached.get(asked.principal) else { return };
                let Some(principal) = workload.principals.get(asked.principal) else { return };
                let stack = Stack { identity, ..Stack::default() };
                black_box(decide(&asked.request(principal, context), &stack));
            });
            println!(
                "{service:?} {policies:>4}  scan {time:>8.0} ns   allowed {:.2}  bytes {:.2}x  text {} per statement",
                workload.allowed(), ratio(held, texts), texts / (plan.principals * policies * 3)
            );
        }
    }
    let document = Workload::generate(&settings.size.plan(1, None));
    let texts: Vec<String> = document.principals.iter().flat_map(|p| &p.policies).map(|d| d.to_json()).collect();
    let time = nanoseconds(&texts, settings.size.effort(), |text| {
        let _ = black_box(Policy::read(text, PolicyKind::Identity));
    });
    println!("compile {:.0} ns per statement", time / 3.0);
}
