//! A full copy, now, whether a daemon runs or not.

use std::path::{Path, PathBuf};

use anyhow::Context;
use giliran_store::Copier;
use jiff::Timestamp;

/// Copies the database into a folder of its own within `folder`, which must be there. Says where, and how
/// many rows.
///
/// # Errors
///
/// If the database can't be read or the folder not be written; what was begun is then no copy.
pub async fn backup(database: &Path, folder: &Path, now: Timestamp) -> anyhow::Result<(PathBuf, u64)> {
    let name = format!("full-{}", now.strftime("%Y%m%dT%H%M%S%.3fZ"));
    let mut copier = Copier::open_named(database, folder, &name).await?;
    let path = copier.path();
    let mut rows = 0;
    loop {
        let progress = copier.round(now).await?;
        rows += progress.rows;
        if !progress.more {
            break;
        }
    }
    copier.finish().await.with_context(|| format!("{} was not finished", path.display()))?;
    Ok((path, rows))
}
