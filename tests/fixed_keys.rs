//! Random writes to fixed keys within a map, beside a plain model: what is selected is equal after
//! every write, through attempts applied, discarded and replayed, and no row is left behind.
#![allow(missing_docs, clippy::unwrap_used)]

use proptest::prelude::*;
use rama::paths::{AnyPartition, PStatePath, Partition, PathError, Root};
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
type Profiles = PMap<i64, Profile>;
fn path() -> PStatePath<(), Root<Profiles>> {
    PStatePath::new()
}

#[derive(Clone, Debug, Default, PartialEq)]
struct ModelStats {
    count: Option<i64>,
    by_day: Option<BTreeMap<u32, BTreeMap<u8, i64>>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct ModelProfile {
    name: Option<String>,
    total: Option<i64>,
    friends: Option<BTreeMap<i64, String>>,
    stats: Option<ModelStats>,
}
type Model = BTreeMap<i64, ModelProfile>;

#[derive(Clone, Debug)]
enum Write {
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

fn any_write() -> impl Strategy<Value = Write> {
    let k = || 0..2_i64;
    prop_oneof![
        3 => (k(), "[ab]").prop_map(|(k, n)| Write::Name(k, n)), 3 => (k(), -5..5_i64).prop_map(|(k, v)| Write::Sum(k, v)),
        4 => (k(), 0..3_i64).prop_map(|(k, f)| Write::Friend(k, f)), 2 => (k(), 0..3_i64).prop_map(|(k, f)| Write::Unfriend(k, f)), 1 => k().prop_map(Write::NoFriends),
        5 => (k(), 0..2_u32, 0..2_u8, -5..5_i64).prop_map(|(k, d, h, v)| Write::Day(k, d, h, v)), 2 => (k(), 0..2_u32).prop_map(|(k, d)| Write::NoDay(k, d)),
        3 => k().prop_map(Write::Count), 1 => k().prop_map(Write::NoCount), 2 => k().prop_map(Write::NoStats), 2 => k().prop_map(Write::NoProfile), 1 => k().prop_map(Write::NoName),
        3 => Just(Write::Apply), 1 => Just(Write::Discard), 1 => Just(Write::Recover)]
}

fn write(
    partition: &mut Partition<Profiles>,
    model: &mut Model,
    w: &Write,
) -> Result<(), PathError> {
    match w.clone() {
        Write::Name(k, n) => {
            partition.transform(path().key(k).field(|f| f.name).termval(n.clone()))?;
            model.entry(k).or_default().name = Some(n);
        }
        Write::Sum(k, v) => {
            partition.aggregate(&path().key(k).field(|f| f.total), aggregate::sum(v))?;
            let t = &mut model.entry(k).or_default().total;
            *t = Some(t.unwrap_or(0) + v);
        }
        Write::Friend(k, f) => {
            partition.transform(path().key(k).field(|x| x.friends).key(f).termval("x".into()))?;
            model.entry(k).or_default().friends.get_or_insert_default().insert(f, "x".into());
        }
        Write::Unfriend(k, f) => {
            partition.transform(path().key(k).field(|x| x.friends).key(f).none())?;
            model.get_mut(&k).and_then(|x| x.friends.as_mut()).map(|x| x.remove(&f));
        }
        Write::NoFriends(k) => {
            partition.transform(path().must(k).field(|x| x.friends).none())?;
            if let Some(x) = model.get_mut(&k) {
                x.friends = None;
            }
        }
        Write::Day(k, d, h, v) => {
            partition.transform(
                path().key(k).field(|x| x.stats).field(|x| x.by_day).key(d).key(h).termval(v),
            )?;
            model
                .entry(k)
                .or_default()
                .stats
                .get_or_insert_default()
                .by_day
                .get_or_insert_default()
                .entry(d)
                .or_default()
                .insert(h, v);
        }
        Write::NoDay(k, d) => {
            partition
                .transform(path().key(k).field(|x| x.stats).field(|x| x.by_day).key(d).none())?;
            model
                .get_mut(&k)
                .and_then(|x| x.stats.as_mut())
                .and_then(|x| x.by_day.as_mut())
                .map(|x| x.remove(&d));
        }
        Write::Count(k) => {
            partition.aggregate(
                &path().key(k).field(|x| x.stats).field(|x| x.count),
                aggregate::count(),
            )?;
            let c = &mut model.entry(k).or_default().stats.get_or_insert_default().count;
            *c = Some(c.unwrap_or(0) + 1);
        }
        Write::NoCount(k) => {
            partition.transform(path().key(k).field(|x| x.stats).field(|x| x.count).none())?;
            if let Some(s) = model.get_mut(&k).and_then(|x| x.stats.as_mut()) {
                s.count = None;
            }
        }
        Write::NoStats(k) => {
            partition.transform(path().key(k).field(|x| x.stats).none())?;
            if let Some(x) = model.get_mut(&k) {
                x.stats = None;
            }
        }
        Write::NoProfile(k) => {
            partition.transform(path().key(k).none())?;
            model.remove(&k);
        }
        Write::NoName(k) => {
            partition.transform(path().key(k).field(|x| x.name).none())?;
            if let Some(x) = model.get_mut(&k) {
                x.name = None;
            }
        }
        Write::Apply | Write::Discard | Write::Recover => {}
    }
    Ok(())
}

/// What a profile looks like: name, total, friends, count, days, hours of all days, friend count.
type Seen =
    (Option<String>, Option<i64>, Vec<(i64, String)>, Option<i64>, Vec<u32>, Vec<(u8, i64)>, usize);

fn same(model: &Model, keys: Vec<i64>, one: &dyn Fn(i64) -> Seen) {
    assert_eq!(keys, model.keys().copied().collect::<Vec<_>>());
    for k in 0..2 {
        let x = model.get(&k).cloned().unwrap_or_default();
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
        let model = $m;
        same(model, s.select(&path().map_keys()).unwrap(), &|k| {
            (
                s.select_one(&path().key(k).field(|f| f.name)).unwrap(),
                s.select_one(&path().key(k).field(|f| f.total)).unwrap(),
                s.select(&path().key(k).field(|f| f.friends).all()).unwrap(),
                s.select_one(&path().key(k).field(|f| f.stats).field(|f| f.count)).unwrap(),
                s.select(&path().key(k).field(|f| f.stats).field(|f| f.by_day).map_keys()).unwrap(),
                s.select(&path().key(k).field(|f| f.stats).field(|f| f.by_day).map_vals().all())
                    .unwrap(),
                s.select_one(&path().key(k).field(|f| f.friends).count()).unwrap(),
            )
        })
    }};
}

/// Number of rows that the model needs.
fn rows(model: &Model) -> usize {
    model
        .values()
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
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn selects_equal_a_plain_model(writes in prop::collection::vec(any_write(), 1..80)) {
        let (mut partition, mut log) = (Partition::<Profiles>::new(), Vec::new());
        let (mut live, mut committed) = (Model::new(), Model::new());
        for w in writes.into_iter().chain([Write::Apply, Write::Recover]) {
            write(&mut partition, &mut live, &w).unwrap();
            match w {
                Write::Apply => {
                    let mut delta = vec![];
                    partition.encode_delta(&mut delta).unwrap();
                    partition.apply();
                    log.push(delta);
                    committed = live.clone();
                }
                Write::Discard => {
                    partition.discard();
                    live = committed.clone();
                }
                Write::Recover => {
                    partition = Partition::new();
                    for delta in &log {
                        partition.apply_delta(delta).unwrap();
                    }
                    live = committed.clone();
                }
                _ => {}
            }
            check!(&partition, &live);
            check!(&partition.committed(), &committed);
            assert_eq!(partition.row_count().expect("the rows are counted"), rows(&committed), "garbage rows");
        }
    }
}
