//! Lists, sets and values within PStates: by the language and from clients, in memory and from the
//! checkpoint, beside plain collections.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rama::{InProcessCluster, PMap, PSet, PVec, Record, StorageOptions, Untracked, defmodule};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Record)]
pub struct Post {
    pub user: i64,
    pub tag: String,
    pub number: i64,
}

/// What a user has in one value: how many posts there are with each tag.
type Tags = BTreeMap<String, Vec<i64>>;

defmodule! {
    /// What users wrote, by structures of every kind.
    pub module PostModule {
        depot *posts: Post, hash_by(.user);

        microbatch posting {
            pstate $$written: PMap<i64, PVec<Post>>;
            pstate $$tags: PMap<i64, PSet<String>>;
            pstate $$numbers: PMap<i64, PMap<String, PVec<i64>>>;
            pstate $$seen: PSet<i64>;
            pstate $$all: PVec<i64>;
            pstate $$values: PMap<i64, Tags>;
            pstate $$untracked: PMap<i64, PSet<i64, Untracked>>;
            pstate $$versions: PVec<PMap<String, i64>>;

            sources! {
                source> *posts :> %microbatch;
                %microbatch() :> *post;
                *post.user :> *user;
                *post.number :> *number;
                *post.tag.clone() :> *tag;
                local_transform> $$written.key(*user).after_elem().termval(*post);
                local_transform> $$tags.key(*user).none_elem().termval(*tag);
                local_transform> $$numbers.key(*user).key(*tag).before_elem().termval(*number);
                local_transform> $$seen.none_elem().termval(*user);
                local_transform> $$all.after_elem().termval(*number);
                local_transform> $$values.key(*user).nil_to_default().key(*tag).nil_to_default()
                    .update(|numbers| numbers.push(*number));
                local_transform> $$untracked.key(*user).none_elem().termval(*number);
                local_transform> $$versions.after_elem().key(*tag).termval(*number);
                // The last three of each tag are kept.
                local_transform> $$numbers.key(*user).key(*tag).sublist(3, 10).all().none();
                local_transform> $$untracked.key(*user)
                    .sorted_set_range_to(*number - 4).all().none();
            }
        }
    }
}

#[derive(Debug, Default, PartialEq)]
struct Model {
    posts: BTreeMap<i64, Vec<Post>>,
    tags: BTreeMap<i64, BTreeSet<String>>,
    numbers: BTreeMap<(i64, String), Vec<i64>>,
    seen: BTreeSet<i64>,
    all: Vec<i64>,
    values: BTreeMap<i64, Tags>,
    untracked: BTreeMap<i64, BTreeSet<i64>>,
    versions: Vec<(String, i64)>,
}

impl Model {
    fn add(&mut self, post: &Post) {
        let Post { user, tag, number } = post.clone();
        self.posts.entry(user).or_default().push(post.clone());
        self.tags.entry(user).or_default().insert(tag.clone());
        let numbers = self.numbers.entry((user, tag.clone())).or_default();
        numbers.insert(0, number);
        numbers.truncate(3);
        self.seen.insert(user);
        self.all.push(number);
        self.values.entry(user).or_default().entry(tag.clone()).or_default().push(number);
        let untracked = self.untracked.entry(user).or_default();
        untracked.insert(number);
        untracked.retain(|other| *other >= number - 4);
        self.versions.push((tag, number));
    }

    /// What is in order of arrival over all tasks is not one order.
    fn sorted(mut self) -> Self {
        self.all.sort_unstable();
        self.versions.sort_unstable();
        self
    }

    fn read(cluster: &InProcessCluster, users: i64, tasks: usize) -> Self {
        let posts = cluster.pstate(PostModule::written);
        let tags = cluster.pstate(PostModule::tags);
        let numbers = cluster.pstate(PostModule::numbers);
        let values = cluster.pstate(PostModule::values);
        let untracked = cluster.pstate(PostModule::untracked);
        let mut model = Model::default();
        for user in 0..users {
            let count = posts.select_one(|path| path.key(user).count()).unwrap();
            if count == 0 {
                continue;
            }
            let all = posts.select(|path| path.key(user).all()).unwrap();
            assert_eq!(all.len(), count);
            assert_eq!(posts.select(|path| path.key(user).last()).unwrap(), all[count - 1..]);
            model.posts.insert(user, all);
            let all = tags.select(|path| path.key(user).all()).unwrap();
            assert_eq!(tags.select_one(|path| path.key(user).count()).unwrap(), all.len());
            for tag in &all {
                let of_tag = numbers.select(|path| path.key(user).key(tag).all()).unwrap();
                model.numbers.insert((user, tag.clone()), of_tag);
            }
            model.tags.insert(user, all.into_iter().collect());
            let value = values.select_one(|path| path.key(user)).unwrap();
            model.values.insert(user, value.unwrap());
            let all = untracked.select(|path| path.key(user).all()).unwrap();
            model.untracked.insert(user, all.into_iter().collect());
        }
        let seen = cluster.pstate(PostModule::seen);
        let all = cluster.pstate(PostModule::all);
        let versions = cluster.pstate(PostModule::versions);
        for task in 0..tasks {
            model.seen.extend(seen.at_task(task).select(|path| path.all()).unwrap());
            model.all.extend(all.at_task(task).select(|path| path.all()).unwrap());
            let entries = versions.at_task(task).select(|path| path.all().all()).unwrap();
            model.versions.extend(entries);
        }
        model.sorted()
    }
}

fn open(dir: &Path, tasks: usize) -> InProcessCluster {
    // A checkpoint every few kilobytes, and little room for rows in memory.
    let storage = StorageOptions::default().checkpoint_log_bytes(4_000).cache_bytes(2_000);
    let cluster =
        InProcessCluster::builder().data_dir(dir).storage_options(storage).build().unwrap();
    cluster.launch(PostModule, tasks, tasks.min(2)).unwrap();
    cluster
}

#[test]
fn structures_equal_plain_collections_before_and_after_reopening() {
    const USERS: i64 = 7;
    for tasks in [1, 4] {
        let dir = tempfile::tempdir().unwrap();
        let mut random = fastrand::Rng::with_seed(tasks as u64);
        let (mut posts, mut done) = (Vec::new(), 0);
        for _ in 0..3 {
            let cluster = open(dir.path(), tasks);
            let depot = cluster.depot(PostModule::posts);
            for _ in 0..200 {
                let post = Post {
                    user: random.i64(0..USERS),
                    tag: ["red", "green", "blue"][random.usize(0..3)].to_owned(),
                    number: done as i64,
                };
                depot.append(post.clone()).unwrap();
                posts.push(post);
                done += 1;
            }
            cluster.wait_for_microbatch_processed_count(PostModule::posting, done).unwrap();
            let mut model = Model::default();
            posts.iter().for_each(|post| model.add(post));
            let model = model.sorted();
            assert_eq!(Model::read(&cluster, USERS, tasks), model);
            cluster.close().unwrap();
            let cluster = open(dir.path(), tasks);
            assert_eq!(Model::read(&cluster, USERS, tasks), model);
            cluster.close().unwrap();
        }
    }
}
