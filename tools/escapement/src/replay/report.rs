//! What a replay says in the end: JSON for machines, a page for people, and whether all is well.

use std::fmt::Write;
use std::net::SocketAddrV4;
use std::path::PathBuf;

use escapement_abi::{Counter, Group};
use escapement_card::{Line, RingMode};
use escapement_store::kind_name;
use serde_json::{json, Map, Value};

use super::latency::{all_json, bars, by_type_json, by_type_table, unloaded_json, ModeLatency};
use super::lines::TICK_KINDS;
use super::passed::Passed;
use super::recovery::RecoveryReport;
use super::run::Outcome;
use super::settings::Prepared;
use super::slots::SlotReport;
use crate::failure::Failure;
use crate::price;

/// Messages of 19 bytes (ITCH delete), as many as an Ethernet frame takes, that fill 10 Gbit/s.
const SHORTEST_MESSAGES_PER_S: f64 = 56.2e6;

/// Everything about one replay.
pub(crate) struct Report {
    pub(crate) prepared: Prepared,
    pub(crate) mode: &'static str,
    pub(crate) outcome: Outcome,
    pub(crate) early: Option<ModeLatency>,
    pub(crate) whole: Option<ModeLatency>,
    /// Where ticks and JSON were written.
    pub(crate) outputs: Vec<(&'static str, PathBuf)>,
}

/// A ledger in the report: its name, whether it balances, its numbers.
struct Ledger {
    name: &'static str,
    balanced: bool,
    numbers: Value,
}

impl Report {
    fn ledgers(&self) -> [Ledger; 3] {
        let outcome = &self.outcome;
        let (counted, tally) = (outcome.counters.ledgers(), &outcome.tally);
        let whole_stream = outcome.lost_lines == 0 && tally.illegal_lines == 0;
        let control_dropped = outcome.counters.get(Counter::OutputControlDropped);
        let read_all = !whole_stream
            || tally.ticks_read() == counted.ticks_written
                && tally.announced_drops == counted.ticks_dropped;
        let gaps_read = if whole_stream && control_dropped == 0 {
            counted.gaps_balance(tally.declared_lost)
        } else {
            tally.declared_lost <= counted.lost
        };
        let delivered = outcome.counters.sum(Group::Messages);
        let passed = outcome.passed.as_ref().and_then(Passed::numbers);
        let missing = passed.map(|passed| passed.wrapping_sub(delivered));
        let sessions = outcome.passed.as_ref().map_or(0, Passed::sessions);
        let restarts = outcome.counters.get(Counter::EventsRestarts);
        // frames that the card had no room for pass numbers that it never saw
        let saw_all = [
            Counter::FramesOverrun,
            Counter::FramesFifoFull,
            Counter::BframesOverrun,
            Counter::BframesFifoFull,
        ]
        .iter()
        .all(|&counter| outcome.counters.get(counter) == 0);
        let gaps_follow = !saw_all
            || missing.is_none_or(|missing| missing == counted.lost)
                && restarts == sessions.saturating_sub(1);
        [
            Ledger {
                name: "messages",
                balanced: counted.copies_balance() && counted.in_flight == 0,
                numbers: json!({
                    "copies_in": counted.copies_in, "disposed": counted.disposed, "in_flight": counted.in_flight,
                }),
            },
            Ledger {
                name: "ticks",
                balanced: counted.ticks_balance() && read_all,
                numbers: json!({
                    "made": counted.ticks_made, "written": counted.ticks_written, "dropped": counted.ticks_dropped,
                    "read": tally.ticks_read(), "announced_drops": tally.announced_drops,
                }),
            },
            Ledger {
                name: "gaps",
                balanced: gaps_read && gaps_follow,
                numbers: json!({
                    "passed": passed, "delivered": delivered, "missing": missing,
                    "declared": tally.declared_lost, "lost": counted.lost, "control_dropped": control_dropped,
                    "sessions": sessions, "restarts": restarts,
                }),
            },
        ]
    }

    fn conserved(&self) -> bool {
        self.ledgers().iter().all(|ledger| ledger.balanced)
    }

    /// Bytes of the lines that hold ticks, for each tick; lines that only re-announce state stand beside.
    fn bytes_per_tick(&self) -> Option<f64> {
        let ticks = self.outcome.tally.ticks_read();
        (ticks > 0).then(|| self.outcome.tally.tick_lines as f64 * 64.0 / ticks as f64)
    }

