//! Rows as lines of a segment, and back.
//!
//! A line is eight hexadecimal digits, a space, and JSON without a line break; the digits are the CRC-32C
//! of the JSON. A row is an array of the table's name and its values; anything else is an object.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};
use uuid::Uuid;

use super::table::{Growth, table};

/// The format of a copy that this program writes and reads.
pub(super) const FORMAT: u32 = 1;

/// A value of a row. No table of ours has fractions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(String),
    /// As `{"x": "hexadecimal digits"}`.
    Blob(Vec<u8>),
}

/// How far a numbering has been copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    pub number: i64,
    /// The checksum of that row's line: tells whether a database still has the row that was copied.
    pub crc: u32,
}

/// The columns of each table, in the order of a row's values.
pub(super) type Columns = BTreeMap<String, Vec<String>>;

/// How far each numbering of each table has been copied. A table without several has one, named "".
pub(super) type Heads = BTreeMap<String, BTreeMap<String, Head>>;

/// What stands in a segment's first line: enough to go on from its end without reading those before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// [`FORMAT`].
    pub giliran_copy: u32,
    pub log: Uuid,
    /// Its number, from 1.
    pub segment: u64,
    /// The schema's version in the database when the segment was begun.
    pub schema: i64,
    pub begun: Timestamp,
    pub columns: Columns,
    pub state: State,
}

/// What a copy holds at some place in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub heads: Heads,
    /// The checksum of the last image of each small table.
    #[serde(default)]
    pub images: BTreeMap<String, u32>,
    /// The checksum of the key file's content.
    #[serde(default)]
    pub key: Option<u32>,
}

impl State {
    /// Counts a line that follows.
    pub(super) fn take(&mut self, columns: &Columns, line: &Line, crc: u32) {
        match line {
            Line::Row { table, values } => {
                if let Some(place) = Place::of(columns, table, values) {
                    let head = Head { number: place.number, crc };
                    self.heads.entry(table.clone()).or_default().insert(place.by, head);
                }
            }
            Line::Note(Note::Image { table, crc, .. }) => {
                self.images.insert(table.clone(), *crc);
            }
            Line::Note(Note::Key { crc, .. }) => self.key = Some(*crc),
            Line::Note(Note::Header(_) | Note::End { .. }) => {}
        }
    }
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Whose numbering it is; "" for a table that has one.
    pub by: String,
    pub number: i64,
    pub at_ns: i64,
    /// Whether numbers begin at 1 and leave none out.
    pub gapless: bool,
}

impl Place {
    /// Of a row of a table that grows at its end; `None` for a row that has not what it should.
    pub(super) fn of(columns: &Columns, name: &str, values: &[Value]) -> Option<Self> {
        let Growth::Appended { by, number, at_ns, gapless } = table(name)?.growth else { return None };
        let columns = columns.get(name).filter(|columns| columns.len() == values.len())?;
        let value = |wanted: &str| {
            let (_, value) = columns.iter().zip(values).find(|(column, _)| *column == wanted)?;
            Some(value)
        };
        let integer = |wanted: &str| match value(wanted)? {
            Value::Integer(number) => Some(*number),
            Value::Null | Value::Text(_) | Value::Blob(_) => None,
        };
        let by = match by {
            None => String::new(),
            Some(by) => match value(by)? {
                Value::Text(text) => text.clone(),
                Value::Null | Value::Integer(_) | Value::Blob(_) => return None,
            },
        };
        Some(Self { by, number: integer(number)?, at_ns: integer(at_ns)?, gapless })
    }
}

/// A line that is no row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Note {
    Header(Header),
    /// A small table as it was.
    Image {
        table: String,
        at: Timestamp,
        rows: Vec<Vec<Value>>,
        /// CRC-32C of the rows' JSON: two images of the same rows are the same.
        crc: u32,
    },
    /// The file beside the copy that holds the secret key, by its checksum.
    Key {
        at: Timestamp,
        crc: u32,
    },
    /// The last line of a closed segment.
    End {
        /// How many lines stand before this one.
        lines: u64,
        /// CRC-32C of all of them.
        crc: u32,
    },
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    Row { table: String, values: Vec<Value> },
    Note(Note),
}

