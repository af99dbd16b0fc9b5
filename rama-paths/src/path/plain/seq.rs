//! Sequences of the standard library.

use std::collections::VecDeque;
use std::ops::{Index, IndexMut, Range};

use super::{Altered, Collection, Fate, Fated, Which, WhichOf, part};
use crate::path::Visit;
use crate::record::Record;
use crate::store::Held;

/// A sequence of the standard library: `Vec`, `VecDeque`, or `String`, which is one of `char`s.
pub trait StdSeq: Collection<Range = Range<usize>, At = usize> {
    /// The type of the elements.
    type Item: Record;

    /// The number of elements. A `String` has to be gone through for it.
    #[doc(hidden)]
    fn length(&self) -> usize;

    /// The element at an index.
    #[doc(hidden)]
    fn nth<'a>(seq: Held<'a, Self>, at: usize) -> Held<'a, Self::Item>;

    /// The elements of a part, if they lie side by side.
    #[doc(hidden)]
    fn slice(&self, _part: &WhichOf<Self>) -> Option<&[Self::Item]> {
        None
    }

    /// Hands every element of a part to `f`, in order.
    #[doc(hidden)]
    fn each<F>(seq: Held<'_, Self>, part: &WhichOf<Self>, f: F) -> Visit
    where
        F: FnMut(Held<'_, Self::Item>) -> Visit;

    /// Shows every element of a part to `f`, in order, where they are.
    #[doc(hidden)]
    fn each_in<F>(&self, part: &WhichOf<Self>, f: F) -> Visit
    where
        F: FnMut(&Self::Item) -> Visit;

    /// Writes the element at an index, which is one of a part, through `f`; says whether something
    /// changed.
    #[doc(hidden)]
    fn write_nth<F>(&mut self, at: usize, part: &WhichOf<Self>, f: F) -> Altered
    where
        F: FnOnce(&mut Self::Item) -> Fated;

    /// Writes every element of a part through `f`, in order; says whether something changed.
    #[doc(hidden)]
    fn write_each<F>(&mut self, part: &WhichOf<Self>, f: F) -> Altered
    where
        F: FnMut(&mut Self::Item) -> Fated;

    /// Puts an element before the one at an index.
    #[doc(hidden)]
    fn put_before(&mut self, at: usize, item: Self::Item);

    /// Takes the element at an index out.
    #[doc(hidden)]
    fn take_nth(&mut self, at: usize) -> Option<Self::Item> {
        if at >= self.length() {
            return None;
        }
        let item = Self::nth(Held::Stored(self), at).into_owned();
        self.put_part(&Which::Within(at..at + 1), Self::default());
        item
    }

    /// Moves an element to another index, or to the end.
    #[doc(hidden)]
    fn move_item(&mut self, from: usize, to: usize) {
        if let Some(item) = self.take_nth(from) {
            self.put_before(to.min(self.length()), item);
        }
    }
}

/// The indexes of a part that is told by a range, as far as there are elements.
#[inline(always)]
fn within(part: &Which<Range<usize>, usize>, len: usize) -> Range<usize> {
    match part {
        Which::Within(range) => {
            let end = range.end.min(len);
            range.start.min(end)..end
        }
        Which::All | Which::These(_) => 0..len,
    }
}

/// The indexes of a part that is told by them.
#[inline(always)]
fn places(part: &Which<Range<usize>, usize>) -> &[usize] {
    match part {
        Which::These(places) => places,
        Which::All | Which::Within(_) => &[],
    }
}

macro_rules! std_seq {
    ($($seq:ident),*) => {$(
        impl<T: Record> Collection for $seq<T> {
            type Range = Range<usize>;
            type At = usize;

            #[inline]
            fn count(&self, part: &WhichOf<Self>) -> usize {
                match part {
                    Which::These(at) => at.iter().filter(|at| **at < self.len()).count(),
                    _ => within(part, self.len()).len(),
                }
            }

            #[inline]
            fn copy_part(&self, part: &WhichOf<Self>) -> Self {
                match part {
                    Which::These(at) => {
                        if at.iter().all(|at| *at < self.len()) {
                            return at.iter().map(|at| self[*at].clone()).collect();
                        }
                        at.iter().filter_map(|at| self.get(*at)).cloned().collect()
                    }
                    _ => self.copy_items(within(part, self.len())),
                }
            }

            #[inline]
            fn put_part(&mut self, part: &WhichOf<Self>, new: Self) {
                let Which::These(places) = part else {
                    return self.replace_items(within(part, self.len()), new);
                };
                let (mut new, mut filled) = (new.into_iter(), 0);
                for at in places {
                    let Some(item) = new.next() else { break };
                    self[*at] = item;
                    filled += 1;
                }
                if filled < places.len() {
                    self.remove_items(&places[filled..]);
                } else if new.len() > 0 {
                    let behind = places.last().map_or(self.len(), |last| last + 1);
                    self.replace_items(behind..behind, new.collect());
                }
            }
        }

        impl<T: Record> StdSeq for $seq<T> {
            type Item = T;

            #[inline(always)]
            fn length(&self) -> usize {
                self.len()
            }

            #[inline(always)]
            fn nth<'a>(seq: Held<'a, Self>, at: usize) -> Held<'a, T> {
                part(seq, |seq| seq.get(at), |seq| seq.into_iter().nth(at))
            }

            #[inline(always)]
            fn slice(&self, part: &WhichOf<Self>) -> Option<&[T]> {
                match part {
                    Which::These(_) => None,
                    _ => self.slice_of(within(part, self.len())),
                }
            }

            #[inline(always)]
            fn each<F>(seq: Held<'_, Self>, part: &WhichOf<Self>, mut f: F) -> Visit
            where
                F: FnMut(Held<'_, T>) -> Visit,
            {
                // What a list holds side by side is gone through in a loop that does nothing else.
                match (seq, part) {
                    (Held::Stored(seq), Which::All | Which::Within(_)) => {
                        for items in seq.slices(within(part, seq.len())) {
                            for item in items {
                                f(Held::Stored(item))?;
                            }
                        }
                        Ok(())
                    }
                    (seq, _) => each_other(seq, part, f),
                }
            }

            #[inline(always)]
            fn each_in<F>(&self, part: &WhichOf<Self>, mut f: F) -> Visit
            where
                F: FnMut(&T) -> Visit,
            {
                if let Which::These(places) = part {
                    return each_at(self, places, f);
                }
                for items in self.slices(within(part, self.len())) {
                    for item in items {
                        f(item)?;
                    }
                }
                Ok(())
            }

            #[inline(always)]
            fn write_nth<F>(&mut self, at: usize, part: &WhichOf<Self>, f: F) -> Altered
            where
                F: FnOnce(&mut T) -> Fated,
            {
                let Some(item) = self.get_mut(at) else { return Ok(false) };
                let fate = f(item)?;
                if fate == Fate::Removed {
                    remove_item(self, at, places(part));
                }
                Ok(fate != Fate::Kept)
            }

            #[inline(always)]
            fn write_each<F>(&mut self, part: &WhichOf<Self>, mut f: F) -> Altered
            where
                F: FnMut(&mut T) -> Fated,
            {
                if let Which::These(places) = part {
                    return write_places(self, places, f);
                }
                let range = within(part, self.len());
                if const { std::mem::needs_drop::<T>() } {
                    return write_in_turn(self, range, f);
                }
                let (mut changed, mut removed) = (false, None);
                // As long as nothing is removed, a loop that does nothing else; the others are
                // elsewhere, so that this is one with what it calls.
                let mut before = range.start;
                'visits: for items in self.slices_mut(range.clone()) {
                    let len = items.len();
                    let mut rest = items.iter_mut();
                    while let Some(item) = rest.next() {
                        let fate = f(item)?;
                        if fate == Fate::Removed {
                            removed = Some(before + len - rest.len() - 1);
                            break 'visits;
                        }
                        changed |= fate != Fate::Kept;
                    }
                    before += len;
                }
                match removed {
                    Some(first) => write_behind(self, first, range.end, f),
                    None => Ok(changed),
                }
            }

            #[inline(always)]
            fn put_before(&mut self, at: usize, item: T) {
                self.insert(at.min(self.len()), item);
            }

            #[inline(always)]
            fn take_nth(&mut self, at: usize) -> Option<T> {
                if at < self.len() { self.take_at(at) } else { None }
            }
        }
    )*};
}

