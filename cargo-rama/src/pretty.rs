//! Documents that know where they may be broken, and how they are written within a width.
//!
//! A group stands on one line if it fits; else its lines break. What is indented in a group is
//! indented from the line on which the group began, so that a block inside of a long statement is
//! indented once, wherever its brace stands.

/// Columns of one step of indentation.
pub(crate) const STEP: usize = 4;

/// A piece of a document.
#[derive(Clone, Debug)]
pub(crate) enum Doc {
    /// Text that stands as it is, with the line breaks it has.
    Text(String),
    /// A comment up to the end of its line.
    LineComment(String),
    Space,
    /// A line break if the group around it is broken, else nothing or a space.
    Line {
        space: bool,
        blank: bool,
    },
    /// As [`Doc::Line`], but only if what follows up to the next break does not fit, or if it is
    /// wanted here.
    Soft {
        space: bool,
        wanted: bool,
    },
    /// A line break in any case.
    Hard {
        blank: bool,
    },
    Group {
        docs: Vec<Doc>,
        broken: bool,
        is_block: bool,
    },
    Indent(Vec<Doc>),
    /// So many columns follow, which are written by somebody else.
    Follows(usize),
}

impl Doc {
    /// A group, which is broken if what is in it takes more than one line in any case.
    pub(crate) fn group(docs: Vec<Doc>) -> Doc {
        let broken = has_breaks(&docs);
        Doc::Group { docs, broken, is_block: false }
    }

    /// A group in braces, before which nothing needs to be broken: it breaks inside.
    pub(crate) fn block(docs: Vec<Doc>, broken: bool) -> Doc {
        let broken = broken || has_breaks(&docs);
        Doc::Group { docs, broken, is_block: true }
    }
}

/// Whether these take more than one line in any case.
pub(crate) fn has_breaks(docs: &[Doc]) -> bool {
    docs.iter().any(|doc| match doc {
        Doc::Hard { .. } | Doc::LineComment(_) => true,
        Doc::Text(text) => text.contains('\n'),
        Doc::Group { docs, broken, .. } => *broken || has_breaks(docs),
        Doc::Indent(docs) => has_breaks(docs),
        _ => false,
    })
}

/// Where a document begins.
pub(crate) struct Place<'a> {
    /// What stands before every line of it.
    pub(crate) prefix: &'a str,
    /// The columns before its first line.
    pub(crate) column: usize,
    pub(crate) width: usize,
}

/// The columns that `text` takes.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|char| if char == '\t' { STEP } else { 1 }).sum()
}

/// Writes the documents.
pub(crate) fn render(docs: &[Doc], place: &Place<'_>) -> String {
    let mut renderer = Renderer {
        out: String::new(),
        place,
        column: place.column,
        line_indent: 0,
        pending: Pending::Nothing,
    };
    renderer.render(docs);
    renderer.out
}

/// What stands before the next text.
#[derive(Clone, Copy)]
enum Pending {
    Nothing,
    Space,
    Break { indent: usize, blank: bool },
}

/// How the documents of a group are written.
#[derive(Clone, Copy)]
struct Mode {
    flat: bool,
    /// The indentation of the line on which the group began.
    base: usize,
    /// The indentation of the lines that begin here.
    indent: usize,
}

struct Renderer<'a> {
    out: String,
    place: &'a Place<'a>,
    column: usize,
    line_indent: usize,
    pending: Pending,
}