/// Adds the line of a row, and says its checksum.
pub(super) fn write_row(to: &mut Vec<u8>, table: &str, values: &[Value]) -> u32 {
    struct Row<'a>(&'a str, &'a [Value]);
    impl Serialize for Row<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeSeq;
            let mut row = serializer.serialize_seq(Some(self.1.len() + 1))?;
            row.serialize_element(self.0)?;
            self.1.iter().try_for_each(|value| row.serialize_element(value))?;
            row.end()
        }
    }
    write(to, &Row(table, values))
}

/// Adds any other line, and says its checksum.
pub(super) fn write_note(to: &mut Vec<u8>, note: &Note) -> u32 {
    write(to, note)
}

fn write(to: &mut Vec<u8>, what: &impl Serialize) -> u32 {
    const DIGITS: usize = 8;
    let begin = to.len();
    to.extend_from_slice(b"00000000 ");
    serde_json::to_writer(&mut *to, what).expect("these have a JSON form, and memory takes all");
    let crc = crc32c::crc32c(&to[begin + DIGITS + 1..]);
    to[begin..begin + DIGITS].copy_from_slice(format!("{crc:08x}").as_bytes());
    to.push(b'\n');
    crc
}

/// The checksum of a small table's rows.
pub(super) fn image_crc(rows: &[Vec<Value>]) -> u32 {
    let mut bytes = Vec::new();
    write(&mut bytes, &rows)
}

/// Reads a line without its line break; `None` for one that is not as it was written.
pub(super) fn read(line: &[u8]) -> Option<(Line, u32)> {
    let (digits, rest) = line.split_at_checked(8)?;
    let json = rest.strip_prefix(b" ")?;
    let crc = crc32c::crc32c(json);
    // As text, so that a flipped bit in the case of a digit is one too.
    if digits != format!("{crc:08x}").as_bytes() {
        return None;
    }
    let line = if json.starts_with(b"[") {
        let mut values: Vec<Value> = serde_json::from_slice(json).ok()?;
        if values.is_empty() {
            return None;
        }
        let Value::Text(table) = values.remove(0) else { return None };
        Line::Row { table, values }
    } else {
        Line::Note(serde_json::from_slice(json).ok()?)
    };
    Some((line, crc))
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Blob(bytes) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("x", &Hex(bytes))?;
                map.end()
            }
        }
    }
}

struct Hex<'a>(&'a [u8]);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let text: String = digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect();
        serializer.serialize_str(&text)
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfValue;
        impl<'de> de::Visitor<'de> for OfValue {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("null, a whole number, a text or a blob")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Integer(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
                i64::try_from(number).map(Value::Integer).map_err(E::custom)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(text.into()))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
                Ok(Value::Text(text))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let entry: Option<(String, String)> = map.next_entry()?;
                let bytes = entry.filter(|(key, _)| key == "x").and_then(|(_, text)| unhex(&text));
                match (bytes, map.next_key::<String>()?) {
                    (Some(bytes), None) => Ok(Value::Blob(bytes)),
                    _ => Err(de::Error::custom("a blob is one text of hexadecimal digits")),
                }
            }
        }
        deserializer.deserialize_any(OfValue)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::Integer),
            any::<String>().prop_map(Value::Text),
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Blob),
        ]
    }

    proptest! {
        #[test]
        fn a_row_comes_back_as_it_went_in_and_is_one_line(values in proptest::collection::vec(value(), 0..8)) {
            let mut bytes = Vec::new();
            let crc = write_row(&mut bytes, "log", &values);
            prop_assert_eq!(bytes.iter().position(|byte| *byte == b'\n'), Some(bytes.len() - 1));
            let row = Line::Row { table: "log".into(), values };
            prop_assert_eq!(read(&bytes[..bytes.len() - 1]), Some((row, crc)));
        }

        #[test]
        fn a_flipped_bit_anywhere_in_a_line_is_found(
            values in proptest::collection::vec(value(), 0..8), bit in any::<usize>(),
        ) {
            let mut bytes = Vec::new();
            write_row(&mut bytes, "log", &values);
            bytes.pop();
            let bit = bit % (8 * bytes.len());
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(read(&bytes), None);
        }
    }
}