std_seq!(Vec, VecDeque);

/// Hands every element of a part to `f`: of a list that has been made, or those at some places.
#[inline(never)]
fn each_other<T, L, F>(list: Held<'_, L>, part: &WhichOf<L>, mut f: F) -> Visit
where
    T: Record,
    L: StdSeq<Item = T> + Index<usize, Output = T> + IntoIterator<Item = T>,
    F: FnMut(Held<'_, T>) -> Visit,
{
    match (list, part) {
        (Held::Stored(list), part) => each_at(list, places(part), |item| f(Held::Stored(item))),
        (Held::Owned(list), part) => {
            let list = if let Which::All = part { list } else { list.copy_part(part) };
            list.into_iter().try_for_each(|item| f(Held::Owned(item)))
        }
        (Held::Nothing, _) => Ok(()),
    }
}

/// Shows the elements at some places to `f`.
#[inline(never)]
fn each_at<T, L, F>(list: &L, places: &[usize], f: F) -> Visit
where
    L: StdSeq<Item = T> + Index<usize, Output = T>,
    F: FnMut(&T) -> Visit,
{
    let some = places.iter().filter(|at| **at < list.length());
    some.map(|at| &list[*at]).try_for_each(f)
}

/// Writes the elements in a range through `f`; those that stay move up over those that go. What is gone
/// into further is done with all in one loop, so that nothing of it has to be handed on in memory.
#[inline(always)]
fn write_in_turn<T, L, F>(list: &mut L, range: Range<usize>, mut f: F) -> Altered
where
    L: Ranged<T> + IndexMut<usize, Output = T>,
    F: FnMut(&mut T) -> Fated,
{
    let (mut changed, mut failed) = (false, Ok(()));
    let (mut at, mut gone) = (range.start, 0);
    while at < range.end {
        match f(&mut list[at]) {
            Ok(Fate::Removed) => gone += 1,
            Ok(fate) => {
                changed |= fate != Fate::Kept;
                if gone > 0 {
                    list.swap_items(at - gone, at);
                }
            }
            Err(error) => {
                failed = Err(error);
                break;
            }
        }
        at += 1;
    }
    if gone > 0 {
        list.cut_items(at - gone..at);
        changed = true;
    }
    failed.map(|()| changed)
}

/// Writes the elements up to `end` through `f`, of which the one at `first` was removed: those that stay
/// move up over those that go.
#[inline(never)]
fn write_behind<T: Clone, L, F>(list: &mut L, first: usize, end: usize, mut f: F) -> Altered
where
    L: Ranged<T>,
    F: FnMut(&mut T) -> Fated,
{
    let (mut to, mut visited, mut failed) = (0, end, Ok(true));
    let items = list.slice_mut(first..end);
    for at in 1..items.len() {
        match f(&mut items[at]) {
            Ok(fate) => {
                // Those that go are swapped among each other, so that nothing has to be decided here;
                // what is a number or made of numbers is copied over them.
                if const { std::mem::needs_drop::<T>() } {
                    items.swap(to, at);
                } else {
                    items[to] = items[at].clone();
                }
                to += usize::from(fate != Fate::Removed);
            }
            Err(error) => {
                (failed, visited) = (Err(error), first + at);
                break;
            }
        }
    }
    list.cut_items(first + to..visited);
    failed
}

/// Writes the elements at some places through `f`. Where some are removed the others move up over the
/// places, of which the last ones go.
#[inline(never)]
fn write_places<T, L, F>(list: &mut L, places: &[usize], mut f: F) -> Altered
where
    L: Ranged<T> + IndexMut<usize, Output = T>,
    F: FnMut(&mut T) -> Fated,
{
    let (mut changed, mut failed, mut to) = (false, None, 0);
    for at in places {
        // What is not visited stays.
        let fate = if failed.is_none() { f(&mut list[*at]) } else { Ok(Fate::Kept) };
        let fate = fate.unwrap_or_else(|error| {
            failed = Some(error);
            Fate::Kept
        });
        changed |= fate != Fate::Kept;
        if fate != Fate::Removed {
            list.swap_items(places[to], *at);
            to += 1;
        }
    }
    if to < places.len() {
        list.remove_items(&places[to..]);
    }
    failed.map_or(Ok(changed), Err)
}

/// Removes one element. If it is one of some places those behind it move up over them. It is a function
/// of its own to keep what is done with elements short.
#[inline(never)]
fn remove_item<T>(list: &mut impl Ranged<T>, mut at: usize, places: &[usize]) {
    let behind = places.partition_point(|place| *place <= at);
    for next in &places[behind..] {
        list.swap_items(at, *next);
        at = *next;
    }
    list.remove_items(&[at]);
}

/// What `Vec` and `VecDeque` do alike and by other names.
trait Ranged<T>: Sized {
    /// A copy of the elements in a range.
    fn copy_items(&self, range: Range<usize>) -> Self
    where
        T: Clone;

    /// The elements in a range, as they lie side by side.
    fn slices<'a>(&'a self, range: Range<usize>) -> impl Iterator<Item = &'a [T]>
    where
        T: 'a;

    /// The element at an index, taken out.
    fn take_at(&mut self, at: usize) -> Option<T>;

    /// The elements in a range, if they lie side by side.
    fn slice_of(&self, range: Range<usize>) -> Option<&[T]>;

    /// As [`slices`](Self::slices), to change.
    fn slices_mut<'a>(&'a mut self, range: Range<usize>) -> impl Iterator<Item = &'a mut [T]>
    where
        T: 'a;

    /// Puts others in the place of the elements in a range.
    fn replace_items(&mut self, range: Range<usize>, new: Self);

    /// Removes the elements at some indexes, which are in order.
    fn remove_items(&mut self, at: &[usize]);

    /// Swaps two elements.
    fn swap_items(&mut self, a: usize, b: usize);

    /// The elements in a range, brought side by side if they are not.
    fn slice_mut(&mut self, range: Range<usize>) -> &mut [T];

    /// Removes the elements in a range.
    fn cut_items(&mut self, range: Range<usize>);
}

