//! Every message the DSL compiler can say, one function per mistake.
//!
//! Messages are lower case, in the words of the language, stand at the user's
//! token and end with `help: …` saying what to write instead.

use proc_macro2::{Ident, Span};
use std::fmt::Display;
use syn::Error;

/// More than this many errors help nobody: the first ones explain the rest.
const LIMIT: usize = 20;

/// The errors found so far, in the order in which they were found.
#[derive(Default)]
pub(crate) struct Errors {
    found: Vec<Error>,
}

impl Errors {
    /// Notes one mistake; beyond the limit it is dropped.
    pub(crate) fn push(&mut self, error: Error) {
        if self.found.len() < LIMIT {
            self.found.push(error);
        }
    }

    /// Notes the error of `result`, if it is one.
    pub(crate) fn take<T>(&mut self, result: Result<T, Error>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(error);
                None
            }
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    /// Forgets those that were found after the first `length`.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.found.truncate(length);
    }

    /// Whether nothing was wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Error> {
        self.found.iter()
    }
}

/// What is not wrong and yet hardly meant, in the order in which it was found.
#[derive(Default)]
pub(crate) struct Warnings {
    found: Vec<Error>,
}

impl Warnings {
    /// Notes one; beyond the limit it is dropped.
    pub(crate) fn push(&mut self, warning: Error) {
        if self.found.len() < LIMIT {
            self.found.push(warning);
        }
    }

    /// What was found, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Error> {
        self.found.iter()
    }
}

/// The closest of `known` to `name`, if one is close enough to be a typo.
pub(crate) fn nearest<'a, S: AsRef<str> + ?Sized + 'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a S>,
) -> Option<&'a str> {
    let length = name.chars().count();
    // One letter is near to every other letter.
    let limit = if length < 2 { 0 } else { (length / 3).clamp(1, 3) };
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate.as_ref()), candidate.as_ref()))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Whether `name` seems to be a typo of one of `known`.
pub(crate) fn is_near(name: &str, known: &[&str]) -> bool {
    nearest(name, known.iter().copied()).is_some()
}

/// Edits (insert, delete, replace, swap of neighbours) from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = last;
        last = row;
    }
    last[b.len()]
}

