//! Statements, one by one.

use super::{at, list, nearest};
use proc_macro2::{Ident, Span};
use syn::Error;

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

/// `operator` is `+=` or one like it.
pub(crate) fn compound_assignment(name: &Ident, span: Span, operator: &str) -> Error {
    let operation = operator.trim_end_matches('=');
    at(
        span,
        format!(
            "variables are bound with `:>`, not with `{operator}`\nhelp: write `*{name} {operation} … :> *{name};`"
        ),
    )
}

pub(crate) fn parenthesised(span: Span) -> Error {
    at(
        span,
        "a statement stands without parentheses around it\nhelp: write `local_select> $$pstate.key(*key) :> *value;`, `operation(*a, *b) :> *c;` or `*a + *b :> *c;`",
    )
}

/// A `match`, `for`, `while` or `loop` of Rust around statements.
pub(crate) fn plain_block(word: &Ident) -> Error {
    let help = match word.to_string().as_str() {
        "match" => {
            "write `<<subsource *value { case> Pattern { *field } => { … } }`, or `<<switch` for values"
        }
        "for" => "write `<<each *values :> *value { … }`, or `%explode(*values) :> *value;`",
        _ => "write `loop<- [*n = 0 :> *out] { … }`",
    };
    at(word.span(), format!("a Rust `{word}` cannot hold dataflow statements\nhelp: {help}"))
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

pub(crate) fn no_leading_key(span: Span, written: &str) -> Error {
    at(
        span,
        format!(
            "`{written}` goes to the task of a leading key, and this path has none\nhelp: begin it with `.key(*key)`"
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
