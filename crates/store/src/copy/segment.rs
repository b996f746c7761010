//! One file of a copy, read whole and checked.
//!
//! A segment that is written to is named `….open` and may end in the middle of a line, where the power
//! went. A closed one is named `….log` and ends with a line that counts and sums the others.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::line::{self, FORMAT, Header, Line, Note};

/// A segment is closed when it has so many bytes: some ten thousand entries, read in a moment.
pub(super) const SEGMENT_BYTES: u64 = 8 << 20;

/// A file of a copy, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub number: u64,
    pub closed: bool,
    pub path: PathBuf,
}

/// Where the segment of that number is.
pub(super) fn path(folder: &Path, number: u64, closed: bool) -> PathBuf {
    folder.join(format!("{number:010}.{}", if closed { "log" } else { "open" }))
}

/// The segments of a copy, in order. Other files in the folder are nobody's business.
pub(super) fn names(folder: &Path) -> io::Result<Vec<Name>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let number = path.file_stem().and_then(|stem| stem.to_str()).filter(|stem| stem.len() == 10);
        let Some(number) = number.and_then(|stem| stem.parse().ok()) else { continue };
        let closed = match path.extension().and_then(|extension| extension.to_str()) {
            Some("log") => true,
            Some("open") => false,
            Some(_) | None => continue,
        };
        names.push(Name { number, closed, path });
    }
    // Where one stands under both names, a rename was cut off by a file system that does not do it in one
    // step; the closed one comes first and says it all.
    names.sort_by_key(|name| (name.number, !name.closed));
    names.dedup_by_key(|name| name.number);
    Ok(names)
}

/// A segment's content.
#[derive(Debug)]
pub(super) struct Segment {
    /// `None` if the first line is not sound: nothing else can be read then.
    pub header: Option<Header>,
    /// The sound lines between the first and the last, with the number of each, from 1, and its checksum.
    pub lines: Vec<(u64, Line, u32)>,
    /// The numbers of lines that are not as they were written.
    pub damaged: Vec<u64>,
    pub end: End,
    /// How many bytes, from the first, are whole lines and sound.
    pub sound_bytes: u64,
    /// The checksum of those bytes, and how many lines they are.
    pub sound_crc: u32,
    pub sound_lines: u64,
}

/// How a segment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With the line that sums the others.
    Closed,
    /// With a whole line, and more is to come.
    Open,
    /// In the middle of a line, as a write that was cut off leaves it.
    Torn,
    /// With a line that is whole and not sound.
    Damaged,
}

impl Segment {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        Ok(Self::parse(&fs::read(path)?))
    }

    /// Whether it is as it was written, to its end.
    pub(super) fn is_sound(&self) -> bool {
        self.header.is_some() && self.damaged.is_empty() && matches!(self.end, End::Closed | End::Open)
    }

    fn parse(bytes: &[u8]) -> Self {
        let mut segment = Self {
            header: None,
            lines: Vec::new(),
            damaged: Vec::new(),
            end: End::Open,
            sound_bytes: 0,
            sound_crc: 0,
            sound_lines: 0,
        };
        let mut at = 0;
        for (number, text) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
            at += text.len();
            let line = text.strip_suffix(b"\n").and_then(line::read);
            // Nothing may follow the last line of a closed one.
            let line = line.filter(|_| segment.end != End::Closed);
            segment.end = End::Open;
            match line {
                Some((Line::Note(Note::Header(header)), _)) if number == 1 => {
                    segment.header = Some(header);
                }
                Some((Line::Note(Note::End { lines, crc }), _))
                    if segment.damaged.is_empty()
                        && lines == segment.sound_lines
                        && crc == segment.sound_crc =>
                {
                    segment.end = End::Closed;
                }
                Some((line, crc))
                    if number > 1 && !matches!(line, Line::Note(Note::End { .. } | Note::Header(_))) =>
                {
                    segment.lines.push((number, line, crc));
                }
                Some(_) | None => {
                    segment.damaged.push(number);
                    segment.end = if text.ends_with(b"\n") { End::Damaged } else { End::Torn };
                }
            }
            if segment.damaged.is_empty() {
                segment.sound_bytes = u64::try_from(at).unwrap_or(u64::MAX);
                segment.sound_crc = crc32c::crc32c_append(segment.sound_crc, text);
                segment.sound_lines = number;
            }
        }
        if bytes.is_empty() {
            segment.end = End::Torn;
        }
        segment
    }

    /// Whether a newer program wrote it, in a format that this one can't know.
    pub(super) fn is_newer(&self) -> bool {
        self.header.as_ref().is_some_and(|header| header.giliran_copy > FORMAT)
    }
}
