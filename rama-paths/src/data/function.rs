//! Functions that paths call by name.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde::de::{self, DeserializeOwned, MapAccess, Visitor};
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Datum, DatumError};

/// A function in a path: its name, and what it gets behind the value.
///
/// In JSON it is the name alone, `"is_even"`, or `{"name": "is_below", "args": [3]}`.
///
/// ```
/// use rama_paths::data::{DataPath, FunctionCall};
///
/// let below = FunctionCall::new("is_below").arg(3);
/// let path = DataPath::new().filter_pred("is_even").filter_pred(below);
/// let json = r#"[{"filter_pred":"is_even"},{"filter_pred":{"name":"is_below","args":[3]}}]"#;
/// assert_eq!(serde_json::to_string(&path)?, json);
/// assert_eq!(serde_json::from_str::<DataPath>(json)?, path);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionCall {
    /// The name that the function is registered under.
    pub name: String,
    /// What it gets behind the value.
    pub args: Vec<Datum>,
}

impl FunctionCall {
    /// A function that gets the value alone.
    pub fn new(name: impl Into<String>) -> Self {
        FunctionCall { name: name.into(), args: Vec::new() }
    }

    /// With one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<Datum>) -> Self {
        self.args.push(arg.into());
        self
    }
}

impl From<&str> for FunctionCall {
    fn from(name: &str) -> Self {
        FunctionCall::new(name)
    }
}

impl From<String> for FunctionCall {
    fn from(name: String) -> Self {
        FunctionCall::new(name)
    }
}

impl Serialize for FunctionCall {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() && self.args.is_empty() {
            return serializer.serialize_str(&self.name);
        }
        let mut call = serializer.serialize_struct("FunctionCall", 2)?;
        call.serialize_field("name", &self.name)?;
        call.serialize_field("args", &self.args)?;
        call.end()
    }
}

/// As it is written with arguments.
#[derive(Deserialize)]
#[serde(rename = "FunctionCall", deny_unknown_fields)]
struct Whole {
    name: String,
    #[serde(default)]
    args: Vec<Datum>,
}

impl From<Whole> for FunctionCall {
    fn from(Whole { name, args }: Whole) -> Self {
        FunctionCall { name, args }
    }
}

impl<'de> Deserialize<'de> for FunctionCall {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(NameOrWhole)
        } else {
            Whole::deserialize(deserializer).map(Into::into)
        }
    }
}

struct NameOrWhole;

impl<'de> Visitor<'de> for NameOrWhole {
    type Value = FunctionCall;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a function, or its name and its args")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<FunctionCall, E> {
        Ok(FunctionCall::new(name))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FunctionCall, A::Error> {
        Whole::deserialize(de::value::MapAccessDeserializer::new(map)).map(Into::into)
    }
}

/// Why a function gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FunctionFailure {
    /// No function of this name is registered.
    #[error("there is no function `{name}`{}", those(.known))]
    Unknown {
        /// The name.
        name: String,
        /// The names that are registered.
        known: Vec<String>,
    },
    /// It takes another number of arguments.
    #[error("`{name}` takes {expected} argument{}, the value among them, and got {found}", plural(*.expected))]
    WrongCount {
        /// The function.
        name: String,
        /// How many it takes.
        expected: usize,
        /// How many it got.
        found: usize,
    },
    /// An argument is of another type.
    #[error("argument {index} of `{name}` has the wrong type: {source}")]
    WrongArgument {
        /// The function.
        name: String,
        /// Which argument: 0 is the value.
        index: usize,
        /// What is wrong.
        source: DatumError,
    },
    /// What it returned is no datum.
    #[error("the result of `{name}` cannot be sent: {source}")]
    ResultIsNoData {
        /// The function.
        name: String,
        /// What is wrong.
        source: DatumError,
    },
    /// What it returned is of no use there.
    #[error("`{name}` has to return {expected}, and returned {found}")]
    WrongResult {
        /// The function.
        name: String,
        /// What is needed.
        expected: &'static str,
        /// What it returned.
        found: &'static str,
    },
    /// It panicked.
    #[error("`{name}` panicked: {message}")]
    Panicked {
        /// The function.
        name: String,
        /// What it said.
        message: String,
    },
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn those(names: &[String]) -> String {
    if names.is_empty() {
        return ": none is registered".into();
    }
    format!("; there are: {}", names.join(", "))
}

/// What goes wrong before or behind the call itself.
enum Trouble {
    Count,
    Argument(usize, DatumError),
    Result(DatumError),
}

/// What a function that paths call can take: a value of a type that serde can read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from data, and a path function gets its arguments as data",
    label = "takes a `{Self}`",
    note = "add `#[derive(serde::Deserialize)]` to it"
)]
pub trait PathArgument: DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> PathArgument for T {}

/// What a function that paths call can return: a value that serde can write.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written as data, and what a path function returns is",
    label = "returns a `{Self}`",
    note = "add `#[derive(serde::Serialize)]` to it"
)]
pub trait PathResult: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize> PathResult for T {}

/// A function of one to four values that paths can call: the first is the value at the place.
#[diagnostic::on_unimplemented(
    message = "paths cannot call `{Self}`",
    label = "not a function that paths can call",
    note = "it takes one to four arguments by value, whose types serde can read (`serde::de::DeserializeOwned`), and returns something that serde can write (`serde::Serialize`)"
)]
pub trait PathFunction<Args>: Send + Sync + 'static {
    /// How many arguments it takes.
    #[doc(hidden)]
    const ARGUMENTS: usize;

    /// Calls it.
    #[doc(hidden)]
    fn call(&self, args: &[&Datum]) -> Result<Datum, CallTrouble>;
}

