//! Variables at run time.

use std::rc::Rc;

use crate::ast::{Name, Pattern, Site, Variant};
use crate::scope::Join;
use crate::value::{Shape, Value};

/// What is bound, the newest first; shadowed values live on beneath.
#[derive(Clone, Default)]
pub struct Env(Option<Rc<Bound>>);

struct Bound {
    name: Name,
    site: Site,
    value: Value,
    older: Env,
}

/// Where control is.
#[derive(Clone)]
pub struct Here {
    /// The variables.
    pub env: Env,
    /// The task.
    pub task: u32,
}

impl Here {
    /// The same variables on another task.
    pub fn on(&self, task: u32) -> Self {
        Here { env: self.env.clone(), task }
    }
}

impl Env {
    /// With one more variable.
    pub fn with(&self, name: &str, site: Site, value: Value) -> Self {
        Env(Some(Rc::new(Bound { name: name.to_owned(), site, value, older: self.clone() })))
    }

    /// The newest value of `name`.
    ///
    /// # Panics
    ///
    /// When there is none: the program is ill-scoped.
    pub fn get(&self, name: &str) -> &Value {
        match self.bound().find(|bound| bound.name == name) {
            Some(bound) => &bound.value,
            None => panic!("`{name}` is not bound"),
        }
    }

    fn bound(&self) -> impl Iterator<Item = &Bound> {
        std::iter::successors(self.0.as_deref(), |bound| bound.older.0.as_deref())
    }

    /// With what `pattern` takes from `value`.
    ///
    /// # Panics
    ///
    /// When it does not fit: the program is ill-typed.
    pub fn bind(&self, site: Site, pattern: &Pattern, value: Value) -> Self {
        match (pattern, value) {
            (Pattern::Any, _) => self.clone(),
            (Pattern::Bind(name, ..), value) => self.with(name, site, value),
            (Pattern::Pair(first, second), Value::Pair(a, b)) => {
                self.bind(site, first, Value::Int(a)).bind(site, second, Value::Int(b))
            }
            (Pattern::Pair(..), other) => panic!("not a pair: {other:?}"),
        }
    }

    /// With what `patterns` take from `values`.
    pub fn bind_all(&self, site: Site, patterns: &[Pattern], values: Vec<Value>) -> Self {
        assert!(patterns.is_empty() || patterns.len() == values.len(), "fields of {patterns:?}");
        patterns
            .iter()
            .zip(values)
            .fold(self.clone(), |env, (pattern, value)| env.bind(site, pattern, value))
    }

    /// With what `variant` takes from `shape`, if it is that one.
    pub fn bind_shape(&self, site: Site, variant: &Variant, shape: &Shape) -> Option<Self> {
        Some(match (variant, shape) {
            (Variant::Nothing, Shape::Nothing) => self.clone(),
            (Variant::One(field), Shape::One(a)) => self.bind(site, field, Value::Int(*a)),
            (Variant::Two(first, second), Shape::Two { a, b }) => {
                self.bind(site, first, Value::Int(*a)).bind(site, second, Value::Int(*b))
            }
            (Variant::Many(field), Shape::Many(l)) => {
                self.bind(site, field, Value::List(l.clone()))
            }
            _ => return None,
        })
    }

    /// What is visible where branches came together at `site`, if control came with this.
    pub fn join(&self, site: Site, join: &Join) -> Self {
        let kept: Vec<&Bound> = self
            .bound()
            .filter(|bound| {
                join.shared.get(&bound.name).is_some_and(|sites| sites.contains(&bound.site))
            })
            .collect();
        let shared = kept.into_iter().rev().fold(Env::default(), |env, bound| {
            env.with(&bound.name, bound.site, bound.value.clone())
        });
        join.merged.iter().fold(shared, |env, name| env.with(name, site, self.get(name).clone()))
    }
}
