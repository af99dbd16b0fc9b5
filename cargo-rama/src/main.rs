//! `cargo rama`: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    cargo_rama::cli::run()
}
