//! Every macro call of this repository: formatted, its layout damaged, and formatted again.
#![allow(missing_docs, clippy::unwrap_used)]

mod damage;

use cargo_rama::{format_markdown, format_rust};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All files of the repository with this extension.
fn files(extension: &str) -> Vec<PathBuf> {
    fn walk(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with('.') || path.join("CACHEDIR.TAG").exists() {
                continue;
            }
            if path.is_dir() {
                walk(&path, extension, found);
            } else if path.extension().is_some_and(|its| its == extension) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), extension, &mut found);
    found.sort();
    found
}

/// The text without white space, and without the marks of documentation, whose lines may become
/// more. What is the same in this has the same tokens and comments in the same order.
fn essence(text: &str) -> String {
    let text: String = text.chars().filter(|char| !char.is_whitespace()).collect();
    text.replace("///", "").replace("//!", "")
}

/// Fails with the place where the essence of two texts differs.
#[track_caller]
fn check_same(path: &Path, text: &str, formatted: &str) {
    let (text, formatted) = (essence(text), essence(formatted));
    if text == formatted {
        return;
    }
    let same =
        text.chars().zip(formatted.chars()).take_while(|(this, other)| this == other).count();
    let near =
        |text: &str| text.chars().skip(same.saturating_sub(60)).take(120).collect::<String>();
    panic!("{}: `{}` became `{}`", path.display(), near(&text), near(&formatted));
}

#[track_caller]
fn check_formatted(path: &Path, text: &str, formatted: &str, again: &str) {
    check_same(path, text, formatted);
    if let Some((line, other)) = formatted.lines().zip(again.lines()).find(|(a, b)| a != b) {
        panic!("{}: formatted again, `{line}` becomes `{other}`", path.display());
    }
    assert_eq!(formatted, again, "{}: formatted again it is another", path.display());
    for line in formatted.lines().filter(|line| !text.contains(*line)) {
        assert_eq!(line, line.trim_end(), "{}: white space at the end", path.display());
    }
}

/// Whether the file may hold mistakes: it is there for what the compiler says to them.
fn shows_mistakes(path: &Path) -> bool {
    path.starts_with(root().join("tests/ui"))
}

/// All Rust files that can be formatted, with what they hold. The inputs of macros that the
/// compiler's own tests have count as such.
fn sources() -> Vec<(PathBuf, String)> {
    let rust = files("rs").into_iter().map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text)
    });
    let inputs = files("rama").into_iter().filter_map(|path| {
        let kind = path.parent()?.file_name()?.to_string_lossy().into_owned();
        let name = match kind.as_str() {
            "modules" => "defmodule",
            "sources" => "sources",
            "dataflow" => "dataflow",
            _ => return None,
        };
        let text = std::fs::read_to_string(&path).unwrap();
        let text = format!("fn f() {{\n    {name}! {{\n{text}\n}}\n}}\n");
        Some((path, text))
    });
    rust.chain(inputs).collect()
}

#[test]
fn formatting_changes_no_token_and_no_comment_and_is_idempotent() {
    let mut formatted_files = 0;
    for (path, text) in sources() {
        match format_rust(&text) {
            Ok(formatted) => {
                let again = format_rust(&formatted).unwrap();
                check_formatted(&path, &text, &formatted, &again);
                formatted_files += 1;
            }
            Err(problems) => {
                assert!(shows_mistakes(&path), "{}: {}", path.display(), problems[0]);
            }
        }
    }
    assert!(formatted_files > 500, "only {formatted_files} files");
}

#[test]
fn formatting_pages_changes_nothing_but_layout_and_is_idempotent() {
    let pages = files("md");
    assert!(pages.len() > 20);
    for path in pages {
        let text = std::fs::read_to_string(&path).unwrap();
        let formatted = format_markdown(&text).unwrap();
        check_formatted(&path, &text, &formatted, &format_markdown(&formatted).unwrap());
    }
}

/// Damages all sources, and checks that only layout is changed by formatting them.
fn check_damaged(rounds: usize, damage: impl Fn(&str, &mut fastrand::Rng) -> String) {
    let mut damaged_files = 0;
    for (path, text) in sources() {
        if format_rust(&text).is_err() {
            continue;
        }
        let mut random = fastrand::Rng::with_seed(text.len() as u64);
        let rounds = if shows_mistakes(&path) { 1 } else { rounds };
        for round in 0..rounds {
            let damaged = damage(&text, &mut random);
            if damaged == text {
                continue;
            }
            let formatted = format_rust(&damaged).unwrap_or_else(|found| {
                panic!("{}, round {round}: {}\n{damaged}", path.display(), found[0])
            });
            let again = format_rust(&formatted).unwrap();
            check_formatted(&path, &damaged, &formatted, &again);
            damaged_files += 1;
        }
    }
    assert!(damaged_files > 250, "only {damaged_files} files");
}

#[test]
fn damaged_layout_is_repaired_without_changing_a_token() {
    check_damaged(3, damage::damage);
}

#[test]
fn comments_are_kept_wherever_they_stand() {
    check_damaged(3, damage::comment);
}

#[test]
fn a_call_on_one_line_is_laid_out_as_one_on_many() {
    // Without line breaks in the source nothing of it is kept.
    let joined = damage::join(
        "dataflow! {\n    // one\n    1 :> *x;\n\n    <<if *x > 0 {\n        :> *x;\n    }\n};",
    );
    assert_eq!(joined, "dataflow! { // one\n1 :> *x; <<if *x > 0 { :> *x; } };");
}
