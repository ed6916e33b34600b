//! Keygate's engine on the workload.

use std::hint::black_box;

use clap::{Args, Parser};
use keygate_policy::{
    Attached, Bag, Context, Keys, Layers, Linked, Policy, PolicyKind, Prepared, Request, Stack, decide,
    decide_prepared,
};

use crate::adversarial;
use crate::measure::{Effort, bytes, nanoseconds, nanoseconds_of_read, ratio};
use crate::stack::Surroundings;
use crate::workload::{Asked, Document, Plan, Principal, Workload, account, attach, read_context};

/// What is measured.
#[derive(Debug, Clone, Parser)]
#[command(
    about = "How long the policy engine takes for decisions, for compiling, and for what is made to hurt"
)]
pub struct Settings {
    /// The size of the workload.
    #[command(flatten)]
    pub size: Size,
    /// Leave out what is made to hurt
    #[arg(long)]
    pub decisions_only: bool,
}

/// The size of the workload.
#[derive(Debug, Clone, Args)]
pub struct Size {
    /// Principals: of each hundred 40 have one policy, 30 have 5, 20 have 20 and 10 have 100
    #[arg(long, default_value_t = 1_000)]
    pub principals: usize,
    /// Requests of each principal; half of them are allowed.
    #[arg(long, default_value_t = 20)]
    pub requests: usize,
    /// Rounds over all requests; the best median counts.
    #[arg(long, default_value_t = 20)]
    pub rounds: usize,
    /// Put the requests in an order in which hardly two neighbours are of the same principal
    #[arg(long)]
    pub shuffled: bool,
    /// The seed of the workload.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Principals with as many policies.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Policies of each.
    pub policies: usize,
    /// How many of a hundred principals are of the group.
    pub percent: usize,
}

/// Few principals have many policies.
pub const GROUPS: [Group; 4] = [
    Group { policies: 1, percent: 40 },
    Group { policies: 5, percent: 30 },
    Group { policies: 20, percent: 20 },
    Group { policies: 100, percent: 10 },
];

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Policies per principal.
    pub policies: usize,
    /// The part of the requests that is allowed.
    pub allowed: f64,
    /// Nanoseconds for a request that was prepared before.
    pub interned: f64,
    /// From strings.
    pub raw: f64,
    /// Prepared, over the whole stack.
    pub stack: f64,
    /// All statements one by one, without index.
    pub scan: f64,
    /// Bytes of the compiled form over bytes of the documents.
    pub compiled: f64,
    /// Bytes of the index of a principal over bytes of its documents.
    pub index: f64,
    /// Nanoseconds to link a principal.
    pub link: f64,
}

impl Size {
    /// The plan for a group of the principals.
    pub fn plan(&self, group: Group, service: Option<usize>) -> Plan {
        let principals = (self.principals * group.percent / 100).max(1);
        Plan { principals, policies: group.policies, requests: self.requests, service, seed: self.seed }
    }

    /// How long to measure.
    pub fn effort(&self) -> Effort {
        Effort { rounds: self.rounds, chunk: 50 }
    }
}

/// Measures and prints.
pub fn run(settings: &Settings) {
    for (service, title) in [(None, "all services"), (Some(0), "one service")] {
        println!("\nMicroseconds per decision, {title}:");
        println!(
            "| policies | allowed | interned | raw | whole stack | stack / identity | scan | compiled | index | link |"
        );
        println!("|---|---|---|---|---|---|---|---|---|---|");
        for group in GROUPS {
            let mut workload = Workload::generate(&settings.size.plan(group, service));
            if settings.size.shuffled {
                workload = workload.shuffled(settings.size.seed);
            }
            let row = measure(&workload, group.policies, settings.size.effort());
            println!(
                "| {} | {:.2} | {:.3} | {:.3} | {:.3} | {:.2} | {:.2} | {:.2} x | {:.2} x | {:.1} |",
                row.policies,
                row.allowed,
                row.interned / 1e3,
                row.raw / 1e3,
                row.stack / 1e3,
                row.stack / row.interned,
                row.scan / 1e3,
                row.compiled,
                row.index,
                row.link / 1e3,
            );
        }
    }
    println!("\nCompiling: {:.2} microseconds per statement", compiling(&settings.size) / 1e3);
    if !settings.decisions_only {
        adversarial::run(Effort { rounds: 3, ..settings.size.effort() });
    }
}

/// A request as a caller of the engine has it: strings.
struct Raw<'a> {
    asked: &'a Asked,
    lists: Vec<(&'a str, Vec<&'a str>)>,
}

