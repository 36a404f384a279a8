//! The golden model's configuration: the card's, in the model's words.

use escapement_card::{CardConfig, CardParams};
use escapement_feed::{
    CardConfig as ModelConfig, Checks, Destination, Feed, FrameMode, Instrument, LevelGeometry,
    Lines, OrderGeometry, Protocol, Symbol,
};

use crate::failure::Failure;

/// What a golden model of this card with this configuration is told.
pub(crate) fn config(config: &CardConfig, card: &CardParams) -> Result<ModelConfig, Failure> {
    let id = config.feed.protocol;
    let protocol = Protocol::of(config.feed.transport, id)
        .ok_or_else(|| Failure::input(format!("unknown protocol {id:#06x}")))?;
    let instruments = config
        .instruments
        .iter()
        .zip(0..)
        .map(|(one, slot)| Instrument {
            slot,
            symbol: Symbol(one.symbol),
            tick: one.tick,
            centres: one.centres,
        })
        .collect();
    Ok(ModelConfig {
        feed: Feed {
            group: u32::from(config.feed.group),
            port: config.feed.port,
            protocol,
            channel: config.feed.channel,
        },
        lines: Lines {
            configured: config.lines.configured(),
            b: config.lines.b.map_or(Destination::default(), |b| Destination {
                group: u32::from(*b.ip()),
                port: b.port(),
            }),
            gap_window_ns: config.lines.gap_window_ns,
            reorder_log2: card.reorder_log2,
        },
        feed_id: config.feed.feed_id,
        checks: Checks {
            ip_checksum: config.check_ip_checksum,
            udp_checksum: config.check_udp_checksum,
        },
        frame_mode: match config.frame_mode {
            escapement_card::FrameMode::Whole => FrameMode::Whole,
            escapement_card::FrameMode::Early => FrameMode::Early,
        },
        refresh_interval_ns: config.refresh_interval_ns,
        recentre_run: config.recentre_run,
        slots: card.slots,
        instruments,
        levels: LevelGeometry { sets_log2: card.level_sets_log2, ways: card.level_ways },
        orders: OrderGeometry { sets_log2: card.order_sets_log2, ways: card.order_ways.max(1) },
    })
}
