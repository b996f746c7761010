//! A database from a copy, in one go: look the copy over, build, replay, put in place.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use giliran_store::{Restoring, Survey, Until, copies};
use jiff::Timestamp;

use super::contradiction::Suspicious;
use crate::keep::{self, Kept};

/// What is to be restored, and how.
#[derive(Debug, Clone)]
pub struct Restore {
    /// A copy, or a folder of copies, of which the one written last is taken.
    pub from: PathBuf,
    /// Where the database is to be.
    pub database: PathBuf,
    /// Up to which moment.
    pub until: Until,
    /// Whether a database that is there is set aside, under a name that says when.
    pub replace: bool,
    /// Whether a copy that has lost something is restored as far as it goes.
    pub accept_loss: bool,
}

/// Restores, and says in lines what was done. `now` goes into the name of what is set aside.
///
/// # Errors
///
/// If it can't be done; the database is then as it was before.
pub async fn restore(what: Restore, now: Timestamp) -> anyhow::Result<Vec<String>> {
    let Restore { from, database, until, replace, accept_loss } = what;
    let (from, survey) = tokio::task::spawn_blocking(move || newest(&from)).await??;
    let mut said = vec![format!("from {}, a copy of log {}", from.display(), survey.log)];
    if !survey.is_sound() {
        let mut wrong = survey.faults.clone();
        wrong.extend(survey.lost.iter().map(ToString::to_string));
        for (branch, (seq, at)) in &survey.branches {
            wrong.push(format!("branch {branch} can be restored up to entry {seq} of {at}"));
        }
        let wrong = wrong.join("\n  ");
        if !accept_loss {
            bail!(
                "the copy {} is damaged; nothing was restored:\n  {wrong}\n\
                 restore another copy, or this one as far as it goes with --accept-loss",
                from.display()
            );
        }
        said.push(format!("the copy is damaged; what is left of it was taken:\n  {wrong}"));
    }
    let mut restoring = Restoring::build(&from, &survey, &database, &until, replace).await?;
    let branches = restoring.branches.clone();
    for (branch, (seq, at)) in &branches {
        let (mut kept, mut suspicious) = (Kept::default(), Suspicious::default());
        while kept.ledger.seq() < *seq {
            let entries = restoring.entries(branch, kept.ledger.seq(), keep::PAGE).await?;
            if entries.is_empty() {
                bail!("branch {branch} ends at entry {} and not at {seq}", kept.ledger.seq());
            }
            for entry in &entries {
                if let Err(what) = suspicious.take(entry) {
                    said.push(format!("branch {branch}, entry {}: {what}", entry.seq));
                }
                kept.take(entry);
            }
        }
        restoring.save_snapshot(branch, kept.snapshot()).await?;
        said.push(format!("branch {branch}: {seq} entries, to {at}"));
    }
    if !restoring.has_key() {
        said.push(
            "the copy has no key file: phone and card numbers of people who are here now will not be \
             recognised, unless the key is put back from elsewhere"
                .into(),
        );
    }
    let mark = format!(".before-{}", now.strftime("%Y%m%dT%H%M%S%.3fZ"));
    let before = restoring.put_in_place(&mark).await.context("could not be put in place")?;
    if let Some(before) = before {
        said.push(format!("what was there is now {}", before.display()));
    }
    said.push(format!("restored: {}", database.display()));
    Ok(said)
}

/// The copy in a folder that was written last, looked over.
fn newest(folder: &Path) -> anyhow::Result<(PathBuf, Survey)> {
    let copy = copies(folder)?.pop().with_context(|| format!("{} holds no copy", folder.display()))?;
    let survey = Survey::read(&copy, |_, _| {})?;
    Ok((copy, survey))
}

/// The copy in a folder that was written last, as far as can be told without reading it, and when that was.
pub fn last_copy(folder: &Path) -> Option<(PathBuf, Timestamp)> {
    let copy = copies(folder).ok()?.pop()?;
    let files = std::fs::read_dir(&copy).ok()?;
    let written = files.filter_map(|file| file.ok()?.metadata().ok()?.modified().ok()).max()?;
    Some((copy, Timestamp::try_from(written).ok()?))
}
