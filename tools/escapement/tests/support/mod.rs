//! What the tests of the command share: running it, generated captures, the folder of real data.
#![allow(dead_code)] // each test uses a part

use std::path::{Path, PathBuf};
use std::process::Command;

use escapement_capture::PcapWriter;
use escapement_tool::generator::{self, Feed, Length, Plan};
use serde_json::Value;

/// How a run of the command ended.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the command.
pub fn escapement<I: IntoIterator<Item = S>, S: AsRef<std::ffi::OsStr>>(arguments: I) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_escapement"))
        .args(arguments)
        .output()
        .expect("the command starts");
    Run {
        code: output.status.code().expect("the command ends by itself"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A replay with its JSON and its ticks.
pub struct Replay {
    pub run: Run,
    pub json: Value,
    pub ticks: String,
}

/// Replays `capture` on `card` with more options.
pub fn replay(capture: &Path, card: &str, options: &[&str]) -> Replay {
    replay_all(&[capture], card, options)
}

/// Replays several captures on `card` with more options.
pub fn replay_all(captures: &[&Path], card: &str, options: &[&str]) -> Replay {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (ticks, json) = (folder.path().join("ticks.csv"), folder.path().join("report.json"));
    let mut arguments: Vec<&std::ffi::OsStr> = vec!["replay".as_ref()];
    arguments.extend(captures.iter().map(|path| path.as_os_str()));
    arguments.extend(["--card".as_ref(), std::ffi::OsStr::new(card)]);
    arguments.extend(["--ticks".as_ref(), ticks.as_os_str(), "--json".as_ref(), json.as_os_str()]);
    arguments.extend(options.iter().map(AsRef::<std::ffi::OsStr>::as_ref));
    let run = escapement(arguments);
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    Replay {
        json: serde_json::from_str(&read(&json)).unwrap_or(Value::Null),
        ticks: read(&ticks),
        run,
    }
}

impl Replay {
    /// It went well, was checked against the golden model, and lost nothing.
    #[track_caller]
    pub fn assert_fine(&self) {
        assert_eq!(self.run.code, 0, "{}{}", self.run.stdout, self.run.stderr);
        assert_eq!(self.json["conserved"], true, "{}", self.json["ledgers"]);
        assert_eq!(self.json["check"]["passed"], true, "{}", self.json["check"]);
        assert_eq!(self.json["check"]["repacked_lines"], self.json["lines"]);
    }

    pub fn number(&self, pointer: &str) -> u64 {
        self.json
            .pointer(pointer)
            .and_then(Value::as_u64)
            .unwrap_or_else(|| panic!("{pointer} in {}", self.json))
    }
}

/// A generated capture, plain pcap.
pub fn generated(feed: Feed, seed: u64, messages: u64) -> Vec<u8> {
    let plan = Plan { feed, seed, length: Length::Messages(messages), instruments: 8 };
    let mut output = PcapWriter::new(Vec::new()).expect("memory takes all");
    generator::write(&plan, &mut output, |_| {}).expect("memory takes all");
    output.finish().expect("memory takes all")
}

/// Writes a file into a folder.
pub fn file(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a temporary file");
    path
}

/// The folder of real captures. None, said loudly, if it is absent and not required.
pub fn data() -> Option<PathBuf> {
    let near = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("ESCAPEMENT_DATA").map_or(near, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert_ne!(
        std::env::var("ESCAPEMENT_REQUIRE_DATA").as_deref(),
        Ok("1"),
        "no captures at {} (set ESCAPEMENT_DATA)",
        folder.display()
    );
    eprintln!("SKIPPED: no captures at {} (set ESCAPEMENT_DATA)", folder.display());
    None
}
