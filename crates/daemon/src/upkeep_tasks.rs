//! The subcommands for the data: `backup`, `restore`, `verify`, `audit` and `privacy`, and what to do about a damaged database.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use giliran_core::{BranchId, OfficerId};
use giliran_daemon::{
    config::{Backup, Config},
    system_time,
    upkeep::{self, Restore, Verdict},
};
use giliran_store::Until;
use jiff::Timestamp;

use crate::{complain, read, say};

/// What is to be restored.
#[derive(Debug, Args)]
pub struct RestoreArguments {
    /// The configuration file, whose database is built.
    #[arg(long)]
    config: PathBuf,
    /// A copy, or a folder of copies, of which the one written last is taken; without, the folder of the
    /// continuous copy.
    #[arg(long)]
    from: Option<PathBuf>,
    /// Restore what had happened by then, such as 2026-11-21T14:30:00+08:00, and nothing after it.
    #[arg(long, conflicts_with = "seq")]
    at: Option<Timestamp>,
    /// Restore up to this entry of a branch, and other branches up to its time.
    #[arg(long)]
    seq: Option<u64>,
    /// The branch that --seq counts in; needed where the file has several.
    #[arg(long, requires = "seq")]
    branch: Option<BranchId>,
    /// Set aside a database that is there, by another name beside it.
    #[arg(long)]
    replace: bool,
    /// Restore a damaged copy as far as it goes.
    #[arg(long)]
    accept_loss: bool,
    /// The database file in place of the configured one.
    #[arg(long)]
    database: Option<PathBuf>,
}

/// What is to be done with the audit record.
#[derive(Debug, clap::Subcommand)]
pub enum AuditTask {
    /// Say whether every line is what was written, and print the hash of the last. Ends with 1 if one is not.
    Verify {
        /// The configuration file, whose database is looked over.
        #[arg(long)]
        config: PathBuf,
        /// The database file in place of the configured one.
        #[arg(long)]
        database: Option<PathBuf>,
        /// A hash that was printed before and noted elsewhere: it must be in the record.
        #[arg(long)]
        head: Option<String>,
    },
    /// Print the record.
    Export {
        /// The configuration file, whose database is read.
        #[arg(long)]
        config: PathBuf,
        /// The database file in place of the configured one.
        #[arg(long)]
        database: Option<PathBuf>,
        /// A table, or a JSON object in each line.
        #[arg(long, value_enum, default_value_t = AuditForm::Csv)]
        format: AuditForm,
        /// Only what came after this line.
        #[arg(long, default_value_t = 0)]
        after: u64,
    },
}

/// What is to be done with what is kept of people.
#[derive(Debug, clap::Subcommand)]
pub enum PrivacyTask {
    /// Print all that is kept of somebody of the staff, or of a visitor. The daemon may run meanwhile.
    Show {
        /// The configuration file, whose database is read.
        #[arg(long)]
        config: PathBuf,
        /// The database file in place of the configured one.
        #[arg(long)]
        database: Option<PathBuf>,
        /// Somebody of the staff, by short name.
        #[arg(long, required_unless_present = "number", conflicts_with = "number")]
        person: Option<OfficerId>,
        /// A visitor, by the phone or card number that was given; `-` to type it where nobody else reads it.
        #[arg(long)]
        number: Option<String>,
    },
    /// Remove the record and the sessions of somebody of the staff. The daemon must not run.
    Remove {
        /// The configuration file, whose database is changed.
        #[arg(long)]
        config: PathBuf,
        /// The database file in place of the configured one.
        #[arg(long)]
        database: Option<PathBuf>,
        /// Whom, by short name.
        #[arg(long)]
        person: OfficerId,
        /// Make the copies in the configured folder anew and remove the older ones, and what upgrades and restores
        /// have set aside beside the database.
        #[arg(long)]
        copies: bool,
    },
    /// Destroy the key by which visitors' phone and card numbers could be told in the log. The daemon must not run.
    ForgetVisitors {
        /// The configuration file, whose database it is.
        #[arg(long)]
        config: PathBuf,
        /// The database file in place of the configured one.
        #[arg(long)]
        database: Option<PathBuf>,
        /// Although people are here who gave a number, and could then take a second ticket.
        #[arg(long)]
        now: bool,
        /// Make the copies in the configured folder anew and remove the older ones, and what upgrades and restores
        /// have set aside beside the database.
        #[arg(long)]
        copies: bool,
    },
}

/// The form of an audit record that is carried away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum AuditForm {
    /// A table.
    Csv,
    /// A JSON object in each line.
    Jsonl,
}

