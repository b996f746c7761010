//! The office of the tests: two services, two counters and a room.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::{Timestamp, tz::TimeZone};

/// Its short name.
pub const BRANCH: &str = "ujian";

/// The configuration of the tests' office, with the database in that folder.
///
/// Numbers have four digits, so that thousands of people can wait at once.
pub fn office(folder: &Path) -> String {
    format!(
        r#"
[server]
listen = "127.0.0.1:0"

[store]
path = "{folder}/office.db"

[log]
filter = "info"

[[branch]]
id = "{BRANCH}"
name = {{ ms = "Pejabat Ujian", en = "Test Office" }}

[[branch.class]]
id = "biasa"
name = {{ ms = "Biasa", en = "General" }}

[[branch.class]]
id = "warga-emas"
name = {{ ms = "Warga emas", en = "Senior citizen" }}
allowance = "5m"

[[branch.service]]
id = "bayaran"
name = {{ ms = "Bayaran", en = "Payments" }}
series = {{ letters = "A", last = 9999, width = 4 }}

[[branch.service]]
id = "tanah"
name = {{ ms = "Urusan tanah", en = "Land matters" }}
series = {{ letters = "C", last = 9999, width = 4 }}

[[branch.counter]]
id = "kaunter-1"
number = 1
services = ["bayaran", "tanah"]

[[branch.counter]]
id = "kaunter-2"
number = 2
services = ["bayaran"]

[[branch.counter]]
id = "bilik-1"
place = "room"
number = 1
services = ["tanah"]
"#,
        folder = folder.display()
    )
}

/// The same where it is morning now. A test by the machine's own clock could otherwise meet midnight, and the
/// end of the business day with it.
#[expect(clippy::disallowed_methods, reason = "these are tests of a daemon that goes by the machine's clock")]
pub fn morning_office(folder: &Path) -> String {
    const MORNING: i8 = 9;
    let hour = Timestamp::now().to_zoned(TimeZone::UTC).hour();
    // The names of these zones tell how far UTC is ahead of them. There are 12 that way, and 14 the other.
    let ahead = hour - MORNING;
    let ahead = if ahead > 12 { ahead - 24 } else { ahead };
    office(folder).replacen(
        &format!("id = \"{BRANCH}\""),
        &format!("id = \"{BRANCH}\"\ntime_zone = \"Etc/GMT{ahead:+}\""),
        1,
    )
}

/// Writes a configuration into a folder.
///
/// # Panics
/// If the folder can't be written.
pub fn write_config(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("office.toml");
    fs::write(&path, text).expect("a test's own folder can be written");
    path
}
