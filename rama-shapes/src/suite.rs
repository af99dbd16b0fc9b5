//! Which shapes the suite has, and what the environment changes of it.

/// How many shapes there are, unless `RAMA_SHAPES` says otherwise.
pub const SHAPES: u64 = 210;
/// The variable with the number of shapes.
pub const COUNT: &str = "RAMA_SHAPES";
/// The variable with the first seed.
pub const SEED: &str = "RAMA_SHAPES_SEED";
/// The variable with the only seed to look at.
pub const ONLY: &str = "RAMA_SHAPES_ONLY";
/// How many operations are run on one shape.
pub const OPERATIONS: usize = 600;

/// The seeds that have found something.
pub fn regressions() -> Vec<u64> {
    include_str!("../regressions.txt").lines().filter_map(|line| line.trim().parse().ok()).collect()
}

/// The seeds of the suite, as the environment says.
pub fn seeds(variable: impl Fn(&str) -> Option<u64>) -> Vec<u64> {
    if let Some(only) = variable(ONLY) {
        return vec![only];
    }
    let first = variable(SEED).unwrap_or(0);
    let count = variable(COUNT).unwrap_or(SHAPES);
    let mut seeds = regressions();
    seeds.extend(first..first.saturating_add(count));
    seeds.sort_unstable();
    seeds.dedup();
    seeds
}
