//! Writes paths. They stand where `a` are the arguments, and `p()` the path to the top.

use std::fmt::Write as _;

use super::schema;
use crate::path::{Arg, Comparison, End, Nav, Range, Step, Write};
use crate::ty::Type;

/// A path that is selected.
pub fn read(path: &[Step]) -> String {
    from("p()", path)
}

/// A path that writes.
pub fn write(path: &Write) -> String {
    write_from("p()", path)
}

/// A path within another one.
fn within(path: &[Step]) -> String {
    from("q", path)
}

fn from(start: &str, path: &[Step]) -> String {
    let mut text = start.to_owned();
    for Step { nav, from } in path {
        text.push('.');
        step(nav, from, &mut text);
    }
    text
}

fn write_from(start: &str, path: &Write) -> String {
    let mut text = from(start, &path.steps);
    let ty = schema(&path.at);
    let _ = match &path.end {
        End::Term(salt, false) => write!(text, ".term(|v| a.altered({salt}, &v))"),
        End::Term(salt, true) => write!(text, ".term(|v| a.folded({salt}, &v))"),
        End::Termval(value) => write!(text, ".termval(a.v::<{ty}>({value}))"),
        End::Update(salt) => write!(text, ".update(|v| a.update({salt}, v))"),
        End::None => write!(text, ".none()"),
        End::Clear => write!(text, ".clear()"),
        End::MultiTransform(writes) => {
            let all: String = writes.iter().map(|path| write_from("q", path) + ", ").collect();
            write!(text, ".multi_transform(|q| ({all}))")
        }
    };
    text
}

/// The type of the keys, or of the elements.
fn key_type(of: &Type) -> &Type {
    of.as_map().map(|(key, _)| key).or_else(|| of.as_set()).unwrap_or(of)
}

/// A key: half of the texts borrowed.
fn key(of: &Type, at: Arg) -> String {
    let key = key_type(of);
    let borrowed = if *key == Type::Str && at.is_multiple_of(2) { ".as_str()" } else { "" };
    format!("a.v::<{}>({at}){borrowed}", schema(key))
}

fn several_keys(of: &Type, at: Arg) -> String {
    format!("a.v::<Vec<{}>>({at})", schema(key_type(of)))
}

fn index(at: Arg) -> String {
    format!("a.v::<usize>({at})")
}

