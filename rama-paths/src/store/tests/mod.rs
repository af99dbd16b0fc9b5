//! The store against models, its deltas, and its promises about failure and readers.

mod delta;
mod listed;
mod model;
mod readers;
mod sorted;
