//! Lists in memory: lists, texts, which are lists of characters, and bytes.

use std::borrow::Cow;

use super::Datum;

/// What a list was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListKind {
    List,
    Text,
    Bytes,
}

impl ListKind {
    /// The list of these elements.
    pub(super) fn of(self, items: Vec<Datum>) -> Datum {
        match self {
            ListKind::List => Datum::List(items),
            ListKind::Text => {
                let texts = items.iter().map(|item| match item {
                    Datum::Text(text) => Some(text.as_str()),
                    _ => None,
                });
                texts.collect::<Option<String>>().map_or(Datum::List(items), Datum::Text)
            }
            ListKind::Bytes => {
                let bytes = items.iter().map(|item| match item {
                    Datum::Int(byte) => u8::try_from(*byte).ok(),
                    _ => None,
                });
                bytes.collect::<Option<Vec<u8>>>().map_or(Datum::List(items), Datum::Bytes)
            }
        }
    }
}

/// The elements of a list, and what it is made of; none if it is no list.
pub(super) fn items(datum: &Datum) -> Option<(ListKind, Cow<'_, [Datum]>)> {
    match datum {
        Datum::List(items) => Some((ListKind::List, Cow::Borrowed(items))),
        Datum::Text(text) => {
            let items = text.chars().map(Datum::from).collect();
            Some((ListKind::Text, Cow::Owned(items)))
        }
        Datum::Bytes(bytes) => {
            let items = bytes.iter().map(|byte| Datum::from(*byte)).collect();
            Some((ListKind::Bytes, Cow::Owned(items)))
        }
        Datum::Null => Some((ListKind::List, Cow::Borrowed(&[]))),
        _ => None,
    }
}

/// As [`items`], of a list that is taken apart.
pub(super) fn into_items(datum: Datum) -> Result<(ListKind, Vec<Datum>), Datum> {
    match datum {
        Datum::List(items) => Ok((ListKind::List, items)),
        datum => match items(&datum) {
            Some((kind, items)) => Ok((kind, items.into_owned())),
            None => Err(datum),
        },
    }
}

/// An index of a list: beyond what memory can hold there is nothing.
pub(super) fn index(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
