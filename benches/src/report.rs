//! The result: a table of rates and ratios for people, and the same as JSON.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::load::Measured;
use crate::scenario::Kind;

/// Everything that one run found out.
pub(crate) struct Report {
    connections: usize,
    /// One for each kind of request.
    pub(crate) rows: Vec<Row>,
    /// From the start of the process until it answers.
    pub(crate) start_to_ready: Duration,
    /// Bytes, before the first request.
    pub(crate) idle_memory: u64,
    /// Bytes, after the last.
    pub(crate) loaded_memory: u64,
}

/// The measurements of one kind of request.
pub(crate) struct Row {
    pub(crate) kind: Kind,
    /// One for each round, as the next two.
    pub(crate) keygate: Vec<Measured>,
    pub(crate) bare: Vec<Measured>,
    /// Single durable transactions per second; for writes.
    pub(crate) sqlite: Vec<f64>,
    /// Requests per second.
    pub(crate) moto: Option<f64>,
}

impl Row {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, keygate: Vec::new(), bare: Vec::new(), sqlite: Vec::new(), moto: None }
    }

    fn rate(&self) -> f64 {
        median(self.keygate.iter().map(|measured| measured.rate))
    }

    /// The median of the ratios, each from one round.
    fn of_bare(&self) -> f64 {
        median(self.keygate.iter().zip(&self.bare).map(|(own, bare)| own.rate / bare.rate))
    }

    fn of_sqlite(&self) -> Option<f64> {
        let ratios = self.keygate.iter().zip(&self.sqlite).map(|(own, single)| own.rate / single);
        (!self.sqlite.is_empty()).then(|| median(ratios))
    }

    fn of_moto(&self) -> Option<f64> {
        self.moto.map(|moto| self.rate() / moto)
    }

    fn latency(&self, of: fn(&Measured) -> Duration) -> f64 {
        median(self.keygate.iter().map(|measured| of(measured).as_secs_f64() * 1e6))
    }
}

impl Report {
    pub(crate) fn new(connections: usize) -> Self {
        Self {
            connections,
            rows: Vec::new(),
            start_to_ready: Duration::ZERO,
            idle_memory: 0,
            loaded_memory: 0,
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "operation": row.kind.name(),
                    "keygate_per_second": row.rate().round(),
                    "median_microseconds": row.latency(|m| m.median).round(),
                    "p99_microseconds": row.latency(|m| m.p99).round(),
                    "bare_per_second": median(row.bare.iter().map(|m| m.rate)).round(),
                    "of_bare": thousandths(row.of_bare()),
                    "moto_per_second": row.moto.map(f64::round),
                    "times_moto": row.of_moto().map(thousandths),
                    "single_transactions_per_second":
                        (!row.sqlite.is_empty()).then(|| median(row.sqlite.iter().copied()).round()),
                    "times_single_transactions": row.of_sqlite().map(thousandths),
                })
            })
            .collect();
        json!({
            "connections": self.connections,
            "operations": rows,
            "start_to_ready_milliseconds": thousandths(self.start_to_ready.as_secs_f64() * 1e3),
            "idle_memory_bytes": self.idle_memory,
            "loaded_memory_bytes": self.loaded_memory,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<18} {:>10} {:>9} {:>9} {:>10} {:>8} {:>8} {:>8} {:>9} {:>9}",
            "",
            "keygate/s",
            "p50 µs",
            "p99 µs",
            "bare/s",
            "of bare",
            "moto/s",
            "× moto",
            "single tx",
            "× single"
        )?;
        for row in &self.rows {
            let optional = |value: Option<f64>, digits: usize| match value {
                Some(value) => format!("{value:.digits$}"),
                None => "–".to_owned(),
            };
            let single = (!row.sqlite.is_empty()).then(|| median(row.sqlite.iter().copied()));
            writeln!(
                f,
                "{:<18} {:>10.0} {:>9.0} {:>9.0} {:>10.0} {:>7.0}% {:>8} {:>8} {:>9} {:>9}",
                row.kind.name(),
                row.rate(),
                row.latency(|m| m.median),
                row.latency(|m| m.p99),
                median(row.bare.iter().map(|m| m.rate)),
                row.of_bare() * 100.0,
                optional(row.moto, 0),
                optional(row.of_moto(), 0),
                optional(single, 0),
                optional(row.of_sqlite(), 1),
            )?;
        }
        let mebibytes = |bytes: u64| bytes as f64 / 1024.0 / 1024.0;
        writeln!(f)?;
        writeln!(f, "connections       {}", self.connections)?;
        writeln!(f, "start to ready    {:.1} ms", self.start_to_ready.as_secs_f64() * 1e3)?;
        writeln!(f, "idle memory       {:.1} MiB", mebibytes(self.idle_memory))?;
        writeln!(f, "memory after load {:.1} MiB", mebibytes(self.loaded_memory))
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn thousandths(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(rate: f64) -> Measured {
        Measured { rate, median: Duration::from_micros(100), p99: Duration::from_micros(900) }
    }

    #[test]
    fn ratios_are_medians_of_rounds() {
        let mut row = Row::new(Kind::CreateUser);
        row.keygate = [100.0, 600.0, 900.0].map(measured).into();
        row.bare = [1000.0, 1000.0, 1000.0].map(measured).into();
        row.sqlite = vec![50.0, 100.0, 300.0];
        row.moto = Some(6.0);
        let mut report = Report::new(16);
        report.rows.push(row);
        let json = report.to_json();
        let row = &json["operations"][0];
        assert_eq!(row["keygate_per_second"], 600.0);
        assert_eq!(row["of_bare"], 0.6);
        assert_eq!(row["times_moto"], 100.0);
        assert_eq!(row["times_single_transactions"], 3.0);
        let table = report.to_string();
        assert!(table.contains("60%") && table.contains("3.0"), "{table}");
    }
}
