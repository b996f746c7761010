//! What the pages are made of and tested with, by what npm has locked.

use std::fs;

use anyhow::Context;
use serde_json::Value;

use super::Rules;

/// What npm has locked: for the pages, and for what is only there to test with.
const LOCKS: [(&str, bool); 2] =
    [("crates/web/pages/package-lock.json", false), ("crates/oidc/tests/provider/package-lock.json", true)];

/// What only builds or tests the pages and is passed on to nobody may have these terms too.
const TOOLS_ALSO: [&str; 4] = ["CC-BY-4.0", "CC0-1.0", "OFL-1.1", "Python-2.0"];

/// Fonts are passed on as they are, with their terms beside them.
const SHIPPED_ALSO: [&str; 1] = ["OFL-1.1"];

/// A package that npm has locked.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its terms.
    pub licence: Option<String>,
    /// Whether it is only a tool.
    pub tool: bool,
    /// The checksum of its archive, as `sha512-…`.
    pub integrity: Option<String>,
    /// Where it comes from.
    resolved: Option<String>,
}

/// All of them.
pub fn packages() -> anyhow::Result<Vec<Package>> {
    let mut packages = Vec::new();
    for (lock, tools) in LOCKS {
        packages.extend(locked(lock, tools)?);
    }
    Ok(packages)
}

/// Those of one lock file; `tools` says that all of them are only that.
fn locked(lock: &str, tools: bool) -> anyhow::Result<Vec<Package>> {
    let file: Value = serde_json::from_slice(&fs::read(lock)?).with_context(|| lock.to_owned())?;
    let all = file["packages"].as_object().with_context(|| format!("{lock} has no packages"))?;
    let text = |of: &Value, key: &str| of[key].as_str().map(str::to_owned);
    // The pages themselves, and what is a folder of theirs, came from nowhere.
    let foreign =
        all.iter().filter(|(path, of)| path.contains("node_modules/") && of["link"] != Value::Bool(true));
    Ok(foreign
        .map(|(path, of)| Package {
            name: path.rsplit("node_modules/").next().unwrap_or(path).to_owned(),
            version: text(of, "version").unwrap_or_default(),
            licence: text(of, "license"),
            tool: tools || of["dev"] == Value::Bool(true) || of["devOptional"] == Value::Bool(true),
            integrity: text(of, "integrity"),
            resolved: text(of, "resolved"),
        })
        .collect())
}

/// What is wrong with them.
pub fn faults(packages: &[Package], rules: &Rules) -> Vec<String> {
    let mut faults = Vec::new();
    for Package { name, version, licence, tool, integrity, resolved } in packages {
        let also: &[&str] = if *tool { &TOOLS_ALSO } else { &SHIPPED_ALSO };
        let fine = licence.as_deref().is_some_and(|licence| also.contains(&licence));
        if !fine && let Some(why) = rules.objection(licence.as_deref()) {
            faults.push(format!("npm {name} {version}: {why}"));
        }
        if integrity.is_none() {
            faults.push(format!("npm {name} {version}: has no checksum"));
        }
        if resolved.as_ref().is_some_and(|from| !from.starts_with("https://")) {
            faults.push(format!("npm {name} {version}: comes from {resolved:?}"));
        }
    }
    faults
}
