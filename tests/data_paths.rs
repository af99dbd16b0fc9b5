//! Paths as data in clusters of several sizes and on structs with `#[derive(PState)]`: the same values
//! as typed paths, by typed clients and by clients that know only names.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "common/forms.rs"]
mod forms;

use std::sync::Mutex;

use forms::{on_clusters, process};
use rama::paths::PathError;
use rama::testing::TestPState;
use rama::{
    DataPath, DataPathError, Datum, FunctionCall, InProcessCluster, PMap, PSet, PState, PVec,
    PathFunctions, Record, SelectError, defmodule,
};
use serde::{Deserialize, Serialize};

#[derive(PState)]
struct Profile {
    name: String,
    followers: PSet<i64>,
    posts: PVec<Post>,
    stats: Stats,
    r#type: Kind,
}

#[derive(PState)]
struct Stats {
    by_day: PMap<u32, i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
struct Post {
    title: String,
    likes: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
enum Kind {
    Person,
    Company { employees: u32 },
}

fn by_tens(partitions: usize, key: &i64) -> usize {
    (*key as usize / 10) % partitions
}

/// How many likes a post has.
fn likes(post: Post) -> usize {
    post.likes.len()
}

defmodule! {
    pub module Social {
        depot *users: i64, hash_by(same);

        path_function likes;
        path_function is_even = |n: i64| n % 2 == 0;
        path_function is_between = |n: i64, low: i64, high: i64| {
            let from = low <= n;
            from && n < high
        };
        path_function fails = |n: i64| -> i64 { panic!("there is no {n}") };

        microbatch social {
            pstate $$profiles: PMap<i64, Profile>;
            pstate $$tens: PMap<i64, i64>, key_partitioner(by_tens);
            pstate $$seen: PSet<i64>;
            pstate $$total: i64, global;
            pstate $$secret: PMap<i64, i64>, private;

            sources! {
                source> *users :> %mb;
                %mb() :> *n;
                anchor> <start>;
                local_transform> $$profiles.key(*n).name.termval(format!("user {}", *n));
                local_transform> $$profiles.key(*n).r#type.termval(kind(*n));
                local_transform> $$profiles.key(*n).followers.none_elem().termval(*n + 1);
                local_transform> $$profiles.key(*n).followers.none_elem().termval(*n + 2);
                local_transform> $$profiles.key(*n).posts.after_elem().termval(post(*n));
                local_transform> $$profiles.key(*n).stats.by_day.key(7).termval(*n);
                local_transform> $$seen.none_elem().termval(*n);
                local_transform> $$secret.key(*n).termval(*n);
                |path($$tens.key(*n));
                local_transform> $$tens.key(*n).termval(*n * 2);
                |global;
                local_transform> $$total.nil_to_val(0).term(|sum| sum + *n);
            }
        }
    }
}

fn same(n: &i64) -> i64 {
    *n
}

fn kind(n: i64) -> Kind {
    if n % 2 == 0 { Kind::Person } else { Kind::Company { employees: n as u32 } }
}

fn post(n: i64) -> Post {
    Post { title: format!("post {n}"), likes: (0..n % 5).collect() }
}

fn path() -> DataPath {
    DataPath::new()
}

fn data<T: Serialize>(values: Vec<T>) -> Vec<Datum> {
    values.iter().map(|value| Datum::of(value).unwrap()).collect()
}

#[test]
fn clients_select_by_data_what_they_select_by_types() {
    on_clusters(|cluster, tasks, threads| {
        process(cluster, Social, (tasks, threads), Social::users, Social::social, 0..30);
        let profiles = cluster.pstate(Social::profiles);
        let by_name = cluster.pstate_by_name("$$profiles");
        assert_eq!(by_name.num_partitions().unwrap(), tasks);
        for n in [0, 1, 17, 29, 99] {
            let cases = [
                (
                    data(profiles.select(|p| p.key(n).field(|f| f.name)).unwrap()),
                    path().key(n).field("name"),
                ),
                (
                    data(profiles.select(|p| p.key(n).field(|f| f.r#type)).unwrap()),
                    path().key(n).field("type"),
                ),
                (
                    data(profiles.select(|p| p.must(n).field(|f| f.followers).all()).unwrap()),
                    path().must(n).field("followers").all(),
                ),
                (
                    data(profiles.select(|p| p.key(n).field(|f| f.followers).count()).unwrap()),
                    path().key(n).field("followers").count(),
                ),
                (
                    data(profiles.select(|p| p.key(n).field(|f| f.posts).all()).unwrap()),
                    path().key(n).field("posts").all(),
                ),
                (
                    data(
                        profiles
                            .select(|p| p.key(n).field(|f| f.posts).last().field(|f| f.likes).all())
                            .unwrap(),
                    ),
                    path().key(n).field("posts").last().field("likes").all(),
                ),
                (
                    data(
                        profiles
                            .select(|p| {
                                p.key(n).field(|f| f.posts).all().view(|post| likes(post.clone()))
                            })
                            .unwrap(),
                    ),
                    path().key(n).field("posts").all().view("likes"),
                ),
                (
                    data(
                        profiles
                            .select(|p| p.key(n).field(|f| f.stats).field(|f| f.by_day).all())
                            .unwrap(),
                    ),
                    path().key(n).field("stats").field("by_day").all(),
                ),
                (data(profiles.select(|p| p.map_key(n)).unwrap()), path().map_key(n)),
            ];
            for (expected, path) in cases {
                assert_eq!(profiles.select_data(&path).unwrap(), expected, "{path:?}");
                assert_eq!(by_name.select(&path).unwrap(), expected, "{path:?}");
                assert_eq!(by_name.at_key(n).select(&path).unwrap(), expected, "{path:?}");
            }
        }
        let name = by_name.select_one(&path().key(17).field("name")).unwrap();
        assert_eq!(name.to::<String>().unwrap(), "user 17");
        assert_eq!(profiles.select_one_data(&path().key(17).field("name")).unwrap(), name);
        let kind_of_17 = by_name.select_one(&path().key(17).field("type")).unwrap();
        assert_eq!(kind_of_17.to::<Kind>().unwrap(), kind(17));

        // As many as all partitions have, each read by its number.
        let keys = path().map_keys().filter_pred(FunctionCall::new("is_between").arg(5).arg(25));
        let mut found: Vec<i64> = (0..tasks)
            .flat_map(|task| by_name.at_task(task).select(&keys).unwrap())
            .map(|key| key.to().unwrap())
            .collect();
        found.sort_unstable();
        assert_eq!(found, (5..25).collect::<Vec<i64>>());

        let tens = cluster.pstate_by_name("tens");
        let seen = cluster.pstate_by_name("seen");
        for n in 0..30 {
            assert_eq!(tens.select_one(&path().key(n)).unwrap(), Datum::from(n * 2));
            assert_eq!(seen.select(&path().set_elem(n)).unwrap(), [n.into()]);
            assert_eq!(seen.at_key(n).select(&path().all().filter_equal(n)).unwrap(), [n.into()]);
        }
        let total = cluster.pstate_by_name("$$total");
        assert_eq!(total.select_one(&path()).unwrap(), Datum::from((0..30).sum::<i64>()));
        assert_eq!(total.num_partitions().unwrap(), 1);
    });
}

#[test]
fn a_snapshot_is_read_by_data_too() {
    let cluster = InProcessCluster::builder().simulated(3).build().unwrap();
    process(&cluster, Social, (4, 2), Social::users, Social::social, 0..3);
    let before = cluster.snapshot().unwrap();
    cluster.depot(Social::users).append(1).unwrap();
    cluster.wait_for_microbatch_processed_count(Social::social, 4).unwrap();
    let total = cluster.pstate_by_name("$$total");
    assert_eq!(total.select_one(&path()).unwrap(), 4.into());
    assert_eq!(total.as_of(&before).select_one(&path()).unwrap(), 3.into());
    let profiles = cluster.pstate(Social::profiles);
    let posts = path().key(1).field("posts").count();
    assert_eq!(profiles.select_one_data(&posts).unwrap(), 2.into());
    assert_eq!(profiles.as_of(&before).select_one_data(&posts).unwrap(), 1.into());
    drop(cluster);
}

#[test]
fn what_cannot_be_read_is_said() {
    let cluster = InProcessCluster::builder().simulated(1).build().unwrap();
    let unknown = cluster.pstate_by_name("funds");
    let error = unknown.select(&path()).unwrap_err();
    assert_eq!(error.to_string(), "there is no PState $$funds in this cluster");
    process(&cluster, Social, (4, 2), Social::users, Social::social, 0..3);
    let error = unknown.select(&path()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no PState $$funds in this cluster; there are: $$profiles, $$tens, $$seen, $$total"
    );
    let secret = cluster.pstate_by_name("$$secret").select(&path().key(1)).unwrap_err();
    assert!(matches!(secret, SelectError::Private { pstate: "secret" }));

    let profiles = cluster.pstate_by_name("profiles");
    let of = |path: DataPath| profiles.select(&path).unwrap_err();
    assert!(matches!(of(path().map_keys()), SelectError::NoPartition { tasks: 4, .. }));
    let wrong = of(path().key("x").field("name"));
    assert!(
        matches!(wrong, SelectError::Data { source: DataPathError::NotAKey { .. }, .. }),
        "{wrong}"
    );
    assert!(matches!(of(path().set_elem(1)), SelectError::NoPartition { .. }));
    let whole = of(path().key(1));
    assert!(
        whole.to_string().contains("ends at fixed keys, which is stored element by element"),
        "{whole}"
    );
    let field = of(path().key(1).field("nane"));
    assert!(
        field
            .to_string()
            .ends_with("there is no field `nane`; there are: name, followers, posts, stats, type"),
        "{field}"
    );
    let error = profiles.at_key("x").select(&path()).unwrap_err();
    assert!(matches!(error, SelectError::KeyOfOtherType { .. }), "{error}");
    let error = profiles.at_task(4).select(&path()).unwrap_err();
    assert!(matches!(error, SelectError::NoSuchTask { task: 4, .. }), "{error}");
    let error = cluster.pstate_by_name("total").at_key(1).select(&path()).unwrap_err();
    assert!(matches!(error, SelectError::NoKeyType { .. }), "{error}");
    let error = profiles.select_one(&path().key(1).field("followers").all()).unwrap_err();
    assert!(matches!(error, SelectError::NotOne { found: 2, .. }), "{error}");

    // A panic is an error of the read, and the next read is none the worse.
    static HOOK: Mutex<()> = Mutex::new(());
    let hook = HOOK.lock().unwrap();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let error = of(path().key(1).field("followers").all().view("fails"));
    std::panic::set_hook(before);
    drop(hook);
    assert!(error.to_string().ends_with("`fails` panicked: there is no 2"), "{error}");
    assert_eq!(
        profiles.select(&path().key(1).field("followers").all()).unwrap(),
        [2.into(), 3.into()]
    );
    let error = of(path().key(1).field("followers").all().view("double"));
    assert!(error.to_string().contains("there are: fails, is_between, is_even, likes"), "{error}");

    let snapshot = cluster.snapshot().unwrap();
    cluster.close().unwrap();
    let other = InProcessCluster::builder().simulated(1).build().unwrap();
    process(&other, Social, (1, 1), Social::users, Social::social, 0..1);
    let expired = other.pstate_by_name("total").as_of(&snapshot).select(&path()).unwrap_err();
    let is_expired = matches!(
        &expired,
        SelectError::Data { source: DataPathError::Stored(PathError::Expired), .. }
    );
    assert!(is_expired, "{expired}");
}

#[test]
fn fixed_keys_in_a_test_pstate() {
    let mut profile = TestPState::<Profile>::new();
    let top = profile.path();
    profile.transform(top.field(|f| f.name).termval("al".to_owned())).unwrap();
    profile.transform(top.field(|f| f.stats).field(|f| f.by_day).key(3).termval(5)).unwrap();
    profile.transform(top.field(|f| f.r#type).termval(kind(3))).unwrap();
    let functions = PathFunctions::new();
    let select =
        |profile: &TestPState<Profile>, path| profile.select_data(&path, &functions).unwrap();
    for _ in 0..2 {
        assert_eq!(select(&profile, path().field("name")), ["al".into()]);
        assert_eq!(select(&profile, path().field("name").first()), ["a".into()]);
        assert_eq!(select(&profile, path().field("followers").count()), [0.into()]);
        assert_eq!(select(&profile, path().field("posts").last()), []);
        let days = path().field("stats").field("by_day");
        assert_eq!(select(&profile, days.clone().all()), [(3, 5).into()]);
        assert_eq!(select(&profile, days.key(4)), [Datum::Null]);
        let employees = path().field("type").field("Company").field("employees");
        assert_eq!(select(&profile, employees), [3.into()]);
        assert_eq!(
            select(&profile, path().filter_selected(|p| p.field("posts").first()).field("name")),
            []
        );
        profile.commit();
    }
}
