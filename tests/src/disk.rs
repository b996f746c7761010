//! A small disk for one test: filled, emptied, made read-only, and gone with the test.
//!
//! The test's program starts itself again in a mount namespace of its own, in which the folder for temporary
//! files is the disk. That needs no rights where the system lets users have namespaces, and else root.

use std::{
    env,
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    process::Command,
};

/// Says to a test that it is inside already.
const INSIDE: &str = "GILIRAN_TEST_DISK";

/// Has the test of that name run on a disk of so many MiB. `None` outside, where there is nothing left to do;
/// inside it gives the disk, on which every temporary folder lies.
///
/// Where a disk can't be mounted this says so on standard error, and the test has not been done.
///
/// # Panics
/// If the test fails inside.
pub fn small(test: &str, mib: u32) -> Option<Disk> {
    if let Some(place) = env::var_os(INSIDE) {
        return Some(Disk { place: place.into() });
    }
    let place = tempfile::tempdir().expect("a temporary folder can be made");
    let mounted = |program: &Path| {
        let mount = format!(r#"mount -t tmpfs -o size={mib}m none "$0" && exec "$@""#);
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount]);
        command.arg(place.path()).arg(program);
        command
    };
    if !mounted(Path::new("true")).status().is_ok_and(|status| status.success()) {
        let _ = writeln!(io::stderr(), "SKIPPED {test}: a small disk can't be mounted here (unshare, mount)");
        return None;
    }
    let program = env::current_exe().expect("a test knows where its own program is");
    let inside = mounted(&program)
        .args(["--exact", "--nocapture", test])
        .env(INSIDE, place.path())
        .env("TMPDIR", place.path())
        .output()
        .expect("a test can be started again");
    let (out, err) = (String::from_utf8_lossy(&inside.stdout), String::from_utf8_lossy(&inside.stderr));
    assert!(inside.status.success() && out.contains("1 passed"), "{out}\n{err}");
    None
}

/// A small disk.
pub struct Disk {
    place: PathBuf,
}

impl Disk {
    fn ballast(&self) -> PathBuf {
        self.place.join("ballast")
    }

    /// Leaves no room.
    ///
    /// # Panics
    /// If something else than a full disk ends it.
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a file can be made");
        let full = loop {
            if let Err(full) = ballast.write_all(&[7; 4096]) {
                break full;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull, "{full}");
    }

    /// Makes room again.
    ///
    /// # Panics
    /// If it was not full.
    pub fn make_room(&self) {
        fs::remove_file(self.ballast()).expect("the ballast is there");
    }

    /// Lets nothing be written, or lets it be again. Nobody may have a file open for writing.
    ///
    /// # Panics
    /// If the system does not do it.
    pub fn set_read_only(&self, read_only: bool) {
        let how = if read_only { "remount,ro" } else { "remount,rw" };
        let done = Command::new("mount").args(["-o", how]).arg(&self.place).status();
        assert!(done.expect("there is mount").success(), "{how}");
    }
}
