//! Latencies and medians.

use std::time::Duration;

/// Latencies of many operations.
#[derive(Default)]
pub struct Latencies(Vec<u64>);

/// Microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Quantiles {
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
    /// Operations in each second that was spent in them.
    pub rate: f64,
}

impl Latencies {
    pub fn add(&mut self, latency: Duration) {
        self.0.push(latency.as_nanos() as u64);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Panics if there are none.
    pub fn quantiles(mut self) -> Quantiles {
        self.0.sort_unstable();
        let count = self.0.len();
        let at = |q: f64| self.0[((count as f64 * q) as usize).min(count - 1)] as f64 / 1e3;
        let seconds = self.0.iter().sum::<u64>() as f64 / 1e9;
        Quantiles {
            p50: at(0.5),
            p99: at(0.99),
            p999: at(0.999),
            max: at(1.0),
            rate: count as f64 / seconds,
        }
    }
}

/// Of each figure the median over rounds.
pub fn median_quantiles(rounds: &[Quantiles]) -> Quantiles {
    let of = |f: fn(&Quantiles) -> f64| median(rounds.iter().map(f));
    Quantiles {
        p50: of(|q| q.p50),
        p99: of(|q| q.p99),
        p999: of(|q| q.p999),
        max: of(|q| q.max),
        rate: of(|q| q.rate),
    }
}

/// The median; the upper one of an even number.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
