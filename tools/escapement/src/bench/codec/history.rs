//! Histories of quotes and trades, as others publish them, made into ticks (docs/codec-bench.md says how each field comes about).
//! The readers are for this bench; a line that they cannot read is an error with its file and line.

mod bars;
mod binance;
mod dbn;
mod decimal;
mod lean;
mod lobster;
mod rows;
mod source;

use std::path::Path;

use escapement_codec::Tick;

use super::stream::SLOTS;

/// The ticks of a history.
pub(crate) struct History {
    /// Which form its file has.
    pub(crate) form: &'static str,
    pub(crate) ticks: Vec<Tick>,
    /// Tick size of each slot, price units of the history.
    pub(crate) tick_sizes: [u32; SLOTS],
    /// What each slot stands for.
    pub(crate) slots: Vec<String>,
    /// Lines or records read.
    pub(crate) lines: u64,
}

type Reader = fn(&Path) -> Result<History, String>;

/// The reader of a file, by its name.
pub(crate) fn reader(name: &str) -> Option<Reader> {
    let has = |begin: &str, end: &str| name.starts_with(begin) && name.ends_with(end);
    Some(match name {
        _ if has("us_", "_quote_tick.zip") => lean::equity_quotes,
        _ if has("us_", "_trade_tick.zip") => lean::equity_trades,
        _ if name.ends_with("_trade_tick.zip") => lean::future_trades,
        _ if has("fxcm_", "_quote_tick.zip") => lean::fxcm_quotes,
        _ if has("oanda_", "_quote_tick.zip") => lean::oanda_quotes,
        _ if name.ends_with("_minute_trade.zip") => bars::minutes,
        _ if name.ends_with("_5min_ohlc.csv") => bars::walk,
        _ if has("binance_usdm_", ".jsonl.gz") => binance::usdm,
        _ if has("binance_spot_", ".jsonl.gz") => binance::spot,
        _ if name.ends_with("_mbo.dbn.zst") => dbn::orders,
        _ if has("lobster_", ".csv.gz") && name.contains("_message_") => lobster::messages,
        _ => return None,
    })
}

/// A file that another one's reader reads beside it, or that says what the others are.
pub(crate) fn is_companion(name: &str) -> bool {
    name.ends_with(".md")
        || name.ends_with(".ticks.csv.gz")
        || name.starts_with("lobster_") && name.contains("_orderbook_")
}
