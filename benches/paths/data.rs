//! What several families of cases run on.

use std::collections::HashMap;

pub const COUNT: i64 = 100_000;

/// Numbers below 1,000 in no order, so that nothing about one can be foretold from those before it.
pub fn numbers() -> Vec<i64> {
    let mut random = fastrand::Rng::with_seed(7);
    (0..COUNT).map(|_| random.i64(0..1_000)).collect()
}

pub fn lists() -> Vec<Vec<i64>> {
    (0..COUNT / 10).map(|n| (n..n + 10).collect()).collect()
}

pub fn maps() -> HashMap<i64, HashMap<i64, i64>> {
    (0..COUNT / 10).map(|n| (n, (n..n + 10).map(|m| (m, m)).collect())).collect()
}

pub fn names() -> Vec<String> {
    (0..COUNT / 10).map(|n| format!("a name that is longer than most: {n}")).collect()
}
