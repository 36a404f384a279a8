//! Translates the RTL with Verilator and compiles it with the shim.
//!
//! Verilator is looked for in `VERILATOR_ROOT`, then on `PATH`, then in the environment that `make setup` makes.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

/// Top module.
const TOP: &str = "escapement_top";
/// Parameters of the card that the golden model is compared with (docs/card-model.md, section 6).
const PARAMETERS: [&str; 1] = ["-GLevelWays=16"];
/// File list, relative to `hdl/rtl`.
const FILE_LIST: &str = "escapement.f";

fn main() {
    if let Err(message) = build() {
        // Cargo shows panics of build scripts whole, but backtraces bury the one line that helps.
        eprintln!("error: {message}");
        std::process::exit(1);
    }
}

fn build() -> Result<(), String> {
    let rtl = rtl_folder()?;
    let sources = sources(&rtl)?;
    let verilator = find_verilator()?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?).join("model");
    let _ = fs::remove_dir_all(&out);
    let hash = build_hash(&sources)?;
    translate(&verilator, &rtl, &sources, hash, &out)?;
    compile(&verilator, &out)?;
    println!("cargo:rustc-env=ESCAPEMENT_BUILD_HASH={hash}");
    for path in [Path::new("src/shim"), &rtl] {
        println!("cargo:rerun-if-changed={}", path.display());
    }
    for source in &sources {
        println!("cargo:rerun-if-changed={}", source.display());
    }
    for name in ["VERILATOR_ROOT", "ESCAPEMENT_RTL", "XDG_CACHE_HOME"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    Ok(())
}

/// `hdl/rtl`, or `ESCAPEMENT_RTL` to build another tree with the same top.
fn rtl_folder() -> Result<PathBuf, String> {
    let folder = env::var_os("ESCAPEMENT_RTL").map_or_else(
        || {
            let here = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
            Path::new(&here).join("../hdl/rtl")
        },
        PathBuf::from,
    );
    folder.canonicalize().map_err(|e| format!("RTL folder {}: {e}", folder.display()))
}

/// The files of the list, in order; `+incdir+`, `-f` and comments are not used in it.
fn sources(rtl: &Path) -> Result<Vec<PathBuf>, String> {
    let list = rtl.join(FILE_LIST);
    let text = fs::read_to_string(&list).map_err(|e| format!("{}: {e}", list.display()))?;
    let names = text.lines().map(|line| line.split("//").next().unwrap_or("").trim());
    let files: Vec<PathBuf> =
        names.filter(|n| !n.is_empty() && !n.starts_with('#')).map(|n| rtl.join(n)).collect();
    if let Some(missing) = files.iter().find(|f| !f.exists()) {
        return Err(format!("{} names {}, which is not there", list.display(), missing.display()));
    }
    Ok(files)
}

struct Verilator {
    program: PathBuf,
    root: PathBuf,
}

fn find_verilator() -> Result<Verilator, String> {
    let by_root = env::var_os("VERILATOR_ROOT").map(PathBuf::from);
    let by_path = env::var_os("PATH").unwrap_or_default();
    let by_path =
        env::split_paths(&by_path).filter_map(|folder| folder.parent().map(Path::to_path_buf));
    by_root
        .into_iter()
        .chain(by_path)
        .chain(cached_roots())
        .find_map(|root| verilator_at(&root))
        .ok_or_else(|| {
            String::from("Verilator was not found (VERILATOR_ROOT, PATH, ~/.cache/escapement); run `make setup`")
        })
}

fn verilator_at(root: &Path) -> Option<Verilator> {
    let program = root.join("bin/verilator_bin");
    // A Debian install keeps the includes elsewhere; the wheel and a source tree keep them here.
    let shared = root.join("share/verilator");
    let root = [root.to_path_buf(), shared]
        .into_iter()
        .find(|r| r.join("include/verilated.cpp").exists())?;
    program.exists().then_some(Verilator { program, root })
}

/// Roots inside the virtual environments of `make setup`, the newest first.
fn cached_roots() -> Vec<PathBuf> {
    let home = env::var_os("HOME").unwrap_or_else(|| OsString::from("/"));
    let cache = env::var_os("XDG_CACHE_HOME")
        .map_or_else(|| Path::new(&home).join(".cache"), PathBuf::from)
        .join("escapement");
    let mut environments: Vec<PathBuf> = children(&cache)
        .filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with("venv-")))
        .collect();
    environments
        .sort_by_key(|p| std::cmp::Reverse(fs::metadata(p).and_then(|m| m.modified()).ok()));
    environments
        .iter()
        .flat_map(|environment| children(&environment.join("lib")))
        .map(|python| python.join("site-packages/verilator"))
        .collect()
}

fn children(folder: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn translate(
    verilator: &Verilator,
    rtl: &Path,
    sources: &[PathBuf],
    hash: u64,
    out: &Path,
) -> Result<(), String> {
    let asserts = env::var_os("CARGO_FEATURE_ASSERT").is_some();
    let mut command = Command::new(&verilator.program);
    command
        .env("VERILATOR_ROOT", &verilator.root)
        .args(["--cc", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--no-timing"])
        .args(["--inline-mult", "-1", "--output-split", "20000", "--output-split-cfuncs", "2000"])
        .arg(if asserts { "--assert" } else { "--no-assert" })
        .args(["-Wno-fatal", "-Wno-lint", "-Wno-style", "-DSIMULATION=1", "-DESC_REST_CLOCKS"])
        .arg(format!("-I{}", rtl.display()))
        .arg(format!("-GBuildHash=64'h{hash:016x}"))
        .args(PARAMETERS)
        .args(["--top-module", TOP, "--prefix", "VCard", "--Mdir"])
        .arg(out)
        .arg("src/shim/stages.vlt")
        .args(sources);
    let done = command
        .output()
        .map_err(|e| format!("{}: {e}; run `make setup`", verilator.program.display()))?;
    if !done.status.success() {
        return Err(format!(
            "Verilator refuses the RTL:\n{}",
            String::from_utf8_lossy(&done.stderr)
        ));
    }
    Ok(())
}

fn compile(verilator: &Verilator, out: &Path) -> Result<(), String> {
    let include = verilator.root.join("include");
    let mut build = cc::Build::new();
    build
        .cpp(true)
        .std("c++17")
        .opt_level(3)
        .debug(false)
        .warnings(false)
        .include(&include)
        .include(include.join("vltstd"))
        .include(out)
        .define("VM_COVERAGE", "0")
        .define("VM_SC", "0")
        .define("VM_TRACE", "0")
        .define("VL_TIME_CONTEXT", None)
        .flag_if_supported("-fno-plt")
        .flag_if_supported("-fstrict-aliasing")
        .file("src/shim/shim.cpp")
        .file(include.join("verilated.cpp"))
        .file(include.join("verilated_threads.cpp"));
    let mut generated: Vec<PathBuf> =
        children(out).filter(|p| p.extension().is_some_and(|e| e == "cpp")).collect();
    generated.sort();
    build.files(generated);
    build.try_compile("escapement_model").map_err(|e| format!("compiling the model: {e}"))?;
    println!("cargo:rustc-link-lib=atomic");
    Ok(())
}

/// First 8 bytes of the SHA-256 over the RTL sources in the order of the list, as the `BUILD_HASH` register shows them.
fn build_hash(sources: &[PathBuf]) -> Result<u64, String> {
    let mut hash = Sha256::new();
    for source in sources {
        hash.update(fs::read(source).map_err(|e| format!("{}: {e}", source.display()))?);
    }
    let digest = hash.finalize();
    Ok(digest.iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte)))
}
