//! Pictures and films from a folder, for the walls.
//!
//! The folder is looked up at each request, so that a file that is put there is shown a moment later. What a file is
//! is said by its name and by its first bytes, which must agree.
//!
//! Invariant: nothing outside of the folder is shown, and nothing in it that is hidden.

use std::{
    ffi::OsStr,
    fmt::Write as _,
    fs::{self, File, Metadata},
    io::Read,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use giliran_protocol::media::{MediumKind, MediumView};

use crate::config::Media;

/// So many files are shown at most.
const MOST: usize = 200;

/// So many entries of the folder are looked at.
const LOOKED_AT: usize = 10_000;

/// The longest name, in bytes; no file system here has longer ones.
const NAME_BYTES: usize = 255;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Jpeg,
    Png,
    WebP,
    Avif,
    Gif,
    Mp4,
    WebM,
}

impl Form {
    /// As the name says.
    fn by_name(name: &str) -> Option<Self> {
        let ending = Path::new(name).extension().and_then(OsStr::to_str)?.to_ascii_lowercase();
        Some(match &*ending {
            "jpg" | "jpeg" => Self::Jpeg,
            "png" => Self::Png,
            "webp" => Self::WebP,
            "avif" => Self::Avif,
            "gif" => Self::Gif,
            "mp4" | "m4v" => Self::Mp4,
            "webm" => Self::WebM,
            _ => return None,
        })
    }

    /// Whether a file of this form may begin so.
    fn begins(self, bytes: &[u8]) -> bool {
        // ISO base media: a box of a size, then who it is for.
        let brand = || bytes.get(4..8).filter(|kind| *kind == b"ftyp").and_then(|_| bytes.get(8..12));
        match self {
            Self::Jpeg => bytes.starts_with(b"\xff\xd8\xff"),
            Self::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
            Self::WebP => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
            Self::Avif => matches!(brand(), Some(b"avif" | b"avis" | b"mif1" | b"msf1")),
            Self::Gif => bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
            Self::Mp4 => brand().is_some_and(|brand| !matches!(brand, b"avif" | b"avis" | b"mif1" | b"msf1")),
            Self::WebM => bytes.starts_with(b"\x1a\x45\xdf\xa3"),
        }
    }

    const fn kind(self) -> MediumKind {
        match self {
            Self::Jpeg | Self::Png | Self::WebP | Self::Avif | Self::Gif => MediumKind::Picture,
            Self::Mp4 | Self::WebM => MediumKind::Film,
        }
    }

    const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Avif => "image/avif",
            Self::Gif => "image/gif",
            Self::Mp4 => "video/mp4",
            Self::WebM => "video/webm",
        }
    }
}

/// A file that may be shown.
#[derive(Debug, PartialEq, Eq)]
pub struct Medium {
    /// Where it really is.
    pub path: PathBuf,
    /// What it is.
    pub content_type: &'static str,
    /// Another one when the file is another.
    pub version: String,
    kind: MediumKind,
}

/// The file of that name, if it may be shown. Reads the disk.
pub fn find(Media { folder, .. }: &Media, name: &str) -> Option<Medium> {
    look(&fs::canonicalize(folder).ok()?, name)
}

/// All that may be shown, in the order of the names; `address` says where each of them is. Reads the disk.
pub fn list(Media { folder, .. }: &Media, address: impl Fn(&str) -> String) -> Vec<MediumView> {
    let Ok(folder) = fs::canonicalize(folder) else { return Vec::new() };
    let entries = fs::read_dir(&folder).into_iter().flatten().take(LOOKED_AT).flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| Form::by_name(name).is_some()).collect();
    names.sort_unstable();
    let look = |name: String| look(&folder, &name).map(|medium| (name, medium));
    let view = |(name, medium): (String, Medium)| {
        let address = format!("{}?v={}", address(&encoded(&name)), medium.version);
        MediumView { address, kind: medium.kind, name }
    };
    names.into_iter().filter_map(look).take(MOST).map(view).collect()
}

/// The file of that name in a folder that is named in full.
fn look(folder: &Path, name: &str) -> Option<Medium> {
    if name.starts_with('.') || name.len() > NAME_BYTES || name.contains(['/', '\\', '\0']) {
        return None;
    }
    let form = Form::by_name(name)?;
    let path = fs::canonicalize(folder.join(name)).ok().filter(|path| path.starts_with(folder))?;
    // A pipe would have to be written before it can be read.
    let is_file = |path: &Path| fs::metadata(path).is_ok_and(|found| found.is_file());
    let mut file = Some(&path).filter(|path| is_file(path)).and_then(|path| File::open(path).ok())?;
    let mut begins = [0; 12];
    file.read_exact(&mut begins).ok()?;
    let version = version(&file.metadata().ok()?);
    let (content_type, kind) = (form.content_type(), form.kind());
    form.begins(&begins).then_some(Medium { path, content_type, version, kind })
}

