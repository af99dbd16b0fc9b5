//! Numbers, sizes, ages and tables as text.

use std::fmt;

/// A number with its digits in groups of three.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts, in the singular or with an `s`.
pub(super) fn count(of: u64, what: &str) -> String {
    let plural = if of == 1 { "" } else { "s" };
    format!("{} {what}{plural}", number(of))
}

/// A number of bytes to three digits or more.
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // What is to be shown in this unit, in tenths.
    let mut tenths = u128::from(bytes) * 10 / 1024;
    let mut unit = 0;
    while tenths >= 10_240 {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// How long `then` was before `now`, both in milliseconds since 1970.
pub(super) fn age(then: u64, now: u64) -> String {
    let Some(millis) = now.checked_sub(then) else {
        return "in the future, by this machine's clock".to_owned();
    };
    let seconds = millis / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match () {
        () if millis < 1000 => "less than a second ago".to_owned(),
        () if minutes == 0 => format!("{seconds} s ago"),
        () if hours == 0 => format!("{minutes} min {} s ago", seconds % 60),
        () if days == 0 => format!("{hours} h {} min ago", minutes % 60),
        () => format!("{days} d {} h ago", hours % 24),
    }
}

/// Rows of text in columns, each as wide as needed, the numbers at the right.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    /// Columns with text, which stand at the left.
    texts: usize,
}

impl Table {
    /// The first `texts` columns are text.
    pub(super) fn new(texts: usize, heads: &[&str]) -> Table {
        Table { rows: vec![heads.iter().map(|head| (*head).to_owned()).collect()], texts }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let mut line = String::from(" ");
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let cell = match column < self.texts {
                    true => format!(" {cell:<width$} "),
                    false => format!(" {cell:>width$} "),
                };
                line.push_str(&cell);
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sizes_and_ages_are_readable() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [(0, "row"), (1, "row"), (2, "row")].map(|(n, what)| count(n, what)),
            ["0 rows", "1 row", "2 rows"]
        );
        let sizes = [0, 1_023, 1_024, 1_600, (1 << 20) - 1, 1 << 20, u64::MAX].map(bytes);
        assert_eq!(
            sizes,
            ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1023.9 KiB", "1.0 MiB", "15.9 EiB"]
        );
        let ages = [0, 59_999, 61_000, 3_661_000, 90_000_000].map(|age_of| age(5, age_of + 5));
        assert_eq!(
            ages,
            ["less than a second ago", "59 s ago", "1 min 1 s ago", "1 h 1 min ago", "1 d 1 h ago"]
        );
        assert!(age(6, 5).contains("future"));
    }
}
