use rama::PMap;
use rama::paths::{PStatePath, Root};

fn main() {
    let _ = PStatePath::<(), Root<PMap<i64, i64>>>::new().key(1).field(|f| f.amount).termval(1);
}
