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
        start in any::<u8>(),
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
        let start = KeyBytes::from(&[start][..]);
        for bound in [Bound::Unbounded, Bound::Included(&start), Bound::Excluded(&start)] {
            let range: Vec<_> = map.range(bound).collect();
            let expected: Vec<_> = model.range::<KeyBytes, _>((bound, Bound::Unbounded)).collect();
            prop_assert_eq!(range, expected);
        }
        for (key, value) in &model {
            prop_assert_eq!(map.get(key), Some(value));
        }
    }
}
