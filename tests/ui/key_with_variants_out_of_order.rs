use rama::{Key, Record};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record, Key)]
pub enum Level {
    High = 2,
    Low = 1,
}

fn main() {}