/// `a`, `b` and `c`, each in backticks with the given sigil.
fn list<S: AsRef<str>>(before: &str, names: impl IntoIterator<Item = S>, after: &str) -> String {
    let names: Vec<String> =
        names.into_iter().map(|name| format!("`{before}{}{after}`", name.as_ref())).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

fn at(span: Span, message: impl Display) -> Error {
    Error::new(span, message)
}

// The module and its declarations.

pub(crate) fn module_header(error: &Error) -> Error {
    at(
        error.span(),
        format!(
            "{error}\nhelp: a module is written `pub module Name {{ depot *d: Type, …; microbatch name {{ … }} }}`"
        ),
    )
}

pub(crate) fn unknown_declaration(span: Span, found: &str) -> Error {
    match nearest(found, ["depot", "microbatch"]) {
        Some(near) => {
            at(span, format!("unknown declaration `{found}`\nhelp: did you mean `{near}`?"))
        }
        None => at(
            span,
            format!(
                "unknown declaration `{found}`\nhelp: a module holds `depot *name: Type, hash_by(.field);` and `microbatch name {{ … }}`"
            ),
        ),
    }
}

pub(crate) fn unknown_topology_part(span: Span, found: &str) -> Error {
    match nearest(found, ["pstate", "sources"]) {
        Some(near) => {
            let near = if near == "sources" { "sources!" } else { near };
            at(
                span,
                format!(
                    "unknown declaration `{found}` in a topology\nhelp: did you mean `{near}`?"
                ),
            )
        }
        None => at(
            span,
            format!(
                "unknown declaration `{found}` in a topology\nhelp: a topology holds `pstate $$name: Schema;` and `sources! {{ … }}`"
            ),
        ),
    }
}

pub(crate) fn declaration(error: &Error, form: &str) -> Error {
    at(error.span(), format!("{error}\nhelp: write `{form}`"))
}

pub(crate) fn depot_without_option(span: Span) -> Error {
    at(
        span,
        "a depot says how its records are spread over the tasks\nhelp: write `, hash_by(.field)`, or `random`, `disallow` or `global`",
    )
}

pub(crate) fn unknown_depot_option(option: &Ident, known: &[&str]) -> Error {
    let help = match nearest(&option.to_string(), known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write `hash_by(.field)`, `hash_by(path::to::function)`, `random`, `disallow` or `global`".into(),
    };
    at(option.span(), format!("unknown depot option `{option}`\nhelp: {help}"))
}

pub(crate) fn name_form(span: Span) -> Error {
    at(span, "this is not a name\nhelp: write `#[name = \"name\"]`")
}

pub(crate) fn named_topology(span: Span) -> Error {
    at(
        span,
        "a topology has no computed name\nhelp: `#[name = …]` stands before modules, depots and PStates",
    )
}

pub(crate) fn same_name(second: &Ident, what: &str, first: &str) -> Error {
    at(
        second.span(),
        format!(
            "`{second}` names {first} and {what}; their handles would be the same `Self::{second}`\nhelp: rename one of the two"
        ),
    )
}

pub(crate) fn unknown_depot(depot: &Ident, known: &[String]) -> Error {
    let help = match nearest(&depot.to_string(), known) {
        Some(near) => format!("did you mean `*{near}`?"),
        None => format!("declare it in the module: `depot *{depot}: Type, hash_by(.field);`"),
    };
    at(depot.span(), format!("unknown depot `*{depot}`\nhelp: {help}"))
}

pub(crate) fn unknown_pstate(pstate: &Ident, known: &[String], operation: bool) -> Error {
    let help = match nearest(&pstate.to_string(), known) {
        Some(near) => format!("did you mean `$${near}`?"),
        None if operation => {
            format!("make it a parameter of the operation: `$${pstate}: Schema`")
        }
        None => format!("declare it in the topology that writes it: `pstate $${pstate}: Schema;`"),
    };
    at(pstate.span(), format!("unknown PState `$${pstate}`\nhelp: {help}"))
}

// Sources.

pub(crate) fn before_source(span: Span) -> Error {
    at(
        span,
        "this statement stands before the first `source>`, so nothing would run it\nhelp: begin with `source> *depot :> %microbatch;`",
    )
}

pub(crate) fn source_form(span: Span) -> Error {
    at(span, "this is not a source\nhelp: write `source> *depot :> %microbatch;`")
}

pub(crate) fn source_inside(span: Span) -> Error {
    at(span, "`source>` cannot stand inside a block\nhelp: move it to the top of `sources!`")
}

pub(crate) fn source_without_emit(span: Span, batch: &Ident) -> Error {
    at(
        span,
        format!(
            "nothing takes the records of this source\nhelp: write `%{batch}() :> *record;` right after it"
        ),
    )
}

pub(crate) fn unknown_batch(batch: &Ident, known: Option<&Ident>) -> Error {
    let help = match known {
        Some(known) => format!("the source above calls it `%{known}`"),
        None => "a source names it: `source> *depot :> %microbatch;`".into(),
    };
    at(batch.span(), format!("unknown `%{batch}`\nhelp: {help}"))
}

pub(crate) fn source_outside(span: Span) -> Error {
    at(
        span,
        "`source>` stands outside of a topology\nhelp: write it in the `sources!` of a topology",
    )
}

pub(crate) fn emit_not_first(batch: &Ident, span: Span) -> Error {
    at(
        span,
        format!(
            "`%{batch}()` can only be the first statement after its `source>`\nhelp: begin another source section with `source> *depot :> %{batch};`"
        ),
    )
}

pub(crate) fn emit_form(span: Span) -> Error {
    at(span, "this does not take records\nhelp: write `%microbatch() :> pattern;`")
}

// Statements.

pub(crate) fn missing_semicolon(span: Span, before: &str) -> Error {
    at(span, format!("missing `;` before `{before}`\nhelp: end the statement above with `;`"))
}

pub(crate) fn two_arrows(span: Span) -> Error {
    at(
        span,
        "a second `:>` in one statement\nhelp: end the first statement with `;`, or name several values as `:> *a, *b`",
    )
}

pub(crate) fn arrow_without_pattern(span: Span) -> Error {
    at(span, "`:>` binds nothing\nhelp: name what is emitted: `:> *value;`")
}

pub(crate) fn arrow_without_value(span: Span) -> Error {
    at(span, "nothing stands before `:>`\nhelp: write `expression :> *value;`")
}

pub(crate) fn wrong_arrow(span: Span, arrow: &str) -> Error {
    at(span, format!("`{arrow}` does not bind in a dataflow\nhelp: write `:>`"))
}

pub(crate) fn jump(span: Span, word: &str) -> Error {
    at(
        span,
        format!("`{word}` does not end an event here\nhelp: write `filter> false;` to stop here"),
    )
}

pub(crate) fn let_statement(span: Span) -> Error {
    at(span, "a dataflow binds with `:>`, not with `let`\nhelp: write `expression :> *value;`")
}

pub(crate) fn assignment(name: &Ident, span: Span) -> Error {
    at(
        span,
        format!(
            "variables are bound with `:>`, not with `=`\nhelp: write `expression :> *{name};`"
        ),
    )
}

pub(crate) fn plain_if(span: Span) -> Error {
    at(span, "a Rust `if` cannot hold dataflow statements\nhelp: write `<<if`")
}

pub(crate) fn else_without_if(span: Span) -> Error {
    at(span, "`else` without an `<<if` before it\nhelp: write `<<if expression { … } else { … }`")
}

pub(crate) fn else_if(span: Span) -> Error {
    at(span, "after `else` stands a dataflow block\nhelp: write `else <<if`")
}

pub(crate) fn block_without_body(span: Span, block: &str) -> Error {
    let form = match block {
        "cond" | "do" | "atomic" => format!("<<{block} {{ … }}"),
        "switch" | "subsource" => format!("<<{block} *value {{ case> … }}"),
        "each" => "<<each *values :> *value { … }".into(),
        "branch" => "<<branch <name> { … }".into(),
        "ramafn" => "<<ramafn %f(*x: i64) -> i64 { … :> *y; }".into(),
        "ramaop" => "<<ramaop %f(*x: i64) :> i64 { … :> *y; }".into(),
        block => format!("<<{block} expression {{ … }}"),
    };
    at(span, format!("`<<{block}` has no block\nhelp: write `{form}`"))
}

pub(crate) fn block_without_condition(span: Span, block: &str) -> Error {
    at(span, format!("`<<{block}` has no condition\nhelp: write `<<{block} *ready {{ … }}`"))
}

pub(crate) fn block_without_value(span: Span, block: &str) -> Error {
    at(
        span,
        format!(
            "`<<{block}` has no value to look at\nhelp: write `<<{block} *value {{ case> … }}`"
        ),
    )
}

pub(crate) fn block_takes_nothing(span: Span, block: &str) -> Error {
    at(span, format!("`<<{block}` takes nothing\nhelp: write `<<{block} {{ … }}`"))
}

pub(crate) fn shadowif_else(span: Span) -> Error {
    at(
        span,
        "`<<shadowif` has no `else`: without its condition the older values stay\nhelp: write `<<if` for two arms",
    )
}

pub(crate) fn each_form(span: Span) -> Error {
    at(
        span,
        "`<<each` runs its block for each of some values\nhelp: write `<<each *values :> *value { … }`",
    )
}

pub(crate) fn case_form(span: Span, block: &str) -> Error {
    let case = match block {
        "cond" => "case> *n > 0 => { … }",
        "switch" => "case> 1 => { … }",
        _ => "case> Pattern { *field } => { … }",
    };
    at(
        span,
        format!(
            "`<<{block}` holds cases\nhelp: write `{case}` and at the end `default> => {{ … }}`"
        ),
    )
}

pub(crate) fn case_without_head(span: Span) -> Error {
    at(span, "this case says nothing that could match\nhelp: write `default> => { … }`")
}

pub(crate) fn case_after_default(span: Span) -> Error {
    at(span, "nothing reaches a case behind `default>`\nhelp: move `default>` to the end")
}

pub(crate) fn case_outside(word: &Ident) -> Error {
    at(
        word.span(),
        format!(
            "`{word}>` stands outside of a block with cases\nhelp: write it in `<<cond`, `<<switch` or `<<subsource`"
        ),
    )
}

pub(crate) fn operation_in_case(span: Span) -> Error {
    at(
        span,
        "an operation cannot be called in a case\nhelp: call it first: `%op(*value) :> *result;`",
    )
}

pub(crate) fn default_takes_nothing(span: Span) -> Error {
    at(span, "`default>` matches everything\nhelp: write `default> => { … }`")
}

pub(crate) fn block_without_cases(span: Span, block: &str) -> Error {
    at(span, format!("`<<{block}` has no cases\nhelp: write `case> … => {{ … }}` in it"))
}

pub(crate) fn loop_form(span: Span) -> Error {
    at(span, "this is not a loop of the dataflow\nhelp: write `loop<- [*n = 0 :> *out] { … }`")
}

pub(crate) fn loop_variable(span: Span) -> Error {
    at(
        span,
        "a variable of `loop<-` begins with a value\nhelp: write `loop<- [*n = 0, *list: Vec<i64> = vec![] :> *out] { … }`",
    )
}

pub(crate) fn unknown_block(span: Span, block: &str, known: &[&str]) -> Error {
    let help = match nearest(block, known.iter().copied()) {
        Some(near) => format!("did you mean `<<{near}`?"),
        None => format!("the blocks are {}", list("<<", known, "")),
    };
    at(span, format!("unknown block `<<{block}`\nhelp: {help}"))
}

pub(crate) fn unknown_keyword(keyword: &Ident, known: &[&str]) -> Error {
    let help = match nearest(&keyword.to_string(), known.iter().copied()) {
        Some(near) => format!("did you mean `{near}>`?"),
        None => format!("the statements are {}", list("", known, ">")),
    };
    at(keyword.span(), format!("unknown statement `{keyword}>`\nhelp: {help}"))
}

pub(crate) fn keyword_without_mark(word: &Ident) -> Error {
    at(word.span(), format!("`{word}` opens a statement with `>`\nhelp: write `{word}>`"))
}

pub(crate) fn kebab_keyword(span: Span, written: &str, keyword: &str) -> Error {
    at(span, format!("unknown statement `{written}>`\nhelp: write `{keyword}>`"))
}

pub(crate) fn unknown_partitioner(name: &Ident, known: &[&str]) -> Error {
    let help = match nearest(&name.to_string(), known.iter().copied()) {
        Some(near) => format!("did you mean `|{near}`?"),
        None => format!("the partitioners are {}", list("|", known, "")),
    };
    at(name.span(), format!("unknown partitioner `|{name}`\nhelp: {help}"))
}

pub(crate) fn partitioner_arguments(name: &Ident) -> Error {
    let message = match name.to_string().as_str() {
        "custom" => {
            "`|custom` takes a function and its values\nhelp: write `|custom(choose, *value);`, where `choose(tasks, value)` returns a task".into()
        }
        "path" => "`|path` takes a path with a leading key\nhelp: write `|path($$pstate.key(*key));`".into(),
        "all" | "global" | "shuffle" => {
            format!("`|{name}` takes no value\nhelp: write `|{name};`")
        }
        "direct" => "`|direct` takes one value\nhelp: write `|direct(*task);`".into(),
        _ => format!("`|{name}` takes one value\nhelp: write `|{name}(*key);`"),
    };
    at(name.span(), message)
}

pub(crate) fn partitioner_space(span: Span, name: &Ident) -> Error {
    at(
        span,
        format!(
            "`|{name}` goes over the partitions of a whole PState\nhelp: write its name alone, or `|path($$pstate.key(*key));`"
        ),
    )
}

pub(crate) fn partitioner_binds(span: Span, name: &Ident) -> Error {
    at(
        span,
        format!(
            "`|{name}` moves to another task and emits nothing\nhelp: end the statement with `;` before `:>`"
        ),
    )
}

pub(crate) fn unknown_aggregator(name: &Ident, known: &[&str]) -> Error {
    let help = match nearest(&name.to_string(), known.iter().copied()) {
        Some(near) => format!("did you mean `+{near}`?"),
        None => format!("the aggregators are {}", list("+", known, "")),
    };
    at(name.span(), format!("unknown aggregator `+{name}`\nhelp: {help}"))
}

pub(crate) fn aggregator_alone(name: &Ident) -> Error {
    at(
        name.span(),
        format!(
            "`+{name}` needs a place to aggregate into\nhelp: write `+compound $$pstate {{ *key => +{name}(…) }};`"
        ),
    )
}

pub(crate) fn compound_form(span: Span) -> Error {
    at(
        span,
        "this is not a compound aggregation\nhelp: write `+compound $$pstate { *key => +sum(*value) };`",
    )
}

pub(crate) fn compound_entry(span: Span) -> Error {
    at(
        span,
        "this entry names no place\nhelp: write `*key => +sum(*value)`, or `field: +sum(*value)` for a struct of fixed keys",
    )
}

pub(crate) fn compound_template(span: Span) -> Error {
    at(
        span,
        "expected an aggregator or another level\nhelp: write `+sum(*value)` or `{ *key => +sum(*value) }`",
    )
}

pub(crate) fn path_form(span: Span, keyword: &str) -> Error {
    let message = match keyword {
        "path" => {
            "`|path` takes a path into a PState\nhelp: write `|path($$pstate.key(*key));`".into()
        }
        "local_clear" => {
            "`local_clear>` takes a PState\nhelp: write `local_clear> $$pstate;`".into()
        }
        _ => format!(
            "`{keyword}>` takes a path into a PState\nhelp: write `{keyword}> $$pstate.key(*key)…`"
        ),
    };
    at(span, message)
}

pub(crate) fn path_segment(span: Span) -> Error {
    at(
        span,
        "this does not continue the path\nhelp: paths are navigators, `.key(*key)`, and fields, `.name`; a statement ends with `;`",
    )
}

pub(crate) fn pstate_in_rust(span: Span) -> Error {
    at(
        span,
        "a PState cannot be used inside Rust code\nhelp: read it first: `local_select> $$pstate.key(*key) :> *value;`",
    )
}

pub(crate) fn select_without_arrow(span: Span, word: &str) -> Error {
    at(
        span,
        format!(
            "`{word}>` emits what it finds\nhelp: name it: `{word}> $$pstate.key(*key) :> *value;`"
        ),
    )
}

pub(crate) fn async_without_arrow(span: Span) -> Error {
    at(
        span,
        "`each_async>` emits what its code delivers\nhelp: name it: `each_async> fetch(*key).await :> *value;`",
    )
}

pub(crate) fn async_without_code(span: Span) -> Error {
    at(
        span,
        "`each_async>` has no code to wait for\nhelp: write `each_async> fetch(*key).await :> *value;`",
    )
}

pub(crate) fn no_leading_key(span: Span, word: &str) -> Error {
    let word = if word == "path" { "|path".into() } else { format!("{word}>") };
    at(
        span,
        format!(
            "`{word}` goes to the task of a leading key, and this path has none\nhelp: begin it with `.key(*key)`"
        ),
    )
}

pub(crate) fn clear_of_a_path(span: Span) -> Error {
    at(
        span,
        "`local_clear>` clears a whole PState on this task\nhelp: write `local_clear> $$pstate;`, or `local_transform> $$pstate.key(*key).none();`",
    )
}

pub(crate) fn emits_nothing(span: Span, what: &str) -> Error {
    at(span, format!("`{what}` emits nothing, so `:>` has nothing to bind\nhelp: remove `:> …`"))
}

pub(crate) fn keyword_without_condition(span: Span, word: &str) -> Error {
    at(span, format!("`{word}>` has no condition\nhelp: write `{word}> *count > 0;`"))
}

pub(crate) fn keyword_without_message(span: Span, word: &str) -> Error {
    let help = match word {
        "assert" => "assert> *count > 0, \"the count is {}\", *count;",
        _ => "throw> \"the count is {}\", *count;",
    };
    at(span, format!("`{word}>` has no message\nhelp: write `{help}`"))
}

pub(crate) fn keyword_takes_nothing(span: Span, word: &str) -> Error {
    at(span, format!("`{word}>` takes nothing\nhelp: write `{word}>;`"))
}

// Anchors.

pub(crate) fn anchor_form(span: Span, word: &str) -> Error {
    let form = match word {
        "branch" => "<<branch <name> { … }".into(),
        "unify" => "unify> <one> <other>;".into(),
        word => format!("{word}> <name>;"),
    };
    at(span, format!("an anchor is written in angles\nhelp: write `{form}`"))
}

pub(crate) fn unify_form(span: Span) -> Error {
    at(span, "`unify>` brings several branches together\nhelp: write `unify> <one> <other>;`")
}

pub(crate) fn unknown_anchor(anchor: &Ident, known: &[String]) -> Error {
    let help = match nearest(&anchor.to_string(), known) {
        Some(near) => format!("did you mean `<{near}>`?"),
        None => format!("name a point of this block first: `anchor> <{anchor}>;`"),
    };
    at(anchor.span(), format!("unknown anchor `<{anchor}>`\nhelp: {help}"))
}

pub(crate) fn anchor_twice(anchor: &Ident) -> Error {
    at(
        anchor.span(),
        format!("`<{anchor}>` names two points of this block\nhelp: choose another name"),
    )
}

// Operations.

pub(crate) fn call_form(name: &Ident) -> Error {
    at(name.span(), format!("`%{name}` is not called\nhelp: write `%{name}(…) :> *result;`"))
}

pub(crate) fn pstate_argument(span: Span) -> Error {
    at(span, "an operation takes a whole PState\nhelp: pass its name alone, `$$pstate`")
}

pub(crate) fn inline_hook_form(span: Span) -> Error {
    at(
        span,
        "an inline hook is a block\nhelp: write `name>> *value { … }`, or `name> *value` to bind",
    )
}

pub(crate) fn stream_twice(span: Span) -> Error {
    at(span, "this stream is taken twice\nhelp: use an anchor, and `<<branch` or `hook>`")
}

pub(crate) fn operation_in_rust_block(span: Span) -> Error {
    at(
        span,
        "an operation cannot be called inside a block of Rust code\nhelp: call it first: `%op(*value) :> *result;`",
    )
}

pub(crate) fn operation_in_closure(span: Span) -> Error {
    at(
        span,
        "an operation cannot be called inside a closure\nhelp: emit the values first: `%explode(*list) :> *value;`",
    )
}

pub(crate) fn operation_path(error: &Error) -> Error {
    at(error.span(), format!("{error}\nhelp: an operation is called as `%path::to::op(…)`"))
}

pub(crate) fn stream_without_pattern(name: &Ident) -> Error {
    at(
        name.span(),
        format!("`{name}>` binds nothing\nhelp: name what is emitted: `{name}> *value`"),
    )
}

pub(crate) fn operation_without_type(name: &Ident) -> Error {
    at(
        name.span(),
        format!(
            "`%{name}` needs the type of an operation\nhelp: write `%{name}: Fun<(i64,), i64>` for one that emits once, `%{name}: Op<(i64,), i64>` for others"
        ),
    )
}

pub(crate) fn not_an_operation(name: &Ident) -> Error {
    at(
        name.span(),
        format!("`*{name}` is a value and no operation\nhelp: operations are bound as `%{name}`"),
    )
}

/// `%name` as a value.
pub(crate) fn unknown_operation(name: &Ident, known: &[String]) -> Error {
    let help = match nearest(&name.to_string(), known) {
        Some(near) => format!("did you mean `%{near}`?"),
        None => format!(
            "call it, `%{name}(…)`, or define it first: `<<ramaop %{name}(…) :> Type {{ … }}`"
        ),
    };
    at(name.span(), format!("no variable `%{name}` holds an operation\nhelp: {help}"))
}

pub(crate) fn self_outside(span: Span) -> Error {
    at(span, "`%self` stands outside of an operation\nhelp: call the operation by its name")
}

pub(crate) fn circle(call: &Ident, start: &Ident, caller: &Ident) -> Error {
    let message = if start == caller {
        format!("`{start}` calls itself by its name\nhelp: write `%self(…)`")
    } else {
        format!(
            "`{start}` and `{caller}` call each other in a circle\nhelp: make them one operation that calls `%self(…)`"
        )
    };
    at(call.span(), message)
}

pub(crate) fn anonymous_form(word: &Ident) -> Error {
    let form = if word == "ramafn" {
        "<<ramafn %f(*x: i64) -> i64 { … :> *y; }"
    } else {
        "<<ramaop %f(*x: i64) :> i64 { … :> *y; }"
    };
    at(word.span(), format!("this does not define an operation\nhelp: write `{form}`"))
}

pub(crate) fn anonymous_streams(word: &Ident) -> Error {
    at(
        word.span(),
        "an anonymous operation has one output stream\nhelp: write a `ramaop` in `dataflow! { … }` for more",
    )
}

pub(crate) fn pstate_parameter(name: &Ident) -> Error {
    at(
        name.span(),
        "an anonymous operation sees the PStates around it\nhelp: leave the parameter out",
    )
}

pub(crate) fn parameter(span: Span) -> Error {
    at(
        span,
        "a parameter is a variable with its type\nhelp: write `*value: Type`, `%operation: Op<…>` or `$$pstate: Schema`",
    )
}

pub(crate) fn parameter_not_ended(span: Span) -> Error {
    at(span, "this does not continue the parameter\nhelp: parameters stand between commas")
}

pub(crate) fn parameter_twice(name: &Ident) -> Error {
    at(name.span(), format!("`{name}` names two parameters\nhelp: choose another name"))
}

pub(crate) fn no_parameters(name: &Ident) -> Error {
    at(
        name.span(),
        format!("`{name}` has no parameters\nhelp: write `{name}(*value: Type)`, or `{name}()`"),
    )
}

pub(crate) fn output_twice(span: Span) -> Error {
    at(span, "this stream is declared twice\nhelp: give all its types once: `:> Type, Type`")
}

pub(crate) fn unknown_item(word: &Ident) -> Error {
    at(
        word.span(),
        format!(
            "unknown definition `{word}`\nhelp: `dataflow!` holds `ramafn name(*a: A) -> B {{ … }}` and `ramaop name(*a: A) :> B {{ … }}`"
        ),
    )
}

pub(crate) fn operation_header(error: Error, end: Span) -> Error {
    if error.to_string().contains("help: ") {
        return error;
    }
    let span = if error.to_string().contains("unexpected end") { end } else { error.span() };
    at(
        span,
        format!(
            "{error}\nhelp: write `ramafn name(*a: A) -> B {{ … }}` or `ramaop name(*a: A) :> B {{ … }}`"
        ),
    )
}

pub(crate) fn operation_without_body(span: Span) -> Error {
    at(span, "this operation has no body\nhelp: write `{ … :> *value; }` behind it")
}

pub(crate) fn operation_output(word: &Ident, name: &Ident) -> Error {
    at(
        name.span(),
        format!(
            "a `{word}` says what it returns with `->`\nhelp: write `{word} {name}(…) -> Type {{ … }}`"
        ),
    )
}

pub(crate) fn streams_form(span: Span) -> Error {
    at(
        span,
        "a `ramaop` says what it emits\nhelp: write `:> Type, Type`, or `name> Type` for another stream",
    )
}

pub(crate) fn stream_name(name: &Ident) -> Error {
    at(
        name.span(),
        format!("`{name}>` is a word of the language\nhelp: choose another name for the stream"),
    )
}

pub(crate) fn part_header(error: &Error) -> Error {
    at(
        error.span(),
        format!("{error}\nhelp: write `pub name in path::to::Module::topology {{ source> … }}`"),
    )
}

// Where statements may stand.

pub(crate) fn unknown_stream(stream: &Ident, known: &[String], keywords: &[&str]) -> Error {
    let text = stream.to_string();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if known.is_empty() {
        return unknown_keyword(stream, keywords);
    }
    let help = match nearest(&text, known.iter().chain(keywords).copied()) {
        Some(near) => format!("did you mean `{near}>`?"),
        None => format!("the streams of this operation are {}", list("", &known, ">")),
    };
    at(stream.span(), format!("unknown statement or stream `{stream}>`\nhelp: {help}"))
}

pub(crate) fn continue_outside(span: Span) -> Error {
    at(
        span,
        "`continue>` stands outside of a loop\nhelp: write `loop<- [*n = 0 :> *out] { … }` around it",
    )
}

pub(crate) fn continue_count(span: Span, found: usize, wanted: usize) -> Error {
    let plural = if wanted == 1 { "" } else { "s" };
    at(
        span,
        format!(
            "`continue>` gives {found} and the loop has {wanted} variable{plural}\nhelp: give one value for each, in their order"
        ),
    )
}

/// What keeps a `recur>` from the function it would call.
pub(crate) enum RecurIn {
    Anonymous,
    Loop,
    Other,
}

pub(crate) fn recur_outside(span: Span, inside: RecurIn) -> Error {
    let message = match inside {
        RecurIn::Anonymous => {
            "an anonymous operation does not `recur>`\nhelp: call it by `%self(…)`, or write a `ramafn` in `dataflow! { … }`"
        }
        RecurIn::Loop => {
            "`recur>` stands inside of a loop\nhelp: emit from the loop, and write `recur>` behind it"
        }
        RecurIn::Other => {
            "`recur>` calls the `ramafn` around it again, and there is none\nhelp: use `loop<-`, or `%self(…)` in a `ramaop`"
        }
    };
    at(span, message)
}

pub(crate) fn recur_count(span: Span, found: usize, wanted: usize) -> Error {
    at(
        span,
        format!(
            "`recur>` gives {found} and the function takes {wanted}\nhelp: give one value for each parameter, in their order"
        ),
    )
}

pub(crate) fn boundary_in_function(span: Span, what: &str) -> Error {
    at(
        span,
        format!("{what} in a `ramafn`, which emits once and at once\nhelp: make it a `ramaop`"),
    )
}

pub(crate) fn emission_not_last(span: Span) -> Error {
    at(
        span,
        "a `ramafn` emits once, as the last thing it does\nhelp: move this to the end, or make it a `ramaop`",
    )
}

pub(crate) fn recur_not_last(span: Span) -> Error {
    at(
        span,
        "`recur>` begins the function anew, as the last thing it does\nhelp: put the rest into an `else`, or call `%self(…)`",
    )
}

/// A `ramafn` that returns a value says of which type.
pub(crate) fn function_without_output(name: &Ident, anonymous: bool) -> Error {
    let (sigil, before) = if anonymous { ("%", "<<") } else { ("", "") };
    at(
        name.span(),
        format!(
            "`{sigil}{name}` emits a value and does not say of which type\nhelp: write `{before}ramafn {sigil}{name}(…) -> Type {{ … }}`"
        ),
    )
}

pub(crate) fn function_without_emission(span: Span, name: &str) -> Error {
    at(span, format!("`{name}` emits nothing\nhelp: end it with `:> *value;`"))
}

pub(crate) fn in_stand_alone(span: Span, what: &str) -> Error {
    at(span, format!("{what} in a stand-alone block\nhelp: it belongs in a topology of a module"))
}

pub(crate) fn in_loop_already(span: Span) -> Error {
    at(span, "a loop variable is bound twice\nhelp: choose another name")
}

/// What `syn` found wrong in Rust code; if the code `ended` too early, behind its last token.
pub(crate) fn rust(error: Error, end: Span, ended: bool) -> Error {
    if ended { at(end, format!("{error}\nhelp: the statement ends too early here")) } else { error }
}

/// `error` is about code in parentheses, where no statement could end.
pub(crate) fn inside_arguments(error: Error) -> Error {
    inside(error, |next| format!("missing `,` before {next}\nhelp: values stand between commas"))
}

/// `error` is about what stands between `<<block` and its brace.
pub(crate) fn inside_head(error: Error, block: &str) -> Error {
    inside(error, |next| {
        format!("unexpected {next} before the block of `<<{block}`\nhelp: open it here with `{{`")
    })
}

/// `error` is about the head of a case.
pub(crate) fn inside_case(error: Error) -> Error {
    inside(error, |next| format!("unexpected {next} in a case\nhelp: write `case> … => {{ … }}`"))
}

/// `error` is about a variable of a `loop<-`.
pub(crate) fn inside_loop_header(error: Error) -> Error {
    inside(error, |next| {
        format!(
            "unexpected {next} in the head of a loop\nhelp: write `loop<- [*n = 0, *list: Vec<i64> = vec![] :> *out] {{ … }}`"
        )
    })
}

fn inside(error: Error, message: impl Fn(&str) -> String) -> Error {
    let text = error.to_string();
    let next = text.strip_prefix("missing `;` before ").and_then(|rest| rest.lines().next());
    match next {
        Some(next) => at(error.span(), message(next)),
        None => error,
    }
}

pub(crate) fn second_value(comma: Span) -> Error {
    at(comma, "one value stands here\nhelp: remove what follows the comma")
}

// Variables.

/// `fields` are those of `bound` that a pattern binds under the name of their field: there the
/// pattern may be what is wrong.
pub(crate) fn unbound(name: &Ident, bound: &[String], fields: &[String]) -> Error {
    let help = match nearest(&name.to_string(), bound) {
        Some(near) if fields.iter().any(|field| field == near) => format!(
            "the pattern binds `*{near}`: write that, or, if the field is `{name}`, correct the pattern"
        ),
        Some(near) => format!("did you mean `*{near}`?"),
        None if bound.is_empty() => format!("bind it first: `expression :> *{name};`"),
        None => format!(
            "bind it first: `expression :> *{name};`; bound here: {}",
            list("*", bound, "").replace(" or ", " and ")
        ),
    };
    at(name.span(), format!("unbound variable `*{name}`\nhelp: {help}"))
}

pub(crate) fn one_arm(name: &Ident) -> Error {
    at(
        name.span(),
        format!(
            "`*{name}` is bound in only some of the branches above\nhelp: bind it in the others too: `expression :> *{name};`"
        ),
    )
}

pub(crate) fn plain_name(name: &Ident) -> Error {
    at(name.span(), format!("`{name}` is a variable of the dataflow\nhelp: write `*{name}`"))
}

pub(crate) fn plain_pattern(name: &Ident) -> Error {
    at(
        name.span(),
        format!("`{name}` binds nothing here\nhelp: write `*{name}`, or `_` to leave it out"),
    )
}

pub(crate) fn starred_rust_pattern(name: &Ident) -> Error {
    at(
        name.span(),
        format!("a pattern inside Rust code binds Rust's own names\nhelp: write `{name}`"),
    )
}

pub(crate) fn keyword_as_name(word: Ident) -> Error {
    at(word.span(), format!("`{word}` is a Rust keyword\nhelp: choose another name"))
}

pub(crate) fn upper_case(name: &Ident, sigil: char) -> Error {
    at(
        name.span(),
        format!(
            "`{sigil}{name}` would be a static, not a variable\nhelp: write `{sigil}{}`",
            name.to_string().to_lowercase()
        ),
    )
}

// Warnings.

pub(crate) fn unused_variable(name: &Ident, shorthand: bool) -> Error {
    let help = if shorthand {
        format!("leave it out of the pattern with `..`, or write `{name}: _`")
    } else {
        format!("write `_`, or `*_{name}` if that is meant")
    };
    at(name.span(), format!("unused variable `*{name}`\nhelp: {help}"))
}

pub(crate) fn behind_throw(span: Span) -> Error {
    at(span, "nothing behind `throw>` runs\nhelp: remove it, or put `throw>` into a branch")
}

pub(crate) fn already_there(partitioner: &Ident) -> Error {
    at(
        partitioner.span(),
        format!("`|{partitioner}` leads to where the code already is\nhelp: remove it"),
    )
}

pub(crate) fn on_another_task(key: &Ident, home: &Ident) -> Error {
    at(
        key.span(),
        format!(
            "the code is on the task of `*{home}`, and `*{key}` may live on another one\nhelp: write `|hash(*{key});` before, or `#[unaligned]` before this statement if that is meant"
        ),
    )
}

pub(crate) fn unknown_attribute(span: Span) -> Error {
    at(span, "unknown attribute of a statement\nhelp: statements have `#[unaligned]`")
}