    fn per_second(&self, count: u64) -> f64 {
        count as f64 / self.outcome.wall.as_secs_f64().max(1e-9)
    }

    fn messages_in(&self) -> u64 {
        self.outcome.counters.ledgers().copies_in
    }

    /// The first reason why this replay did not go well.
    pub(crate) fn verdict(&self) -> Result<(), Failure> {
        let outcome = &self.outcome;
        if let Some(error) = &outcome.card_error {
            return Err(Failure::check(format!("card {}: {error}", outcome.card)));
        }
        if let Some(problem) = outcome.verdict.as_ref().and_then(|verdict| verdict.first_problem())
        {
            return Err(Failure::check(format!("check failed: {problem}")));
        }
        if let Some(illegal) = &outcome.tally.first_illegal {
            return Err(Failure::check(format!("illegal line: {illegal}")));
        }
        if outcome.lost_lines > 0 && self.prepared.config.ring.mode == RingMode::Credit {
            return Err(Failure::check(format!(
                "{} lines lost in a credit ring",
                outcome.lost_lines
            )));
        }
        if let Some(broken) = self.ledgers().iter().find(|ledger| !ledger.balanced) {
            return Err(Failure::check(format!(
                "not conserved: ledger {}: {}",
                broken.name, broken.numbers
            )));
        }
        match &outcome.capture_error {
            Some(error) => Err(Failure::input(error.clone())),
            None => Ok(()),
        }
    }

    fn group(&self, group: Group, prefix: &str) -> Map<String, Value> {
        let named = |(name, count): (&str, u64)| (short_name(name, prefix), json!(count));
        self.outcome.counters.group(group).map(named).collect()
    }

    /// Frames of all lines by disposition.
    fn frames(&self) -> Map<String, Value> {
        let counters = &self.outcome.counters;
        let of_b = counters.group(Group::Bframes).map(|(_, count)| count);
        let both = counters.group(Group::Frames).zip(of_b);
        both.map(|((name, of_a), of_b)| (short_name(name, ""), json!(of_a + of_b))).collect()
    }

    /// How long a missing number is waited for; none: for ever.
    fn gap_window_ns(&self) -> Option<u64> {
        Some(self.prepared.config.lines.gap_window_ns).filter(|&ns| ns != u64::MAX)
    }

    /// For how long the reorder memory holds the shortest messages at the line rate of 10 Gbit/s.
    fn reorder_holds_ns(&self) -> u64 {
        (self.outcome.reorder_messages as f64 / SHORTEST_MESSAGES_PER_S * 1e9) as u64
    }

    fn reorder_holds_window(&self) -> bool {
        self.gap_window_ns().is_some_and(|window| window <= self.reorder_holds_ns())
    }

    /// One line of the feed; none if the feed has no such line.
    fn line_json(&self, line: Line) -> Option<Value> {
        let config = &self.prepared.config;
        let group = match line {
            Line::A => SocketAddrV4::new(config.feed.group, config.feed.port),
            Line::B => config.lines.b?,
        };
        let captures: Vec<String> = self
            .prepared
            .captures
            .iter()
            .zip(&self.prepared.lines)
            .filter(|(_, of)| **of == line)
            .map(|(path, _)| path.display().to_string())
            .collect();
        let counters = &self.outcome.counters;
        let (copies, frames, delivered) = match line {
            Line::A => (Counter::CopiesInA, Group::Frames, Counter::EventsDeliveredA),
            Line::B => (Counter::CopiesInB, Group::Bframes, Counter::EventsDeliveredB),
        };
        let refused = |both: Counter, of_b: Counter| match line {
            Line::A => counters.get(both) - counters.get(of_b),
            Line::B => counters.get(of_b),
        };
        Some(json!({
            "line": line.name(), "group": group.to_string(), "captures": captures,
            "frames": self.group(frames, ""),
            "copies_in": counters.get(copies), "delivered": counters.get(delivered),
            "duplicate": refused(Counter::DispositionsDuplicate, Counter::BcopiesDuplicate),
            "late": refused(Counter::DispositionsLate, Counter::BcopiesLate),
            "stale_session": refused(Counter::DispositionsStaleSession, Counter::BcopiesStaleSession),
            "last_seen_ns": Some(self.outcome.last_seen_ns[line as usize]).filter(|&ns| ns != 0),
            "silent_ns": self.silent_ns(line),
        }))
    }

