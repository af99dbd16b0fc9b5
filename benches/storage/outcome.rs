//! What one contestant did in one round.

use std::time::Instant;

use crate::instruments::Doings;

/// A timed run.
pub struct Outcome {
    pub seconds: f64,
    /// Seconds of the processor's time, over all threads; 0 where the system does not tell.
    pub cpu: f64,
    /// Bytes the process wrote to files; 0 where the system does not tell.
    pub written: u64,
    /// Checkpoints of rama, or write-backs to redb.
    pub checkpoints: u64,
    /// Of rama only.
    pub doings: Option<Doings>,
}

/// A run under way.
pub struct Timed {
    start: Instant,
    written: u64,
    cpu: f64,
}

impl Timed {
    pub fn start() -> Timed {
        Timed { written: written_bytes(), cpu: cpu_seconds(), start: Instant::now() }
    }

    pub fn stop(&self, checkpoints: u64, doings: Option<Doings>) -> Outcome {
        let seconds = self.start.elapsed().as_secs_f64();
        let written = written_bytes() - self.written;
        let cpu = cpu_seconds() - self.cpu;
        Outcome { seconds, cpu, written, checkpoints, doings }
    }
}

/// Bytes this process has given to the system to write.
fn written_bytes() -> u64 {
    let counters = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = counters.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.and_then(|bytes| bytes.parse().ok()).unwrap_or(0)
}

/// Seconds of the processor's time this process has had.
fn cpu_seconds() -> f64 {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program may have spaces; what follows its bracket is field 3.
    let fields = status.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: f64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Whether the rows in memory are written back after this batch, when that is to happen `times`
/// times in `batches` batches.
pub fn is_write_back(batch: usize, batches: usize, times: u64) -> bool {
    let done = |batch: usize| batch as u64 * times / batches as u64;
    done(batch + 1) > done(batch)
}
