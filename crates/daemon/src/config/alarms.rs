//! Who else is told when the charter is about to be missed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

/// The alarm before the charter is missed. It is on the dashboard in any case.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alarms {
    /// Where it is posted as JSON when it rises and when it is over; nowhere when absent.
    pub webhook: Option<String>,
    /// The file with the secret by which what is posted is signed; not signed when absent. Relative to the folder of the
    /// configuration file.
    pub secret_file: Option<PathBuf>,
}

impl Alarms {
    /// Finds the file beside the configuration file.
    pub(super) fn settle(&mut self, beside: &Path) {
        if let Some(path) = &mut self.secret_file {
            *path = beside.join(&path);
        }
    }

    /// The secret, without the line's end.
    ///
    /// # Errors
    /// It can't be read.
    pub fn secret(&self) -> io::Result<Option<Vec<u8>>> {
        let Some(path) = &self.secret_file else { return Ok(None) };
        let mut secret = fs::read(path)?;
        while secret.last().is_some_and(u8::is_ascii_whitespace) {
            secret.pop();
        }
        Ok(Some(secret))
    }

    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if let Some(address) = &self.webhook {
            let host = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
            if host.is_none_or(|host| host.is_empty() || host.starts_with('/')) {
                faults.push(format!(
                    "alarms.webhook: `{address}` is no address such as https://example.gov.my/giliran"
                ));
            }
        } else if self.secret_file.is_some() {
            faults.push("alarms.secret_file: there is no webhook to sign for".into());
        }
        match self.secret() {
            Ok(Some(secret)) if secret.is_empty() => faults.push("alarms.secret_file: is empty".into()),
            Ok(_) => {}
            Err(why) => faults.push(format!("alarms.secret_file: {why}")),
        }
        faults
    }
}
