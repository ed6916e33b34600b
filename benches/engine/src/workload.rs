//! The workload: principals with policies as people write them, and requests of which half are allowed.

use keygate_ident::AccountId;
use keygate_policy::{
    Attached, Caller, CallerKind, Context, Keys, Policy, PolicyKind, Request, Resource, Stack, decide,
};
use serde_json::{Map, Value, json};

use crate::random::Random;
use crate::services::{SERVICES, Service};

/// What is generated.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many principals.
    pub principals: usize,
    /// Policies of three statements for each of them.
    pub policies: usize,
    /// Requests of each of them.
    pub requests: usize,
    /// All policies and requests speak of this service; otherwise of all.
    pub service: Option<usize>,
    /// The seed.
    pub seed: u64,
}

/// Principals and requests.
#[derive(Debug)]
pub struct Workload {
    /// The principals with their policies.
    pub principals: Vec<Principal>,
    /// The requests; those of one principal follow one another, as they do when a client is busy.
    pub requests: Vec<Asked>,
}

/// A user with policies.
#[derive(Debug)]
pub struct Principal {
    /// The name of the user.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its unique id.
    pub id: String,
    /// The value of its tag `Team`.
    pub team: String,
    /// Its policies.
    pub policies: Vec<Document>,
}

/// A policy before it is written as JSON.
#[derive(Debug, Clone)]
pub struct Document {
    /// The statements.
    pub rules: Vec<Rule>,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Allow or Deny.
    pub allow: bool,
    /// Action or NotAction.
    pub not_action: bool,
    /// The actions, with wildcards.
    pub actions: Vec<String>,
    /// The resources, with wildcards and variables.
    pub resources: Vec<String>,
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// The ARNs of the Principal element.
    pub principals: Option<Vec<String>>,
    /// What it speaks of, for requests that should match.
    pub subject: Option<(usize, String)>,
}

