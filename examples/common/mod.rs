//! What the examples share: errors for people, and progress bars.

use std::error::Error;

use indicatif::{ProgressBar, ProgressStyle};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Ends the program; an error is printed with its causes.
pub fn exit_with(result: Result<()>) {
    if let Err(error) = result {
        let mut message = format!("error: {error}");
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        eprintln!("{message}");
        std::process::exit(1);
    }
}

/// A bar for `length` things of this name, with their rate.
pub fn progress_bar(length: u64, things: &str) -> Result<ProgressBar> {
    let style = format!("{{bar:40}} {{pos}}/{{len}} {things} {{elapsed}} ({{per_sec}})");
    Ok(ProgressBar::new(length).with_style(ProgressStyle::with_template(&style)?))
}
