//! Indexes of lists that are written: elements that move one after the other.

use crate::path::{PStatePath, nav::Root};
use crate::schema::PVec;
use crate::store::Partition;

/// Where the elements of 0 to 5 go.
const TO: [usize; 6] = [4, 3, 0, 5, 1, 2];

/// What becomes of them: each moves from where the ones before have left it.
fn moved() -> Vec<i64> {
    let mut list: Vec<i64> = (0..6).collect();
    for (element, to) in (0..6).zip(TO) {
        let from = list.iter().position(|at| *at == element).expect("it is there");
        let element = list.remove(from);
        list.insert(to, element);
    }
    list
}

#[test]
fn several_elements_of_a_stored_list_move_one_after_the_other() {
    let path = PStatePath::<(), Root<PVec<i64>>>::new;
    let mut list = Partition::<PVec<i64>>::new();
    for element in 0..6 {
        list.transform(path().after_elem().termval(element)).expect("it is written");
    }
    list.transform(path().indexed_vals().term(|(at, element)| (TO[at], element)))
        .expect("they are moved");
    assert_eq!(list.select(&path().all()), Ok(moved()));
}

#[test]
fn several_elements_of_a_list_in_memory_move_one_after_the_other() {
    let path = PStatePath::<(), Root<Vec<i64>>>::new();
    let path = path.indexed_vals().term(|(at, element)| (TO[at], element));
    assert_eq!(path.transform((0..6).collect()), Ok(moved()));
}
