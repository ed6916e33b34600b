//! One run: start everything, interleave the measurements in rounds, report the medians.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use keygate_testkit::{Credentials, Options, Server};

use crate::bare::Bare;
use crate::load::{self, Amount, Measured};
use crate::moto::{self, Moto};
use crate::report::{Report, Row};
use crate::scenario::{Kind, Scenario};
use crate::{Failure, sqlite};

/// A default account holds 5,000 users; all rounds together must fit.
const MAX_CREATED_USERS: usize = 4_800;
/// How many times a start is measured.
const STARTS: usize = 5;
/// How many users moto is asked to create: enough to know its rate.
const MOTO_CREATED_USERS: usize = 300;

#[derive(Args)]
pub(crate) struct Settings {
    /// The program to measure: a release build [default: what KEYGATE_BIN names, or beside this program]
    #[arg(long)]
    keygate: Option<PathBuf>,
    /// `moto_server` to compare with [default: the one on the search path]
    #[arg(long, env = "MOTO_SERVER")]
    moto: Option<PathBuf>,
    /// Keep-alive connections
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Seconds of each measurement
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Rounds, of which the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Users to create in all rounds together
    #[arg(long, default_value_t = 4_500)]
    users: usize,
    /// A folder on the disk to measure; data is put below it and removed [default: the system's temporary folder]
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Also write the result as JSON to this file
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Measures and prints.
pub(crate) fn run(settings: &Settings) -> Result<(), Failure> {
    if settings.rounds == 0 || settings.connections == 0 || settings.users > MAX_CREATED_USERS {
        return Err(format!("at least one round and connection, at most {MAX_CREATED_USERS} users").into());
    }
    let parent = settings.folder.clone().unwrap_or_else(std::env::temp_dir);
    let folder = tempfile::Builder::new().prefix("keygate-bench-").tempdir_in(parent)?;
    let options = match &settings.keygate {
        Some(binary) => Options::new(binary),
        None => Options::found()?,
    };
    let mut report = Report::new(settings.connections);
    report.start_to_ready = start_to_ready(&options, folder.path())?;

    let server = Server::start(options.data_dir(folder.path().join("keygate")))?;
    report.idle_memory = resident_bytes(server.pid())?;
    let mut scenario = Scenario::prepare(server.address(), server.root().clone())?;
    for kind in Kind::ALL {
        eprintln!("{} …", kind.name());
        let mut row = Row::new(kind);
        for _ in 0..settings.rounds {
            measure_round(settings, &mut row, &mut scenario, server.address(), folder.path())?;
        }
        report.rows.push(row);
    }
    report.loaded_memory = resident_bytes(server.pid())?;
    drop(server);

    match settings.moto.clone().or_else(moto::on_path) {
        Some(program) => measure_moto(settings, &program, &mut report)?,
        None => {
            eprintln!("no moto_server on the search path: its column stays empty (see benches/README.md)")
        }
    }
    println!("{report}");
    let json = serde_json::to_string_pretty(&report.to_json())?;
    println!("{json}");
    if let Some(path) = &settings.json {
        fs::write(path, json + "\n")?;
    }
    Ok(())
}

/// Keygate, the bare handler and, for writes, the disk, one after the other.
fn measure_round(
    settings: &Settings,
    row: &mut Row,
    scenario: &mut Scenario,
    keygate: SocketAddr,
    folder: &Path,
) -> Result<(), Failure> {
    let kind = row.kind;
    let bare = Bare::start(scenario.probe(kind)?)?;
    let duration = Duration::from_secs_f64(settings.seconds);
    let drive = |address, requests, amount| load::drive(address, settings.connections, requests, amount);
    // The handler gets the same bytes.
    let same = scenario.requests(kind, 1)?;
    if kind == Kind::CreateUser {
        let requests = scenario.requests(kind, settings.users / settings.rounds)?;
        row.keygate.push(drive(keygate, requests, Amount::Once)?);
        row.sqlite.push(sqlite::transactions_per_second(folder, duration)?);
    } else {
        let requests = scenario.requests(kind, settings.connections)?;
        // Once without counting: caches fill, connections are accepted.
        drive(keygate, requests.clone(), Amount::For(duration / 5))?;
        row.keygate.push(drive(keygate, requests, Amount::For(duration))?);
    }
    drive(bare.address(), same.clone(), Amount::For(duration / 5))?;
    row.bare.push(drive(bare.address(), same, Amount::For(duration))?);
    Ok(())
}

fn measure_moto(settings: &Settings, program: &Path, report: &mut Report) -> Result<(), Failure> {
    let moto = Moto::start(program)?;
    let mut scenario = Scenario::prepare(moto.address(), Credentials::new("AKIAIOSFODNN7EXAMPLE", "any"))?;
    for row in &mut report.rows {
        eprintln!("{} by moto …", row.kind.name());
        let (requests, amount) = match row.kind {
            Kind::CreateUser => (scenario.requests(row.kind, MOTO_CREATED_USERS)?, Amount::Once),
            kind => (scenario.requests(kind, 1)?, Amount::For(Duration::from_secs_f64(settings.seconds))),
        };
        let measured: Measured = load::drive(moto.address(), settings.connections, requests, amount)?;
        row.moto = Some(measured.rate);
    }
    Ok(())
}

/// The median time from the start of the process to its banner, on data that is there already.
fn start_to_ready(options: &Options, folder: &Path) -> Result<Duration, Failure> {
    let options = options.clone().data_dir(folder.join("starts"));
    // The first start makes the data; it does not count.
    let mut stopped = Server::start(options)?.stop()?;
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let server = stopped.restart()?;
        times.push(server.time_to_ready());
        stopped = server.stop()?;
    }
    times.sort();
    Ok(times.get(STARTS / 2).copied().unwrap_or_default())
}

/// Memory that the process holds, as Linux counts it.
fn resident_bytes(pid: u32) -> Result<u64, Failure> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes: u64 = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?.parse()?;
    Ok(kibibytes * 1024)
}
