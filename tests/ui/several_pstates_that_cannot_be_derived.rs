use rama::{PMap, PState, Record};

#[derive(PState)]
pub struct Pair(pub i64, pub i64);

#[derive(PState)]
pub enum Either {
    One(i64),
}

#[derive(PState)]
pub struct Generic<T> {
    pub values: PMap<i64, T>,
}

#[derive(PState)]
pub struct SameIds {
    #[pstate(id = 1)]
    pub one: i64,
    #[pstate(id = 1)]
    pub other: i64,
}

#[derive(PState)]
pub struct Named {
    #[pstate(name = "one")]
    pub one: i64,
}

#[derive(Clone, Record)]
pub struct Borrowed<'a> {
    pub text: &'a str,
}

fn main() {}
