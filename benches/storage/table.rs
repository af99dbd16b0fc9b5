//! What is printed.

use crate::acks;
use crate::counting_disk::KINDS;
use crate::instruments::Doings;
use crate::latency::{Quantiles, median, median_quantiles};
use crate::outcome::Outcome;
use crate::reads;

const MIB: f64 = (1 << 20) as f64;

type Case = fn(&reads::Cases) -> reads::Measured;
type Kind = fn(&reads::Measured) -> Quantiles;

/// The rounds of one contestant.
pub struct Contestant<'a> {
    pub name: &'a str,
    pub rounds: &'a [Outcome],
}

impl Contestant<'_> {
    fn median(&self, of: impl Fn(&Outcome) -> f64) -> f64 {
        median(self.rounds.iter().map(of))
    }

    /// Its events/s as a share of another's, round by round: what disturbs a round disturbs both.
    fn median_share(&self, other: &Contestant<'_>) -> f64 {
        let rounds = self.rounds.iter().zip(other.rounds);
        median(rounds.map(|(mine, theirs)| theirs.seconds / mine.seconds))
    }
}

/// Times of a workload: rama's, without checkpoints, by hand over redb, by hand.
pub fn print_times(count: usize, bytes: usize, contestants: &[Contestant<'_>; 4]) {
    println!(
        "{:<22}{:>8}{:>8}{:>12}{:>10}{:>10}{:>13}{:>9}  rounds in s",
        "", "s", "cpu s", "events/s", "of limit", "of redb", "checkpoints", "written"
    );
    let [.., redb, limit] = contestants;
    for contestant in contestants {
        let seconds = contestant.median(|round| round.seconds);
        let rounds: Vec<String> =
            contestant.rounds.iter().map(|round| format!("{:.2}", round.seconds)).collect();
        println!(
            "{:<22}{seconds:>8.3}{:>8.2}{:>12.0}{:>10.3}{:>10.3}{:>13.0}{:>8.2}x  {}",
            contestant.name,
            contestant.median(|round| round.cpu),
            count as f64 / seconds,
            contestant.median_share(limit),
            contestant.median_share(redb),
            contestant.median(|round| round.checkpoints as f64),
            contestant.median(|round| round.written as f64) / bytes as f64,
            rounds.join(" "),
        );
    }
    println!(
        "of limit, of redb: events/s as a share of theirs, the median of the rounds; written: bytes for each of events"
    );
    for contestant in contestants {
        for (number, round) in contestant.rounds.iter().enumerate() {
            if let Some(doings) = &round.doings {
                println!("{}, round {}:", contestant.name, number + 1);
                print_doings(doings, bytes, round.seconds);
            }
        }
    }
}

fn print_doings(doings: &Doings, bytes: usize, seconds: f64) {
    let files: Vec<String> = KINDS
        .iter()
        .zip(doings.traffic.bytes.iter().zip(doings.traffic.syncs))
        .map(|(kind, (bytes, syncs))| {
            format!("{kind} {:.1} MiB, {syncs} syncs", *bytes as f64 / MIB)
        })
        .collect();
    println!(
        "  wrote {:.2}x its events: {}",
        doings.traffic.total_bytes() as f64 / bytes as f64,
        files.join("; ")
    );
    println!(
        "  {} microbatches, {} checkpoints of {} rows, under way for {:.0} % of the time; the client waited {:.2} s for them",
        doings.microbatches,
        doings.checkpoints,
        doings.rows,
        100.0 * doings.checkpoint_seconds / seconds,
        doings.waited
    );
}

fn print_quantiles(name: &str, q: &Quantiles, rate: f64, more: &str) {
    println!(
        "{name:<34}{:>10.1}{:>10.1}{:>10.1}{:>11.1}{rate:>12.0}  {more}",
        q.p50, q.p99, q.p999, q.max
    );
}

fn print_head(rate: &str) {
    println!("{:<34}{:>10}{:>10}{:>10}{:>11}{rate:>12}", "us", "p50", "p99", "p99.9", "max");
}

/// Reads: medians over rounds.
pub fn print_reads(rama: &[reads::Cases], redb: &[reads::Cases]) {
    println!("\nW4 reads: one row; 100 rows in order");
    print_head("reads/s");
    let all_cases: [(&str, Case); 2] =
        [("idle", |cases| cases.idle), ("ingesting", |cases| cases.ingesting)];
    let kinds: [(&str, Kind); 2] = [("point", |read| read.point), ("range", |read| read.range)];
    for (case, measured) in all_cases {
        for (kind, quantiles) in kinds {
            let of = |rounds: &[reads::Cases]| {
                let all: Vec<_> = rounds.iter().map(|cases| quantiles(&measured(cases))).collect();
                median_quantiles(&all)
            };
            let (ours, theirs) = (of(rama), of(redb));
            for (name, quantiles, rounds) in [("rama", ours, rama), ("redb", theirs, redb)] {
                let ingest = median(rounds.iter().map(|cases| measured(cases).ingest));
                let checkpoints =
                    median(rounds.iter().map(|cases| measured(cases).checkpoints as f64));
                let more = match case {
                    "idle" => String::new(),
                    _ => format!("{ingest:.0} events/s come in, {checkpoints:.0} checkpoints"),
                };
                let name = format!("{kind}, {case}, {name}");
                print_quantiles(&name, &quantiles, quantiles.rate, &more);
            }
            println!(
                "  rama/redb: p50 {:.2}, p99 {:.2}, p99.9 {:.2} of its time; {:.2} of its reads/s",
                ours.p50 / theirs.p50,
                ours.p99 / theirs.p99,
                ours.p999 / theirs.p999,
                ours.rate / theirs.rate
            );
        }
    }
}

/// Reads during the first checkpoint: medians over rounds.
pub fn print_first_checkpoint(rama: &[reads::Cases]) {
    let rounds = || rama.iter().filter_map(|cases| cases.first_checkpoint);
    let points: Vec<Quantiles> = rounds().map(|read| read.point).collect();
    let ranges: Vec<Quantiles> = rounds().map(|read| read.range).collect();
    for (kind, all) in [("point", points), ("range", ranges)] {
        let quantiles = median_quantiles(&all);
        let name = format!("{kind}, first checkpoint, rama");
        print_quantiles(&name, &quantiles, quantiles.rate, "all rows are in this checkpoint");
    }
}

/// Acknowledgements: medians over rounds.
pub fn print_acks(with: &[acks::Measured], without: &[acks::Measured]) {
    println!("\nAcknowledgements of single appends, 64 under way");
    print_head("acks/s");
    for (name, rounds) in [("with checkpoints", with), ("without checkpoints", without)] {
        let all: Vec<Quantiles> = rounds.iter().map(|round| round.acks).collect();
        let rate = median(rounds.iter().map(|round| round.rate));
        let checkpoints = median(rounds.iter().map(|round| round.checkpoints as f64));
        let share = median(rounds.iter().map(|round| round.checkpointing));
        let more = format!(
            "{checkpoints:.0} checkpoints, under way for {:.0} % of the time",
            100.0 * share
        );
        print_quantiles(name, &median_quantiles(&all), rate, &more);
    }
}
