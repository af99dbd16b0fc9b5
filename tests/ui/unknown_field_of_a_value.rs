use rama::paths::{PStatePath, Root};
use rama::{PMap, Record};
use serde::{Deserialize, Serialize};

#[derive(Clone, Serialize, Deserialize, Record)]
pub struct Price {
    pub amount: i64,
}

fn main() {
    let _ = PStatePath::<(), Root<PMap<i64, Price>>>::new().key(1).field(|f| f.amuont).termval(1);
}