/// A key under an operator.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The operator.
    pub operator: &'static str,
    /// The key.
    pub key: &'static str,
    /// The values.
    pub values: Vec<String>,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The index of the principal.
    pub principal: usize,
    /// The action.
    pub action: String,
    /// The ARN of the resource.
    pub resource: String,
    /// The condition keys with one value.
    pub keys: Vec<(&'static str, String)>,
    /// The condition keys with several values.
    pub lists: Vec<(&'static str, Vec<String>)>,
    /// What the engine says with the principal's own policies alone.
    pub allowed: bool,
}

/// The account of everything.
pub const ACCOUNT: &str = "111122223333";

const TEAMS: [&str; 6] = ["billing", "search", "mobile", "platform", "data", "security"];
const REGIONS: [&str; 4] = ["eu-west-1", "eu-central-1", "us-east-1", "ap-south-1"];

impl Workload {
    /// Generates a workload.
    pub fn generate(plan: &Plan) -> Self {
        let mut random = Random::new(plan.seed);
        let principals: Vec<Principal> =
            (0..plan.principals).map(|index| Principal::generate(index, plan, &mut random)).collect();
        let mut requests = Vec::with_capacity(plan.principals * plan.requests);
        for (index, principal) in principals.iter().enumerate() {
            let mut own = principal.requests(index, plan, &mut random);
            random.shuffle(&mut own);
            requests.append(&mut own);
        }
        Self { principals, requests }
    }

    /// The same requests in an order in which hardly two neighbours are of the same principal.
    #[must_use]
    pub fn shuffled(mut self, seed: u64) -> Self {
        Random::new(seed).shuffle(&mut self.requests);
        self
    }

    /// The part of the requests that is allowed.
    pub fn allowed(&self) -> f64 {
        let allowed = self.requests.iter().filter(|asked| asked.allowed).count();
        crate::measure::ratio(allowed, self.requests.len())
    }
}

impl Principal {
    fn generate(index: usize, plan: &Plan, random: &mut Random) -> Self {
        let name = format!("user-{index:04}");
        let policies = (0..plan.policies)
            .map(|_| {
                let service = plan.service.unwrap_or_else(|| service(random));
                Document::generate(service, random)
            })
            .collect();
        Self {
            arn: format!("arn:aws:iam::{ACCOUNT}:user/staff/{name}"),
            id: format!("AIDAEXAMPLE{index:09}"),
            team: random.pick(&TEAMS).to_owned(),
            name,
            policies,
        }
    }

    /// The user as the engine sees it.
    pub fn caller(&self) -> Caller<'_> {
        let mut caller = Caller::new(CallerKind::User, &self.arn);
        caller.account = account();
        caller.unique_id = Some(&self.id);
        caller
    }

    /// Its policies, compiled.
    pub fn compiled(&self) -> Vec<Policy> {
        self.policies.iter().map(|document| document.compile(PolicyKind::Identity)).collect()
    }

    /// Requests of which half are allowed.
    fn requests(&self, index: usize, plan: &Plan, random: &mut Random) -> Vec<Asked> {
        let policies = self.compiled();
        let attached = attach(&policies);
        let (mut allowed, mut denied) = (Vec::new(), Vec::new());
        let half = plan.requests / 2;
        for _ in 0..plan.requests * 200 {
            if allowed.len() >= half && denied.len() >= plan.requests - half {
                break;
            }
            let mut asked = self.ask(index, plan, random, allowed.len() < half);
            let context = asked.context();
            let stack = Stack { identity: &attached, ..Stack::default() };
            asked.allowed = decide(&asked.request(self, &context), &stack).is_allowed();
            let (list, limit) =
                if asked.allowed { (&mut allowed, half) } else { (&mut denied, plan.requests - half) };
            if list.len() < limit {
                list.push(asked);
            }
        }
        allowed.append(&mut denied);
        allowed
    }

    /// A request about what one of its policies speaks of, or about anything.
    fn ask(&self, index: usize, plan: &Plan, random: &mut Random, about_a_policy: bool) -> Asked {
        let document = random.choose(&self.policies);
        let rule = random.choose(&document.rules);
        let (service, app, action) = match (&rule.subject, about_a_policy) {
            (Some((service, app)), true) => (*service, app.clone(), random.choose(&rule.actions).clone()),
            _ => {
                let service = plan.service.unwrap_or_else(|| service(random));
                (service, app(random), String::from("*"))
            }
        };
        let service = the(service);
        let action = concrete(service, &action, random);
        let everything = action.starts_with("Describe") || action.starts_with("List");
        let resource = if everything && random.percent(60) {
            "*".to_owned()
        } else {
            let item = format!("item-{}", random.below(10_000));
            service.resource.replace("{app}", &app).replace("{item}", &item)
        };
        let mut lists = Vec::new();
        let mut keys = self.keys(random);
        if random.percent(50) {
            keys.push(("aws:ResourceTag/Team", random.pick(&TEAMS).to_owned()));
        }
        if random.percent(15) {
            lists.push(("aws:TagKeys", vec!["Team".to_owned(), "Stage".to_owned()]));
            keys.push(("aws:RequestTag/Team", random.pick(&TEAMS).to_owned()));
        }
        let action = format!("{}:{action}", service.name);
        Asked { principal: index, action, resource, keys, lists, allowed: false }
    }

    /// What every request carries.
    fn keys(&self, random: &mut Random) -> Vec<(&'static str, String)> {
        let region = if random.percent(80) { "eu-west-1" } else { random.pick(&REGIONS) };
        let address = match random.below(10) {
            0..=7 => format!("203.0.113.{}", random.below(250)),
            8 => format!("198.51.100.{}", random.below(250)),
            _ => format!("2001:db8::{:x}", random.below(60_000)),
        };
        let flag = |yes: bool| if yes { "true" } else { "false" }.to_owned();
        vec![
            ("aws:CurrentTime", format!("2026-11-22T{:02}:{:02}:00Z", random.below(24), random.below(60))),
            ("aws:EpochTime", (1_795_300_000 + random.below(80_000)).to_string()),
            ("aws:SecureTransport", flag(random.percent(95))),
            ("aws:SourceIp", address),
            (
                "aws:UserAgent",
                "aws-cli/2.31.3 md/awscrt#0.27.6 ua/2.1 os/linux#6.8 lang/python#3.13".to_owned(),
            ),
            ("aws:RequestedRegion", region.to_owned()),
            ("aws:ViaAWSService", flag(false)),
            ("aws:PrincipalIsAWSService", flag(false)),
            ("aws:PrincipalAccount", ACCOUNT.to_owned()),
            ("aws:PrincipalArn", self.arn.clone()),
            ("aws:PrincipalType", "User".to_owned()),
            ("aws:userid", self.id.clone()),
            ("aws:username", self.name.clone()),
            ("aws:PrincipalTag/Team", self.team.clone()),
            ("aws:ResourceAccount", ACCOUNT.to_owned()),
        ]
    }
}

