//! Lists with more elements than are gone through at a time, side by side in memory or not.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::ops::Range;

use proptest::prelude::*;

use crate::error::PathError;
use crate::path::nav::Root;
use crate::path::plain::Fate;
use crate::path::{PStatePath, StdSeq, Value, Which};

fn path_of<T>() -> PStatePath<(), Root<T>>
where
    T: Value,
{
    PStatePath::new()
}

/// The same elements as a deque, of which the first ones lie behind the others in memory.
fn turned<T: Clone>(list: &[T], first: usize) -> VecDeque<T> {
    let (front, back) = list.split_at(first.min(list.len()));
    let mut deque: VecDeque<T> = back.iter().cloned().collect();
    front.iter().rev().for_each(|item| deque.push_front(item.clone()));
    deque
}

/// What is done with an element that is a number or made of one: it stays, gets another value, goes, or
/// the write fails.
fn plan(number: i64) -> Option<Fate> {
    match number % 10 {
        0..=4 => Some(Fate::Kept),
        5 | 6 => Some(Fate::Changed),
        7 | 8 => Some(Fate::Removed),
        _ => (number != 99).then_some(Fate::Kept),
    }
}

/// Writes the elements of a part by the plan, and beside it a plain list.
fn assert_written<T, C>(mut list: C, part: &Which<Range<usize>, usize>)
where
    T: Numbered,
    C: StdSeq<Item = T> + IntoIterator<Item = T> + Clone,
{
    let before: Vec<T> = list.clone().into_iter().collect();
    let is_meant = |at: usize| match part {
        Which::All => true,
        Which::Within(range) => range.contains(&at),
        Which::These(places) => places.contains(&at),
    };
    // Those that are meant and stay, and the others, at their places.
    let (mut stay, mut others, mut outcome) = (Vec::new(), Vec::new(), Ok(false));
    let mut visited = Vec::new();
    for (at, item) in before.iter().enumerate() {
        if !is_meant(at) {
            others.push(Some(item.clone()));
            continue;
        }
        others.push(None);
        let fate = match outcome {
            Ok(_) => {
                visited.push(item.clone());
                plan(item.number())
            }
            Err(_) => Some(Fate::Kept),
        };
        match fate {
            None => outcome = Err(PathError::Absent),
            Some(Fate::Kept) => {}
            Some(_) => outcome = Ok(true),
        }
        match fate {
            None | Some(Fate::Kept) => stay.push(item.clone()),
            Some(Fate::Changed) => stay.push(T::of(item.number() + 1_000)),
            Some(Fate::Removed) => {}
        }
    }
    // They move up over the places of those that go.
    let mut stay = stay.into_iter();
    let expected: Vec<T> =
        others.into_iter().filter_map(|other| other.or_else(|| stay.next())).collect();
    let mut shown = Vec::new();
    let written = list.write_each(part, |item| {
        shown.push(item.clone());
        let fate = plan(item.number()).ok_or_else(|| Box::new(PathError::Absent))?;
        if fate == Fate::Changed {
            *item = T::of(item.number() + 1_000);
        }
        Ok(fate)
    });
    assert_eq!(written.map_err(|error| *error), outcome);
    assert_eq!(shown, visited);
    assert_eq!(list.into_iter().collect::<Vec<_>>(), expected);
}

/// A number, or text of one: what needs no drop and what does are written by ways of their own.
trait Numbered: Value + Debug + PartialEq {
    fn of(number: i64) -> Self;
    fn number(&self) -> i64;
}

impl Numbered for i64 {
    fn of(number: i64) -> Self {
        number
    }

    fn number(&self) -> i64 {
        *self
    }
}

impl Numbered for String {
    fn of(number: i64) -> Self {
        number.to_string()
    }

    fn number(&self) -> i64 {
        self.parse().expect("text of a number")
    }
}

