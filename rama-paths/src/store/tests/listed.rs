//! `ListedMap` against `BTreeMap`.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::store::listed::{Entry, ListedMap, hash};

proptest! {
    #[test]
    fn equals_a_btree_map(
        steps in prop::collection::vec((0..40_u64, any::<Option<u16>>()), 0..200),
        emptied_by_drain in any::<bool>(),
    ) {
        let mut map = ListedMap::default();
        let mut model = BTreeMap::new();
        for (key, value) in steps {
            match (value, map.entry(&key)) {
                (Some(value), Entry::Occupied(old)) => {
                    prop_assert_eq!(Some(std::mem::replace(old, value)), model.insert(key, value));
                }
                (Some(value), Entry::Vacant(entry)) => {
                    entry.insert(key, value);
                    prop_assert_eq!(model.insert(key, value), None);
                }
                (None, _) => {
                    map.remove(&key);
                    model.remove(&key);
                }
            }
            for key in 0..40 {
                prop_assert_eq!(map.get(&key), model.get(&key));
                prop_assert_eq!(map.get_mut(&key).copied(), model.get(&key).copied());
            }
            for (at, (key, _)) in map.iter().enumerate() {
                for guess in [at as u32, 0, 7, u32::MAX] {
                    prop_assert_eq!(map.position_near(key, guess), Some(at as u32));
                }
            }
            // What is there is never missing; something else may be taken for what is not.
            let hashes: Vec<u64> = (0..40).map(|key: u64| hash(&key)).collect();
            let (mut shown, mut missing) = (0, Vec::new());
            map.likely(&hashes, |_, _| shown += 1, |hash| missing.push(hash));
            prop_assert_eq!(shown + missing.len(), hashes.len());
            prop_assert!(model.keys().all(|key| !missing.contains(&hash(key))));
            let entries: BTreeMap<u64, u16> = map.iter().map(|(k, v)| (*k, *v)).collect();
            prop_assert_eq!(&entries, &model);
        }
        if emptied_by_drain {
            prop_assert_eq!(map.drain().collect::<BTreeMap<_, _>>(), model);
        } else {
            map.clear();
        }
        prop_assert!(map.is_empty());
        prop_assert_eq!(map.get(&7), None);
    }
}

#[test]
fn a_map_that_gives_back_spare_memory_has_what_it_had() {
    for count in [0, 1, 5, 200] {
        let mut map: ListedMap<u64, u64> = ListedMap::with_capacity(1_000);
        for key in 0..count {
            if let Entry::Vacant(entry) = map.entry(&key) {
                entry.insert(key, key * 2);
            }
        }
        map.give_back_spare();
        for key in 0..count + 5 {
            assert_eq!(map.get(&key).copied(), (key < count).then_some(key * 2));
        }
        if let Entry::Vacant(entry) = map.entry(&7_000) {
            entry.insert(7_000, 1);
        }
        assert_eq!(map.get(&7_000), Some(&1));
    }
}