/// What is done by the same names.
macro_rules! same_in_both {
    () => {
        #[inline(always)]
        fn swap_items(&mut self, a: usize, b: usize) {
            self.swap(a, b);
        }

        fn cut_items(&mut self, range: Range<usize>) {
            self.drain(range);
        }

        fn remove_items(&mut self, at: &[usize]) {
            if let [at] = at {
                drop(self.remove(*at));
                return;
            }
            let (mut index, mut due) = (0, at.iter().peekable());
            self.retain(|_| {
                index += 1;
                due.next_if_eq(&&(index - 1)).is_none()
            });
        }
    };
}

impl<T> Ranged<T> for Vec<T> {
    #[inline(always)]
    fn copy_items(&self, range: Range<usize>) -> Self
    where
        T: Clone,
    {
        self[range].to_vec()
    }

    #[inline(always)]
    fn slices<'a>(&'a self, range: Range<usize>) -> impl Iterator<Item = &'a [T]>
    where
        T: 'a,
    {
        std::iter::once(&self[range])
    }

    #[inline(always)]
    fn take_at(&mut self, at: usize) -> Option<T> {
        Some(self.remove(at))
    }

    #[inline(always)]
    fn slice_of(&self, range: Range<usize>) -> Option<&[T]> {
        self.get(range)
    }

    #[inline(always)]
    fn slices_mut<'a>(&'a mut self, range: Range<usize>) -> impl Iterator<Item = &'a mut [T]>
    where
        T: 'a,
    {
        std::iter::once(&mut self[range])
    }

    #[inline(always)]
    fn slice_mut(&mut self, range: Range<usize>) -> &mut [T] {
        &mut self[range]
    }

    #[inline]
    fn replace_items(&mut self, range: Range<usize>, new: Self) {
        if range.start == self.len() {
            self.extend(new);
        } else {
            self.splice(range, new);
        }
    }

    same_in_both!();
}

