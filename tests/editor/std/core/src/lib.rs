//! As much of the standard library as the probes need, with its names where they are in the real
//! one: the pinned toolchain comes without the library's sources, and the real ones would make the
//! server slow. Nothing of this is ever compiled; only rust-analyzer reads it.
#![no_core]
#![rustc_coherence_is_core]
#![feature(lang_items)]

#[prelude_import]
use prelude::v1::*;

pub mod marker {
    #[lang = "pointee_sized"]
    #[fundamental]
    #[rustc_specialization_trait]
    #[rustc_coinductive]
    pub trait PointeeSized {}
    #[lang = "meta_sized"]
    #[fundamental]
    #[rustc_specialization_trait]
    #[rustc_coinductive]
    pub trait MetaSized: PointeeSized {}
    #[lang = "sized"]
    #[fundamental]
    #[rustc_specialization_trait]
    #[rustc_coinductive]
    pub trait Sized: MetaSized {}
    #[lang = "unsize"]
    pub trait Unsize<T: PointeeSized>: PointeeSized {}
    #[lang = "copy"]
    pub trait Copy: crate::clone::Clone {}
    #[lang = "send"]
    pub unsafe auto trait Send {}
    #[lang = "sync"]
    pub unsafe auto trait Sync {}
    #[lang = "unpin"]
    pub auto trait Unpin {}
    #[lang = "tuple_trait"]
    pub trait Tuple {}
    #[lang = "phantom_data"]
    pub struct PhantomData<T: PointeeSized>;

    #[rustc_builtin_macro]
    pub macro Copy($item:item) {}

    impl<T: PointeeSized> Copy for &T {}
    impl<T: PointeeSized> Copy for PhantomData<T> {}
    impl<T: PointeeSized> crate::clone::Clone for PhantomData<T> {
        fn clone(&self) -> Self {
            *self
        }
    }
    macro_rules! copy { ($($ty:ty)*) => { $(impl Copy for $ty {})* } }
    copy!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool char !);
}

pub mod clone {
    use crate::marker::Sized;

    #[lang = "clone"]
    pub trait Clone: Sized {
        fn clone(&self) -> Self;
    }
    #[rustc_builtin_macro]
    pub macro Clone($item:item) {}

    impl<T: crate::marker::PointeeSized> Clone for &T {
        fn clone(&self) -> Self {
            *self
        }
    }
    macro_rules! clone { ($($ty:ty)*) => { $(impl Clone for $ty { fn clone(&self) -> Self { *self } })* } }
    clone!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool char !);
}

pub mod default {
    pub trait Default: crate::marker::Sized {
        fn default() -> Self;
    }
    #[rustc_builtin_macro]
    pub macro Default($item:item) {}
}

