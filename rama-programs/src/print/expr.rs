//! Expressions. A bare `*x` in a slot of the language is the value; in Rust code it is a place, so
//! that what is not `Copy` is cloned there.

use crate::ast::{Arithmetic, Call, Callee, Comparison, Expr, Type};

/// An expression in a slot of the language.
pub(super) fn slot(expr: &Expr) -> String {
    match expr {
        Expr::Var(name, _) => format!("*{name}"),
        other => code(other),
    }
}

/// Several of them.
pub(super) fn slots(exprs: &[Expr]) -> String {
    exprs.iter().map(slot).collect::<Vec<_>>().join(", ")
}

/// An expression before a brace.
pub(super) fn head(expr: &Expr) -> String {
    match expr {
        Expr::Shape(..) | Expr::Choose(..) => format!("({})", code(expr)),
        other => slot(other),
    }
}

/// `%op(args)`
pub(super) fn call(call: &Call) -> String {
    let name = match &call.callee {
        Callee::Named(operation) => &operation.name,
        Callee::Local(name) => name,
        Callee::Itself => "self",
        Callee::Explode => "explode",
        Callee::Range => "range",
    };
    format!("%{name}({})", slots(&call.args))
}

/// An expression of Rust.
fn code(expr: &Expr) -> String {
    match expr {
        Expr::Lit(n) => format!("{n}_i64"),
        Expr::False => "false".into(),
        Expr::Var(name, Type::List | Type::Shape) => format!("*{name}.clone()"),
        Expr::Var(name, _) => format!("*{name}"),
        Expr::Outer(name, Type::List | Type::Shape) => format!("{name}.clone()"),
        Expr::Outer(name, _) => name.clone(),
        Expr::Passed(name) => format!("%{name}"),
        Expr::Arithmetic(how, a, b) => {
            let sign = match how {
                Arithmetic::Add => "+",
                Arithmetic::Sub => "-",
                Arithmetic::Mul => "*",
            };
            format!("{} {sign} {}", operand(a), operand(b))
        }
        Expr::Rem(a, by) => format!("{} % {by}_i64", operand(a)),
        Expr::RemEuclid(a, b) => format!("{}.rem_euclid({})", operand(a), code(b)),
        Expr::Choose(condition, a, b) => {
            format!("if {} {{ {} }} else {{ {} }}", code(condition), code(a), code(b))
        }
        Expr::Len(name) => format!("*{name}.len() as i64"),
        Expr::Total(name) => format!("total(&*{name})"),
        Expr::Half(name, second) => format!("*{name}.{}", u8::from(*second)),
        Expr::Weight(name) => format!("weight(&*{name})"),
        Expr::List(elements) if elements.is_empty() => "Vec::<i64>::new()".into(),
        // Tokens of macros are not searched for operations.
        Expr::List(elements) if elements.iter().any(has_operation) => {
            format!("[{}].to_vec()", codes(elements))
        }
        Expr::List(elements) => format!("vec![{}]", codes(elements)),
        Expr::Mapped(name, by, plus) => format!(
            "*{name}.iter().map(|element| element % {by}_i64 + {}).collect::<Vec<i64>>()",
            operand(plus)
        ),
        Expr::Appended(list, element) => format!("appended({}, {})", code(list), code(element)),
        Expr::Pair(a, b) => format!("({}, {})", code(a), code(b)),
        Expr::Shape(variant, fields) => match (variant, fields.as_slice()) {
            (0, _) => "Shape::Nothing".into(),
            (2, [a, b]) => format!("Shape::Two {{ a: {}, b: {} }}", code(a), code(b)),
            (1, fields) => format!("Shape::One({})", codes(fields)),
            (_, fields) => format!("Shape::Many({})", codes(fields)),
        },
        Expr::Function(operation, args) => format!("{}({})", operation.name, codes(args)),
        Expr::Nested(nested) => call(nested),
        Expr::TaskId => "%current_task_id() as i64".into(),
        Expr::Compare(how, a, b) => {
            let sign = match how {
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Equal => "==",
                Comparison::NotEqual => "!=",
            };
            format!("{} {sign} {}", operand(a), operand(b))
        }
        Expr::And(a, b) => format!("{} && {}", condition(a), condition(b)),
        Expr::Or(a, b) => format!("{} || {}", condition(a), condition(b)),
        Expr::Not(a) => format!("!({})", code(a)),
    }
}

fn codes(exprs: &[Expr]) -> String {
    exprs.iter().map(code).collect::<Vec<_>>().join(", ")
}

/// In parentheses if operators or a method call could bind otherwise.
fn operand(expr: &Expr) -> String {
    match expr {
        Expr::Arithmetic(..)
        | Expr::Rem(..)
        | Expr::Choose(..)
        | Expr::Len(_)
        | Expr::TaskId
        | Expr::Nested(_)
        | Expr::Compare(..)
        | Expr::And(..)
        | Expr::Or(..) => format!("({})", code(expr)),
        other => code(other),
    }
}

/// An operand of `&&` or `||`.
fn condition(expr: &Expr) -> String {
    match expr {
        Expr::And(..) | Expr::Or(..) => format!("({})", code(expr)),
        other => code(other),
    }
}

/// Whether an operation is called within an expression.
fn has_operation(expr: &Expr) -> bool {
    let any = |exprs: &[Expr]| exprs.iter().any(has_operation);
    match expr {
        Expr::Nested(_) | Expr::TaskId => true,
        Expr::Arithmetic(_, a, b)
        | Expr::RemEuclid(a, b)
        | Expr::Appended(a, b)
        | Expr::Pair(a, b)
        | Expr::Compare(_, a, b)
        | Expr::And(a, b)
        | Expr::Or(a, b) => has_operation(a) || has_operation(b),
        Expr::Choose(condition, a, b) => [condition, a, b].into_iter().any(|e| has_operation(e)),
        Expr::Rem(a, _) | Expr::Not(a) | Expr::Mapped(_, _, a) => has_operation(a),
        Expr::List(exprs) | Expr::Shape(_, exprs) | Expr::Function(_, exprs) => any(exprs),
        _ => false,
    }
}
