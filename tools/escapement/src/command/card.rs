//! `escapement card info`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use escapement_card::{CardInfo, Device, Driver, SoftCard};
use escapement_sim::SimCard;
use serde_json::json;

use super::{print, write_json};
use crate::failure::Failure;
use crate::replay::settings::CardKind;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Say who a card is: ABI, build, parameters
    Info(Info),
}

#[derive(Args)]
pub(super) struct Info {
    /// Which card
    #[arg(long, value_name = "sim|soft", default_value = "sim")]
    card: CardKind,
    /// Write JSON here (- for stdout)
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
}

pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let Command::Info(arguments) = command;
    let info = match arguments.card {
        CardKind::Sim => ask(SimCard::new()?)?,
        CardKind::Soft => ask(SoftCard::new())?,
    };
    let (abi, params) = (info.abi, info.params);
    let value = json!({
        "card": arguments.card.name(),
        "abi": {"major": abi.major, "minor": abi.minor, "line_format": abi.line_format},
        "build_hash": format!("{:016x}", info.build_hash),
        "board": info.board,
        "params": {
            "slots": params.slots, "ladder": params.ladder, "level_sets_log2": params.level_sets_log2,
            "level_ways": params.level_ways, "map_log2": params.map_log2, "ports": params.ports,
            "order_sets_log2": params.order_sets_log2, "order_ways": params.order_ways, "reorder_log2": params.reorder_log2,
        },
    });
    if let Some(path) = &arguments.json {
        return write_json(path, &value);
    }
    print(&format!(
        "card      {}\nABI       {abi}\nbuild     {:016x}\nboard     {}\nslots     {}\nladder    {} codes\nlevels    {} sets of {}\nsymbols   2 tables of {} rows\nMAC ports {}\norders    {} sets of {}\nreorder   {} messages\n",
        arguments.card.name(),
        info.build_hash,
        info.board,
        params.slots,
        params.ladder,
        1u64 << params.level_sets_log2,
        params.level_ways,
        1u64 << params.map_log2,
        params.ports,
        1u64 << params.order_sets_log2,
        params.order_ways,
        1u64 << params.reorder_log2,
    ))
}

fn ask<D: Device>(device: D) -> Result<CardInfo, Failure> {
    Ok(*Driver::open(device)?.info())
}
