//! Sample captures of the exchange hold the message that their names say; all else in them decodes too.

mod support;

use std::fs;

use escapement_feed::frame::{self, FrameFilter};
use escapement_feed::iex::{self, Message, Side};
use escapement_feed::packet::{Blocks, BlocksEnd};
use escapement_feed::FrameDisposition;
use escapement_feed::{itch, Checks, Protocol, Transport};
use support::{data, for_each_packet};

fn name_of(message: &Message) -> &'static str {
    match message {
        Message::SystemEvent { .. } => "SystemEventMessage",
        Message::SecurityDirectory { .. } => "SecurityDirectoryMessage",
        Message::TradingStatus { .. } => "TradingStatusMessage",
        Message::RetailLiquidity { .. } => "RetailLiquidityIndicatorMessage",
        Message::OperationalHalt { .. } => "OperationalHaltStatusMessage",
        Message::ShortSalePriceTest { .. } => "ShortSalePriceTestStatusMessage",
        Message::SecurityEvent { .. } => "SecurityEventMessage",
        Message::Quote { .. } => "QuoteUpdateMessage",
        Message::PriceLevel { side: Side::Bid, .. } => "PriceLevelBuyUpdateMessage",
        Message::PriceLevel { side: Side::Ask, .. } => "PriceLevelSellUpdateMessage",
        Message::Trade { .. } => "TradeReportMessage",
        Message::OfficialPrice { .. } => "OfficialPriceMessage",
        Message::TradeBreak { .. } => "TradeBreakMessage",
        Message::Auction { .. } => "AuctionInformationMessage",
    }
}

#[test]
fn each_sample_holds_what_its_name_says() {
    let Some(folder) = data() else { return };
    let mut files = 0;
    for protocol in fs::read_dir(folder.join("wire-samples/Iex")).unwrap() {
        for file in fs::read_dir(protocol.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let mut named = false;
            for_each_packet(&path, |_, bytes| {
                let frame = frame::parse(bytes, false, &FrameFilter::default());
                assert_eq!(frame.disposition, FrameDisposition::Ok, "{}", path.display());
                let segment = frame.packet.unwrap();
                let protocol = Protocol::from_id(segment.protocol).unwrap();
                let mut blocks =
                    Blocks::new(Transport::IexTp, segment.payload, segment.header.count);
                for data in &mut blocks {
                    let message = iex::decode(protocol, data).unwrap();
                    named |= name_of(&message) == stem;
                    assert_eq!(protocol.message_bytes(data[0]), Some(data.len()));
                    if let Some(symbol) = iex::symbol(protocol, data) {
                        assert!(
                            symbol.0.iter().all(|byte| matches!(byte, b' '..=b'~')),
                            "{symbol:?}"
                        );
                    }
                }
                assert_eq!(blocks.end(), BlocksEnd::Exact);
                named |= segment.header.count == 0 && stem == "Heartbeat";
            });
            assert!(named, "{}", path.display());
            files += 1;
        }
    }
    assert_eq!(files, 13);
}

/// Name of a Nasdaq sample, and the type that it stands for.
const NASDAQ: [(&str, u8); 22] = [
    ("OrderDeleteMessage", b'D'),
    ("OrderExecutedMessage", b'E'),
    ("StockTradingActionMessage", b'H'),
    ("NetOrderImbalanceIndicatorMessage", b'I'),
    ("AddOrderNoMpidAttributionMessage", b'A'),
    ("OrderReplaceMessage", b'U'),
    ("MarketParticipantPositionMessage", b'L'),
    ("RegSHORestriction", b'Y'),
    ("AddOrderWithMPID", b'F'),
    ("NonCrossTrade", b'P'),
    ("OrderCancel", b'X'),
    ("OrderExecuted", b'E'),
    ("StockTradingAction", b'H'),
    ("AddOrderNoMPID", b'A'),
    ("OrderDelete", b'D'),
    ("OrderExecutedWithPrice", b'C'),
    ("SystemEvent", b'S'),
    ("NetOrderImbalanceIndicator", b'I'),
    ("OrderReplace", b'U'),
    ("LULDAuctionCollar", b'J'),
    ("MarketParticipantPosition", b'L'),
    ("CrossTrade", b'Q'),
];

#[test]
fn each_nasdaq_sample_holds_what_its_name_says() {
    let Some(folder) = data() else { return };
    let (mut files, mut messages) = (0, 0);
    for version in fs::read_dir(folder.join("wire-samples/Nasdaq")).unwrap() {
        for file in fs::read_dir(version.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let named_type = NASDAQ.iter().find(|(name, _)| *name == stem).map(|(_, kind)| *kind);
            assert!(named_type.is_some() || stem == "Multiple.Packets", "{stem}");
            // headers below ITCH were partly made up by whoever published the samples
            let checks = Checks { ip_checksum: false, udp_checksum: false };
            let filter =
                FrameFilter { transport: Transport::MoldUdp64, checks, ..FrameFilter::default() };
            let (mut named, mut packets) = (0, 0);
            for_each_packet(&path, |_, bytes| {
                let frame = frame::parse(bytes, false, &filter);
                assert_eq!(frame.disposition, FrameDisposition::Ok, "{}", path.display());
                let packet = frame.packet.unwrap();
                let mut blocks =
                    Blocks::new(Transport::MoldUdp64, packet.payload, packet.header.count);
                for data in &mut blocks {
                    let message = itch::decode(data)
                        .unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
                    assert_eq!(message.type_byte(), data[0]);
                    assert_eq!(itch::message_bytes(data[0]), Some(data.len()));
                    if let Some(stock) = message.stock() {
                        assert!(stock.0.iter().all(|b| matches!(b, b' '..=b'~')), "{stock:?}");
                    }
                    named += u64::from(named_type == Some(data[0]));
                    messages += 1;
                }
                assert_eq!(blocks.end(), BlocksEnd::Exact, "{}", path.display());
                packets += 1;
            });
            assert!(packets > 0 && (named > 0 || named_type.is_none()), "{}", path.display());
            files += 1;
        }
    }
    assert_eq!(files, 23);
    assert_eq!(messages, 117);
}