impl Renderer<'_> {
    fn render(&mut self, docs: &[Doc]) {
        let top = Mode { flat: false, base: 0, indent: 0 };
        let mut stack: Vec<(Mode, &Doc)> = docs.iter().rev().map(|doc| (top, doc)).collect();
        while let Some((mode, doc)) = stack.pop() {
            match doc {
                Doc::Text(text) => self.text(text),
                Doc::LineComment(text) => {
                    self.text(text);
                    self.line_break(mode.indent, false);
                }
                Doc::Space => self.space(),
                Doc::Line { space, .. } if mode.flat => {
                    if *space {
                        self.space();
                    }
                }
                Doc::Line { blank, .. } | Doc::Hard { blank } => {
                    self.line_break(mode.indent, *blank);
                }
                Doc::Soft { space, wanted } => {
                    if mode.flat || (!wanted && self.fits(usize::from(*space), None, &stack)) {
                        if *space {
                            self.space();
                        }
                    } else {
                        self.line_break(mode.indent, false);
                    }
                }
                Doc::Group { docs, broken, .. } => {
                    let base = match self.pending {
                        Pending::Break { indent, .. } => indent,
                        _ => self.line_indent,
                    };
                    let flat = !broken && (mode.flat || self.fits(0, Some(doc), &stack));
                    let mode = Mode { flat, base, indent: base };
                    stack.extend(docs.iter().rev().map(|doc| (mode, doc)));
                }
                Doc::Indent(docs) => {
                    let mode = Mode { indent: mode.base + STEP, ..mode };
                    stack.extend(docs.iter().rev().map(|doc| (mode, doc)));
                }
                Doc::Follows(_) => {}
            }
        }
    }

    fn space(&mut self) {
        if matches!(self.pending, Pending::Nothing) {
            self.pending = Pending::Space;
        }
    }

    fn line_break(&mut self, indent: usize, blank: bool) {
        let before = matches!(self.pending, Pending::Break { blank: true, .. });
        self.pending = Pending::Break { indent, blank: blank || before };
    }

    fn text(&mut self, text: &str) {
        match std::mem::replace(&mut self.pending, Pending::Nothing) {
            Pending::Nothing => {}
            Pending::Space => {
                self.out.push(' ');
                self.column += 1;
            }
            Pending::Break { indent, blank } => {
                self.out.push_str(if blank { "\n\n" } else { "\n" });
                self.out.push_str(self.place.prefix);
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.line_indent = indent;
                self.column = columns(self.place.prefix) + indent;
            }
        }
        self.out.push_str(text);
        match text.rsplit_once('\n') {
            Some((_, last)) => self.column = columns(last),
            None => self.column += columns(text),
        }
    }

    /// Whether `doc`, written flat, and what follows it up to the next break fit on the line.
    ///
    /// What follows may break in its blocks, and only there: so it does not matter whether it was
    /// broken in the source, and what is formatted stays as it is.
    fn fits(&self, spaces: usize, doc: Option<&Doc>, rest: &[(Mode, &Doc)]) -> bool {
        let start = match self.pending {
            Pending::Nothing => self.column,
            Pending::Space => self.column + 1,
            Pending::Break { indent, .. } => columns(self.place.prefix) + indent,
        };
        let Some(mut left) = self.place.width.checked_sub(start) else { return false };
        // A space counts only if text follows it.
        let mut space = spaces;
        let mut take = |count: usize, space: &mut usize| match left.checked_sub(count + *space) {
            Some(after) => {
                (left, *space) = (after, 0);
                true
            }
            None => false,
        };
        let mut stack: Vec<(bool, &Doc)> = doc.map(|doc| (true, doc)).into_iter().collect();
        let mut rest = rest.iter().rev();
        let mut follows = doc.is_none();
        loop {
            let next = stack.pop().or_else(|| {
                follows = true;
                rest.next().map(|(mode, doc)| (mode.flat, *doc))
            });
            let Some((flat, doc)) = next else { return true };
            let fits = match doc {
                Doc::Text(text) => match text.split_once('\n') {
                    Some((first, _)) => return take(columns(first), &mut space),
                    None => take(columns(text), &mut space),
                },
                // A comment may be longer than the line.
                Doc::LineComment(_) | Doc::Hard { .. } => return true,
                Doc::Line { .. } | Doc::Soft { .. } if !flat => return true,
                Doc::Space | Doc::Line { space: true, .. } | Doc::Soft { space: true, .. } => {
                    space = 1;
                    true
                }
                Doc::Line { .. } | Doc::Soft { .. } => true,
                Doc::Group { docs, is_block, .. } => {
                    let flat = !(follows && *is_block);
                    stack.extend(docs.iter().rev().map(|doc| (flat, doc)));
                    true
                }
                Doc::Indent(docs) => {
                    stack.extend(docs.iter().rev().map(|doc| (flat, doc)));
                    true
                }
                Doc::Follows(count) => take(*count, &mut space),
            };
            if !fits {
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Doc {
        Doc::Text(text.into())
    }

    fn list(broken: bool) -> Doc {
        let line = || Doc::Line { space: true, blank: false };
        let inner = Doc::Indent(vec![line(), text("first;"), line(), text("second;")]);
        Doc::block(vec![text("{"), inner, line(), text("}")], broken)
    }

    fn rendered(docs: &[Doc], width: usize) -> String {
        render(docs, &Place { prefix: "", column: 0, width })
    }

    #[test]
    fn a_group_breaks_when_it_does_not_fit_or_must() {
        assert_eq!(rendered(&[list(false)], 18), "{ first; second; }");
        assert_eq!(rendered(&[list(false)], 17), "{\n    first;\n    second;\n}");
        assert_eq!(rendered(&[list(true)], 80), "{\n    first;\n    second;\n}");
        assert_eq!(rendered(&[list(false), Doc::Follows(1)], 18).lines().count(), 4);
    }

    #[test]
    fn a_soft_line_breaks_alone() {
        let soft = || Doc::Indent(vec![Doc::Soft { space: false, wanted: false }]);
        let chain = vec![text("path"), soft(), text(".one()"), soft(), text(".two()")];
        let chain = Doc::group(chain);
        assert_eq!(rendered(&[chain], 12), "path.one()\n    .two()");
    }

    #[test]
    fn a_block_is_indented_from_its_line() {
        let soft = Doc::Indent(vec![Doc::Soft { space: false, wanted: false }]);
        let statement = vec![text("path"), soft, text(".one("), list(true), text(");")];
        assert_eq!(
            rendered(&[Doc::group(statement)], 80),
            "path.one({\n    first;\n    second;\n});"
        );
    }
}
