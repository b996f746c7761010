//! A device's key: what lets it take part, and the file in which it keeps it.
//!
//! Invariants: a key is shown by nothing that is printed, stands in no address, and its file is whole or as before.

use std::{
    fmt,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
    str::FromStr,
};

use reqwest::header::HeaderValue;

/// A device's key.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

/// The text can't be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is not a key")]
pub struct NotAKey;

/// The longest text that is taken for a key, in bytes. The daemon's own are a twelfth of it.
const LONGEST: usize = 512;

/// Who may read the file besides its owner.
const OTHERS: u32 = 0o077;

impl FromStr for Key {
    type Err = NotAKey;

    /// Letters, digits and what else RFC 6750 allows behind `Bearer`.
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let fit = |c: u8| c.is_ascii_alphanumeric() || b"-._~+/=".contains(&c);
        if (1..=LONGEST).contains(&text.len()) && text.bytes().all(fit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAKey)
        }
    }
}

impl fmt::Debug for Key {
    /// The key stays where it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// The value of the header `Authorization`, which is printed by nobody either.
    pub(crate) fn bearer(&self) -> HeaderValue {
        let value = HeaderValue::try_from(format!("Bearer {}", self.0));
        let mut value = value.expect("a key is plain ASCII");
        value.set_sensitive(true);
        value
    }

    /// The key in a file; none where there is no file. One that others can read is taken all the same, and warned of:
    /// a hall that falls silent is worse off than one whose key may be known, and the key is soon revoked.
    ///
    /// # Errors
    /// The file can't be read, or has something else in it.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(why),
        };
        let mode = file.metadata()?.permissions().mode();
        let mut text = Vec::new();
        // One more than a key with its line end may have.
        file.take(LONGEST as u64 + 2).read_to_end(&mut text)?;
        let key = str::from_utf8(&text).ok().and_then(|text| text.trim_ascii().parse().ok());
        let key = key.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, NotAKey))?;
        if mode & OTHERS != 0 {
            tracing::warn!(
                "others on this machine can read the key in {}: close it with chmod 600, and if somebody may have \
                 read it, revoke it and pair anew",
                path.display()
            );
        }
        Ok(Some(key))
    }

    /// Writes the key into a file that its owner alone can read, in place of what was there. The folder is made where
    /// there is none.
    ///
    /// # Errors
    /// The file can't be written; what was there is there still.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut new = name.to_owned();
        new.push(".new");
        let new = folder.join(new);
        // Whoever was killed while writing left it.
        match fs::remove_file(&new) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            Ok(()) | Err(_) => {}
        }
        let written = self.fill(&new).and_then(|()| fs::rename(&new, path));
        if written.is_err() {
            // What can't be removed either is removed the next time.
            let _ = fs::remove_file(&new);
        }
        written?;
        File::open(folder)?.sync_all()
    }

    fn fill(&self, new: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(new)?;
        file.write_all(format!("{}\n", self.0).as_bytes())?;
        file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "aZ09-_n2J1Z3Qz9k";

    fn key() -> Key {
        TEXT.parse().unwrap()
    }

    #[test]
    fn nothing_that_is_printed_shows_a_key() {
        for shown in [format!("{:?}", key()), format!("{:#?}", Some(key())), format!("{:?}", key().bearer())]
        {
            assert!(!shown.contains(TEXT), "{shown}");
        }
        assert_eq!(key().bearer().as_bytes(), format!("Bearer {TEXT}").as_bytes());
    }

    #[test]
    fn what_can_be_no_key_is_none() {
        let long = "k".repeat(LONGEST + 1);
        for text in ["", " ", "two words", "line\nbreak", "kunci™", "a\r\nHost: b", &long] {
            assert_eq!(text.parse::<Key>(), Err(NotAKey), "{text:?}");
        }
        assert!("k".repeat(LONGEST).parse::<Key>().is_ok());
    }

    #[test]
    fn a_file_gives_back_the_last_key_that_was_written_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/further/device.key");
        assert_eq!(Key::read(&path).unwrap(), None);
        // One that somebody left who was killed, and that others can read.
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path.with_extension("key.new"), "half").unwrap();
        for text in ["first", TEXT] {
            let key: Key = text.parse().unwrap();
            key.write(&path).unwrap();
            assert_eq!(Key::read(&path).unwrap(), Some(key));
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn a_key_that_was_laid_there_by_hand_is_read_also_where_others_can_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.key");
        for text in [TEXT.to_owned(), format!("{TEXT}\n"), format!("{TEXT}\r\n")] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            assert_eq!(Key::read(&path).unwrap(), Some(key()));
        }
    }

    #[test]
    fn a_file_with_something_else_in_it_is_no_key_and_its_text_is_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.key");
        let endless = "k".repeat(100_000);
        for text in ["", "\n", "[server]\nlisten = 1", "-----BEGIN PRIVATE KEY-----", &endless] {
            fs::write(&path, text).unwrap();
            let why = Key::read(&path).unwrap_err();
            assert_eq!(why.to_string(), "that is not a key", "{text:?}");
        }
        assert!(Key::read(folder.path()).is_err(), "a folder");
    }

    #[test]
    fn what_was_there_stays_where_nothing_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        // A folder can't be replaced by a file, whoever tries.
        let path = folder.path().join("device.key");
        fs::create_dir_all(path.join("below")).unwrap();
        assert!(key().write(&path).is_err());
        assert!(path.join("below").is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left lying about");
        assert!(key().write(Path::new("/")).is_err());
    }
}
