//! Values as the interpreter knows them, and what programs are run over.

use std::fmt;
use std::rc::Rc;

use crate::interpret::Closure;

/// How large a number may be that a variable holds.
pub const LARGEST: i64 = 1000;
/// How many elements a list may have.
pub const LONGEST: usize = 6;

/// The enum that `<<subsource` is tried on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// No field.
    Nothing,
    /// One field without a name.
    One(i64),
    /// Two with names.
    Two {
        /// The first.
        a: i64,
        /// The second.
        b: i64,
    },
    /// A field that is not `Copy`.
    Many(Vec<i64>),
}

/// The value of a variable.
#[derive(Clone)]
pub enum Value {
    /// `i64`
    Int(i64),
    /// `bool`
    Bool(bool),
    /// `Vec<i64>`
    List(Vec<i64>),
    /// `(i64, i64)`
    Pair(i64, i64),
    /// `Shape`
    Shape(Shape),
    /// An anonymous operation.
    Operation(Rc<Closure>),
}

/// What one record, or one run of a stand-alone block, has to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// A number.
    pub n: i64,
    /// A list.
    pub list: Vec<i64>,
    /// A pair.
    pub pair: (i64, i64),
    /// A shape.
    pub shape: Shape,
}

impl Value {
    /// The number that this is.
    ///
    /// # Panics
    ///
    /// When it is something else: the program is ill-typed.
    pub fn int(&self) -> i64 {
        match self {
            Value::Int(n) => *n,
            other => panic!("not a number: {other:?}"),
        }
    }

    /// The truth value that this is.
    ///
    /// # Panics
    ///
    /// When it is something else: the program is ill-typed.
    pub fn bool(&self) -> bool {
        match self {
            Value::Bool(yes) => *yes,
            other => panic!("not a truth value: {other:?}"),
        }
    }

    /// The list that this is.
    ///
    /// # Panics
    ///
    /// When it is something else: the program is ill-typed.
    pub fn list(&self) -> &[i64] {
        match self {
            Value::List(list) => list,
            other => panic!("not a list: {other:?}"),
        }
    }
}

/// As the compiled program's value shows itself.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Int(n) => fmt::Debug::fmt(n, f),
            Value::Bool(yes) => fmt::Debug::fmt(yes, f),
            Value::List(list) => fmt::Debug::fmt(list, f),
            Value::Pair(a, b) => fmt::Debug::fmt(&(a, b), f),
            Value::Shape(shape) => fmt::Debug::fmt(shape, f),
            Value::Operation(_) => f.write_str("%operation"),
        }
    }
}

/// What is put out, as text: equal exactly if the values are.
pub fn row(values: &[&dyn fmt::Debug]) -> String {
    let texts: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
    texts.join(" ")
}

/// The sum of a list.
pub fn total(list: &[i64]) -> i64 {
    list.iter().sum()
}

/// `list` with one more element, without its first if it gets too long.
pub fn appended(mut list: Vec<i64>, element: i64) -> Vec<i64> {
    list.push(element);
    if list.len() > LONGEST {
        list.remove(0);
    }
    list
}

/// The inputs drawn from `seed`.
pub fn inputs(seed: u64, count: usize) -> Vec<Input> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut small = move || rng.i64(-9..30);
    (0..count)
        .map(|at| {
            let list: Vec<i64> = (0..small().rem_euclid(4)).map(|_| small()).collect();
            let shape = match at % 4 {
                0 => Shape::Two { a: small(), b: small() },
                1 => Shape::Many((0..small().rem_euclid(3)).map(|_| small()).collect()),
                2 => Shape::One(small()),
                _ => Shape::Nothing,
            };
            Input { n: small(), list, pair: (small(), small()), shape }
        })
        .collect()
}