pub mod fmt {
    pub struct Formatter<'a>(&'a ());
    pub struct Error;
    pub type Result = crate::result::Result<(), Error>;
    #[lang = "format_arguments"]
    pub struct Arguments<'a>(&'a ());
    pub trait Debug {
        fn fmt(&self, f: &mut Formatter<'_>) -> Result;
    }
    pub trait Display {
        fn fmt(&self, f: &mut Formatter<'_>) -> Result;
    }
    #[rustc_builtin_macro]
    pub macro Debug($item:item) {}
}

pub mod ops {
    use crate::marker::{PointeeSized, Sized, Tuple};

    #[lang = "deref"]
    pub trait Deref: PointeeSized {
        #[lang = "deref_target"]
        type Target: PointeeSized;
        fn deref(&self) -> &Self::Target;
    }
    #[lang = "deref_mut"]
    pub trait DerefMut: Deref {
        fn deref_mut(&mut self) -> &mut Self::Target;
    }
    impl<T: PointeeSized> Deref for &T {
        type Target = T;
        fn deref(&self) -> &T {
            *self
        }
    }
    impl<T: PointeeSized> Deref for &mut T {
        type Target = T;
        fn deref(&self) -> &T {
            *self
        }
    }
    #[lang = "receiver"]
    pub trait Receiver: PointeeSized {
        #[lang = "receiver_target"]
        type Target: PointeeSized;
    }
    impl<P: Deref<Target = T> + PointeeSized, T: PointeeSized> Receiver for P {
        type Target = T;
    }
    #[lang = "coerce_unsized"]
    pub trait CoerceUnsized<T> {}
    #[lang = "drop"]
    pub trait Drop {
        fn drop(&mut self);
    }
    #[lang = "index"]
    pub trait Index<I: PointeeSized> {
        type Output: PointeeSized;
        fn index(&self, index: I) -> &Self::Output;
    }
    #[lang = "fn_once"]
    #[fundamental]
    #[rustc_paren_sugar]
    pub trait FnOnce<Args: Tuple> {
        #[lang = "fn_once_output"]
        type Output;
        extern "rust-call" fn call_once(self, args: Args) -> Self::Output;
    }
    #[lang = "fn_mut"]
    #[fundamental]
    #[rustc_paren_sugar]
    pub trait FnMut<Args: Tuple>: FnOnce<Args> {
        extern "rust-call" fn call_mut(&mut self, args: Args) -> Self::Output;
    }
    #[lang = "fn"]
    #[fundamental]
    #[rustc_paren_sugar]
    pub trait Fn<Args: Tuple>: FnMut<Args> {
        extern "rust-call" fn call(&self, args: Args) -> Self::Output;
    }

    macro_rules! operators {
        ($($lang:literal $name:ident $method:ident)*) => {
            $(
                #[lang = $lang]
                pub trait $name<Right = Self> {
                    type Output;
                    fn $method(self, right: Right) -> Self::Output;
                }
                impl $name for i64 { type Output = i64; fn $method(self, right: i64) -> i64 { loop {} } }
                impl $name for usize { type Output = usize; fn $method(self, right: usize) -> usize { loop {} } }
            )*
        };
    }
    #[lang = "not"]
    pub trait Not {
        type Output;
        fn not(self) -> Self::Output;
    }
    impl Not for bool {
        type Output = bool;
        fn not(self) -> bool {
            loop {}
        }
    }
    #[lang = "neg"]
    pub trait Neg {
        type Output;
        fn neg(self) -> Self::Output;
    }
    impl Neg for i64 {
        type Output = i64;
        fn neg(self) -> i64 {
            loop {}
        }
    }
    operators!("add" Add add "sub" Sub sub "mul" Mul mul "div" Div div "rem" Rem rem);

    #[lang = "Range"]
    pub struct Range<T> {
        pub start: T,
        pub end: T,
    }
}

pub mod future {
    #[lang = "future_trait"]
    pub trait Future {
        #[lang = "future_output"]
        type Output;
    }
    pub trait IntoFuture {
        type Output;
        type IntoFuture: Future<Output = Self::Output>;
        #[lang = "into_future"]
        fn into_future(self) -> Self::IntoFuture;
    }
    impl<F: Future> IntoFuture for F {
        type Output = F::Output;
        type IntoFuture = F;
        fn into_future(self) -> F {
            self
        }
    }
}

pub mod async_function {
    use crate::future::Future;
    use crate::marker::Tuple;

    #[lang = "async_fn"]
    #[fundamental]
    #[rustc_paren_sugar]
    pub trait AsyncFn<Args: Tuple>: AsyncFnMut<Args> {
        extern "rust-call" fn async_call(&self, args: Args) -> Self::CallRefFuture<'_>;
    }
    #[lang = "async_fn_mut"]
    #[fundamental]
    #[rustc_paren_sugar]
    pub trait AsyncFnMut<Args: Tuple>: AsyncFnOnce<Args> {
        #[lang = "call_ref_future"]
        type CallRefFuture<'a>: Future<Output = Self::Output>
        where
            Self: 'a;
        extern "rust-call" fn async_call_mut(&mut self, args: Args) -> Self::CallRefFuture<'_>;
    }
    #[lang = "async_fn_once"]
    #[fundamental]
    #[rustc_paren_sugar]
    pub trait AsyncFnOnce<Args: Tuple> {
        #[lang = "async_fn_once_output"]
        type Output;
        #[lang = "call_once_future"]
        type CallOnceFuture: Future<Output = Self::Output>;
        extern "rust-call" fn async_call_once(self, args: Args) -> Self::CallOnceFuture;
    }
}

pub mod cmp {
    use crate::marker::PointeeSized;

    #[lang = "eq"]
    pub trait PartialEq<Right: PointeeSized = Self>: PointeeSized {
        fn eq(&self, other: &Right) -> bool;
        fn ne(&self, other: &Right) -> bool;
    }
    pub trait Eq: PartialEq {}
    pub enum Ordering {
        Less,
        Equal,
        Greater,
    }
    #[lang = "partial_ord"]
    pub trait PartialOrd<Right: PointeeSized = Self>: PartialEq<Right> {
        fn partial_cmp(&self, other: &Right) -> crate::option::Option<Ordering>;
        fn lt(&self, other: &Right) -> bool;
        fn le(&self, other: &Right) -> bool;
        fn gt(&self, other: &Right) -> bool;
        fn ge(&self, other: &Right) -> bool;
    }
    pub trait Ord: Eq + PartialOrd {}
    macro_rules! compare {
        ($($ty:ty)*) => {
            $(
                impl PartialEq for $ty { fn eq(&self, other: &$ty) -> bool { loop {} } }
                impl Eq for $ty {}
                impl PartialOrd for $ty { fn partial_cmp(&self, other: &$ty) -> crate::option::Option<Ordering> { loop {} } }
                impl Ord for $ty {}
            )*
        };
    }
    compare!(i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool char);
}

pub mod option {
    pub enum Option<T> {
        #[lang = "None"]
        None,
        #[lang = "Some"]
        Some(T),
    }
    impl<T> Option<T> {
        pub fn unwrap(self) -> T {
            loop {}
        }
    }
    impl<T: crate::clone::Clone> crate::clone::Clone for Option<T> {
        fn clone(&self) -> Self {
            loop {}
        }
    }
}

pub mod result {
    pub enum Result<T, E> {
        #[lang = "Ok"]
        Ok(T),
        #[lang = "Err"]
        Err(E),
    }
}

pub mod convert {
    pub trait From<T>: crate::marker::Sized {
        fn from(value: T) -> Self;
    }
    pub trait Into<T>: crate::marker::Sized {
        fn into(self) -> T;
    }
    pub trait AsRef<T: crate::marker::PointeeSized> {
        fn as_ref(&self) -> &T;
    }
}

pub mod borrow {
    pub trait Borrow<T: crate::marker::PointeeSized> {
        fn borrow(&self) -> &T;
    }
    impl<T> Borrow<T> for T {
        fn borrow(&self) -> &T {
            self
        }
    }
    pub trait ToOwned {
        type Owned;
        fn to_owned(&self) -> Self::Owned;
    }
    impl ToOwned for str {
        type Owned = crate::string::String;
        fn to_owned(&self) -> crate::string::String {
            loop {}
        }
    }
}

pub mod iter {
    use crate::option::Option;

    #[lang = "iterator"]
    pub trait Iterator {
        type Item;
        #[lang = "next"]
        fn next(&mut self) -> Option<Self::Item>;
    }
    pub trait IntoIterator {
        type Item;
        type IntoIter: Iterator<Item = Self::Item>;
        #[lang = "into_iter"]
        fn into_iter(self) -> Self::IntoIter;
    }
    impl<I: Iterator> IntoIterator for I {
        type Item = I::Item;
        type IntoIter = I;
        fn into_iter(self) -> I {
            self
        }
    }
    pub trait FromIterator<T> {}
    pub trait Extend<T> {}
}

pub mod vec {
    pub struct Vec<T>(T);
    pub struct IntoIter<T>(T);
    impl<T> Vec<T> {
        pub fn new() -> Self {
            loop {}
        }
        pub fn len(&self) -> usize {
            loop {}
        }
    }
    impl<T: crate::clone::Clone> crate::clone::Clone for Vec<T> {
        fn clone(&self) -> Self {
            loop {}
        }
    }
    impl<T> crate::iter::Iterator for IntoIter<T> {
        type Item = T;
        fn next(&mut self) -> crate::option::Option<T> {
            loop {}
        }
    }
    impl<T> crate::iter::IntoIterator for Vec<T> {
        type Item = T;
        type IntoIter = IntoIter<T>;
        fn into_iter(self) -> IntoIter<T> {
            loop {}
        }
    }
}

pub mod string {
    pub struct String;
    impl crate::clone::Clone for String {
        fn clone(&self) -> Self {
            loop {}
        }
    }
    pub trait ToString {
        fn to_string(&self) -> String;
    }
}

pub mod boxed {
    #[lang = "owned_box"]
    pub struct Box<T: crate::marker::PointeeSized>(*const T);
    impl<T: crate::marker::PointeeSized> crate::ops::Deref for Box<T> {
        type Target = T;
        fn deref(&self) -> &T {
            loop {}
        }
    }
}

pub mod macros {
    #[rustc_builtin_macro]
    pub macro derive($item:item) {}
    #[rustc_builtin_macro]
    pub macro test($item:item) {}
}

#[rustc_builtin_macro]
#[macro_export]
macro_rules! concat { ($($e:expr),*) => {}; }
#[rustc_builtin_macro]
#[macro_export]
macro_rules! stringify { ($($t:tt)*) => {}; }
#[rustc_builtin_macro]
#[macro_export]
macro_rules! module_path { () => {}; }
#[rustc_builtin_macro]
#[macro_export]
macro_rules! line { () => {}; }
#[rustc_builtin_macro]
#[macro_export]
macro_rules! column { () => {}; }
#[rustc_builtin_macro]
#[macro_export]
macro_rules! env { ($name:expr) => {}; }
#[rustc_builtin_macro]
#[macro_export]
macro_rules! include { ($name:expr) => {}; }
#[rustc_builtin_macro]
#[macro_export]
macro_rules! include_str { ($name:expr) => {}; }
#[rustc_builtin_macro]
#[macro_export]
macro_rules! compile_error { ($text:expr) => {}; }
#[rustc_builtin_macro]
#[macro_export]
macro_rules! format_args { ($($t:tt)*) => {}; }
#[macro_export]
macro_rules! format { ($($t:tt)*) => {{ let _ = $crate::format_args!($($t)*); $crate::string::String }}; }
#[macro_export]
macro_rules! panic { ($($t:tt)*) => {{ let _ = $crate::format_args!($($t)*); loop {} }}; }
#[macro_export]
macro_rules! unreachable { ($($t:tt)*) => { loop {} }; }
#[macro_export]
macro_rules! vec { ($($e:expr),* $(,)?) => {{ let mut all = $crate::vec::Vec::new(); $(all.push($e);)* all }}; }

pub mod prelude {
    pub mod v1 {
        pub use crate::borrow::ToOwned;
        pub use crate::boxed::Box;
        pub use crate::clone::Clone;
        pub use crate::cmp::{Eq, Ord, PartialEq, PartialOrd};
        pub use crate::convert::{AsRef, From, Into};
        pub use crate::default::Default;
        pub use crate::fmt::Debug;
        pub use crate::future::{Future, IntoFuture};
        pub use crate::iter::{Extend, FromIterator, IntoIterator, Iterator};
        pub use crate::macros::{derive, test};
        pub use crate::marker::{Copy, Send, Sized, Sync, Unpin};
        pub use crate::ops::{Drop, Fn, FnMut, FnOnce};
        pub use crate::option::Option::{self, None, Some};
        pub use crate::result::Result::{self, Err, Ok};
        pub use crate::string::{String, ToString};
        pub use crate::vec::Vec;
        pub use crate::{
            column, compile_error, concat, env, format, format_args, include, include_str, line, module_path, panic,
            stringify, unreachable, vec,
        };
    }
    pub use v1 as rust_2015;
    pub use v1 as rust_2018;
    pub use v1 as rust_2021;
    pub use v1 as rust_2024;
}