impl Document {
    /// Three statements about one application and service.
    fn generate(index: usize, random: &mut Random) -> Self {
        let service = the(index);
        let app = app(random);
        let owned = service.owned.replace("{app}", &app);
        let name = |action: &str| format!("{}:{action}", service.name);
        let mut working = Vec::new();
        for _ in 0..2 + random.below(4) {
            let action = match random.below(10) {
                0..=3 => random.pick(service.reads),
                4..=6 => random.pick(service.writes),
                _ => random.pick(service.families),
            };
            if !working.contains(&name(action)) {
                working.push(name(action));
            }
        }
        let mut resources = vec![owned.clone()];
        if service.name == "s3" {
            resources.push(format!("arn:aws:s3:::{app}"));
        }
        if random.percent(10) {
            resources = vec![format!("{}/${{aws:username}}/*", owned.trim_end_matches(['*', '/', '-']))];
        }
        let subject = Some((index, app));
        let work = Rule {
            conditions: if random.percent(35) { vec![condition(random)] } else { Vec::new() },
            subject: subject.clone(),
            ..Rule::new(true, working, resources)
        };
        let reading: Vec<String> =
            service.families.iter().filter(|family| READING.contains(family)).map(|f| name(f)).collect();
        let reading = if reading.is_empty() { vec![name(random.pick(service.reads))] } else { reading };
        let read = Rule {
            conditions: if random.percent(40) { vec![condition(random)] } else { Vec::new() },
            subject: subject.clone(),
            ..Rule::new(true, reading, vec![if random.percent(50) { "*".to_owned() } else { owned.clone() }])
        };
        let third = if random.percent(40) {
            // What nobody may do, or only so.
            let actions =
                if random.percent(30) { vec![name("*")] } else { vec![name(random.pick(service.writes))] };
            Rule { conditions: vec![denial(random)], subject, ..Rule::new(false, actions, vec![owned]) }
        } else {
            let actions = vec![name(random.pick(service.writes)), name(random.pick(service.reads))];
            let conditions = (0..1 + random.below(2)).map(|_| condition(random)).collect();
            Rule { conditions, subject, ..Rule::new(true, actions, vec![owned]) }
        };
        Self { rules: vec![work, read, third] }
    }

    /// The document.
    pub fn to_json(&self) -> String {
        let statements: Vec<Value> =
            self.rules.iter().enumerate().map(|(at, rule)| rule.to_json(at)).collect();
        json!({"Version": "2012-10-17", "Statement": statements}).to_string()
    }

    /// The document, compiled.
    ///
    /// # Panics
    /// The workload contains an invalid policy.
    #[expect(clippy::panic, reason = "a workload with invalid policies measures nothing")]
    pub fn compile(&self, kind: PolicyKind) -> Policy {
        let text = self.to_json();
        match Policy::read(&text, kind) {
            Ok(policy) => policy,
            Err(refusal) => panic!("{refusal}: {text}"),
        }
    }
}

impl Rule {
    /// A statement without conditions.
    pub fn new(allow: bool, actions: Vec<String>, resources: Vec<String>) -> Self {
        Self {
            allow,
            not_action: false,
            actions,
            resources,
            conditions: Vec::new(),
            principals: None,
            subject: None,
        }
    }

    fn to_json(&self, at: usize) -> Value {
        let one_or_many = |list: &[String]| match list {
            [one] => json!(one),
            many => json!(many),
        };
        let mut statement = Map::new();
        statement.insert("Sid".into(), json!(format!("Statement{at}")));
        statement.insert("Effect".into(), json!(if self.allow { "Allow" } else { "Deny" }));
        if let Some(principals) = &self.principals {
            let principal = match principals.as_slice() {
                [star] if star == "*" => json!("*"),
                list => json!({"AWS": one_or_many(list)}),
            };
            statement.insert("Principal".into(), principal);
        }
        let element = if self.not_action { "NotAction" } else { "Action" };
        statement.insert(element.into(), one_or_many(&self.actions));
        statement.insert("Resource".into(), one_or_many(&self.resources));
        let mut operators = Map::new();
        for condition in &self.conditions {
            let operator = operators.entry(condition.operator).or_insert_with(|| json!({}));
            if let Value::Object(keys) = operator {
                keys.insert(condition.key.into(), one_or_many(&condition.values));
            }
        }
        if !operators.is_empty() {
            statement.insert("Condition".into(), Value::Object(operators));
        }
        Value::Object(statement)
    }
}

impl Asked {
    /// Its condition keys.
    pub fn context(&self) -> Context {
        let mut context = Context::new();
        for (key, value) in &self.keys {
            context.insert(key, value.as_str());
        }
        for (key, values) in &self.lists {
            context.insert_list(key, values.iter().map(String::as_str));
        }
        context
    }

    /// Reads every byte of it, so that it is in the cache.
    pub fn read(&self) {
        let mut sum = sum(&self.action) + sum(&self.resource);
        for (key, value) in &self.keys {
            sum += self::sum(key) + self::sum(value);
        }
        for (key, values) in &self.lists {
            sum += self::sum(key) + values.iter().map(|value| self::sum(value)).sum::<usize>();
        }
        std::hint::black_box(sum);
    }

    /// The request.
    pub fn request<'a>(&'a self, principal: &'a Principal, context: &'a Context) -> Request<'a> {
        let resource = Resource { arn: &self.resource, account: account() };
        Request { caller: principal.caller(), action: &self.action, resource, context }
    }
}

