//! How people sign in, and how long what they did is kept.

use std::{
    fs,
    path::{Path, PathBuf},
};

use jiff::SignedDuration;
use serde::Deserialize;

use crate::web::Origin;

/// How people sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignIn {
    /// After how long without a press a session ends.
    pub idle: SignedDuration,
    /// After how long a session ends in any case.
    pub longest: SignedDuration,
    /// For how many days the audit record is kept; for ever when absent.
    pub keep_audit_days: Option<u32>,
    /// Single sign-on; none when absent.
    pub oidc: Option<Oidc>,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            idle: SignedDuration::from_mins(30),
            longest: SignedDuration::from_hours(12),
            keep_audit_days: None,
            oidc: None,
        }
    }
}

/// Single sign-on by an OpenID provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Under which address browsers come back from the provider: one of the daemon's own.
    pub address: Origin,
    /// The file with the secret that the provider knows the daemon by. Relative to the folder of the configuration
    /// file.
    pub secret_file: PathBuf,
    /// The provider, and what its words mean here.
    pub provider: giliran_oidc::Settings,
}

impl SignIn {
    /// Shorter, nobody gets anything done; longer is no bound.
    const IDLE: std::ops::RangeInclusive<SignedDuration> =
        SignedDuration::from_mins(1)..=SignedDuration::from_hours(24);
    const LONGEST: std::ops::RangeInclusive<SignedDuration> =
        SignedDuration::from_mins(5)..=SignedDuration::from_hours(24 * 7);

    /// Paths of files are relative to `folder`.
    pub(super) fn settle(&mut self, folder: &Path) {
        if let Some(oidc) = &mut self.oidc {
            oidc.secret_file = folder.join(&oidc.secret_file);
        }
    }

    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !Self::IDLE.contains(&self.idle) {
            faults.push("sign_in.idle: must be from 1m to 24h".into());
        }
        if !Self::LONGEST.contains(&self.longest) {
            faults.push("sign_in.longest: must be from 5m to 7 days (168h)".into());
        }
        if self.keep_audit_days == Some(0) {
            faults.push("sign_in.keep_audit_days: must be at least 1".into());
        }
        if let Some(oidc) = &self.oidc
            && let Err(why) = fs::metadata(&oidc.secret_file)
        {
            faults.push(format!("sign_in.oidc.secret_file: {}: {why}", oidc.secret_file.display()));
        }
        faults
    }
}
