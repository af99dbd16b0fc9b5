//! What is claimed of messages, checked on those that `compile_errors` pins: each case is one error
//! unless its name says that it is several, nothing in a message is a name of generated code, and
//! `docs/mistakes.md` says what the compiler says.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::path::Path;

/// A case and what the compiler says to it.
struct Case {
    name: String,
    stderr: String,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = fs::read_dir("tests/ui")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let stderr = path.with_extension("stderr");
            let text = fs::read_to_string(&stderr).unwrap_or_else(|error| {
                panic!("{}: {error}; trybuild writes it", stderr.display())
            });
            Case { name: path.file_stem().unwrap().to_str().unwrap().to_owned(), stderr: text }
        })
        .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

impl Case {
    /// The errors, each with all that is said to it.
    fn errors(&self) -> Vec<&str> {
        let mut starts: Vec<usize> = self
            .stderr
            .match_indices("error")
            .map(|(at, _)| at)
            .filter(|at| *at == 0 || self.stderr[..*at].ends_with('\n'))
            .collect();
        starts.push(self.stderr.len());
        starts.windows(2).map(|ends| &self.stderr[ends[0]..ends[1]]).collect()
    }

    fn is_of_several(&self) -> bool {
        self.name.starts_with("several_")
    }

    /// The lines of messages, without the code that is shown with them.
    fn messages(&self) -> impl Iterator<Item = &str> {
        self.stderr.lines().filter(|line| is_message(line)).map(without_marks)
    }
}

/// A label without the marks before it.
fn without_marks(line: &str) -> &str {
    let mut rest = line.trim();
    while let Some((word, behind)) = rest.split_once(' ') {
        if !word.chars().all(|mark| "|^-_/".contains(mark)) {
            break;
        }
        rest = behind.trim_start();
    }
    // A label may stand directly behind the line that leads to it.
    let label = rest.trim_start_matches(|mark| "|^-_/".contains(mark));
    if label.starts_with('`') || label.is_empty() { label } else { rest }
}

fn is_message(line: &str) -> bool {
    let Some(rest) = line.trim_start().strip_prefix('|') else {
        // `12 |`, `12 -` are the user's code, `12 +` is what is proposed.
        let code = line.trim_start().trim_start_matches(|digit: char| digit.is_ascii_digit());
        let is_numbered = code.len() < line.trim_start().len();
        return !(is_numbered && (code.starts_with(" |") || code.starts_with(" -")));
    };
    // Under code stand marks and labels; what stands elsewhere is code of the library.
    rest.trim_start().starts_with(['^', '-', '|', '_'])
}

/// What only generated code and the library's insides have.
const INSIDES: &[&str] = &[
    "__",
    "rama_runtime",
    "rama_paths",
    "rama_compiler",
    "rama_macros",
    "{closure",
    "{async",
    "impl Fn",
];

#[test]
fn each_case_is_one_error_unless_its_name_says_several() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter(|case| (case.errors().len() > 1) != case.is_of_several())
        .map(|case| format!("{}: {}", case.name, case.errors().len()))
        .collect();
    assert!(wrong.is_empty(), "errors of cases: {wrong:#?}");
}

#[test]
fn there_are_enough_cases_to_believe_it() {
    assert!(cases().len() >= 80);
}

#[test]
fn no_message_has_a_name_of_generated_code() {
    let mut wrong = Vec::new();
    for case in cases() {
        for line in case.messages() {
            if INSIDES.iter().any(|inside| line.contains(inside)) {
                wrong.push(format!("{}: {}", case.name, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "names that no user has written: {wrong:#?}");
}

/// Errors of rustc have a number; the language's own have none.
#[test]
fn the_languages_own_messages_are_lower_case_and_say_what_to_write() {
    let mut wrong = Vec::new();
    for case in cases() {
        for error in case.errors() {
            let Some(message) = error.strip_prefix("error: ") else { continue };
            let is_lower = !message.starts_with(char::is_uppercase);
            let helps = message.lines().take(2).any(|line| line.trim_start().starts_with("help: "));
            if !is_lower || !helps {
                wrong.push(format!("{}: {message}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The rows of the table that begins with `header`, each a list of cells.
fn table(document: &str, header: &str) -> Vec<Vec<String>> {
    let start = document.find(header).unwrap_or_else(|| panic!("no table begins with {header}"));
    let rows = document[start..].lines().take_while(|line| line.starts_with('|'));
    rows.skip(2)
        .map(|row| {
            let row = row.trim().trim_matches('|').replace("\\|", "\u{0}");
            row.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
        })
        .collect()
}

/// On one line, with one space between words.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a row says that the compiler says: a message, and perhaps a help.
fn said(cell: &str) -> Vec<String> {
    match cell.split_once("; help: ") {
        Some((message, help)) => vec![flat(message), format!("help: {}", flat(help))],
        None => vec![flat(cell)],
    }
}

/// A row's test is there and its message is what the row says.
fn says(cases: &[Case], test: &str, here: &str) {
    let name = test.trim_matches('`');
    let case = cases.iter().find(|case| case.name == name);
    let case = case.unwrap_or_else(|| panic!("there is no tests/ui/{name}.rs"));
    for text in said(here) {
        assert!(flat(&case.stderr).contains(&text), "{name} does not say: {text}");
    }
}

#[test]
fn the_table_of_mistakes_says_what_the_compiler_says() {
    let document = fs::read_to_string("docs/mistakes.md").unwrap();
    let rows =
        table(&document, "| mistake | Rama | here | test |\n|---|---|---|---|\n| an unbound");
    assert!(rows.len() >= 25, "{} rows", rows.len());
    let cases = cases();
    for row in rows {
        let [_, _, here, test] = row.as_slice() else { panic!("not four cells: {row:?}") };
        says(&cases, test, here);
    }
}

#[test]
fn the_table_of_guesses_says_what_the_compiler_says() {
    let document = fs::read_to_string("docs/mistakes.md").unwrap();
    let rows = table(&document, "| written | here | test |\n");
    assert!(rows.len() >= 10, "{} rows", rows.len());
    let cases = cases();
    for row in rows {
        let [_, here, test] = row.as_slice() else { panic!("not three cells: {row:?}") };
        says(&cases, test, here);
    }
}

#[test]
fn the_table_of_what_only_running_shows_names_tests_that_exist() {
    let document = fs::read_to_string("docs/mistakes.md").unwrap();
    let rows = table(&document, "| mistake | Rama | here | test |\n|---|---|---|---|\n| any read");
    assert!(!rows.is_empty());
    for row in rows {
        let path = row[3].trim_matches('`');
        assert!(Path::new(path).exists(), "there is no {path}");
    }
}
