//! `SortedMap` against `BTreeMap`, across the size where it changes its form.

use std::collections::BTreeMap;
use std::ops::Bound;

use proptest::prelude::*;

use crate::key::KeyBytes;
use crate::store::sorted::SortedMap;

proptest! {
    #[test]
    fn equals_a_btree_map(
        steps in prop::collection::vec((any::<u8>(), any::<Option<u16>>()), 0..300),
        (start, end) in (any::<u8>(), any::<u8>()),
    ) {
        let mut map = SortedMap::default();
        let mut model = BTreeMap::new();
        for (key, value) in steps {
            let key = KeyBytes::from(&[key / 2][..]);
            match value {
                Some(value) => prop_assert_eq!(map.insert(key.clone(), value), model.insert(key, value)),
                None => prop_assert_eq!(map.remove(&key), model.remove(&key)),
            }
            prop_assert_eq!(map.len(), model.len());
        }
        let (start, end) = (start.min(end), start.max(end));
        let (start, end) = (KeyBytes::from(&[start][..]), KeyBytes::from(&[end][..]));
        for from in [Bound::Unbounded, Bound::Included(&start), Bound::Excluded(&start)] {
            for to in [Bound::Unbounded, Bound::Included(&end), Bound::Excluded(&end)] {
                if start == end && matches!((from, to), (Bound::Excluded(_), Bound::Excluded(_))) {
                    continue;
                }
                let expected: Vec<_> = model.range::<KeyBytes, _>((from, to)).collect();
                prop_assert_eq!(map.range(from, to).collect::<Vec<_>>(), &expected[..]);
                let back: Vec<_> = map.range(from, to).rev().collect();
                prop_assert_eq!(back, expected.into_iter().rev().collect::<Vec<_>>());
            }
        }
        for (key, value) in &model {
            prop_assert_eq!(map.get(key), Some(value));
        }
    }
}
