//! Paths on plain data beside loops written by hand for the same work.
//!
//! Each case runs both in turn, many times, in one process, on the same data; their results are
//! compared once. Printed are the medians and the ratio: how many times as long the path takes.
//!
//! `cargo bench --bench paths -- [--rounds N] [--only TEXT]`
//!
//! Loops begin at lines of the instruction cache (`.cargo/config.toml`). Otherwise small ones of either
//! would take up to twice as long by whether they happen to cross a line.

#![allow(missing_docs)]

mod data;
mod lists;
mod maps;
mod sets;
mod values;

use std::hint::black_box;
use std::time::{Duration, Instant};

use clap::Parser;

#[derive(Parser)]
struct Options {
    /// How often each case is run by either.
    #[arg(long, default_value_t = 101)]
    rounds: usize,
    /// Only the cases that have this in their names.
    #[arg(long, default_value = "")]
    only: String,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What a case came to.
struct Outcome {
    name: &'static str,
    path: Duration,
    hand: Duration,
}

/// Runs both on copies of `data`, in turn.
fn case<D: Clone + PartialEq, R: PartialEq>(
    options: &Options,
    name: &'static str,
    data: &D,
    path: impl Fn(&mut D) -> R,
    hand: impl Fn(&mut D) -> R,
) -> Option<Outcome> {
    if !name.contains(&options.only) {
        return None;
    }
    let (mut by_path, mut by_hand) = (data.clone(), data.clone());
    assert!(path(&mut by_path) == hand(&mut by_hand), "{name}: results differ");
    assert!(by_path == by_hand, "{name}: data differ");
    let timed = |run: &dyn Fn(&mut D) -> R| {
        let mut data = data.clone();
        let start = Instant::now();
        let result = run(black_box(&mut data));
        let took = start.elapsed();
        black_box((result, data));
        took
    };
    let (mut paths, mut hands) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        paths.push(timed(&path));
        hands.push(timed(&hand));
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    Some(Outcome { name, path: median(&mut paths), hand: median(&mut hands) })
}

fn main() {
    let options = Options::parse();
    println!("{:<72}{:>10}{:>10}{:>8}", "", "path us", "hand us", "ratio");
    let families = [lists::run, maps::run, sets::run, values::run];
    for Outcome { name, path, hand } in families.iter().flat_map(|run| run(&options)).flatten() {
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        let ratio = path.as_secs_f64() / hand.as_secs_f64();
        println!("{name:<72}{:>10.1}{:>10.1}{ratio:>8.2}", micros(path), micros(hand));
    }
}