/// All numbers of one workload.
pub fn measure(workload: &Workload, policies: usize, effort: Effort) -> Row {
    let (compiled, held) =
        bytes(|| workload.principals.iter().map(Principal::compiled).collect::<Vec<Vec<Policy>>>());
    let texts: usize = compiled.iter().flatten().map(|policy| policy.text().len()).sum();
    let (linked, indexes) = bytes(|| compiled.iter().map(Linked::new).collect::<Vec<Linked>>());
    let link = nanoseconds(&compiled, Effort { rounds: 1, chunk: 10 }, |policies| {
        black_box(Linked::new(policies));
    });
    let contexts: Vec<Context> = workload.requests.iter().map(Asked::context).collect();
    let requests: Vec<(usize, Request<'_>)> = workload
        .requests
        .iter()
        .zip(&contexts)
        .filter_map(|(asked, context)| {
            let principal = workload.principals.get(asked.principal)?;
            Some((asked.principal, asked.request(principal, context)))
        })
        .collect();
    let prepared: Vec<(&Linked, Prepared<'_>)> = requests
        .iter()
        .filter_map(|(principal, request)| Some((linked.get(*principal)?, Prepared::new(*request))))
        .collect();
    let read = |(_, request): &(&Linked, Prepared<'_>)| {
        let request = request.request();
        black_box(request.action.bytes().chain(request.resource.arn.bytes()).map(u64::from).sum::<u64>());
        read_context(request.context);
    };
    let interned = nanoseconds_of_read(&prepared, effort, read, |(identity, request)| {
        black_box(decide_prepared(request, &Layers { identity: Bag::Linked(identity), ..Layers::default() }));
    });
    let attached: Vec<Vec<Attached<'_>>> = compiled.iter().map(|policies| attach(policies)).collect();
    let few = requests.get(..requests.len().min(2_000)).unwrap_or_default();
    let scan = nanoseconds(few, Effort { rounds: 2, ..effort }, |(principal, request)| {
        let Some(identity) = attached.get(*principal) else { return };
        black_box(decide(request, &Stack { identity, ..Stack::default() }));
    });
    let surroundings = Linkeds::new(&Surroundings::new());
    let stack = nanoseconds_of_read(&prepared, effort, read, |(identity, request)| {
        black_box(decide_prepared(request, &surroundings.layers(identity)));
    });
    Row {
        policies,
        allowed: workload.allowed(),
        interned,
        raw: from_strings(workload, &linked, effort),
        stack,
        scan,
        compiled: ratio(held, texts),
        index: ratio(indexes, texts),
        link,
    }
}

/// Nanoseconds for a decision from strings: keys collected, the request prepared, decided.
fn from_strings(workload: &Workload, linked: &[Linked], effort: Effort) -> f64 {
    let raw: Vec<Raw<'_>> = workload
        .requests
        .iter()
        .map(|asked| {
            let lists = asked.lists.iter();
            Raw {
                asked,
                lists: lists.map(|(key, list)| (*key, list.iter().map(String::as_str).collect())).collect(),
            }
        })
        .collect();
    let owner = account();
    let mut room: Context = Keys::new();
    let read = |raw: &Raw<'_>| raw.asked.read();
    nanoseconds_of_read(&raw, effort, read, |raw| {
        let asked = raw.asked;
        let (Some(principal), Some(identity)) =
            (workload.principals.get(asked.principal), linked.get(asked.principal))
        else {
            return;
        };
        let mut keys = std::mem::take(&mut room).recycled();
        for (key, value) in &asked.keys {
            keys.lend(key, value);
        }
        for (key, values) in &raw.lists {
            keys.lend_list(key, values);
        }
        let resource = keygate_policy::Resource { arn: &asked.resource, account: owner };
        let request = Request { caller: principal.caller(), action: &asked.action, resource, context: &keys };
        let layers = Layers { identity: Bag::Linked(identity), ..Layers::default() };
        black_box(decide_prepared(&Prepared::new(request), &layers));
        room = keys.recycled();
    })
}

/// Nanoseconds to read and compile a statement.
fn compiling(size: &Size) -> f64 {
    let workload = Workload::generate(&size.plan(GROUPS[0], None));
    let texts: Vec<String> =
        workload.principals.iter().flat_map(|principal| &principal.policies).map(Document::to_json).collect();
    let time = nanoseconds(&texts, size.effort(), |text| {
        let _ = black_box(Policy::read(text, PolicyKind::Identity));
    });
    time / 3.0
}

/// The other layers of the whole stack, linked.
struct Linkeds {
    boundary: Linked,
    scps: Vec<Linked>,
    session: Linked,
    resource: Linked,
}

impl Linkeds {
    fn new(surroundings: &Surroundings) -> Self {
        let one = |document: &Document, kind| Linked::new([&document.compile(kind)]);
        let levels = surroundings.scps.iter().map(|level| {
            let policies: Vec<Policy> = level.iter().map(|scp| scp.compile(PolicyKind::Scp)).collect();
            Linked::new(&policies)
        });
        Self {
            boundary: one(&surroundings.boundary, PolicyKind::Boundary),
            scps: levels.collect(),
            session: one(&surroundings.session, PolicyKind::Session),
            resource: one(&surroundings.resource, PolicyKind::Resource),
        }
    }

    fn layers<'a>(&'a self, identity: &'a Linked) -> Layers<'a> {
        Layers {
            identity: Bag::Linked(identity),
            boundary: Some(Bag::Linked(&self.boundary)),
            session: Some(Bag::Linked(&self.session)),
            scps: &self.scps,
            resource: Some(Bag::Linked(&self.resource)),
            ..Layers::default()
        }
    }
}