type Pair = (i64, Vec<i64>);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn elements_are_kept_changed_and_removed_where_they_lie(
        numbers in prop::collection::vec(0_i64..100, 0..200),
        turn in 0..200_usize,
        range in (0..220_usize, 0..220_usize),
        places in prop::collection::btree_set(0..200_usize, 0..50),
    ) {
        let texts: Vec<String> = numbers.iter().copied().map(Numbered::of).collect();
        let range = range.0.min(range.1)..range.0.max(range.1);
        let places = places.into_iter().filter(|at| *at < numbers.len()).collect();
        for part in [Which::All, Which::Within(range), Which::These(places)] {
            assert_written(numbers.clone(), &part);
            assert_written(texts.clone(), &part);
            assert_written(turned(&numbers, turn), &part);
            assert_written(turned(&texts, turn), &part);
        }
    }

    #[test]
    fn what_is_made_of_elements_is_selected_in_their_order(
        numbers in prop::collection::vec(0_i64..100, 0..200),
        turn in 0..200_usize,
        range in (0..220_usize, 0..220_usize),
    ) {
        let range = range.0.min(range.1)..range.0.max(range.1);
        let lists: Vec<Vec<i64>> = numbers.iter().map(|n| (0..*n % 4).collect()).collect();
        let pairs: Vec<Pair> =
            numbers.iter().copied().zip(lists.iter().cloned()).collect();
        let deque = turned(&pairs, turn);
        prop_assert!(deque.iter().eq(&pairs));
        // Of a list, of a deque, of a list that has been made and of a part of one.
        macro_rules! each {
            ($pair:ident => $go_on:expr) => {{
                let $pair = path_of::<Vec<Pair>>().all();
                let all = $go_on.select_from(&pairs).expect("no path fails");
                let $pair = path_of::<VecDeque<Pair>>().all();
                prop_assert_eq!($go_on.select_from(&deque), Ok(all.clone()));
                let $pair = path_of::<Vec<Pair>>().sublist(range.start, range.end).all();
                let end = range.end.min(all.len());
                let expected = all[range.start.min(end)..end].to_vec();
                prop_assert_eq!($go_on.select_from(&pairs), Ok(expected));
                all
            }};
        }
        prop_assert_eq!(each!(pair => pair.field(|f| f.0)), numbers.clone());
        let doubled: Vec<i64> = numbers.iter().map(|n| n * 2).collect();
        prop_assert_eq!(each!(pair => pair.field(|f| f.0).view(|n: &i64| n * 2)), doubled);
        let counts: Vec<usize> = lists.iter().map(Vec::len).collect();
        prop_assert_eq!(each!(pair => pair.field(|f| f.1).count()), counts);
        let made = path_of::<Vec<Pair>>().nil_to_val(Vec::new());
        let made = made.view(|pairs: &Vec<Pair>| {
            pairs.iter().map(|pair| pair.0).rev().collect::<Vec<i64>>()
        });
        let plus: Vec<i64> = numbers.iter().rev().map(|n| n + 1).collect();
        prop_assert_eq!(made.all().view(|n: &i64| n + 1).select_from(&pairs), Ok(plus));
    }

    #[test]
    fn chosen_elements_go_back_to_where_they_were(
        numbers in prop::collection::vec(0_i64..100, 0..300),
    ) {
        let is_meant = |n: &i64| n % 3 != 0;
        let path = || path_of::<Vec<i64>>().filtered_list(|n| n.filter_pred(is_meant));
        let meant: Vec<i64> = numbers.iter().copied().filter(is_meant).collect();
        prop_assert_eq!(path().select_one_from(&numbers), Ok(meant.clone()));
        let mut turned = meant.into_iter().rev();
        let mut expected = numbers.clone();
        for n in expected.iter_mut().filter(|n| is_meant(n)) {
            *n = turned.next().expect("as many as before");
        }
        let reversed = path().term(|mut list| { list.reverse(); list }).transform(numbers);
        prop_assert_eq!(reversed, Ok(expected));
    }
}