/// The account of everything.
pub fn account() -> Option<AccountId> {
    ACCOUNT.parse().ok()
}

fn sum(text: &str) -> usize {
    text.bytes().map(usize::from).sum()
}

/// Reads every byte of a context.
pub fn read_context(context: &Keys<'_>) {
    let sums = context.iter().map(|(key, value)| sum(key) + value.iter().map(sum).sum::<usize>());
    std::hint::black_box(sums.sum::<usize>());
}

/// The policies, attached.
pub fn attach(policies: &[Policy]) -> Vec<Attached<'_>> {
    policies.iter().map(|policy| Attached { policy, name: "policy", arn: None }).collect()
}

/// A service by its index.
///
/// # Panics
/// There is none of this index.
#[expect(clippy::expect_used, reason = "the indices come from the table itself")]
pub fn the(service: usize) -> &'static Service {
    SERVICES.get(service).expect("an index of the table")
}

/// Families of actions that read.
const READING: [&str; 6] = ["Get*", "List*", "Describe*", "BatchGet*", "GetObject*", "GetParameter*"];

/// A service; the first ones are named more often.
fn service(random: &mut Random) -> usize {
    let (one, other) = (random.below(SERVICES.len()), random.below(SERVICES.len()));
    if random.percent(50) { one.min(other) } else { one }
}

fn app(random: &mut Random) -> String {
    const WORDS: [&str; 12] = [
        "orders", "invoices", "media", "search", "ledger", "catalog", "events", "reports", "images",
        "profiles", "pricing", "stock",
    ];
    const STAGES: [&str; 3] = ["prod", "test", "dev"];
    format!("{}-{}-{:03}", random.pick(&WORDS), random.pick(&STAGES), random.below(200))
}

/// An action that the pattern covers.
fn concrete(service: &Service, pattern: &str, random: &mut Random) -> String {
    let name = pattern.split_once(':').map_or(pattern, |(_, name)| name);
    let all = || service.reads.iter().chain(service.writes).copied();
    let covered: Vec<&str> = match (name.strip_suffix('*'), name.strip_prefix('*')) {
        (Some(begin), None) => all().filter(|action| action.starts_with(begin)).collect(),
        (None, Some(end)) => all().filter(|action| action.ends_with(end)).collect(),
        (Some(_), Some(_)) => all().collect(),
        (None, None) => vec![name],
    };
    let covered = if covered.is_empty() { all().collect() } else { covered };
    random.pick(&covered).to_owned()
}

/// A condition under which something is granted; most requests of its principal satisfy it.
fn condition(random: &mut Random) -> Condition {
    let (operator, key, values): (&str, &str, &[&str]) = match random.below(12) {
        0 | 1 => ("StringEquals", "aws:RequestedRegion", &["eu-west-1"]),
        2 => ("StringEquals", "aws:RequestedRegion", &["eu-west-1", "eu-central-1", "us-east-1"]),
        3 => ("StringEquals", "aws:ResourceTag/Team", &["${aws:PrincipalTag/Team}"]),
        4 => ("IpAddress", "aws:SourceIp", &["203.0.113.0/24", "2001:db8::/32"]),
        5 => ("Bool", "aws:SecureTransport", &["true"]),
        6 => ("StringLike", "aws:UserAgent", &["aws-cli/*", "Boto3/*"]),
        7 => ("DateLessThan", "aws:CurrentTime", &["2027-06-30T23:59:59Z"]),
        8 => ("ArnLike", "aws:PrincipalArn", &["arn:aws:iam::111122223333:user/staff/*"]),
        9 => ("ForAllValues:StringEquals", "aws:TagKeys", &["Team", "Stage", "Owner"]),
        10 => ("StringEqualsIfExists", "aws:RequestTag/Team", &TEAMS),
        _ => ("NumericLessThan", "aws:EpochTime", &["1900000000"]),
    };
    Condition { operator, key, values: values.iter().map(|value| (*value).to_owned()).collect() }
}

/// A condition under which something is forbidden; most requests do not satisfy it.
fn denial(random: &mut Random) -> Condition {
    let (operator, key, values): (&str, &str, &[&str]) = match random.below(5) {
        0 | 1 => ("Bool", "aws:SecureTransport", &["false"]),
        2 => ("NotIpAddress", "aws:SourceIp", &["203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32"]),
        3 => ("StringNotEquals", "aws:RequestedRegion", &["eu-west-1", "eu-central-1", "us-east-1"]),
        _ => ("StringEquals", "aws:ResourceTag/Team", &["security"]),
    };
    Condition { operator, key, values: values.iter().map(|value| (*value).to_owned()).collect() }
}
