//! The rules of the language, on programs small enough to be sure of.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Interpreter;
use crate::ast::{
    Arithmetic, Arm, Block, Call, Callee, Comparison, Expr, Kind, Operation, Pattern, Program,
    Statement, Stmt, Type,
};
use crate::value::{Input, Shape};

fn int(name: &str) -> Expr {
    Expr::Var(name.into(), Type::Int)
}

fn to(name: &str) -> Pattern {
    Pattern::Bind(name.into(), Type::Int, false)
}

fn add(a: Expr, b: Expr) -> Expr {
    Expr::Arithmetic(Arithmetic::Add, Box::new(a), Box::new(b))
}

fn less(a: Expr, b: Expr) -> Expr {
    Expr::Compare(Comparison::Less, Box::new(a), Box::new(b))
}

fn set(name: &str, value: Expr) -> Stmt {
    Stmt::Value(vec![value], vec![to(name)])
}

fn call(callee: Callee, args: Vec<Expr>, pattern: &str) -> Stmt {
    let call = Call { callee, args };
    Stmt::Call { call, streams: Vec::new(), anchor: None, pattern: vec![to(pattern)] }
}

fn range(from: i64, until: i64, pattern: &str) -> Stmt {
    call(Callee::Range, vec![Expr::Lit(from), Expr::Lit(until)], pattern)
}

fn out(name: &str) -> Stmt {
    Stmt::Out(vec![int(name)])
}

/// Gives each statement a site of its own.
struct Sites(usize);

impl Sites {
    fn block(&mut self, forms: Vec<Stmt>) -> Block {
        let number = |form| {
            self.0 += 1;
            Statement { site: self.0, form }
        };
        forms.into_iter().map(number).collect()
    }
}

fn rows(body: Block) -> Vec<String> {
    let program = Program {
        seed: 0,
        kind: Kind::StandAlone,
        operations: Vec::new(),
        body,
        outs: vec![Type::Int],
        forms: BTreeMap::new(),
    };
    let input = Input { n: 5, list: vec![1, 2], pair: (3, 4), shape: Shape::Nothing };
    Interpreter::new(&program, 1, |_, _| 0, 10_000).run(&input, 0).rows
}

#[test]
fn the_rest_of_the_first_emit_runs_before_the_second() {
    let mut sites = Sites(0);
    let body = vec![
        range(0, 2, "a"),
        range(0, 2, "b"),
        set("c", add(int("a"), add(int("a"), int("b")))),
        out("c"),
    ];
    assert_eq!(rows(sites.block(body)), ["0", "1", "2", "3"]);
}

#[test]
fn nested_operations_run_the_expression_for_each_emit_from_left_to_right() {
    let mut sites = Sites(0);
    let nested = |until| {
        let args = vec![Expr::Lit(0), Expr::Lit(until)];
        Expr::Nested(Call { callee: Callee::Range, args })
    };
    let pair = Expr::Pair(Box::new(nested(2)), Box::new(nested(2)));
    let short = Expr::Or(
        Box::new(less(Expr::Lit(0), Expr::Lit(1))),
        Box::new(less(nested(5), Expr::Lit(9))),
    );
    let body = vec![Stmt::Filter(short), Stmt::Out(vec![pair])];
    assert_eq!(rows(sites.block(body)), ["(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"]);
}

#[test]
fn a_shadowing_survives_where_all_arms_shadow() {
    let mut sites = Sites(0);
    let then = sites.block(vec![set("a", Expr::Lit(10)), set("b", Expr::Lit(20))]);
    let otherwise = sites.block(vec![set("b", Expr::Lit(30))]);
    let arm = |holds| Arm { condition: less(Expr::Lit(0), Expr::Lit(holds)), body: then.clone() };
    for (holds, expected) in [(1, ["1 20"]), (0, ["1 30"])] {
        let body = vec![
            set("a", Expr::Lit(1)),
            set("b", Expr::Lit(2)),
            Stmt::If(vec![arm(holds)], Some(otherwise.clone())),
            Stmt::Out(vec![int("a"), int("b")]),
        ];
        assert_eq!(rows(Sites(100).block(body)), expected);
    }
}

#[test]
fn an_arm_that_does_not_go_on_has_no_say() {
    let mut sites = Sites(0);
    let then = sites.block(vec![Stmt::Filter(Expr::False)]);
    let otherwise = sites.block(vec![set("b", Expr::Lit(3))]);
    let arm = Arm { condition: less(Expr::Lit(1), Expr::Lit(0)), body: then };
    let body = vec![Stmt::If(vec![arm], Some(otherwise)), out("b")];
    assert_eq!(rows(sites.block(body)), ["3"]);
}

#[test]
fn shadowif_keeps_what_it_shadows_and_nothing_else() {
    for (holds, expected) in [(1, ["9"]), (0, ["1"])] {
        let mut sites = Sites(0);
        let inner = sites.block(vec![set("a", Expr::Lit(9)), set("new", Expr::Lit(8))]);
        let body = vec![
            set("a", Expr::Lit(1)),
            Stmt::ShadowIf(less(Expr::Lit(0), Expr::Lit(holds)), inner),
            out("a"),
        ];
        assert_eq!(rows(sites.block(body)), expected);
    }
}

