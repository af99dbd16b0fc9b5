//! Sequences of the standard library.

use std::collections::VecDeque;
use std::ops::Range;

use super::{Fate, part};
use crate::error::PathError;
use crate::path::{Value, Visit};
use crate::record::Record;
use crate::store::Held;

/// A sequence of the standard library: `Vec`, `VecDeque`, or `String`, which is one of `char`s.
pub trait StdSeq: Value + Default {
    /// The type of the elements.
    type Item: Record;

    /// The number of elements. A `String` has to be gone through for it.
    #[doc(hidden)]
    fn length(&self) -> usize;

    /// The element at an index.
    #[doc(hidden)]
    fn nth<'a>(seq: Held<'a, Self>, at: usize) -> Held<'a, Self::Item>;

    /// Hands every element to `f`, in order.
    #[doc(hidden)]
    fn each<F>(seq: Held<'_, Self>, f: F) -> Visit
    where
        F: FnMut(Held<'_, Self::Item>) -> Visit;

    /// Writes the element at an index through `f`; says whether something changed.
    #[doc(hidden)]
    fn write_nth<F>(&mut self, at: usize, f: F) -> Result<bool, PathError>
    where
        F: FnOnce(&mut Self::Item) -> Result<Fate, PathError>;

    /// Writes every element through `f`, in order; says whether something changed.
    #[doc(hidden)]
    fn write_each<F>(&mut self, f: F) -> Result<bool, PathError>
    where
        F: FnMut(&mut Self::Item) -> Result<Fate, PathError>;

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
        self.put_part(at..at + 1, Self::default());
        item
    }

    /// Moves an element to another index, or to the end.
    #[doc(hidden)]
    fn move_item(&mut self, from: usize, to: usize) {
        if let Some(item) = self.take_nth(from) {
            self.put_before(to.min(self.length()), item);
        }
    }

    /// A copy of the elements in a range, which is within the sequence.
    #[doc(hidden)]
    fn part(&self, range: Range<usize>) -> Self;

    /// Puts other elements in the place of those in a range.
    #[doc(hidden)]
    fn put_part(&mut self, range: Range<usize>, part: Self);

    /// A sequence of these.
    #[doc(hidden)]
    fn of(items: Vec<Self::Item>) -> Self;
}

macro_rules! std_seq {
    ($($seq:ident),*) => {$(
        impl<T: Record> StdSeq for $seq<T> {
            type Item = T;

            #[inline]
            fn length(&self) -> usize {
                self.len()
            }

            #[inline]
            fn nth<'a>(seq: Held<'a, Self>, at: usize) -> Held<'a, T> {
                part(seq, |seq| seq.get(at), |seq| seq.into_iter().nth(at))
            }

            #[inline]
            fn each<F>(seq: Held<'_, Self>, mut f: F) -> Visit
            where
                F: FnMut(Held<'_, T>) -> Visit,
            {
                match seq {
                    Held::Stored(seq) => seq.iter().try_for_each(|item| f(Held::Stored(item))),
                    Held::Owned(seq) => seq.into_iter().try_for_each(|item| f(Held::Owned(item))),
                    Held::Nothing => Ok(()),
                }
            }

            #[inline]
            fn write_nth<F>(&mut self, at: usize, f: F) -> Result<bool, PathError>
            where
                F: FnOnce(&mut T) -> Result<Fate, PathError>,
            {
                let Some(item) = self.get_mut(at) else { return Ok(false) };
                let fate = f(item)?;
                if fate == Fate::Removed {
                    let _ = self.remove(at);
                }
                Ok(fate != Fate::Kept)
            }

            #[inline]
            fn write_each<F>(&mut self, mut f: F) -> Result<bool, PathError>
            where
                F: FnMut(&mut T) -> Result<Fate, PathError>,
            {
                let (mut changed, mut kept) = (false, None);
                // As long as nothing is removed, a loop that does nothing else.
                for (at, item) in self.iter_mut().enumerate() {
                    match f(item)? {
                        Fate::Kept => {}
                        Fate::Changed => changed = true,
                        Fate::Removed => {
                            kept = Some(at);
                            break;
                        }
                    }
                }
                let Some(kept) = kept else { return Ok(changed) };
                let (mut next, mut failed) = (0, None);
                self.retain_mut(|item| {
                    let at = next;
                    next += 1;
                    if at <= kept || failed.is_some() {
                        return at != kept;
                    }
                    match f(item) {
                        Ok(fate) => fate != Fate::Removed,
                        Err(error) => {
                            failed = Some(error);
                            true
                        }
                    }
                });
                if let Some(error) = failed {
                    return Err(error);
                }
                Ok(true)
            }

            #[inline]
            fn put_before(&mut self, at: usize, item: T) {
                self.insert(at.min(self.len()), item);
            }

            fn part(&self, range: Range<usize>) -> Self {
                self.range_of(range).cloned().collect()
            }

            fn put_part(&mut self, range: Range<usize>, part: Self) {
                self.splice_range(range, part);
            }

            fn of(items: Vec<T>) -> Self {
                items.into()
            }
        }
    )*};
}