    /// How long this line has brought nothing while the other did, ns, if that is longer than the gap window or a second.
    ///
    /// A line that was never seen has been silent since ever: the other's last stamp.
    fn silent_ns(&self, line: Line) -> Option<u64> {
        let seen = self.outcome.last_seen_ns;
        let silent = seen[1 - line as usize].saturating_sub(seen[line as usize]);
        let lines = &self.prepared.config.lines;
        (lines.b.is_some() && silent > lines.gap_window_ns.min(1_000_000_000)).then_some(silent)
    }

    /// The feed and its lines.
    fn feed_json(&self) -> Value {
        let (feed, protocol) = (&self.prepared.config.feed, self.prepared.protocol);
        json!({
            "venue": protocol.venue(), "name": protocol.name(),
            "group": feed.group.to_string(), "port": feed.port,
            "protocol": format!("{:#06x}", feed.protocol), "channel": feed.channel,
            "lines": Line::ALL.iter().filter_map(|&line| self.line_json(line)).collect::<Vec<_>>(),
            "gap_window_ns": self.gap_window_ns(),
            "reorder_memory": {
                "messages": self.outcome.reorder_messages,
                "holds_at_line_rate_ns": self.reorder_holds_ns(),
                "holds_gap_window": self.reorder_holds_window(),
            },
        })
    }

