//! The tick stream of a capture: its frames through the golden model, as the soft card has it. Card time is the capture's, as in a replay.

use std::path::PathBuf;

use escapement_card::injector::FRAME_BYTES_MAX;
use escapement_card::{CardConfig, Line};
use escapement_codec::{Entry, PriceKind};
use escapement_feed::frame::{self, FrameFilter};
use escapement_feed::{CardModel, FrameDisposition, Line as FeedLine, Transport};

use super::age::RawFrame;
use super::stream::{Stream, SLOTS};
use super::tick_size;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::replay::check::golden;
use crate::replay::settings::{Prepared, Settings};
use crate::replay::source::Source;

/// Bytes of the headers of the transports, in front of the messages.
const IEX_TP_BYTES: u64 = 40;
const MOLD_BYTES: u64 = 20;

/// A capture's ticks, and what it had on the wire.
pub(crate) struct Captured {
    pub(crate) stream: Stream,
    /// UDP payload of the frames that the card took.
    pub(crate) payload_bytes: u64,
    /// Frames that the card took, of both lines.
    pub(crate) frames: Vec<RawFrame>,
    /// Symbol and tick size of each slot.
    pub(crate) instruments: Vec<(String, u32)>,
}

/// Reads captures of one feed. None if they hold no feed that the card knows, with the reason.
pub(crate) fn read(paths: &[PathBuf], settings: &Settings) -> Result<Captured, Failure> {
    let mut prepared = settings.prepare(paths)?;
    let mut played = play(&prepared, &prepared.config)?;
    if settings.instrument_file().is_none() {
        let before: Vec<u32> = prepared.config.instruments.iter().map(|one| one.tick).collect();
        for (slot, one) in (0..).zip(&mut prepared.config.instruments) {
            one.tick = tick_size::coarsest(&played.stream.entries, slot, one.tick);
        }
        if prepared.config.instruments.iter().map(|one| one.tick).ne(before) {
            played = play(&prepared, &prepared.config)?;
        }
    }
    let named = prepared.instruments.iter().zip(&prepared.config.instruments);
    played.instruments = named.map(|(one, config)| (one.name(), config.tick)).collect();
    Ok(played)
}

fn play(prepared: &Prepared, config: &CardConfig) -> Result<Captured, Failure> {
    let model_config = golden::config(config, &prepared.soft_params)?;
    let filters = FeedLine::ALL.map(|line| model_config.filter(line));
    let mut model = CardModel::new(model_config)
        .map_err(|error| Failure::input(format!("golden model: {error}")))?;
    let mut tick_sizes = [0; SLOTS];
    let mut centres = Vec::new();
    for (slot, one) in config.instruments.iter().enumerate() {
        if let Some(place) = tick_sizes.get_mut(slot) {
            *place = one.tick;
        }
        let set = PriceKind::ALL.into_iter().zip(one.centres);
        centres.extend(set.filter_map(|(kind, price)| Some((slot as u16, kind, price?))));
    }
    let mut stream = Stream::new(tick_sizes);
    stream.centres = centres;
    let (mut payload_bytes, mut frames) = (0, Vec::new());
    let mut source = Source::streamed(&prepared.captures)?;
    let mut progress =
        Progress::new("ticks of the capture", "packets", Some(prepared.survey.packets));
    let mut out = |entry: Entry| stream.entries.push(entry);
    while let Some(packet) = source.next_packet()? {
        progress.step();
        if packet.data.is_empty() {
            continue;
        }
        let bytes = &packet.data[..packet.data.len().min(FRAME_BYTES_MAX)];
        let line = prepared.lines[packet.file];
        if let Some(bytes) = payload(bytes, &filters[line as usize], config.feed.transport) {
            payload_bytes += bytes;
            frames.push(RawFrame {
                stamp_ns: packet.stamp_ns,
                bytes: packet.data.len(),
                line_b: line == Line::B,
            });
        }
        model.frame(line, packet.stamp_ns, bytes, false, &mut out);
    }
    model.flush(&mut out);
    Ok(Captured { stream, payload_bytes, frames, instruments: Vec::new() })
}

/// Bytes of UDP payload of a frame that the card takes.
fn payload(bytes: &[u8], filter: &FrameFilter, transport: Transport) -> Option<u64> {
    let frame = frame::parse(bytes, false, filter);
    let packet = frame.packet.filter(|_| frame.disposition == FrameDisposition::Ok)?;
    let header = match transport {
        Transport::IexTp => IEX_TP_BYTES,
        Transport::MoldUdp64 => MOLD_BYTES,
    };
    Some(packet.payload.len() as u64 + header)
}