#[test]
fn cond_without_a_match_ends_here() {
    let mut sites = Sites(0);
    let body = sites.block(vec![set("a", Expr::Lit(1))]);
    let arm = Arm { condition: less(Expr::Lit(1), Expr::Lit(0)), body };
    let body = vec![out("outer_n"), Stmt::Cond(vec![arm], None), out("outer_n")];
    assert_eq!(rows(sites.block(body)), ["5"]);
}

#[test]
fn what_is_attached_to_an_anchor_runs_in_the_order_of_the_source() {
    let mut sites = Sites(0);
    let branch = sites.block(vec![set("a", Expr::Lit(2)), out("a")]);
    let body = vec![
        set("a", Expr::Lit(0)),
        Stmt::Anchor("root".into()),
        set("a", Expr::Lit(1)),
        out("a"),
        Stmt::Branch("root".into(), branch),
        set("b", Expr::Lit(7)),
        Stmt::Anchor("one".into()),
        Stmt::Hook("root".into()),
        out("a"),
        set("b", Expr::Lit(8)),
        Stmt::Anchor("two".into()),
        Stmt::Unify(vec!["one".into(), "two".into()]),
        Stmt::Out(vec![int("a"), int("b")]),
    ];
    // The first chain with all it leads to, the branch, the hook with all it leads to.
    assert_eq!(rows(sites.block(body)), ["1", "0 7", "2", "0", "0 8"]);
}

#[test]
fn atomic_and_each_run_the_rest_once() {
    let mut sites = Sites(0);
    let inner = sites.block(vec![range(0, 2, "a"), out("a")]);
    let each = sites.block(vec![out("a"), Stmt::Filter(Expr::False)]);
    let items = Expr::List(vec![Expr::Lit(4), Expr::Lit(6)]);
    let body = vec![Stmt::Atomic(inner), Stmt::Each(items, to("a"), each), out("outer_n")];
    assert_eq!(rows(sites.block(body)), ["0", "1", "4", "6", "5"]);
}

#[test]
fn iterations_begin_after_the_body_and_depth_first() {
    let mut sites = Sites(0);
    let again = |by| Stmt::Continue(vec![add(int("i"), Expr::Lit(by))]);
    let then = sites.block(vec![again(1), again(2)]);
    let small = Arm { condition: less(int("i"), Expr::Lit(2)), body: then };
    let inner = vec![
        Stmt::If(vec![small], Some(Block::new())),
        // Not reached after `continue>` as the last statement of the arm.
        Stmt::Emit(None, vec![int("i")]),
    ];
    let first = vec![Stmt::Emit(None, vec![int("i")]), inner[0].clone()];
    for (body, expected) in [(inner, vec!["2", "3", "2"]), (first, vec!["0", "1", "2", "3", "2"])] {
        let body = sites.block(body);
        let head = 1000;
        let vars = vec![("i".into(), Type::Int, Expr::Lit(0), false)];
        let body = vec![Stmt::Loop { head, vars, outs: vec![to("a")], body }, out("a")];
        assert_eq!(rows(Sites(100).block(body)), expected);
    }
}

#[test]
fn operations_close_over_what_was_bound_and_call_themselves() {
    let mut sites = Sites(0);
    let emits = sites.block(vec![
        Stmt::Emit(None, vec![add(int("x"), int("a"))]),
        Stmt::Emit(None, vec![int("x")]),
    ]);
    let operation = Operation {
        name: "f".into(),
        is_function: false,
        recursive: false,
        params: vec![("x".into(), Type::Int)],
        streams: Vec::new(),
        outs: vec![Type::Int],
        body: emits,
    };
    let body = vec![
        set("a", Expr::Lit(10)),
        Stmt::Define(Arc::new(operation)),
        set("a", Expr::Lit(99)),
        call(Callee::Local("f".into()), vec![Expr::Lit(1)], "b"),
        out("b"),
    ];
    assert_eq!(rows(sites.block(body)), ["11", "1"]);

    let mut sites = Sites(0);
    let again = add(int("d"), Expr::Lit(1));
    let then =
        sites.block(vec![call(Callee::Itself, vec![again], "y"), Stmt::Emit(None, vec![int("y")])]);
    let arm = Arm { condition: less(int("d"), Expr::Lit(2)), body: then };
    let recursive = Operation {
        name: "r".into(),
        is_function: false,
        recursive: true,
        params: vec![("d".into(), Type::Int)],
        streams: Vec::new(),
        outs: vec![Type::Int],
        body: sites.block(vec![Stmt::If(vec![arm], None), Stmt::Emit(None, vec![int("d")])]),
    };
    let program = Program {
        seed: 0,
        kind: Kind::StandAlone,
        operations: vec![Arc::new(recursive.clone())],
        body: Sites(100).block(vec![
            call(Callee::Named(Arc::new(recursive)), vec![Expr::Lit(0)], "b"),
            out("b"),
        ]),
        outs: vec![Type::Int],
        forms: BTreeMap::new(),
    };
    let input = Input { n: 5, list: Vec::new(), pair: (3, 4), shape: Shape::Nothing };
    let found = Interpreter::new(&program, 1, |_, _| 0, 10_000).run(&input, 0);
    // Each emit runs the caller's rest at once, and with it what follows there.
    assert_eq!(found.rows, ["2", "0", "1", "0"]);
}