/// By when it was changed and its size.
fn version(file: &Metadata) -> String {
    let changed = file.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    format!("{:x}-{:x}", changed.as_nanos(), file.len())
}

/// A name as it stands in an address.
fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}"); // a string takes everything
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n....";

    fn media(folder: &Path) -> Media {
        Media { folder: folder.to_owned(), branches: None, seconds: 10 }
    }

    fn names(media: &Media) -> Vec<String> {
        list(media, |name| name.to_owned()).into_iter().map(|file| file.name).collect()
    }

    #[test]
    fn what_is_shown_is_what_name_and_first_bytes_agree_on() {
        let folder = tempfile::tempdir().unwrap();
        for (name, begins) in [
            ("1.JPG", &b"\xff\xd8\xff\xe0........"[..]),
            ("2.png", PNG),
            ("3.webp", b"RIFF....WEBP"),
            ("4.avif", b"....ftypavif"),
            ("5.gif", b"GIF89a......"),
            ("6.mp4", b"....ftypisom"),
            ("7.webm", b"\x1a\x45\xdf\xa3........"),
            ("gambar baru é.png", PNG),
            ("x1.png", b"GIF89a......"),
            ("x2.svg", b"<svg>......."),
            ("x3.html", PNG),
            ("x4.png", b"\x89PNG"),
            ("x5.mp4", b"....ftypavif"),
            ("x6", PNG),
            (".x7.png", PNG),
        ] {
            fs::write(folder.path().join(name), begins).unwrap();
        }
        fs::create_dir(folder.path().join("x8.png")).unwrap();
        let shown = list(&media(folder.path()), |name| format!("/m/{name}"));
        let names: Vec<_> = shown.iter().map(|file| &*file.name).collect();
        assert_eq!(
            names,
            ["1.JPG", "2.png", "3.webp", "4.avif", "5.gif", "6.mp4", "7.webm", "gambar baru é.png"]
        );
        let films = shown.iter().filter(|file| file.kind == MediumKind::Film).map(|file| &*file.name);
        assert_eq!(films.collect::<Vec<_>>(), ["6.mp4", "7.webm"]);
        let last = &shown.last().unwrap().address;
        assert!(last.starts_with("/m/gambar%20baru%20%C3%A9.png?v="), "{last}");
    }

    #[test]
    fn nothing_outside_of_the_folder_is_found_by_any_name_or_link() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("rahsia.png"), PNG).unwrap();
        let folder = outside.path().join("media");
        fs::create_dir_all(folder.join("dalam")).unwrap();
        fs::write(folder.join("dalam/d.png"), PNG).unwrap();
        fs::write(folder.join("a.png"), PNG).unwrap();
        symlink(outside.path().join("rahsia.png"), folder.join("keluar.png")).unwrap();
        symlink("a.png", folder.join("pautan.png")).unwrap();
        symlink("tiada.png", folder.join("putus.png")).unwrap();
        let media = media(&folder);
        assert_eq!(names(&media), ["a.png", "pautan.png"], "a link within is as good as a file");
        for name in [
            "../rahsia.png",
            "..%2Frahsia.png",
            "dalam/d.png",
            "dalam\\d.png",
            "keluar.png",
            "putus.png",
            "/etc/passwd",
            "a.png\0",
            ".",
            "..",
            "",
            &"a".repeat(300),
        ] {
            assert_eq!(find(&media, name), None, "{name:?}");
        }
        assert!(find(&media, "a.png").is_some());
        assert_eq!(
            names(&self::media(&outside.path().join("tiada"))),
            [""; 0],
            "a folder that is gone is empty"
        );
    }

    #[test]
    fn a_file_that_is_replaced_has_another_address_and_no_more_than_some_are_shown() {
        let folder = tempfile::tempdir().unwrap();
        let media = media(folder.path());
        let file = folder.path().join("000.png");
        fs::write(&file, PNG).unwrap();
        let before = find(&media, "000.png").unwrap().version;
        fs::write(&file, [PNG, b"more"].concat()).unwrap();
        assert_ne!(find(&media, "000.png").unwrap().version, before);
        for n in 1..=MOST {
            fs::write(folder.path().join(format!("{n:03}.png")), PNG).unwrap();
        }
        let shown = names(&media);
        assert_eq!((shown.len(), &*shown[0], &*shown[MOST - 1]), (MOST, "000.png", "199.png"));
    }
}
