//! Build-time facts: the code fingerprint of every kind.

#[path = "build/fingerprint/mod.rs"]
mod fingerprint;
#[path = "build/toolchain.rs"]
mod toolchain;

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for watched in ["src", "Cargo.lock", "Cargo.toml", "build.rs", "build"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let sources = fingerprint::Sources::read(Path::new("src"))?;
    // Cargo writes the manifest anew when it packs the crate, in a form that says the same, and keeps the one of the repository.
    let written = ["Cargo.toml.orig", "Cargo.toml"].into_iter().find(|path| Path::new(path).exists());
    let manifest = std::fs::read_to_string(written.unwrap_or("Cargo.toml"))?;
    let lock = std::fs::read_to_string("Cargo.lock")?;
    let made_by = made_by()?;
    let mut names = std::collections::BTreeSet::new();
    let mut text = String::from("const FINGERPRINTS: &[(&str, &str)] = &[\n");
    let kinds = fingerprint::fingerprints(&sources, &lock, &manifest)?;
    for kind in &kinds {
        if kind.name.is_empty() || kind.code.is_empty() {
            return Err(format!("the kind of {} has no name or no code", kind.module).into());
        }
        let hash = fingerprint::hex(&Sha256::digest(format!("{made_by}\n{}", kind.hash)));
        if !names.insert(kind.name.clone()) {
            return Err(format!("two kinds have the name {}, one of them in {}", kind.name, kind.module).into());
        }
        writeln!(text, "    ({:?}, {:?}),", kind.name, &hash[..32])?;
    }
    text.push_str("];\n");
    let compiler = made_by.lines().next().unwrap_or_default();
    let common = fingerprint::Piece::new(("", &format!("{compiler} with its flags")), &made_by);
    write("fingerprints.rs", &text)?;
    write("code.txt", &fingerprint::text(&kinds, &common))
}

/// Writes a file for the program. One that says what it said makes nobody compile again.
fn write(name: &str, text: &str) -> Result<(), Box<dyn std::error::Error>> {
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join(name);
    if std::fs::read_to_string(&out).ok().as_deref() != Some(text) {
        std::fs::write(out, text)?;
    }
    Ok(())
}

/// Compiler, features and flags.
fn made_by() -> Result<String, Box<dyn std::error::Error>> {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let rustc = std::process::Command::new(std::env::var("RUSTC")?).arg("-vV").output()?;
    let compiler = toolchain::compiler(&String::from_utf8_lossy(&rustc.stdout));
    let flags = toolchain::flags(&variable("CARGO_ENCODED_RUSTFLAGS")).join(" ");
    let of_profile = ["OPT_LEVEL", "CARGO_CFG_DEBUG_ASSERTIONS", "CARGO_CFG_OVERFLOW_CHECKS"].map(variable).join(" ");
    Ok(format!("{compiler}\n{}\n{flags}\n{of_profile}", variable("CARGO_CFG_FEATURE")))
}
