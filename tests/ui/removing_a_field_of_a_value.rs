use rama::PMap;
use rama::paths::{PStatePath, Root};

fn main() {
    let _ = PStatePath::<(), Root<PMap<i64, (i64, String)>>>::new().key(1).field(|f| f.1).none();
}