/// What of a range lies in the first `front` elements, and in those behind them.
#[inline]
fn halves(range: Range<usize>, front: usize) -> (Range<usize>, Range<usize>) {
    let of_front = range.start.min(front)..range.end.min(front);
    (of_front, range.start.max(front) - front..range.end.max(front) - front)
}

impl<T> Ranged<T> for VecDeque<T> {
    #[inline(always)]
    fn copy_items(&self, range: Range<usize>) -> Self
    where
        T: Clone,
    {
        self.range(range).cloned().collect()
    }

    #[inline(always)]
    fn slices<'a>(&'a self, range: Range<usize>) -> impl Iterator<Item = &'a [T]>
    where
        T: 'a,
    {
        let (front, back) = self.as_slices();
        let (of_front, of_back) = halves(range, front.len());
        [&front[of_front], &back[of_back]].into_iter()
    }

    #[inline(always)]
    fn take_at(&mut self, at: usize) -> Option<T> {
        self.remove(at)
    }

    #[inline(always)]
    fn slice_of(&self, range: Range<usize>) -> Option<&[T]> {
        self.as_slices().0.get(range)
    }

    #[inline(always)]
    fn slices_mut<'a>(&'a mut self, range: Range<usize>) -> impl Iterator<Item = &'a mut [T]>
    where
        T: 'a,
    {
        let (front, back) = self.as_mut_slices();
        let (of_front, of_back) = halves(range, front.len());
        [&mut front[of_front], &mut back[of_back]].into_iter()
    }

    #[inline(always)]
    fn slice_mut(&mut self, range: Range<usize>) -> &mut [T] {
        &mut self.make_contiguous()[range]
    }

    fn replace_items(&mut self, range: Range<usize>, new: Self) {
        let behind = self.split_off(range.end);
        self.truncate(range.start);
        self.extend(new);
        self.extend(behind);
    }

    same_in_both!();
}

