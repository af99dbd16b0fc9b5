use rama::PMap;
use rama::paths::{Path, Root};

fn main() {
    let _ = Path::<(), Root<PMap<i64, i64>>>::new().key(1).field(|f| f.amount).termval(1);
}