std_seq!(Vec, VecDeque);

/// What `Vec` and `VecDeque` do alike and by other names.
trait Ranged<T>: Sized {
    fn range_of<'a>(&'a self, range: Range<usize>) -> impl Iterator<Item = &'a T>
    where
        T: 'a;
    fn splice_range(&mut self, range: Range<usize>, part: Self);
}

impl<T> Ranged<T> for Vec<T> {
    fn range_of<'a>(&'a self, range: Range<usize>) -> impl Iterator<Item = &'a T>
    where
        T: 'a,
    {
        self[range].iter()
    }

    fn splice_range(&mut self, range: Range<usize>, part: Self) {
        self.splice(range, part);
    }
}

impl<T> Ranged<T> for VecDeque<T> {
    fn range_of<'a>(&'a self, range: Range<usize>) -> impl Iterator<Item = &'a T>
    where
        T: 'a,
    {
        self.range(range)
    }

    fn splice_range(&mut self, range: Range<usize>, part: Self) {
        let behind = self.split_off(range.end);
        self.truncate(range.start);
        self.extend(part);
        self.extend(behind);
    }
}

/// The bytes of the `char`s in a range of indexes.
fn bytes_of(text: &str, range: Range<usize>) -> Range<usize> {
    let at = |index| text.char_indices().nth(index).map_or(text.len(), |(at, _)| at);
    at(range.start)..at(range.end)
}

impl StdSeq for String {
    type Item = char;

    fn length(&self) -> usize {
        self.chars().count()
    }

    fn nth<'a>(seq: Held<'a, Self>, at: usize) -> Held<'a, char> {
        seq.get().and_then(|text| text.chars().nth(at)).into()
    }

    fn each<F>(seq: Held<'_, Self>, mut f: F) -> Visit
    where
        F: FnMut(Held<'_, char>) -> Visit,
    {
        match seq.get() {
            Some(text) => text.chars().try_for_each(|item| f(Held::Owned(item))),
            None => Ok(()),
        }
    }

    fn write_nth<F>(&mut self, at: usize, f: F) -> Result<bool, PathError>
    where
        F: FnOnce(&mut char) -> Result<Fate, PathError>,
    {
        let Some((byte, mut item)) = self.char_indices().nth(at) else { return Ok(false) };
        let bytes = byte..byte + item.len_utf8();
        let fate = f(&mut item)?;
        match fate {
            Fate::Kept => {}
            Fate::Changed => self.replace_range(bytes, item.encode_utf8(&mut [0; 4])),
            Fate::Removed => self.replace_range(bytes, ""),
        }
        Ok(fate != Fate::Kept)
    }

    fn write_each<F>(&mut self, mut f: F) -> Result<bool, PathError>
    where
        F: FnMut(&mut char) -> Result<Fate, PathError>,
    {
        let (mut text, mut changed) = (String::with_capacity(self.len()), false);
        for mut item in self.chars() {
            let fate = f(&mut item)?;
            if fate != Fate::Removed {
                text.push(item);
            }
            changed |= fate != Fate::Kept;
        }
        *self = text;
        Ok(changed)
    }

    fn put_before(&mut self, at: usize, item: char) {
        self.insert(bytes_of(self, at..at).start, item);
    }

    fn part(&self, range: Range<usize>) -> Self {
        self[bytes_of(self, range)].to_owned()
    }

    fn put_part(&mut self, range: Range<usize>, part: Self) {
        self.replace_range(bytes_of(self, range), &part);
    }

    fn of(items: Vec<char>) -> Self {
        items.into_iter().collect()
    }
}
