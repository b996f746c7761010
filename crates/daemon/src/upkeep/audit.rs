//! The audit record as an operator looks it over and carries it away, whether the daemon runs or not.

use std::{fmt, path::Path};

use giliran_protocol::audit::AuditLine;
use giliran_store::{AuditRow, Inspection, OpenError, Record, StoreError};
use jiff::Timestamp;

use crate::access::{
    book::{self, Anchor, BEFORE_THE_FIRST},
    secrets::{from_hex, hex},
};

/// How many lines are read at once.
const LINES: u32 = 10_000;

/// What was found of an audit record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditVerdict {
    /// How many lines there are.
    pub lines: u64,
    /// The place and time of the first and the last.
    pub span: Option<((u64, Timestamp), (u64, Timestamp))>,
    /// The hash of the last line: noted elsewhere, it proves later that nothing before it was rewritten.
    pub head: String,
    /// The first thing that is wrong, and after which nothing is certain.
    pub fault: Option<String>,
}

impl fmt::Display for AuditVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.span {
            Some(((first, from), (last, to))) => {
                writeln!(f, "{} lines: {first} of {from} to {last} of {to}", self.lines)?;
            }
            None => writeln!(f, "no lines")?,
        }
        writeln!(f, "head {}", self.head)?;
        match &self.fault {
            Some(fault) => write!(f, "NOT SOUND: {fault}"),
            None => write!(f, "sound"),
        }
    }
}

/// Looks over the audit record of a database. `head`: a hash that was noted before, which must be in it.
///
/// # Errors
///
/// The database can't be read.
pub async fn verify_audit(database: &Path, head: Option<&str>) -> Result<AuditVerdict, OpenError> {
    let mut looked = Inspection::open(database).await?;
    let verdict = look_over(&mut looked, head).await;
    looked.close().await;
    Ok(verdict)
}

/// Looks over the audit record of a database that is looked at. Where a daemon lets go of old lines meanwhile, it is
/// looked over once more.
pub(super) async fn look_over(looked: &mut Inspection, head: Option<&str>) -> AuditVerdict {
    let (begun, verdict) = walk(looked, head).await;
    if verdict.fault.is_some() && Chain::of(looked).await.seq != begun {
        return walk(looked, head).await.1;
    }
    verdict
}

/// Walks along the record; says after which line it begins, too.
async fn walk(looked: &mut Inspection, head: Option<&str>) -> (u64, AuditVerdict) {
    let mut chain = Chain::of(looked).await;
    let begun = chain.seq;
    let mut noted = head.map(str::to_lowercase);
    let mut after = chain.seq;
    'record: loop {
        let rows = match looked.audit(after, LINES).await {
            Ok(rows) => rows,
            Err(why) => {
                chain.fault(why.to_string());
                break;
            }
        };
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let row = match row {
                Ok(row) => row,
                Err(why) => {
                    chain.fault(why.to_string());
                    break 'record;
                }
            };
            after = row.seq;
            if noted.as_deref() == Some(&*hex(&row.hash)) {
                noted = None;
            }
            chain.take(&row);
        }
    }
    if let Some(noted) = noted {
        chain.fault(format!(
            "the noted head {noted} is not in it: what was written then was changed or taken away"
        ));
    }
    (begun, chain.verdict())
}

/// Lines of a database's audit record, in order, handed to `each` as text.
///
/// # Errors
///
/// The database can't be read, or a line in it.
pub async fn export_audit(
    database: &Path,
    after: u64,
    mut each: impl FnMut(&AuditLine),
) -> Result<(), ExportError> {
    let mut looked = Inspection::open(database).await?;
    let done = each_line(&mut looked, after, |line| each(line)).await;
    looked.close().await;
    done
}

/// The same, of a database that is looked at.
pub(super) async fn each_line(
    looked: &mut Inspection,
    mut after: u64,
    mut each: impl FnMut(&AuditLine),
) -> Result<(), ExportError> {
    loop {
        let rows = looked.audit(after, LINES).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            let row = row?;
            after = row.seq;
            each(&book::told(&row).ok_or(ExportError::Line { seq: row.seq })?);
        }
    }
}

/// Why an audit record can't be carried away.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It can't be read.
    #[error(transparent)]
    Read(#[from] StoreError),
    /// A line is not what a daemon writes.
    #[error("line {seq} of the audit record can't be read; `giliran audit verify` says more")]
    Line {
        /// Its place.
        seq: u64,
    },
}

/// Walks along the record.
struct Chain {
    seq: u64,
    hash: [u8; 32],
    verdict: AuditVerdict,
}

