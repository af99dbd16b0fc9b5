//! Which frames may cross a partitioner.
//!
//! Each variable of a frame has one witness [`w`], which generated code gives the span of that
//! variable, so that a value that cannot be carried is one error at the user's own token.

use std::any::Any;
use std::marker::PhantomData;

use rama_paths::Record;

use super::state::NewColumn;
use crate::task::{AnyColumn, Column};

/// Stands for one carried variable of type `T`.
pub struct W<T>(PhantomData<fn() -> T>);

impl<T> std::fmt::Debug for W<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("w()")
    }
}

/// The witness of a carried variable; its type is inferred from the frame.
pub fn w<T>() -> W<T> {
    W(PhantomData)
}

/// A tuple of witnesses for a frame of type `T`: every element is a [`Record`].
pub trait Carries<T> {
    #[doc(hidden)]
    fn column_maker(&self) -> ColumnMaker;
}

/// How empty or serialized columns of a frame type become columns.
pub struct ColumnMaker(pub(crate) NewColumn);

impl std::fmt::Debug for ColumnMaker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ColumnMaker")
    }
}

fn new_column<T>(bytes: Option<&[u8]>) -> Result<Box<dyn AnyColumn>, postcard::Error>
where
    T: serde::Serialize + serde::de::DeserializeOwned + Any + Send,
{
    let frames: Vec<T> = match bytes {
        Some(bytes) => postcard::from_bytes(bytes)?,
        None => Vec::new(),
    };
    Ok(Box::new(Column::from(frames)))
}

impl Carries<()> for () {
    fn column_maker(&self) -> ColumnMaker {
        ColumnMaker(new_column::<()>)
    }
}

macro_rules! carries {
    ($($t:ident)+) => {
        impl<$($t: Record),+> Carries<($($t,)+)> for ($(W<$t>,)+) {
            fn column_maker(&self) -> ColumnMaker {
                ColumnMaker(new_column::<($($t,)+)>)
            }
        }
    };
}

carries!(A);
carries!(A B);
carries!(A B C);
carries!(A B C D);
carries!(A B C D E);
carries!(A B C D E F);
carries!(A B C D E F G);
carries!(A B C D E F G H);
carries!(A B C D E F G H I);
carries!(A B C D E F G H I J);
carries!(A B C D E F G H I J K);
carries!(A B C D E F G H I J K L);
