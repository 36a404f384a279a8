//! Each single-message file of the wire samples decodes to what its name says.

mod support;

use support::{data, escapement, replay};

/// File name, and the type byte that it stands for.
const NAMES: [(&str, &str); 14] = [
    ("SystemEventMessage", "S"),
    ("SecurityDirectoryMessage", "D"),
    ("TradingStatusMessage", "H"),
    ("RetailLiquidityIndicatorMessage", "I"),
    ("OperationalHaltStatusMessage", "O"),
    ("ShortSalePriceTestStatusMessage", "P"),
    ("SecurityEventMessage", "E"),
    ("QuoteUpdateMessage", "Q"),
    ("PriceLevelBuyUpdateMessage", "8"),
    ("PriceLevelSellUpdateMessage", "5"),
    ("TradeReportMessage", "T"),
    ("OfficialPriceMessage", "X"),
    ("TradeBreakMessage", "B"),
    ("AuctionInformationMessage", "A"),
];

#[test]
fn samples_decode_to_their_names() {
    let Some(data) = data() else { return };
    let mut seen = 0;
    for folder in ["Tops.IexTp.v1.5", "Tops.IexTp.v1.6", "Deep.IexTp.v1.0"] {
        let folder = data.join("wire-samples/Iex").join(folder);
        for entry in std::fs::read_dir(&folder).expect("the samples' folder") {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_string();
            let found = replay(&path, "soft", &["--check"]);
            found.assert_fine();
            seen += 1;
            if name == "Heartbeat" {
                assert!(found.number("/events/heartbeats") > 0, "{name}");
                continue;
            }
            let (_, kind) =
                NAMES.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("{name}"));
            assert!(
                found.number(&format!("/messages/{kind}")) > 0,
                "{name}: {}",
                found.json["messages"]
            );
            assert_eq!(
                found.number("/dispositions/short") + found.number("/dispositions/unknown_type"),
                0,
                "{name}"
            );
        }
    }
    assert_eq!(seen, 13);
}

#[test]
fn cards_say_who_they_are() {
    for card in ["sim", "soft"] {
        let run = escapement(["card", "info", "--card", card, "--json", "-"]);
        let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!(
            (run.code, &json["abi"]["major"], &json["params"]["slots"]),
            (0, &3.into(), &64.into())
        );
    }
}
