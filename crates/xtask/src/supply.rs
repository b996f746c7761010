//! What this program is made of: where it comes from, under which terms, and a list of it all.
//!
//! `deny.toml` says what is allowed. What cargo and npm have locked is held against it here, without a
//! network and without another tool; cargo-deny reads the same file, and runs where it is installed.

mod npm;
mod sbom;

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::process;

/// Checks everything; `say` is told what was looked at.
pub fn check(say: &dyn Fn(&str)) -> anyhow::Result<()> {
    let rules = Rules::read()?;
    let packages = Packages::read()?;
    let mut faults = rules.faults(&packages.all);
    faults.extend(forbid_unsafe(&packages)?);
    let npm = npm::packages()?;
    faults.extend(npm::faults(&npm, &rules));
    let shipped = packages.shipped()?;
    let list = sbom::document(&shipped, &npm);
    faults.extend(sbom::gaps(&list, &shipped, &npm));
    say(&format!(
        "{} crates and {} npm packages; {} components in what is shipped",
        packages.all.len(),
        npm.len(),
        list["components"].as_array().map_or(0, Vec::len)
    ));
    ensure!(faults.is_empty(), "the supply chain is not in order:\n  - {}", faults.join("\n  - "));
    advise(say)
}

/// Writes the list of what is shipped, in the form of CycloneDX.
pub fn write_sbom(to: &Path) -> anyhow::Result<()> {
    let list = sbom::document(&Packages::read()?.shipped()?, &npm::packages()?);
    let text = serde_json::to_string_pretty(&list)? + "\n";
    fs::write(to, text).with_context(|| format!("can't write {}", to.display()))
}

/// Known weaknesses need a database that only a network has.
fn advise(say: &dyn Fn(&str)) -> anyhow::Result<()> {
    let deny = |arguments: &[&str]| {
        let mut cargo = process::cargo();
        cargo.args(["deny", "--locked"]).args(arguments);
        cargo.output()
    };
    if !deny(&["--version"]).is_ok_and(|output| output.status.success()) {
        say("cargo-deny is not installed: known weaknesses (advisories) are NOT looked for");
        return Ok(());
    }
    let output = deny(&["check", "licenses", "bans", "sources"])?;
    ensure!(output.status.success(), "cargo deny: {}", String::from_utf8_lossy(&output.stderr));
    let output = deny(&["check", "advisories"])?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        say("no known weakness in what is locked");
    } else if said.contains("failed to fetch") || said.contains("failed to load advisory database") {
        say("the database of known weaknesses can't be reached: they are NOT looked for");
    } else {
        bail!("cargo deny: {said}");
    }
    Ok(())
}

/// What `deny.toml` says, as far as it is looked at here.
#[derive(Debug, Deserialize)]
pub struct Rules {
    licenses: Licences,
    sources: Sources,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licences {
    allow: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Debug, Deserialize)]
struct Banned {
    #[serde(rename = "crate")]
    name: String,
}

impl Rules {
    fn read() -> anyhow::Result<Self> {
        toml::from_str(&fs::read_to_string("deny.toml")?).context("deny.toml")
    }

    /// Why terms are not allowed; none when they are.
    pub fn objection(&self, licence: Option<&str>) -> Option<String> {
        let Some(licence) = licence else { return Some("says nothing of its terms".into()) };
        let allowed = Expression::parse_mode(licence, ParseMode::LAX)
            .is_ok_and(|terms| terms.evaluate(|wanted| self.licenses.allow.contains(&wanted.to_string())));
        (!allowed).then(|| format!("its terms, `{licence}`, are not among those allowed"))
    }

    fn faults(&self, packages: &[Package]) -> Vec<String> {
        let mut faults = Vec::new();
        for Package { name, version, licence, source, .. } in packages {
            let mut fault = |what: String| faults.push(format!("{name} {version}: {what}"));
            let Some(source) = source else { continue };
            let registry = source.strip_prefix("registry+").unwrap_or(source);
            if !self.sources.allow_registry.contains(registry) {
                fault(format!("comes from {source}"));
            }
            if self.bans.deny.iter().any(|banned| banned.name == *name) {
                fault("is banned".into());
            }
            if let Some(why) = self.objection(licence.as_deref()) {
                fault(why);
            }
        }
        faults
    }
}

/// A package that cargo knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its terms, an SPDX expression.
    pub licence: Option<String>,
    /// Where it comes from; nothing for one of ours.
    pub source: Option<String>,
    /// The SHA-256 of its archive.
    pub checksum: Option<String>,
    /// Where its manifest is.
    manifest: String,
}

/// All packages in the lock file.
struct Packages {
    all: Vec<Package>,
}

