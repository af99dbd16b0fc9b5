//! The name of `rama` in the crate that is being compiled.
//!
//! A macro by example would have it as `$crate`, but a derive is no such macro, and rust-analyzer
//! completes worse in a macro within a macro. So the manifest is asked, once for each crate: the
//! answer is kept as long as the file is the same.

use proc_macro_crate::{FoundCrate, crate_name};

/// The name, where it is another one than `rama`. What is no dependency of the crate, and whatever
/// is not built by Cargo, gets the usual name: then rustc says what it does not find.
pub(crate) fn name() -> Option<String> {
    match crate_name("rama") {
        Ok(FoundCrate::Name(name)) if name != "rama" => Some(name),
        // Tests, examples and doc tests of this package see its library from outside.
        Ok(FoundCrate::Name(_) | FoundCrate::Itself) | Err(_) => None,
    }
}
