//! Random writes to fixed keys within a map, beside a plain model: what is selected is equal after
//! every write, through attempts applied, discarded and replayed, and no row is left behind.
#![allow(missing_docs)]

use proptest::prelude::*;
use rama::paths::{AnyPartition, Partition, Path, PathError, Root};
use rama::{PMap, PState, aggregate};
use std::collections::BTreeMap;
#[derive(PState)]
struct Profile {
    name: String,
    total: i64,
    friends: PMap<i64, String>,
    stats: Stats,
}
#[derive(PState)]
struct Stats {
    count: i64,
    by_day: PMap<u32, PMap<u8, i64>>,
}
type S = PMap<i64, Profile>;
fn p() -> Path<(), Root<S>> {
    Path::new()
}
#[derive(Clone, Debug, Default, PartialEq)]
struct MStats {
    count: Option<i64>,
    by_day: Option<BTreeMap<u32, BTreeMap<u8, i64>>>,
}
#[derive(Clone, Debug, Default, PartialEq)]
struct MProfile {
    name: Option<String>,
    total: Option<i64>,
    friends: Option<BTreeMap<i64, String>>,
    stats: Option<MStats>,
}
type M = BTreeMap<i64, MProfile>;
#[derive(Clone, Debug)]
enum W {
    Name(i64, String),
    Sum(i64, i64),
    Friend(i64, i64),
    Unfriend(i64, i64),
    NoFriends(i64),
    Day(i64, u32, u8, i64),
    NoDay(i64, u32),
    Count(i64),
    NoCount(i64),
    NoStats(i64),
    NoProfile(i64),
    NoName(i64),
    Apply,
    Discard,
    Recover,
}
fn w() -> impl Strategy<Value = W> {
    let k = || 0..2_i64;
    prop_oneof![
        3 => (k(), "[ab]").prop_map(|(k, n)| W::Name(k, n)), 3 => (k(), -5..5_i64).prop_map(|(k, v)| W::Sum(k, v)),
        4 => (k(), 0..3_i64).prop_map(|(k, f)| W::Friend(k, f)), 2 => (k(), 0..3_i64).prop_map(|(k, f)| W::Unfriend(k, f)), 1 => k().prop_map(W::NoFriends),
        5 => (k(), 0..2_u32, 0..2_u8, -5..5_i64).prop_map(|(k, d, h, v)| W::Day(k, d, h, v)), 2 => (k(), 0..2_u32).prop_map(|(k, d)| W::NoDay(k, d)),
        3 => k().prop_map(W::Count), 1 => k().prop_map(W::NoCount), 2 => k().prop_map(W::NoStats), 2 => k().prop_map(W::NoProfile), 1 => k().prop_map(W::NoName),
        3 => Just(W::Apply), 1 => Just(W::Discard), 1 => Just(W::Recover)]
}
fn write(q: &mut Partition<S>, m: &mut M, w: &W) -> Result<(), PathError> {
    match w.clone() {
        W::Name(k, n) => {
            q.transform(p().key(k).field(|f| f.name).termval(n.clone()))?;
            m.entry(k).or_default().name = Some(n);
        }
        W::Sum(k, v) => {
            q.aggregate(&p().key(k).field(|f| f.total), aggregate::sum(v))?;
            let t = &mut m.entry(k).or_default().total;
            *t = Some(t.unwrap_or(0) + v);
        }
        W::Friend(k, f) => {
            q.transform(p().key(k).field(|x| x.friends).key(f).termval("x".into()))?;
            m.entry(k).or_default().friends.get_or_insert_default().insert(f, "x".into());
        }
        W::Unfriend(k, f) => {
            q.transform(p().key(k).field(|x| x.friends).key(f).none())?;
            m.get_mut(&k).and_then(|x| x.friends.as_mut()).map(|x| x.remove(&f));
        }
        W::NoFriends(k) => {
            q.transform(p().must(k).field(|x| x.friends).none())?;
            if let Some(x) = m.get_mut(&k) {
                x.friends = None;
            }
        }
        W::Day(k, d, h, v) => {
            q.transform(
                p().key(k).field(|x| x.stats).field(|x| x.by_day).key(d).key(h).termval(v),
            )?;
            m.entry(k)
                .or_default()
                .stats
                .get_or_insert_default()
                .by_day
                .get_or_insert_default()
                .entry(d)
                .or_default()
                .insert(h, v);
        }
        W::NoDay(k, d) => {
            q.transform(p().key(k).field(|x| x.stats).field(|x| x.by_day).key(d).none())?;
            m.get_mut(&k)
                .and_then(|x| x.stats.as_mut())
                .and_then(|x| x.by_day.as_mut())
                .map(|x| x.remove(&d));
        }
        W::Count(k) => {
            q.aggregate(&p().key(k).field(|x| x.stats).field(|x| x.count), aggregate::count())?;
            let c = &mut m.entry(k).or_default().stats.get_or_insert_default().count;
            *c = Some(c.unwrap_or(0) + 1);
        }
        W::NoCount(k) => {
            q.transform(p().key(k).field(|x| x.stats).field(|x| x.count).none())?;
            if let Some(s) = m.get_mut(&k).and_then(|x| x.stats.as_mut()) {
                s.count = None;
            }
        }
        W::NoStats(k) => {
            q.transform(p().key(k).field(|x| x.stats).none())?;
            if let Some(x) = m.get_mut(&k) {
                x.stats = None;
            }
        }
        W::NoProfile(k) => {
            q.transform(p().key(k).none())?;
            m.remove(&k);
        }
        W::NoName(k) => {
            q.transform(p().key(k).field(|x| x.name).none())?;
            if let Some(x) = m.get_mut(&k) {
                x.name = None;
            }
        }
        W::Apply | W::Discard | W::Recover => {}
    }
    Ok(())
}
fn same(
    m: &M,
    keys: Vec<i64>,
    one: &dyn Fn(
        i64,
    ) -> (
        Option<String>,
        Option<i64>,
        Vec<(i64, String)>,
        Option<i64>,
        Vec<u32>,
        Vec<(u8, i64)>,
        usize,
    ),
) {
    assert_eq!(keys, m.keys().copied().collect::<Vec<_>>());
    for k in 0..2 {
        let x = m.get(&k).cloned().unwrap_or_default();
        let s = x.stats.clone().unwrap_or_default();
        let by = s.by_day.clone().unwrap_or_default();
        let f = x.friends.clone().unwrap_or_default();
        let n = f.len();
        assert_eq!(
            one(k),
            (
                x.name,
                x.total,
                f.into_iter().collect(),
                s.count,
                by.keys().copied().collect(),
                by.into_values().flatten().collect(),
                n
            )
        );
    }
}
macro_rules! check {
    ($s:expr, $m:expr) => {{
        let s = $s;
        let m = $m;
        same(m, s.select(&p().map_keys()).unwrap(), &|k| {
            (
                s.select_one(&p().key(k).field(|f| f.name)).unwrap(),
                s.select_one(&p().key(k).field(|f| f.total)).unwrap(),
                s.select(&p().key(k).field(|f| f.friends).all()).unwrap(),
                s.select_one(&p().key(k).field(|f| f.stats).field(|f| f.count)).unwrap(),
                s.select(&p().key(k).field(|f| f.stats).field(|f| f.by_day).map_keys()).unwrap(),
                s.select(&p().key(k).field(|f| f.stats).field(|f| f.by_day).map_vals().all())
                    .unwrap(),
                s.select_one(&p().key(k).field(|f| f.friends).count()).unwrap(),
            )
        })
    }};
}
fn rows(m: &M) -> usize {
    m.values()
        .map(|x| {
            1 + x.name.iter().count()
                + x.total.iter().count()
                + x.friends.as_ref().map_or(0, |f| 1 + f.len())
                + x.stats.as_ref().map_or(0, |s| {
                    1 + s.count.iter().count()
                        + s.by_day
                            .as_ref()
                            .map_or(0, |b| 1 + b.values().map(|d| 1 + d.len()).sum::<usize>())
                })
        })
        .sum()
}
proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn selects_equal_a_plain_model(ws in prop::collection::vec(w(), 1..80)) {
        let (mut q, mut log) = (Partition::<S>::new(), Vec::new());
        let (mut live, mut com) = (M::new(), M::new());
        for w in ws.into_iter().chain([W::Apply, W::Recover]) {
            write(&mut q, &mut live, &w).unwrap();
            match w {
                W::Apply => { let mut d = vec![]; q.encode_delta(&mut d).unwrap(); q.apply(); log.push(d); com = live.clone(); }
                W::Discard => { q.discard(); live = com.clone(); }
                W::Recover => { q = Partition::new(); for d in &log { q.replay(d).unwrap(); } live = com.clone(); }
                _ => {}
            }
            check!(&q, &live);
            check!(&q.committed(), &com);
            assert_eq!(q.row_count(), rows(&com), "garbage rows");
        }
    }
}