/// What went wrong in a call.
#[doc(hidden)]
pub struct CallTrouble(Trouble);

fn argument<T: DeserializeOwned>(args: &[&Datum], index: usize) -> Result<T, CallTrouble> {
    let datum = args.get(index).ok_or(CallTrouble(Trouble::Count))?;
    datum.to().map_err(|source| CallTrouble(Trouble::Argument(index, source)))
}

macro_rules! path_function {
    ($count:literal: $($arg:ident $at:tt),*) => {
        #[diagnostic::do_not_recommend]
        impl<F, R, $($arg),*> PathFunction<($($arg,)*)> for F
        where
            F: Fn($($arg),*) -> R + Send + Sync + 'static,
            R: Serialize,
            $($arg: DeserializeOwned,)*
        {
            const ARGUMENTS: usize = $count;

            fn call(&self, args: &[&Datum]) -> Result<Datum, CallTrouble> {
                let result = self($(argument::<$arg>(args, $at)?),*);
                Datum::of(&result).map_err(|source| CallTrouble(Trouble::Result(source)))
            }
        }
    };
}

path_function!(1: A 0);
path_function!(2: A 0, B 1);
path_function!(3: A 0, B 1, C 2);
path_function!(4: A 0, B 1, C 2, D 3);

type Registered = dyn Fn(&[&Datum]) -> Result<Datum, CallTrouble> + Send + Sync;

#[derive(Clone)]
struct Function {
    arguments: usize,
    call: Arc<Registered>,
}

/// The functions that paths can call, by name.
///
/// ```
/// use rama_paths::data::{DataPath, FunctionCall, PathFunctions};
///
/// let functions = PathFunctions::new()
///     .with("is_even", |n: i64| n % 2 == 0)
///     .with("plus", |n: i64, other: i64| n + other);
/// let path = DataPath::new().all().filter_pred("is_even").view(FunctionCall::new("plus").arg(10));
/// assert_eq!(path.select_from(&vec![1, 2, 4].into(), &functions)?, [12.into(), 14.into()]);
/// # Ok::<(), rama_paths::data::DataPathError>(())
/// ```
#[derive(Clone, Default)]
pub struct PathFunctions {
    by_name: BTreeMap<String, Function>,
}

impl fmt::Debug for PathFunctions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PathFunctions").field(&self.names().collect::<Vec<_>>()).finish()
    }
}

impl PathFunctions {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// These and one more; it takes the place of one of the same name.
    #[must_use]
    pub fn with<Args, F: PathFunction<Args>>(mut self, name: impl Into<String>, f: F) -> Self {
        self.register(name, f);
        self
    }

    /// Adds a function; it takes the place of one of the same name.
    pub fn register<Args, F: PathFunction<Args>>(&mut self, name: impl Into<String>, f: F) {
        let call: Arc<Registered> = Arc::new(move |args: &[&Datum]| f.call(args));
        self.by_name.insert(name.into(), Function { arguments: F::ARGUMENTS, call });
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// Calls a function of a path on the values that stand before its own arguments.
    pub(super) fn call(
        &self,
        call: &FunctionCall,
        values: &[&Datum],
    ) -> Result<Datum, FunctionFailure> {
        let name = &call.name;
        let Some(function) = self.by_name.get(name) else {
            let known = self.names().map(str::to_owned).collect();
            return Err(FunctionFailure::Unknown { name: name.clone(), known });
        };
        let args: Vec<&Datum> = values.iter().copied().chain(&call.args).collect();
        let miscounted = || FunctionFailure::WrongCount {
            name: name.clone(),
            expected: function.arguments,
            found: args.len(),
        };
        if args.len() != function.arguments {
            return Err(miscounted());
        }
        // What it leaves behind is its own: it is called by shared reference.
        match catch_unwind(AssertUnwindSafe(|| (function.call)(&args))) {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(CallTrouble(trouble))) => Err(match trouble {
                Trouble::Count => miscounted(),
                Trouble::Argument(index, source) => {
                    FunctionFailure::WrongArgument { name: name.clone(), index, source }
                }
                Trouble::Result(source) => {
                    FunctionFailure::ResultIsNoData { name: name.clone(), source }
                }
            }),
            Err(panic) => {
                let message = said(&*panic);
                Err(FunctionFailure::Panicked { name: name.clone(), message })
            }
        }
    }

    /// As [`call`](Self::call), of a condition.
    pub(super) fn test(
        &self,
        call: &FunctionCall,
        values: &[&Datum],
    ) -> Result<bool, FunctionFailure> {
        match self.call(call, values)? {
            Datum::Bool(holds) => Ok(holds),
            other => Err(returned(call, "a truth value", &other)),
        }
    }

    /// As [`call`](Self::call), of one that computes an index.
    pub(super) fn index(
        &self,
        call: &FunctionCall,
        values: &[&Datum],
    ) -> Result<usize, FunctionFailure> {
        match self.call(call, values)? {
            Datum::Int(index) if index >= 0 => Ok(usize::try_from(index).unwrap_or(usize::MAX)),
            other => Err(returned(call, "an index", &other)),
        }
    }
}

fn returned(call: &FunctionCall, expected: &'static str, found: &Datum) -> FunctionFailure {
    FunctionFailure::WrongResult { name: call.name.clone(), expected, found: found.kind() }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no text".into())
}