/// Looks over the audit record, or prints it.
pub fn audit(task: AuditTask) -> ExitCode {
    let (AuditTask::Verify { config, database, .. } | AuditTask::Export { config, database, .. }) = &task;
    let Some(config) = read(config) else { return ExitCode::from(2) };
    let database = database.clone().unwrap_or(config.store.path);
    in_runtime(async move {
        match task {
            AuditTask::Verify { head, .. } => {
                let verdict = upkeep::verify_audit(&database, head.as_deref()).await?;
                say(&verdict.to_string());
                Ok(if verdict.fault.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            AuditTask::Export { format, after, .. } => {
                // A line may hold line ends of its own; `say` ends with another.
                let show = |text: String| say(text.trim_end_matches('\n'));
                if format == AuditForm::Csv {
                    show(upkeep::csv_head());
                }
                let as_text = if format == AuditForm::Csv { upkeep::as_csv } else { upkeep::as_json_line };
                upkeep::export_audit(&database, after, |line| show(as_text(line))).await?;
                Ok(ExitCode::SUCCESS)
            }
        }
    })
}

/// Shows what is kept of people, or lets go of it.
pub fn privacy(task: PrivacyTask) -> ExitCode {
    let (PrivacyTask::Show { config, database, .. }
    | PrivacyTask::Remove { config, database, .. }
    | PrivacyTask::ForgetVisitors { config, database, .. }) = &task;
    let Some(config) = read(config) else { return ExitCode::from(2) };
    let database = database.clone().unwrap_or_else(|| config.store.path.clone());
    let copies = |anew| upkeep::Copies { folder: folder(&config), anew };
    in_runtime(async move {
        let said = match task {
            PrivacyTask::Show { person: Some(person), .. } => upkeep::show_person(&database, &person).await?,
            PrivacyTask::Show { number, .. } => {
                let number = match number.as_deref() {
                    None | Some("-") => std::io::stdin().lines().next().transpose()?.unwrap_or_default(),
                    Some(number) => number.to_owned(),
                };
                upkeep::show_visitor(&database, &number).await?
            }
            PrivacyTask::Remove { person, copies: anew, .. } => {
                upkeep::remove_person(&database, &person, copies(anew), system_time()).await?
            }
            PrivacyTask::ForgetVisitors { now, copies: anew, .. } => {
                upkeep::forget_visitors(&database, now, copies(anew), system_time()).await?
            }
        };
        said.iter().for_each(|line| say(line));
        Ok(ExitCode::SUCCESS)
    })
}

/// Copies the database, now.
pub fn backup(config: &Path, to: Option<PathBuf>, database: Option<PathBuf>) -> ExitCode {
    let Some(config) = read(config) else { return ExitCode::from(2) };
    let Some(to) = to.or(folder(&config)) else {
        complain("say where with --to: the configuration names no folder in [store.backup]");
        return ExitCode::from(2);
    };
    let database = database.unwrap_or(config.store.path);
    in_runtime(async move {
        let (copy, rows) = upkeep::backup(&database, &to, system_time()).await?;
        say(&format!("copied {rows} rows to {}", copy.display()));
        Ok(ExitCode::SUCCESS)
    })
}

/// Builds the database from a copy.
pub fn restore(what: RestoreArguments) -> ExitCode {
    let Some(config) = read(&what.config) else { return ExitCode::from(2) };
    let Some(from) = what.from.or(folder(&config)) else {
        complain("say where the copy is with --from: the configuration names no folder in [store.backup]");
        return ExitCode::from(2);
    };
    let until = match (what.at, what.seq, what.branch) {
        (Some(at), ..) => Until::Time(at),
        (None, None, _) => Until::End,
        (None, Some(seq), Some(branch)) => Until::Entry { branch, seq },
        (None, Some(seq), None) => match config.branches.as_slice() {
            [only] => Until::Entry { branch: only.id.clone(), seq },
            _ => {
                complain("say which branch --seq counts in with --branch: the configuration has several");
                return ExitCode::from(2);
            }
        },
    };
    let database = what.database.unwrap_or(config.store.path);
    let what = Restore { from, database, until, replace: what.replace, accept_loss: what.accept_loss };
    in_runtime(async move {
        for line in upkeep::restore(what, system_time()).await? {
            say(&line);
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Looks over a database or copies.
pub fn verify(config: Option<PathBuf>, database: Option<PathBuf>, copies: Option<PathBuf>) -> ExitCode {
    let database = match (&copies, config) {
        (None, Some(config)) => match read(&config) {
            Some(config) => database.unwrap_or(config.store.path),
            None => return ExitCode::from(2),
        },
        (None, None) | (Some(_), _) => PathBuf::new(),
    };
    in_runtime(async move {
        let verdicts = match copies {
            Some(folder) => tokio::task::spawn_blocking(move || upkeep::verify_copies(&folder)).await??,
            None => vec![upkeep::verify_database(&database).await?],
        };
        for verdict in &verdicts {
            say(&verdict.to_string());
        }
        Ok(if verdicts.iter().all(Verdict::is_sound) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

/// What to do about a damaged database.
#[derive(Debug)]
pub struct Mend {
    /// The configuration file.
    pub config: PathBuf,
    /// The continuous copy, where there is one.
    pub backup: Option<Backup>,
    /// The database file in place of the configured one.
    pub database: Option<PathBuf>,
}

impl Mend {
    /// The one command, and what it restores from.
    pub fn advice(&self) -> String {
        let folder = self.backup.as_ref().map(|backup| &backup.folder);
        let newest = folder.and_then(|folder| upkeep::last_copy(folder));
        let from = match &newest {
            Some((copy, at)) => format!("from {}, last written at {at}", copy.display()),
            None => "from a copy that you have".into(),
        };
        let mut command = format!("giliran restore --config {}", self.config.display());
        if let Some(database) = &self.database {
            command += &format!(" --database {}", database.display());
        }
        command += &match &newest {
            Some((copy, _)) => format!(" --from {}", copy.display()),
            None => " --from FOLDER".into(),
        };
        format!("nothing is served until the database is back; restore it {from}:\n  {command} --replace")
    }
}

fn folder(config: &Config) -> Option<PathBuf> {
    config.store.backup.as_ref().map(|backup| backup.folder.clone())
}

fn in_runtime(work: impl Future<Output = anyhow::Result<ExitCode>>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(why) => return complain(&format!("cannot start: {why}")),
    };
    match runtime.block_on(work) {
        Ok(code) => code,
        Err(why) => complain(&format!("{why:#}")),
    }
}
