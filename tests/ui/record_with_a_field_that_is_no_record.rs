use rama::Record;
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize)]
pub struct Price(pub i64);

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Offer {
    pub id: i64,
    pub price: Price,
}

fn main() {}
