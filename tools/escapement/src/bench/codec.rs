//! `escapement bench codec`: every capture and history of a folder through the codec and back, its bytes per tick and time beside what others
//! would send (docs/codec-bench.md).

mod age;
mod capture;
mod coding;
mod follow;
mod found;
mod history;
mod identical;
mod line;
mod link;
mod measure;
mod stream;
mod table;
mod tick_size;
mod timing;
mod yardstick;

use std::path::Path;
use std::time::Duration;

use escapement_codec::Entry;
use serde_json::{json, Map, Value};

use self::capture::Captured;
use self::found::Found;
use self::measure::{codecs, Plan};
use self::stream::Stream;
use crate::failure::Failure;
use crate::outputs;
use crate::progress::Progress;
use crate::replay::settings::Settings;
use crate::survey::{self, FeedChoice};

pub(crate) use table::text;

/// The capture on which constants of the codec were chosen; all others are only reported.
const CHOSEN_ON: &str = "esh4_as_itch_burst";

/// What to measure.
pub(crate) struct Options<'a> {
    pub(crate) data: &'a Path,
    /// Only what has one of these in its name; none = all.
    pub(crate) only: &'a [String],
    pub(crate) settings: &'a Settings,
    pub(crate) zstd: bool,
    pub(crate) time: Duration,
    /// A file that will be written: none of those read.
    pub(crate) json: Option<&'a Path>,
}

/// Measures all of it. The report of a run that went well.
///
/// # Errors
/// An input that cannot be read; a tick that did not come back as it went in.
pub(crate) fn run(options: &Options<'_>) -> Result<Value, Failure> {
    let mut folder = found::look(options.data)?;
    let wanted = |one: &Found| {
        options.only.is_empty() || options.only.iter().any(|text| one.name.contains(text.as_str()))
    };
    for list in [&mut folder.captures, &mut folder.histories, &mut folder.others] {
        list.retain(wanted);
    }
    let inputs = folder.captures.iter().chain(&folder.histories).flat_map(|one| &one.paths);
    let outputs: Vec<&Path> = options.json.into_iter().collect();
    outputs::refuse_overwriting(inputs.map(|path| path.as_path()), &outputs)?;
    if folder.captures.is_empty() && folder.histories.is_empty() {
        let data = options.data.display();
        return Err(Failure::input(format!(
            "{data}: no capture and no history {}in this folder",
            if options.only.is_empty() { "" } else { "of such a name " }
        )));
    }
    let all = folder.captures.len() + folder.histories.len();
    let mut progress = Progress::new("codec", "captures and histories", Some(all as u64));
    let (mut captures, mut no_feed) = (Map::new(), Map::new());
    for one in &folder.captures {
        let survey = survey::take(&one.paths, FeedChoice::First)?;
        if survey.feed.is_none() && survey.error.is_none() {
            no_feed.insert(one.name.clone(), json!(survey.no_feed().to_string()));
        } else {
            let captured = capture::read(&one.paths, options.settings)?;
            captures.insert(one.name.clone(), of_capture(one, &captured, options)?);
        }
        progress.long_step();
    }
    let mut histories = Map::new();
    for one in &folder.histories {
        histories.insert(one.name.clone(), of_history(one)?);
        progress.long_step();
    }
    for other in &folder.others {
        eprintln!("escapement: warning: {}: neither a capture nor a history, not read", other.name);
    }
    Ok(json!({
        "payload_max": coding::PAYLOAD_MAX,
        "constants_chosen_on": CHOSEN_ON,
        "captures": captures,
        "histories": histories,
        "no_feed": no_feed,
        "not_read": folder.others.iter().map(|one| one.name.clone()).collect::<Vec<_>>(),
    }))
}

/// A tick that changed on its way is a failed check.
fn changed(one: &Found, error: &str) -> Failure {
    Failure::check(format!("{}: {error}", one.name))
}

fn of_capture(one: &Found, captured: &Captured, options: &Options<'_>) -> Result<Value, Failure> {
    let plan = Plan { yardsticks: true, zstd: options.zstd, time: Some(options.time) };
    let stream = &captured.stream;
    let mut figures = measure::measure(stream, plan).map_err(|error| changed(one, &error))?;
    let ticks = figures["ticks"].as_u64().unwrap_or(0);
    let frame_bytes: u64 = captured.frames.iter().map(|frame| frame.bytes as u64).sum();
    let per_tick =
        |bytes: u64| if ticks == 0 { Value::Null } else { json!(bytes as f64 / ticks as f64) };
    figures.insert("raw_bytes_per_tick".into(), per_tick(captured.payload_bytes));
    figures.insert("raw_frame_bytes_per_tick".into(), per_tick(frame_bytes));
    let sizes: Map<String, Value> =
        captured.instruments.iter().map(|(name, tick)| (name.clone(), json!(tick))).collect();
    figures.insert("tick_sizes".into(), json!(sizes));
    if one.name.ends_with("_burst") && ticks > 0 {
        let ages = of_link(captured, stream).map_err(|error| changed(one, &error))?;
        figures.insert("age".into(), ages);
    }
    Ok(Value::Object(figures))
}

/// Ages at the far end by rate, then by what is sent.
fn of_link(captured: &Captured, stream: &Stream) -> Result<Value, String> {
    let plain: Vec<Entry> = stream.without_refreshes();
    let mut rates = Map::new();
    for mbps in age::RATES {
        let mut senders = Map::new();
        senders.insert("raw".into(), age::raw(&captured.frames, &plain, mbps).json());
        for coding in codecs(stream.clock()) {
            let ages = age::coded(coding.as_ref(), &plain, mbps)?;
            senders.insert(coding.name().into(), ages.json());
        }
        rates.insert(format!("{mbps}_mbps"), Value::Object(senders));
    }
    Ok(Value::Object(rates))
}

fn of_history(one: &Found) -> Result<Value, Failure> {
    let path = &one.paths[0];
    let file = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into());
    let read = history::reader(&file)
        .ok_or_else(|| Failure::input(format!("{}: no reader for it", path.display())))?;
    let history = read(path).map_err(Failure::Input)?;
    let stream = follow::follow(&history.ticks, history.tick_sizes);
    let plan = Plan { yardsticks: false, zstd: false, time: None };
    let mut figures = measure::measure(&stream, plan).map_err(|error| changed(one, &error))?;
    figures.insert("form".into(), json!(history.form));
    figures.insert("lines".into(), json!(history.lines));
    figures.insert("slots".into(), json!(history.slots));
    Ok(Value::Object(figures))
}
