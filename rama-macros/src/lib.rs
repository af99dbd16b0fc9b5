//! The macros of rama: `defmodule!`, `sources!`, `dataflow!` and the derives.
//!
//! A thin shell; the compiler is `rama-compiler`. What only a macro can know is asked here: how the
//! crate that is being compiled calls `rama`.

mod facade;

use proc_macro::TokenStream;

fn expand(input: TokenStream, expand: rama_compiler::Expand) -> TokenStream {
    match facade::name() {
        None => expand(input.into()).into(),
        Some(name) => rama_compiler::under_name(&name, input.into(), expand).into(),
    }
}

/// Defines a module: its depots, its topologies and their PStates.
///
/// ```text
/// defmodule! {
///     /// Counts words.
///     pub module WordCount {
///         depot *words: String, random;
///         microbatch counting {
///             pstate $$counts: PMap<String, i64>;
///             sources! {
///                 source> *words :> %microbatch;
///                 %microbatch() :> *word;
///                 |hash(*word);
///                 +compound $$counts { *word => +count() };
///             }
///         }
///     }
/// }
/// ```
///
/// Generates the type `WordCount`, which implements `rama::Module`, with one
/// typed handle per object: `WordCount::words`, `WordCount::counts`,
/// `WordCount::counting`. Handles are as visible as the module.
///
/// Without a name, `defmodule! { module { … } }` is an expression: a module whose handles are fields
/// of its value, and whose name is where it stands. `#[name = expression]` before a module, a depot
/// or a PState gives it a name that is computed, a constant `&'static str`.
///
/// # Errors
///
/// Mistakes are compile errors at the token that is wrong, with what to write
/// instead; one mistake gives one error.
#[proc_macro]
pub fn defmodule(input: TokenStream) -> TokenStream {
    expand(input, rama_compiler::defmodule)
}

/// Sources of a topology in a file of their own.
///
/// ```text
/// sources! {
///     /// What deposits do.
///     pub deposits in crate::BankModule::banking {
///         source> *deposit_depot :> %microbatch;
///         %microbatch() :> Deposit { *user_id, *amt };
///         +compound $$funds { *user_id => +sum(*amt) };
///     }
/// }
/// ```
///
/// The module lists them by path, in the order in which they run:
/// `microbatch banking { pstate $$funds: …; sources: deposits::deposits, transfers::transfers; }`.
///
/// # Errors
///
/// As for [`defmodule!`]; names of depots and PStates are looked up by rustc.
#[proc_macro]
pub fn sources(input: TokenStream) -> TokenStream {
    expand(input, rama_compiler::sources)
}

/// Defines operations, or runs a block of dataflow where it stands.
///
/// With `ramafn` and `ramaop` items it defines operations:
///
/// ```text
/// dataflow! {
///     /// Both neighbours of a number.
///     pub ramaop neighbours(*n: i64) :> i64 {
///         :> *n - 1;
///         :> *n + 1;
///     }
///     pub ramafn double(*n: i64) -> i64 { :> *n * 2; }
/// }
/// ```
///
/// Everything else is an expression: it runs at once and is the list of what it emits. It sees the
/// Rust values around it by their names, and has no partitioners and no PStates.
///
/// ```text
/// let doubled = dataflow! { %explode(list) :> *n; :> double(*n); };
/// ```
///
/// # Errors
///
/// As for [`defmodule!`].
///
/// # Panics
///
/// A stand-alone block panics with the message of an `assert>` or `throw>`; a `ramafn` panics if it
/// ends without having emitted.
#[proc_macro]
pub fn dataflow(input: TokenStream) -> TokenStream {
    expand(input, rama_compiler::dataflow)
}

/// Derives `rama::Record` for a struct or an enum: what can be stored in a
/// depot or a PState and carried to another task.
///
/// The derived shape is the text of what is encoded: fields or variants with
/// their types, in order, and the `serde` attributes that change the encoding.
///
/// # Errors
///
/// Records are encoded without names and lengths, so attributes that write
/// something else than they read are compile errors: `flatten`, `untagged`,
/// `tag`, `content`, `skip_serializing_if`, and `skip_serializing` or
/// `skip_deserializing` without the other; also a skipped variant before others.
#[proc_macro_derive(Record, attributes(serde, record))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    expand(input, rama_compiler::record)
}

/// Derives `rama::Key` for a struct or an enum, beside `rama::Record`: its values
/// can be the keys of maps and the elements of sets, in the order that
/// `#[derive(Ord)]` gives them.
///
/// A struct is encoded as its fields, one behind the other; an enum as the index
/// of the variant, one byte, and its fields. So fields and variants may only be
/// added, removed or moved where no keys are stored yet. The attributes of serde
/// mean nothing to the encoding: a field that they skip is a part of the key.
///
/// ```text
/// #[derive(Clone, Serialize, Deserialize, Record, Key)]
/// struct Newest {
///     at: Reverse<u64>,
///     author: String,
/// }
/// ```
///
/// # Errors
///
/// A field that is no key, more than 256 variants, and variants that do not stand
/// in the order of their discriminants are compile errors.
#[proc_macro_derive(Key)]
pub fn derive_key(input: TokenStream) -> TokenStream {
    expand(input, rama_compiler::key)
}

/// Derives `rama::Schema` for a struct of fixed keys, whose fields may be
/// P-types, values, or other such structs.
#[proc_macro_derive(PState, attributes(pstate))]
pub fn derive_pstate(input: TokenStream) -> TokenStream {
    expand(input, rama_compiler::pstate)
}
