//! The store against models, its deltas, and its promises about failure and readers.

mod delta;
mod frozen;
mod layered;
mod listed;
mod memory_backing;
mod model;
mod prefetch;
mod readers;
mod sorted;
