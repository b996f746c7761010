//! Puts the built pages of `dist` into the program, in debug builds too: the program needs no folder
//! beside it. The pages themselves are built by `npm run build` in `pages` and committed.

use std::{env, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    let from = |name: &str| {
        env::var_os(name).map(PathBuf::from).ok_or_else(|| io::Error::other(format!("cargo sets {name}")))
    };
    let dist = from("CARGO_MANIFEST_DIR")?.join("dist");
    let out = from("OUT_DIR")?;
    println!("cargo::rerun-if-changed={}", dist.display());
    // Not memory-serve's `load_directory`, which reports each file as a warning of the build.
    let code = memory_serve::assets_to_code(&dist.to_string_lossy(), &dist, &out, true, |_| {});
    fs::write(out.join("pages.rs"), code)
}
