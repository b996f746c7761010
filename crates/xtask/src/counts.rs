//! How many tests a test runner ran, read from what it said.
//!
//! Understood: cargo-nextest, cargo test, vitest and Node's own runner. Each says its totals in lines of a
//! known form; a runner that says several (one for each test program) is added up.

use std::ops::AddAssign;

/// Tests that passed and tests that failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Passed.
    pub passed: u32,
    /// Failed, timed out or crashed.
    pub failed: u32,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Counts {
    /// What a line of a runner's says about totals; nothing for any other line.
    pub fn of_line(line: &str) -> Option<Self> {
        let whole = without_colours(line);
        let line = whole.trim();
        let mut counts = Self::default();
        if line.starts_with("Summary [") {
            // Summary [  1.2s] 12 tests run: 11 passed (1 slow), 1 failed, 0 skipped
            let (_, totals) = line.split_once(" run: ")?;
            counts.passed = number_before(totals, "passed")?;
            counts.failed = ["failed", "timed out", "exec failed"]
                .into_iter()
                .filter_map(|word| number_before(totals, word))
                .sum();
        } else if let Some(totals) = whole.strip_prefix("test result: ") {
            // Set in, it is the word of one test that failed, shown by a runner that counts it itself.
            // test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out
            counts.passed = number_before(totals, "passed")?;
            counts.failed = number_before(totals, "failed")?;
        } else if let Some(totals) = line.strip_prefix("Tests ").filter(|rest| rest.starts_with(' ')) {
            // `      Tests  1 failed | 11 passed (12)`, of vitest
            counts.passed = number_before(totals, "passed").unwrap_or(0);
            counts.failed = number_before(totals, "failed").unwrap_or(0);
            if counts == Self::default() {
                return None;
            }
        } else {
            // `# pass 12` or `ℹ pass 12`, of Node's runner
            let mut words = line.split_whitespace();
            if !matches!(words.next(), Some("#" | "ℹ")) {
                return None;
            }
            let which = words.next()?;
            let number = words.next()?.parse().ok()?;
            match which {
                "pass" => counts.passed = number,
                "fail" | "cancelled" => counts.failed = number,
                _ => return None,
            }
        }
        Some(counts)
    }
}

/// The number that stands before `word`, as in `12 passed`.
fn number_before(text: &str, word: &str) -> Option<u32> {
    let text = format!(" {text}");
    let parts = text.split([',', ';', '|', '(']).map(str::trim);
    parts.filter_map(|part| part.strip_suffix(word)).find_map(|rest| {
        let rest = rest.trim_end();
        rest.rsplit(' ').next().and_then(|number| number.parse().ok())
    })
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(letter) = rest.next() {
        if letter == '\u{1b}' {
            // The codes of colours begin with `[` and end with a letter.
            let _ = rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn every_runner_is_understood() {
        for (line, passed, failed) in [
            ("     Summary [   1.203s] 12 tests run: 12 passed, 0 skipped", 12, 0),
            (
                "     Summary [   1.203s] 12 tests run: 9 passed (2 slow), 2 failed, 1 timed out, 3 skipped",
                9,
                3,
            ),
            ("     Summary [  10.1s] 1 test run: 0 passed, 1 exec failed, 0 skipped", 0, 1),
            (
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.0s] \u{1b}[1m7\u{1b}[0m tests run: \u{1b}[1m7\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped",
                7,
                0,
            ),
            (
                "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.01s",
                5,
                0,
            ),
            (
                "test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
                4,
                1,
            ),
            ("      Tests  1 failed | 11 passed (12)", 11, 1),
            ("      Tests  12 passed (12)", 12, 0),
            ("# pass 8", 8, 0),
            ("ℹ fail 2", 0, 2),
            ("ℹ cancelled 1", 0, 1),
        ] {
            assert_eq!(Counts::of_line(line), Some(Counts { passed, failed }), "{line}");
        }
    }

    #[test]
    fn no_other_line_is_taken_for_a_total() {
        for line in [
            "",
            "12 passed",
            "# tests 9",
            "ℹ duration_ms 120",
            " Test Files  3 passed (3)",
            "test a_name ... ok",
            "Tests are fun",
            // One test's own words, which its runner shows and counts once
            "    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 29 filtered out",
        ] {
            assert_eq!(Counts::of_line(line), None, "{line}");
        }
    }
}