    /// For machines.
    pub(crate) fn json(&self) -> Value {
        let outcome = &self.outcome;
        let (tally, counters) = (&outcome.tally, &outcome.counters);
        let instruments: Vec<Value> = self
            .prepared
            .instruments
            .iter()
            .enumerate()
            .map(|(slot, one)| {
                let centres: Vec<_> = one.centres.iter().map(|centre| centre.map(price::format)).collect();
                json!({"slot": slot, "venue": one.venue, "symbol": one.name(), "tick": price::format(i64::from(one.tick)),
                    "centres": centres})
            })
            .collect();
        let ticks: Map<String, Value> = TICK_KINDS
            .iter()
            .zip(tally.ticks)
            .map(|(&kind, count)| (kind_name(kind).to_string(), json!(count)))
            .collect();
        let ledgers: Map<String, Value> = self
            .ledgers()
            .into_iter()
            .map(|ledger| {
                (
                    ledger.name.to_string(),
                    json!({"balanced": ledger.balanced, "numbers": ledger.numbers}),
                )
            })
            .collect();
        let mut report = json!({
            "card": outcome.card,
            "mode": self.mode,
            "captures": self.prepared.captures.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
            "feed": self.feed_json(),
            "packets": outcome.packets,
            "cut_packets": outcome.cut_packets,
            "empty_packets": outcome.empty_packets,
            "capture_error": outcome.capture_error,
            "card_error": outcome.card_error.as_ref().map(ToString::to_string),
            "messages_in": self.messages_in(),
            "messages": self.group(Group::Messages, "type_"),
            "dispositions": self.group(Group::Dispositions, ""),
            "events": self.group(Group::Events, ""),
            "frames": self.frames(),
            "ticks": ticks,
            "ticks_flagged": tally.flagged,
            "instruments": instruments,
            "conserved": self.conserved(),
            "ledgers": ledgers,
            "escapes": counters.get(Counter::OutputEscapes),
            "recentres": counters.get(Counter::OutputRecentres),
            "refreshes": counters.get(Counter::OutputRefreshes),
            "output": self.group(Group::Output, ""),
            "entries": tally.entries,
            "lines": tally.lines,
            "illegal_lines": tally.illegal_lines,
            "lost_lines": outcome.lost_lines,
            "unknown_centres": tally.unknown_centres(),
            "tick_lines": tally.tick_lines,
            "bytes_per_tick": self.bytes_per_tick(),
            "ring": {
                "lines": 1u64 << self.prepared.config.ring.lines_log2,
                "mode": match self.prepared.config.ring.mode { RingMode::Credit => "credit", RingMode::Broadcast => "broadcast" },
                "doorbells": outcome.driver.doorbells,
                "torn_reads": outcome.driver.ring.torn_reads,
            },
            "latency_cycles": {"early": all_json(self.early.as_ref()), "whole": all_json(self.whole.as_ref())},
            "unloaded_latency_cycles": {"early": unloaded_json(self.early.as_ref()), "whole": unloaded_json(self.whole.as_ref())},
            "latency_cycles_by_type": by_type_json(self.early.as_ref(), self.whole.as_ref()),
            "latency_frames": {
                "early": self.early.as_ref().map(|mode| mode.frames), "whole": self.whole.as_ref().map(|mode| mode.frames),
            },
            "core_cycles": outcome.core_cycles,
            "wall_s": outcome.wall.as_secs_f64(),
            "packets_per_s": self.per_second(outcome.packets),
            "messages_per_s": self.per_second(self.messages_in()),
            "error": self.verdict().err().map(|failure| failure.to_string()),
            "check": outcome.verdict.as_ref().map(|verdict| verdict.json()),
        });
        report["slots"] = json!(outcome.slots.as_ref().map(SlotReport::json));
        report["recovery"] = json!(outcome.recovery.as_ref().map(RecoveryReport::json));
        report
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let outcome = &self.outcome;
        let (tally, counters) = (&outcome.tally, &outcome.counters);
        let feed = &self.prepared.config.feed;
        let mut text = String::new();
        let lines = match self.prepared.config.lines.b {
            Some(b) => format!("A {}:{}, B {b}", feed.group, feed.port),
            None => format!("{}:{}", feed.group, feed.port),
        };
        let names: Vec<String> =
            self.prepared.captures.iter().map(|path| path.display().to_string()).collect();
        let _ = writeln!(
            text,
            "{}\n  through card {} ({} mode), feed {} on {}, {} instruments, ring of {} lines\n",
            names.join(" + "),
            outcome.card,
            self.mode,
            self.prepared.protocol.name(),
            lines,
            self.prepared.instruments.len(),
            1u64 << self.prepared.config.ring.lines_log2,
        );
        let mut row = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<14}{value}");
        };
        let delivered = counters.sum(Group::Messages);
        row(
            "packets",
            format!(
                "{}, {} per second",
                thousands(outcome.packets),
                thousands(self.per_second(outcome.packets) as u64)
            ),
        );
        row(
            "messages",
            format!(
                "{} in, {} delivered, {} per second",
                thousands(self.messages_in()),
                thousands(delivered),
                thousands(self.per_second(self.messages_in()) as u64)
            ),
        );
        let cycles = outcome.core_cycles.map_or(String::new(), |cycles| {
            let mhz = cycles as f64 / outcome.wall.as_secs_f64().max(1e-9) / 1e6;
            format!(", {} core cycles ({mhz:.2} MHz)", thousands(cycles))
        });
        row("time", format!("{:.2} s{cycles}", outcome.wall.as_secs_f64()));
        let kinds = TICK_KINDS.iter().zip(tally.ticks).filter(|(_, count)| *count > 0);
        let kinds: Vec<String> = kinds
            .map(|(&kind, count)| format!("{} {}", thousands(count), kind_name(kind)))
            .collect();
        row("ticks", format!("{} ({})", thousands(tally.ticks_read()), kinds.join(", ")));
        if tally.flagged > 0 {
            row("", format!("{} of them MAYBE_BAD_BOOK", thousands(tally.flagged)));
        }
        row(
            "lines",
            format!(
                "{} with ticks and {} without, {} entries, {} bytes per tick",
                thousands(tally.tick_lines),
                thousands(tally.lines - tally.tick_lines),
                thousands(tally.entries),
                self.bytes_per_tick().map_or("no".into(), |bytes| format!("{bytes:.2}"))
            ),
        );
        row(
            "codes",
            format!(
                "{} escapes, {} recentres, {} refreshes",
                thousands(tally.escapes),
                thousands(tally.recentres),
                thousands(tally.refreshes)
            ),
        );
        row(
            "in band",
            format!(
                "{} gaps ({} numbers lost), {} restarts, {} void, {} ticks dropped",
                tally.gaps, tally.declared_lost, tally.restarts, tally.voids, tally.announced_drops
            ),
        );
        if let Some(slots) = &outcome.slots {
            row("slots", slots.text());
        }
        if let Some(recovery) = &outcome.recovery {
            row("recovery", recovery.text());
        }
        self.lines_text(&mut row);
        for (title, group) in [
            ("messages", Group::Messages),
            ("dispositions", Group::Dispositions),
            ("frames", Group::Frames),
            ("frames of B", Group::Bframes),
            ("events", Group::Events),
        ] {
            let counted = counters.group(group).filter(|(_, count)| *count > 0);
            let counted: Vec<String> = counted
                .map(|(name, count)| format!("{} {}", short_name(name, "type_"), thousands(count)))
                .collect();
            if counted.is_empty() && group == Group::Bframes {
                continue;
            }
            row(title, if counted.is_empty() { "none".into() } else { counted.join(", ") });
        }
        self.latency_text(&mut text);
        self.ending_text(&mut text);
        text
    }

    /// Two lines, and what each brought.
    fn lines_text(&self, row: &mut impl FnMut(&str, String)) {
        if self.prepared.config.lines.b.is_none() {
            return;
        }
        let counters = &self.outcome.counters;
        for line in Line::ALL {
            let (copies, delivered) = match line {
                Line::A => (Counter::CopiesInA, Counter::EventsDeliveredA),
                Line::B => (Counter::CopiesInB, Counter::EventsDeliveredB),
            };
            let seen = match self.outcome.last_seen_ns[line as usize] {
                0 => "never seen".to_string(),
                ns => format!("last seen at {}.{:09} s", ns / 1_000_000_000, ns % 1_000_000_000),
            };
            let dead = match self.silent_ns(line) {
                Some(ns) if seen != "never seen" => {
                    format!(", SILENT {:.6} s while the other line went on", ns as f64 / 1e9)
                }
                _ => String::new(),
            };
            row(
                &format!("line {}", line.name()),
                format!(
                    "{} copies, {} delivered, {seen}{dead}",
                    thousands(counters.get(copies)),
                    thousands(counters.get(delivered)),
                ),
            );
        }
        let window = self.gap_window_ns().map_or("for ever".into(), |ns| format!("{ns} ns"));
        let held = if self.reorder_holds_window() { "" } else { "less, " };
        row(
            "gap window",
            format!(
                "{window}; the reorder memory holds {held}{} ns, of the shortest messages at line rate",
                thousands(self.reorder_holds_ns())
            ),
        );
    }

    fn latency_text(&self, text: &mut String) {
        for (name, mode) in [("whole", &self.whole), ("early", &self.early)] {
            let Some(mode) = mode else { continue };
            let number =
                |cycles: Option<u64>| cycles.map_or("-".into(), |cycles| cycles.to_string());
            let (all, unloaded) = (&mode.report.all, &mode.report.unloaded);
            let _ = writeln!(
                text,
                "\n  latency, {name} mode, core cycles of 6.4 ns from the last byte in to the line out ({} frames)\n    \
                 all ticks p50 {} p99 {} p99.9 {} max {}; unloaded p50 {} p99 {} max {}",
                thousands(mode.frames),
                number(all.quantile(0.5)),
                number(all.quantile(0.99)),
                number(all.quantile(0.999)),
                number(all.max()),
                number(unloaded.quantile(0.5)),
                number(unloaded.quantile(0.99)),
                number(unloaded.max()),
            );
            text.push_str(&bars(all));
        }
        let table = by_type_table(self.early.as_ref(), self.whole.as_ref());
        if !table.is_empty() {
            let _ = writeln!(text, "\n  latency by message type, p50/p99/max (ticks)");
            text.push_str(&table);
        }
    }

    fn ending_text(&self, text: &mut String) {
        let outcome = &self.outcome;
        let _ = writeln!(text);
        for ledger in self.ledgers() {
            let state = if ledger.balanced { "balanced" } else { "NOT BALANCED" };
            let _ = writeln!(text, "  ledger {:<9}{state} {}", ledger.name, ledger.numbers);
        }
        if let Some(verdict) = &outcome.verdict {
            let state = match verdict.first_problem() {
                None => format!("passed: {}", verdict.summary()),
                Some(problem) => format!("FAILED: {problem}"),
            };
            let _ = writeln!(text, "  check           {state}");
        }
        for (what, path) in &self.outputs {
            let _ = writeln!(text, "  {what:<16}{}", path.display());
        }
    }
}

/// A counter's name in a report: without the prefix of its group, and the type `h` as it is on the wire.
fn short_name(name: &str, prefix: &str) -> String {
    match name.strip_prefix(prefix).unwrap_or(name) {
        "lower_h" => "h".into(),
        short => short.into(),
    }
}

/// A number with separators.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_are_separated() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(super::thousands(number), text);
        }
    }
}
