use rama::{PMap, PState};

#[derive(PState)]
pub struct Profile<'a> {
    pub names: PMap<i64, &'a str>,
}

fn main() {}