/// The bytes of the `char`s in a range of indexes, as far as there are any.
#[inline]
fn bytes_of(text: &str, range: &Range<usize>) -> Range<usize> {
    let at = |index| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    let end = at(range.end);
    at(range.start).min(end)..end
}

impl Collection for String {
    type Range = Range<usize>;
    type At = usize;

    #[inline]
    fn count(&self, part: &WhichOf<Self>) -> usize {
        match part {
            Which::All => self.chars().count(),
            Which::Within(range) => self[bytes_of(self, range)].chars().count(),
            Which::These(at) => {
                let len = self.chars().count();
                at.iter().filter(|at| **at < len).count()
            }
        }
    }

    #[inline]
    fn copy_part(&self, part: &WhichOf<Self>) -> Self {
        match part {
            Which::All => self.clone(),
            Which::Within(range) => self[bytes_of(self, range)].to_owned(),
            Which::These(at) => {
                let mut at = at.iter().peekable();
                let meant = self.chars().enumerate();
                let meant = meant.filter(|(index, _)| at.next_if_eq(&index).is_some());
                meant.map(|(_, item)| item).collect()
            }
        }
    }

    #[inline]
    fn put_part(&mut self, part: &WhichOf<Self>, new: Self) {
        match part {
            Which::All => *self = new,
            Which::Within(range) => self.replace_range(bytes_of(self, range), &new),
            Which::These(_) => {
                let mut items: Vec<char> = self.chars().collect();
                items.put_part(part, new.chars().collect());
                *self = items.into_iter().collect();
            }
        }
    }
}

impl StdSeq for String {
    type Item = char;

    #[inline]
    fn length(&self) -> usize {
        self.chars().count()
    }

    #[inline]
    fn nth<'a>(seq: Held<'a, Self>, at: usize) -> Held<'a, char> {
        seq.get().and_then(|text| text.chars().nth(at)).into()
    }

    #[inline]
    fn each<F>(seq: Held<'_, Self>, part: &WhichOf<Self>, mut f: F) -> Visit
    where
        F: FnMut(Held<'_, char>) -> Visit,
    {
        let Some(text) = seq.get() else { return Ok(()) };
        let some;
        let text = match part {
            Which::All => &**text,
            Which::Within(range) => &text[bytes_of(text, range)],
            Which::These(_) => {
                some = text.copy_part(part);
                &*some
            }
        };
        text.chars().try_for_each(|item| f(Held::Owned(item)))
    }

    #[inline]
    fn each_in<F>(&self, part: &WhichOf<Self>, mut f: F) -> Visit
    where
        F: FnMut(&char) -> Visit,
    {
        Self::each(Held::Stored(self), part, |item| item.get().map_or(Ok(()), &mut f))
    }

    #[inline]
    fn write_nth<F>(&mut self, at: usize, part: &WhichOf<Self>, f: F) -> Altered
    where
        F: FnOnce(&mut char) -> Fated,
    {
        let Some((byte, mut item)) = self.char_indices().nth(at) else { return Ok(false) };
        let bytes = byte..byte + item.len_utf8();
        let fate = f(&mut item)?;
        match fate {
            Fate::Kept => {}
            Fate::Changed => self.replace_range(bytes, item.encode_utf8(&mut [0; 4])),
            Fate::Removed if let Which::These(places) = part => {
                let mut items: Vec<char> = self.chars().collect();
                remove_item(&mut items, at, places);
                *self = items.into_iter().collect();
            }
            Fate::Removed => self.replace_range(bytes, ""),
        }
        Ok(fate != Fate::Kept)
    }

    #[inline]
    fn write_each<F>(&mut self, part: &WhichOf<Self>, mut f: F) -> Altered
    where
        F: FnMut(&mut char) -> Fated,
    {
        if let Which::These(_) = part {
            let mut items: Vec<char> = self.chars().collect();
            let changed = items.write_each(part, f)?;
            *self = items.into_iter().collect();
            return Ok(changed);
        }
        let (mut text, mut changed) = (String::with_capacity(self.len()), false);
        for (at, mut item) in self.chars().enumerate() {
            let is_meant = match part {
                Which::Within(range) => range.contains(&at),
                Which::All | Which::These(_) => true,
            };
            let fate = if is_meant { f(&mut item)? } else { Fate::Kept };
            if fate != Fate::Removed {
                text.push(item);
            }
            changed |= fate != Fate::Kept;
        }
        *self = text;
        Ok(changed)
    }

    #[inline]
    fn put_before(&mut self, at: usize, item: char) {
        self.insert(bytes_of(self, &(at..at)).start, item);
    }
}
