//! Sample captures of the exchange hold the message that their names say; all else in them decodes too.

mod support;

use std::fs;

use escapement_feed::frame::{self, FrameFilter};
use escapement_feed::iex::{self, Message, Side};
use escapement_feed::iex_tp::{Blocks, BlocksEnd};
use escapement_feed::FrameDisposition;
use escapement_feed::Protocol;
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
                let segment = frame.segment.unwrap();
                let protocol = Protocol::from_id(segment.header.protocol).unwrap();
                let mut blocks = Blocks::new(segment.payload, segment.header.message_count);
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
                named |= segment.header.message_count == 0 && stem == "Heartbeat";
            });
            assert!(named, "{}", path.display());
            files += 1;
        }
    }
    assert_eq!(files, 13);
}