impl Chain {
    /// Where the record of a database begins.
    async fn of(looked: &mut Inspection) -> Self {
        match looked.records().await {
            Ok(each) => {
                let (sound, damaged): (Vec<_>, Vec<_>) = each.into_iter().partition(Result::is_ok);
                let mut chain = Self::begin(&sound.into_iter().flatten().collect::<Vec<_>>());
                let anchors = damaged.into_iter().filter_map(Result::err).find(Anchor::is_of);
                if let Some(why) = anchors {
                    chain.fault(why.to_string());
                }
                chain
            }
            Err(why) => {
                let mut chain = Self::begin(&[]);
                chain.fault(why.to_string());
                chain
            }
        }
    }

    fn begin(records: &[Record]) -> Self {
        let anchor = Anchor::find(records);
        let verdict = AuditVerdict { lines: 0, span: None, head: String::new(), fault: None };
        match anchor.map(|Anchor { seq, hash }| (seq, from_hex(&hash))) {
            None => Self { seq: 0, hash: BEFORE_THE_FIRST, verdict },
            Some((seq, Some(hash))) => Self { seq, hash, verdict },
            Some((seq, None)) => {
                let fault = Some("what stands for the lines that were let go is not understood".into());
                Self { seq, hash: BEFORE_THE_FIRST, verdict: AuditVerdict { fault, ..verdict } }
            }
        }
    }

    fn fault(&mut self, what: String) {
        self.verdict.fault.get_or_insert(what);
    }

    fn take(&mut self, row: &AuditRow) {
        if row.seq != self.seq + 1 {
            self.fault(format!("after line {} comes line {}", self.seq, row.seq));
        } else if book::chained(&self.hash, &row.body) != row.hash {
            self.fault(format!(
                "line {} of {} is not what was written, or one before it is not",
                row.seq, row.at
            ));
        } else if book::told(row).is_none_or(|line| line.at != row.at) {
            self.fault(format!("line {} can't be read", row.seq));
        }
        (self.seq, self.hash) = (row.seq, row.hash);
        let here = (row.seq, row.at);
        let (first, _) = self.verdict.span.unwrap_or((here, here));
        self.verdict.span = Some((first, here));
        self.verdict.lines += 1;
    }

    fn verdict(mut self) -> AuditVerdict {
        self.verdict.head = hex(&self.hash);
        self.verdict
    }
}

/// The first line of the record as CSV.
pub fn csv_head() -> String {
    csv_line(
        ["seq", "at", "who", "from", "what", "branch", "subject", "why", "detail", "hash"].map(str::to_owned),
    )
}

/// A line of the record as CSV. What a table program would take for a formula is marked as text.
pub fn as_csv(line: &AuditLine) -> String {
    let safe = |text: &str| {
        let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
        if formula { format!("'{text}") } else { text.to_owned() }
    };
    let maybe = |text: &Option<String>| text.as_deref().map(safe).unwrap_or_default();
    csv_line([
        line.seq.to_string(),
        line.at.to_string(),
        safe(&line.who),
        maybe(&line.from),
        safe(&line.what),
        maybe(&line.branch),
        maybe(&line.subject),
        maybe(&line.why),
        maybe(&line.detail),
        line.hash.clone(),
    ])
}

/// A line of the record as a JSON object.
pub fn as_json_line(line: &AuditLine) -> String {
    // Made of texts and numbers: it can always be written.
    serde_json::to_string(line).unwrap_or_default() + "\n"
}

fn csv_line(fields: [String; 10]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(fields);
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> AuditLine {
        AuditLine {
            seq: 7,
            at: Timestamp::UNIX_EPOCH,
            who: "person aminah".into(),
            from: Some("10.0.0.1".into()),
            what: "command".into(),
            branch: Some("contoh".into()),
            subject: Some("call_ticket".into()),
            why: Some("=HYPERLINK(\"http://evil\"), \"dua\"\nbaris".into()),
            detail: None,
            hash: "00".into(),
        }
    }

    #[test]
    fn a_line_of_csv_is_a_line_of_a_table_and_no_formula() {
        assert_eq!(
            as_csv(&line()),
            "7,1970-01-01T00:00:00Z,person aminah,10.0.0.1,command,contoh,call_ticket,\
             \"'=HYPERLINK(\"\"http://evil\"\"), \"\"dua\"\"\nbaris\",,00\n"
        );
        assert_eq!(csv_head().lines().count(), 1);
    }

    #[test]
    fn a_line_of_json_is_one_line() {
        let text = as_json_line(&line());
        assert_eq!(text.lines().count(), 1);
        assert_eq!(serde_json::from_str::<AuditLine>(&text).unwrap(), line());
    }
}