#[allow(clippy::too_many_lines, reason = "one arm for each")]
fn step(nav: &Nav, from: &Type, text: &mut String) {
    let _ = match nav {
        Nav::Key(at) => write!(text, "key({})", key(from, *at)),
        Nav::Must(at) => write!(text, "must({})", key(from, *at)),
        Nav::MapKey(at) => write!(text, "map_key({})", key(from, *at)),
        Nav::SetElem(at) => write!(text, "set_elem({})", key(from, *at)),
        Nav::Subset(at) => write!(text, "subset({})", several_keys(from, *at)),
        Nav::SubMap(at) => write!(text, "sub_map({})", several_keys(from, *at)),
        Nav::Nth(at) => write!(text, "nth({})", index(*at)),
        Nav::Index(at) => write!(text, "index({})", index(*at)),
        Nav::BeforeIndex(at) => write!(text, "before_index({})", index(*at)),
        Nav::Sublist(start, end) => write!(text, "sublist({}, {})", index(*start), index(*end)),
        Nav::First => write!(text, "first()"),
        Nav::Last => write!(text, "last()"),
        Nav::All => write!(text, "all()"),
        Nav::MapVals => write!(text, "map_vals()"),
        Nav::MapKeys => write!(text, "map_keys()"),
        Nav::NoneElem => write!(text, "none_elem()"),
        Nav::IndexedVals => write!(text, "indexed_vals()"),
        Nav::BeforeElem => write!(text, "before_elem()"),
        Nav::AfterElem => write!(text, "after_elem()"),
        Nav::Beginning => write!(text, "beginning()"),
        Nav::End => write!(text, "end()"),
        Nav::Stay => write!(text, "stay()"),
        Nav::Stop => write!(text, "stop()"),
        Nav::Dispense => write!(text, "dispense()"),
        Nav::NilToDefault => write!(text, "nil_to_default()"),
        Nav::Count => write!(text, "count()"),
        Nav::One => write!(text, "one()"),
        Nav::Field(at) => write!(text, "field(|f| f.f{at})"),
        Nav::ContinuousSubseqs(salt) => {
            write!(text, "continuous_subseqs(|v| a.passes({salt}, v))")
        }
        Nav::FilterPred(salt) => write!(text, "filter_pred(|v| a.passes({salt}, v))"),
        Nav::View(salt) => write!(text, "view(|v| a.number({salt}, v))"),
        Nav::ViewList(salt) => write!(text, "view(|v| a.numbers({salt}, v))"),
        Nav::IsCollected(salt) => write!(text, "is_collected(|v| a.passes({salt}, v))"),
        Nav::Filter(comparison, at) => {
            let name = match comparison {
                Comparison::Equal => "filter_equal",
                Comparison::NotEqual => "filter_not_equal",
                Comparison::LessThan => "filter_less_than",
                Comparison::LessThanOrEqual => "filter_less_than_or_equal",
                Comparison::GreaterThan => "filter_greater_than",
                Comparison::GreaterThanOrEqual => "filter_greater_than_or_equal",
            };
            write!(text, "{name}(a.v::<{}>({at}))", schema(from))
        }
        Nav::NilToVal(at) => write!(text, "nil_to_val(a.v::<{}>({at}))", schema(from)),
        Nav::PutCollected(at, ty) => write!(text, "put_collected(a.v::<{}>({at}))", schema(ty)),
        Nav::SortedRange(range) => sorted_range(range, from, text),
        Nav::FilteredList(sub) => write!(text, "filtered_list(|q| {})", within(sub)),
        Nav::FilterSelected(sub) => write!(text, "filter_selected(|q| {})", within(sub)),
        Nav::FilterNotSelected(sub) => write!(text, "filter_not_selected(|q| {})", within(sub)),
        Nav::ContinueThenStay(sub) => write!(text, "continue_then_stay(|q| {})", within(sub)),
        Nav::StayThenContinue(sub) => write!(text, "stay_then_continue(|q| {})", within(sub)),
        Nav::Collect(sub) => write!(text, "collect(|q| {})", within(&sub.steps)),
        Nav::CollectOne(sub) => write!(text, "collect_one(|q| {})", within(&sub.steps)),
        Nav::Subselect(sub) => write!(text, "subselect(|q| {})", within(sub)),
        Nav::IfPath(condition, then, None) => {
            write!(text, "if_path(|q| {}, |q| {})", within(condition), within(then))
        }
        Nav::IfPath(condition, then, Some(otherwise)) => write!(
            text,
            "if_path_else(|q| {}, |q| {}, |q| {})",
            within(condition),
            within(then),
            within(otherwise)
        ),
        Nav::CondPath(cases) => {
            let cases: String = cases
                .iter()
                .map(|(condition, then)| format!("({}, {}), ", within(condition), within(then)))
                .collect();
            write!(text, "cond_path(|q| ({cases}))")
        }
        Nav::MultiPath(branches) => {
            let branches: String = branches.iter().map(|sub| within(sub) + ", ").collect();
            write!(text, "multi_path(|q| ({branches}))")
        }
        Nav::Transformed(path) => write!(text, "transformed(|q| {})", write_from("q", path)),
    };
}

fn sorted_range(range: &Range, from: &Type, text: &mut String) -> std::fmt::Result {
    let is_map = from.as_map().is_some();
    text.push_str(if is_map { "sorted_map_range" } else { "sorted_set_range" });
    let most = |most: &Option<Arg>| {
        most.map_or(String::new(), |most| format!(".max_amt({})", index(most)))
    };
    let said =
        |is_said: bool, name: &str| if is_said { format!(".{name}()") } else { String::new() };
    match range {
        Range::Between(start, end, None) => {
            write!(text, "({}, {})", key(from, *start), key(from, *end))
        }
        Range::Between(start, end, Some((excluded, included))) => write!(
            text,
            "_with({}, {}, SortedRangeOptions::new(){}{})",
            key(from, *start),
            key(from, *end),
            said(*excluded, "exclude_start"),
            said(*included, "include_end")
        ),
        Range::From(start, None) => write!(text, "_from({})", key(from, *start)),
        Range::From(start, Some((excluded, amount))) => write!(
            text,
            "_from_with({}, SortedRangeFromOptions::new(){}{})",
            key(from, *start),
            said(*excluded, "exclude_start"),
            most(amount)
        ),
        Range::To(end, None) => write!(text, "_to({})", key(from, *end)),
        Range::To(end, Some((included, amount))) => write!(
            text,
            "_to_with({}, SortedRangeToOptions::new(){}{})",
            key(from, *end),
            said(*included, "include_end"),
            most(amount)
        ),
        Range::FromStart(most) => write!(text, "_from_start({})", index(*most)),
        Range::ToEnd(most) => write!(text, "_to_end({})", index(*most)),
    }
}
