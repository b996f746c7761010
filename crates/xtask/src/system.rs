//! What must be installed on the machine, and installing it where that is allowed.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::bail;

use crate::process::{self, Output};

/// Something that comes from the system's packages.
pub struct Need {
    /// The package of Debian and Ubuntu that has it.
    pub package: &'static str,
    /// What it is for, to be read after the package's name.
    pub purpose: &'static str,
    /// Whether it is there.
    present: fn() -> bool,
}

/// For SQLite, which is C.
pub const C_COMPILER: Need = Need {
    package: "build-essential",
    purpose: "the C compiler, which SQLite needs",
    present: || on_path("cc").is_some(),
};

/// For finding the sound library.
pub const PKG_CONFIG: Need = Need {
    package: "pkg-config",
    purpose: "finds the sound library",
    present: || on_path("pkg-config").is_some(),
};

/// For the loudspeaker.
pub const SOUND: Need = Need {
    package: "libasound2-dev",
    purpose: "the sound library, for the loudspeaker",
    present: || {
        let mut ask = Command::new("pkg-config");
        process::run(ask.args(["--exists", "alsa"]), Output::Dropped).is_ok()
    },
};

/// For looking at the pages.
pub const BROWSER: Need = Need {
    package: "chromium",
    purpose: "the browser that the pages are tested in",
    present: || browser().is_some(),
};

/// For looking at the codes on the pages.
pub const CODE_READER: Need = Need {
    package: "zbar-tools",
    purpose: "reads the codes on the pages as a phone would",
    present: || on_path("zbarimg").is_some(),
};

/// For the tool that holds the interface against its description.
pub const PYTHON: Need = Need {
    package: "python3-venv",
    purpose: "runs the check of the interface against its description",
    present: || {
        let mut ask = Command::new("python3");
        process::run(ask.args(["-c", "import ensurepip, venv"]), Output::Dropped).is_ok()
    },
};

/// For building the pages, in whatever version the system has.
pub const NODE: Need =
    Need { package: "nodejs", purpose: "builds the pages", present: || on_path("node").is_some() };

/// For fetching what the pages are built with.
pub const NPM: Need = Need {
    package: "npm",
    purpose: "fetches what the pages are built with",
    present: || on_path("npm").is_some(),
};

/// What faults are caused with. A test whose tool is missing is not run, and says so.
pub const FAULTS: &[Need] = &[
    Need {
        package: "strace",
        purpose: "kills between two system calls, and has a disk fail or be slow",
        present: || administers("strace"),
    },
    Need {
        package: "pulseaudio",
        purpose: "a sound server that is given what the loudspeaker says",
        present: || on_path("pulseaudio").is_some(),
    },
    Need {
        package: "pulseaudio-utils",
        purpose: "records what the sound server was given, and pulls out its card",
        present: || on_path("parec").is_some() && on_path("pactl").is_some(),
    },
    Need {
        package: "libfaketime",
        purpose: "sets the clock under a running program",
        present: || library("faketime/libfaketimeMT.so.1"),
    },
    Need {
        package: "libeatmydata1",
        purpose: "leaves syncs out, to see that a power cut then loses something",
        present: || library("libeatmydata.so"),
    },
    Need { package: "e2fsprogs", purpose: "makes disks", present: || administers("mkfs.ext4") },
    Need { package: "xfsprogs", purpose: "makes disks", present: || administers("mkfs.xfs") },
    Need { package: "iproute2", purpose: "networks of a test's own", present: || administers("ip") },
    Need { package: "nftables", purpose: "has a network lose what is sent", present: || administers("nft") },
    // Made for these processors alone.
    #[cfg(target_arch = "x86_64")]
    Need {
        package: "user-mode-linux",
        purpose: "a kernel whose power can be cut",
        present: || administers("linux.uml"),
    },
];

/// Whether a program is there, be it among those that only an administrator has on the path.
fn administers(name: &str) -> bool {
    let folders = ["/usr/sbin", "/sbin"].map(Path::new);
    on_path(name).is_some() || folders.iter().any(|folder| folder.join(name).is_file())
}

/// Whether a library is there, in the folder of whatever processor this is.
fn library(name: &str) -> bool {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().filter_map(Result::ok);
    folders.map(|folder| folder.path().join(name)).any(|file| file.is_file())
}

/// The browser for tests: `CHROMIUM`, if set, or the first of the usual names.
pub fn browser() -> Option<PathBuf> {
    if let Some(chosen) = std::env::var_os("CHROMIUM") {
        return Some(chosen.into());
    }
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(on_path)
}

/// The program of that name on the path.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Makes sure that all of `needs` are there; an error names what is missing and how to get it.
pub fn ensure(needs: &[Need]) -> anyhow::Result<()> {
    let missing = missing(needs);
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        println!("Missing: {} ({}).", need.package, need.purpose);
    }
    let packages: Vec<_> = missing.iter().map(|need| need.package).collect();
    let line = by_hand(&packages);
    let Some(installer) = installer() else {
        bail!(
            "something is missing that only an administrator can install. Run this once, then try again:\n\n    {line}\n"
        );
    };
    println!("Installing: {}.", packages.join(", "));
    if let Err(error) = install(installer, &packages) {
        if error.is::<process::Stopped>() {
            return Err(error);
        }
        bail!("{error:#}. Install it by hand, then try again:\n\n    {line}\n");
    }
    // A package may exist in name alone: Ubuntu's `chromium` is a pointer to another store.
    let still: Vec<_> = missing.iter().filter(|need| !(need.present)()).map(|need| need.package).collect();
    if !still.is_empty() {
        bail!("installed {}, but what it is needed for is still not there", still.join(", "));
    }
    Ok(())
}

/// The same for what the checks can do without: what is missing then is said, and the checks go on.
pub fn wish(needs: &[Need]) -> anyhow::Result<()> {
    match ensure(needs) {
        Err(error) if !error.is::<process::Stopped>() => {
            println!("Some checks will not be run: {error:#}");
            Ok(())
        }
        ended => ended,
    }
}

fn missing(needs: &[Need]) -> Vec<&Need> {
    needs.iter().filter(|need| !(need.present)()).collect()
}

/// The line that a person types.
fn by_hand(packages: &[&str]) -> String {
    format!("sudo apt-get update && sudo apt-get install --yes {}", packages.join(" "))
}

/// Who may install.
#[derive(Clone, Copy)]
enum Installer {
    Root,
    Sudo,
}

/// Nobody is asked for a password: a command that may run unattended must not wait for one.
fn installer() -> Option<Installer> {
    on_path("apt-get")?;
    if nix::unistd::geteuid().is_root() {
        return Some(Installer::Root);
    }
    on_path("sudo")?;
    let mut ask = Command::new("sudo");
    process::run(ask.args(["-n", "true"]), Output::Dropped).ok().map(|()| Installer::Sudo)
}

fn install(installer: Installer, packages: &[&str]) -> anyhow::Result<()> {
    let apt = |arguments: &[&str]| {
        let mut command = match installer {
            Installer::Root => Command::new("env"),
            Installer::Sudo => {
                let mut sudo = Command::new("sudo");
                sudo.args(["-n", "env"]);
                sudo
            }
        };
        // Another installation may be under way on a machine that has just been set up: wait for it.
        command
            .args([
                "DEBIAN_FRONTEND=noninteractive",
                "apt-get",
                "--quiet",
                "--option",
                "DPkg::Lock::Timeout=300",
            ])
            .args(arguments);
        process::run(&mut command, Output::Shown)
    };
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}
