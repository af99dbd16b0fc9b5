//! Lists, and lists of lists.

use std::collections::VecDeque;

use rama::{CustomNav, path_of};

use super::data::{COUNT, lists, numbers};
use super::{Options, Outcome, case};

#[derive(Clone)]
struct Even;

impl CustomNav<Vec<i64>> for Even {
    type To = i64;

    #[inline]
    fn select(&self, numbers: &Vec<i64>, next: &mut dyn FnMut(&i64)) {
        numbers.iter().filter(|n| *n % 2 == 0).for_each(next);
    }

    #[inline]
    fn transform(&self, numbers: &mut Vec<i64>, next: &mut dyn FnMut(&mut i64) -> bool) {
        numbers.retain_mut(|n| *n % 2 != 0 || next(n));
    }
}

/// The cases of these.
pub fn run(options: &Options) -> Vec<Option<Outcome>> {
    let far: Vec<i64> = (0..COUNT).map(|n| if n == COUNT - 10 { 999 } else { n % 998 }).collect();
    let deque: VecDeque<i64> = numbers().into();
    let lists = lists();
    vec![
        case(
            options,
            "increment each number of a list",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>()
                    .all()
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails")
            },
            |data| data.iter_mut().for_each(|n| *n += 1),
        ),
        case(
            options,
            "increment the even numbers of a list",
            &numbers(),
            |data| {
                let even = path_of::<Vec<i64>>().all().filter_pred(|n| n % 2 == 0);
                even.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| data.iter_mut().filter(|n| **n % 2 == 0).for_each(|n| *n += 1),
        ),
        case(
            options,
            "remove the even numbers of a list",
            &numbers(),
            |data| {
                let even = path_of::<Vec<i64>>().all().filter_pred(|n| n % 2 == 0);
                even.none().transform_in(data).expect("no path fails");
            },
            |data| data.retain(|n| n % 2 != 0),
        ),
        case(
            options,
            "select the numbers below 500 of lists of lists",
            &lists,
            |data| {
                let small = path_of::<Vec<Vec<i64>>>().all().all().filter_less_than(500);
                small.select_from(data).expect("no path fails")
            },
            |data| data.iter().flatten().copied().filter(|n| *n < 500).collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment the last number of each list",
            &lists,
            |data| {
                let last = path_of::<Vec<Vec<i64>>>().all().last();
                last.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| {
                for list in data {
                    if let Some(last) = list.last_mut() {
                        *last += 1;
                    }
                }
            },
        ),
        case(
            options,
            "append to each list",
            &lists,
            |data| {
                let end = path_of::<Vec<Vec<i64>>>().all().after_elem();
                end.termval(7).transform_in(data).expect("no path fails");
            },
            |data| data.iter_mut().for_each(|list| list.push(7)),
        ),
        case(
            options,
            "the first number above 998 of a list, far behind",
            &far,
            |data| {
                let above = path_of::<Vec<i64>>().all().filter_greater_than(998);
                above.select_first_from(data).expect("no path fails")
            },
            |data| data.iter().copied().find(|n| *n > 998),
        ),
        case(
            options,
            "reverse the even numbers of a list",
            &numbers(),
            |data| {
                let even = path_of::<Vec<i64>>()
                    .filtered_list(|number| number.filter_pred(|n| n % 2 == 0));
                let reversed = |mut even: Vec<i64>| {
                    even.reverse();
                    even
                };
                even.term(reversed).transform_in(data).expect("no path fails");
            },
            |data| {
                let even: Vec<i64> = data.iter().copied().filter(|n| n % 2 == 0).collect();
                let mut even = even.into_iter().rev();
                for n in data.iter_mut().filter(|n| **n % 2 == 0) {
                    if let Some(other) = even.next() {
                        *n = other;
                    }
                }
            },
        ),
        case(
            options,
            "two branches for each list",
            &lists,
            |data| {
                let both = path_of::<Vec<Vec<i64>>>().all();
                let both = both.multi_path(|list| (list.first(), list.last()));
                both.term(|n| n * 3).transform_in(data).expect("no path fails");
            },
            |data| {
                for list in data {
                    if let Some(first) = list.first_mut() {
                        *first *= 3;
                    }
                    if let Some(last) = list.last_mut() {
                        *last *= 3;
                    }
                }
            },
        ),
        case(
            options,
            "the numbers of a sublist",
            &numbers(),
            |data| {
                let part = path_of::<Vec<i64>>().sublist(1_000, 90_000).all();
                part.select_from(data).expect("no path fails")
            },
            |data| data[1_000..90_000].to_vec(),
        ),
        case(
            options,
            "increment the numbers of a sublist",
            &numbers(),
            |data| {
                let part = path_of::<Vec<i64>>().sublist(1_000, 90_000).all();
                part.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| data[1_000..90_000].iter_mut().for_each(|n| *n += 1),
        ),
        case(
            options,
            "reverse a sublist, as one value",
            &numbers(),
            |data| {
                let part = path_of::<Vec<i64>>().sublist(1_000, 90_000);
                let reversed = |mut part: Vec<i64>| {
                    part.reverse();
                    part
                };
                part.term(reversed).transform_in(data).expect("no path fails");
            },
            |data| {
                let mut part = data[1_000..90_000].to_vec();
                part.reverse();
                data.splice(1_000..90_000, part);
            },
        ),
        case(
            options,
            "sort all numbers of lists of lists (subselect)",
            &lists,
            |data| {
                let all = path_of::<Vec<Vec<i64>>>().subselect(|lists| lists.all().all());
                let sorted = |mut all: Vec<i64>| {
                    all.sort_unstable();
                    all
                };
                all.term(sorted).transform_in(data).expect("no path fails");
            },
            |data| {
                let mut all: Vec<i64> = data.iter().flatten().copied().collect();
                all.sort_unstable();
                for (n, new) in data.iter_mut().flatten().zip(all) {
                    *n = new;
                }
            },
        ),
        case(
            options,
            "the first number of each list beside the list (collect)",
            &lists,
            |data| {
                let first = path_of::<Vec<Vec<i64>>>().all().collect(|list| list.all()).first();
                first.select_from(data).expect("no path fails")
            },
            |data| {
                let first = |list: &Vec<i64>| Some((list.clone(), *list.first()?));
                data.iter().filter_map(first).collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "the first number of each list",
            &lists,
            |data| {
                let first = path_of::<Vec<Vec<i64>>>().all().first();
                first.select_from(data).expect("no path fails")
            },
            |data| data.iter().filter_map(|list| list.first().copied()).collect::<Vec<_>>(),
        ),
        case(
            options,
            "increment the fourth number of each list",
            &lists,
            |data| {
                let fourth = path_of::<Vec<Vec<i64>>>().all().nth(3);
                fourth.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| {
                for list in data {
                    if let Some(fourth) = list.get_mut(3) {
                        *fourth += 1;
                    }
                }
            },
        ),
        case(
            options,
            "the last number of a sublist of each list",
            &lists,
            |data| {
                let last = path_of::<Vec<Vec<i64>>>().all().sublist(2, 7).last();
                last.select_from(data).expect("no path fails")
            },
            |data| {
                let last =
                    |list: &Vec<i64>| list[2.min(list.len())..7.min(list.len())].last().copied();
                data.iter().filter_map(last).collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "the last number of lists whose first one is even (if_path)",
            &lists,
            |data| {
                let last = path_of::<Vec<Vec<i64>>>()
                    .all()
                    .if_path(|list| list.first().filter_pred(|n| n % 2 == 0), |list| list.last());
                last.select_from(data).expect("no path fails")
            },
            |data| {
                let is_even = |list: &&Vec<i64>| list.first().is_some_and(|n| n % 2 == 0);
                let even = data.iter().filter(is_even);
                even.filter_map(|list| list.last().copied()).collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "increment the last number of lists whose first one is even (if_path)",
            &lists,
            |data| {
                let last = path_of::<Vec<Vec<i64>>>()
                    .all()
                    .if_path(|list| list.first().filter_pred(|n| n % 2 == 0), |list| list.last());
                last.term(|n| n + 1).transform_in(data).expect("no path fails");
            },
            |data| {
                for list in data {
                    if list.first().is_some_and(|n| n % 2 == 0)
                        && let Some(last) = list.last_mut()
                    {
                        *last += 1;
                    }
                }
            },
        ),
        case(
            options,
            "increment the numbers of a deque",
            &deque,
            |data| {
                path_of::<VecDeque<i64>>()
                    .all()
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|n| *n += 1);
            },
        ),
        case(
            options,
            "the even numbers of a deque",
            &deque,
            |data| {
                path_of::<VecDeque<i64>>()
                    .all()
                    .filter_pred(|n| n % 2 == 0)
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| data.iter().copied().filter(|n| n % 2 == 0).collect::<Vec<_>>(),
        ),
        case(
            options,
            "remove the even numbers of a deque",
            &deque,
            |data| {
                path_of::<VecDeque<i64>>()
                    .all()
                    .filter_pred(|n| n % 2 == 0)
                    .none()
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.retain(|n| n % 2 != 0);
            },
        ),
        case(
            options,
            "insert before the fourth of each list (before_index)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .before_index(3)
                    .termval(7)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|list| list.insert(3.min(list.len()), 7));
            },
        ),
        case(
            options,
            "append a list to each list (end)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .end()
                    .termval(vec![7, 8, 9])
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|list| list.extend(vec![7, 8, 9]));
            },
        ),
        case(
            options,
            "move the first of each list to the end (index)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .index(0)
                    .termval(100)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                for list in data {
                    if !list.is_empty() {
                        let first = list.remove(0);
                        list.push(first);
                    }
                }
            },
        ),
        case(
            options,
            "the numbers with their indexes (indexed_vals)",
            &numbers(),
            |data| path_of::<Vec<i64>>().indexed_vals().select_from(data).expect("no path fails"),
            |data| data.iter().copied().enumerate().collect::<Vec<_>>(),
        ),
        case(
            options,
            "the halves of lists (sublist_dynamic)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .sublist_dynamic(|_| 0, |list: &Vec<i64>, _| list.len() / 2)
                    .all()
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                data.iter().flat_map(|list| &list[..list.len() / 2]).copied().collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "the runs of numbers below 500 (continuous_subseqs)",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>()
                    .continuous_subseqs(|n| *n < 500)
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                data.chunk_by(|a, b| (*a < 500) == (*b < 500))
                    .filter(|run| run[0] < 500)
                    .map(<[i64]>::to_vec)
                    .collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "the first or last of each list (cond_path)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .cond_path(|list| {
                        (
                            (list.first().filter_pred(|n| n % 2 == 0), list.last()),
                            (list.first(), list.first()),
                        )
                    })
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                data.iter()
                    .filter_map(
                        |list| if list.first()? % 2 == 0 { list.last() } else { list.first() },
                    )
                    .copied()
                    .collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "increment the first or last of each list (cond_path)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .cond_path(|list| {
                        (
                            (list.first().filter_pred(|n| n % 2 == 0), list.last()),
                            (list.first(), list.first()),
                        )
                    })
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                for list in data {
                    let is_even = list.first().is_some_and(|n| n % 2 == 0);
                    let n = if is_even { list.last_mut() } else { list.first_mut() };
                    if let Some(n) = n {
                        *n += 1;
                    }
                }
            },
        ),
        case(
            options,
            "what a function makes of numbers (view)",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>()
                    .all()
                    .view(|n| n * 3)
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| data.iter().map(|n| n * 3).collect::<Vec<_>>(),
        ),
        case(
            options,
            "lists as they would be (transformed)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .transformed(|list| list.all().term(|n| n * 10))
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                data.iter()
                    .map(|list| list.iter().map(|n| n * 10).collect())
                    .collect::<Vec<Vec<_>>>()
            },
        ),
        case(
            options,
            "a list and its numbers' double, inside first (continue_then_stay)",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>()
                    .all()
                    .continue_then_stay(|n| n.filter_greater_than(500))
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|n| *n += if *n > 500 { 2 } else { 1 });
            },
        ),
        case(
            options,
            "lists that have an even first number (filter_selected)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .filter_selected(|list| list.first().filter_pred(|n| n % 2 == 0))
                    .last()
                    .select_from(data)
                    .expect("no path fails")
            },
            |data| {
                data.iter()
                    .filter(|list| list.first().is_some_and(|n| n % 2 == 0))
                    .filter_map(|list| list.last().copied())
                    .collect::<Vec<_>>()
            },
        ),
        case(
            options,
            "add the first number of each list to all (collect_one)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .collect_one(|list| list.nth(0))
                    .all()
                    .term(|(first, n): (i64, i64)| first + n)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                for list in data {
                    let first = list[0];
                    list.iter_mut().for_each(|n| *n += first);
                }
            },
        ),
        case(
            options,
            "two writes of each list (multi_transform)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>()
                    .all()
                    .multi_transform(|list| {
                        (list.first().term(|n| n + 1), list.last().term(|n| n * 2))
                    })
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                for list in data {
                    if let Some(n) = list.first_mut() {
                        *n += 1;
                    }
                    if let Some(n) = list.last_mut() {
                        *n *= 2;
                    }
                }
            },
        ),
        case(
            options,
            "set each number (termval)",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>().all().termval(7).transform_in(data).expect("no path fails");
            },
            |data| {
                data.iter_mut().for_each(|n| *n = 7);
            },
        ),
        case(
            options,
            "the number of elements of each list (count)",
            &lists,
            |data| {
                path_of::<Vec<Vec<i64>>>().all().count().select_from(data).expect("no path fails")
            },
            |data| data.iter().map(Vec::len).collect::<Vec<_>>(),
        ),
        case(
            options,
            "the parts of a list a user's navigator finds (nav)",
            &numbers(),
            |data| {
                path_of::<Vec<i64>>()
                    .nav(Even)
                    .term(|n| n + 1)
                    .transform_in(data)
                    .expect("no path fails");
            },
            |data| {
                data.iter_mut().filter(|n| **n % 2 == 0).for_each(|n| *n += 1);
            },
        ),
    ]
}
