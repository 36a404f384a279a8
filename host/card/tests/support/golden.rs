//! The golden model of a driver's configuration, made without any register file.

use escapement_card::{CardConfig, FrameMode};
use escapement_feed::{CardModel, Checks, Destination, Feed, Instrument, Protocol, Symbol};

pub fn golden(config: &CardConfig) -> CardModel {
    let feed = Feed {
        group: u32::from(config.feed.group),
        port: config.feed.port,
        protocol: Protocol::of(config.feed.transport, config.feed.protocol).unwrap(),
        channel: config.feed.channel,
    };
    let mut model = escapement_feed::CardConfig::new(feed);
    model.feed_id = config.feed.feed_id;
    model.checks =
        Checks { ip_checksum: config.check_ip_checksum, udp_checksum: config.check_udp_checksum };
    model.frame_mode = match config.frame_mode {
        FrameMode::Whole => escapement_feed::FrameMode::Whole,
        FrameMode::Early => escapement_feed::FrameMode::Early,
    };
    model.refresh_interval_ns = config.refresh_interval_ns;
    model.lines.configured = config.lines.configured();
    model.lines.gap_window_ns = config.lines.gap_window_ns;
    if let Some(b) = config.lines.b {
        model.lines.b = Destination { group: u32::from(*b.ip()), port: b.port() };
    }
    model.recentre_run = config.recentre_run;
    model.instruments = config
        .instruments
        .iter()
        .enumerate()
        .map(|(slot, i)| {
            let mut instrument = Instrument::new(slot as u16, Symbol(i.symbol), i.tick);
            instrument.centres = i.centres;
            instrument
        })
        .collect();
    CardModel::new(model).unwrap()
}