impl Packages {
    fn read() -> anyhow::Result<Self> {
        let mut cargo = process::cargo();
        cargo.args(["metadata", "--locked", "--all-features", "--format-version", "1"]);
        let metadata: Value = serde_json::from_slice(&said(&mut cargo)?)?;
        let lock: toml::Table = toml::from_str(&fs::read_to_string("Cargo.lock")?)?;
        let locked =
            lock.get("package").and_then(toml::Value::as_array).context("Cargo.lock has no packages")?;
        let text = |of: &Value, key: &str| of[key].as_str().map(str::to_owned);
        let all = metadata["packages"].as_array().context("cargo knows no packages")?.iter().map(|package| {
            let (name, version) = (text(package, "name"), text(package, "version"));
            let (name, version) = (name.unwrap_or_default(), version.unwrap_or_default());
            let is = |of: &toml::Value, key: &str, value: &str| {
                of.get(key).and_then(toml::Value::as_str) == Some(value)
            };
            let locked = locked.iter().find(|of| is(of, "name", &name) && is(of, "version", &version));
            let checksum = locked.and_then(|of| of.get("checksum")).and_then(toml::Value::as_str);
            Package {
                licence: text(package, "license"),
                source: text(package, "source"),
                checksum: checksum.map(str::to_owned),
                manifest: text(package, "manifest_path").unwrap_or_default(),
                name,
                version,
            }
        });
        Ok(Self { all: all.collect() })
    }

    /// Those that are part of a program that is shipped: what it is built with on this kind of machine,
    /// and nothing that only its tests or its build need.
    fn shipped(&self) -> anyhow::Result<Vec<Package>> {
        let mut cargo = process::cargo();
        cargo.args([
            "tree",
            "--locked",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--no-dedupe",
        ]);
        cargo.args(["--package", "giliran-daemon", "--package", "giliran-display"]);
        let tree = String::from_utf8(said(&mut cargo)?)?;
        let named: BTreeSet<(&str, &str)> = tree
            .lines()
            .filter_map(|line| line.split_once(" v"))
            .map(|(name, rest)| (name, rest.split(' ').next().unwrap_or(rest)))
            .collect();
        let of = |package: &&Package| named.contains(&(&*package.name, &*package.version));
        let shipped: BTreeSet<Package> = self.all.iter().filter(of).cloned().collect();
        ensure!(shipped.len() == named.len(), "of {} packages {} are known", named.len(), shipped.len());
        Ok(shipped.into_iter().collect())
    }
}

/// That the workspace forbids unsafe code, and that every package of ours takes its word.
fn forbid_unsafe(packages: &Packages) -> anyhow::Result<Vec<String>> {
    let read = |path: &str| -> anyhow::Result<toml::Table> {
        toml::from_str(&fs::read_to_string(path)?).with_context(|| path.to_owned())
    };
    let mut faults = Vec::new();
    if at(&read("Cargo.toml")?, &["workspace", "lints", "rust", "unsafe_code"]) != Some("forbid".into()) {
        faults.push("the workspace does not forbid unsafe code".into());
    }
    for package in packages.all.iter().filter(|package| package.source.is_none()) {
        if at(&read(&package.manifest)?, &["lints", "workspace"]) != Some(true.into()) {
            faults.push(format!("{} does not take the workspace's lints", package.name));
        }
    }
    Ok(faults)
}

fn at(table: &toml::Table, path: &[&str]) -> Option<toml::Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(*key)).cloned()
}

/// What a program says on standard output; an error if it fails.
fn said(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command.output()?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        toml::from_str(
            "[licenses]\nallow = [\"MIT\", \"Apache-2.0\"]\n[sources]\nallow-registry = [\"https://good.example\"]\n\
             [bans]\ndeny = [{ crate = \"openssl\" }]",
        )
        .unwrap()
    }

    #[test]
    fn terms_are_read_as_what_one_may_choose_and_what_one_must_keep() {
        for (licence, allowed) in [
            (Some("MIT"), true),
            (Some("MIT/Apache-2.0"), true),
            (Some("MIT OR GPL-3.0-only"), true),
            (Some("MIT AND Apache-2.0"), true),
            (Some("MIT AND GPL-3.0-only"), false),
            (Some("GPL-3.0-only"), false),
            (Some("whatever"), false),
            (None, false),
        ] {
            assert_eq!(rules().objection(licence).is_none(), allowed, "{licence:?}");
        }
    }

    #[test]
    fn what_comes_from_elsewhere_or_is_banned_is_named() {
        let package = |name: &str, source: &str| Package {
            name: name.into(),
            version: "1.0.0".into(),
            licence: Some("MIT".into()),
            source: Some(source.into()),
            checksum: None,
            manifest: String::new(),
        };
        let good = "registry+https://good.example";
        let packages = [
            package("fine", good),
            package("openssl", good),
            package("strange", "git+https://good.example/x"),
        ];
        let faults = rules().faults(&packages);
        assert_eq!(
            faults,
            ["openssl 1.0.0: is banned", "strange 1.0.0: comes from git+https://good.example/x"]
        );
    }
}
