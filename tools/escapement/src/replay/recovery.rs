//! Recovery: what the lines lost is fetched, the card's books are mended while it runs, the record is repaired
//! (docs/architecture.md, "Recovery").

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use escapement_card::{CardConfig, CardParams, FrameMode, Line};
use escapement_feed::{CardModel, Load, Protocol};
use escapement_recovery::{
    fetch_snapshot, mend, Login, Rebuild, Repair, Requester, Requests, SnapshotLimits,
};
use serde_json::{json, Value};

use super::check::golden;
use super::record::RecordCounts;
use crate::failure::Failure;

/// Failures that are named in reports.
const NAMED_MAX: usize = 8;

/// Where what was lost can be had again.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct Servers {
    /// Ask this MoldUDP64 request server for what the lines lost, and mend card and record; may be given more than once
    #[arg(long, value_name = "HOST:PORT", value_parser = parse_address)]
    recover_mold: Vec<SocketAddr>,
    /// Take a snapshot from this GLIMPSE 5.0 server when no request server helps, and mend the card
    #[arg(long, value_name = "HOST:PORT", value_parser = parse_address)]
    recover_glimpse: Option<SocketAddr>,
    /// User of the snapshot server
    #[arg(long, value_name = "NAME", default_value = "ESCAPE", requires = "recover_glimpse")]
    recover_user: String,
    /// Its password
    #[arg(long, value_name = "WORD", default_value = "MENT", requires = "recover_glimpse")]
    recover_password: String,
    /// How long an answer to a request, and a word of the snapshot server, is waited for
    #[arg(long, value_name = "TIME", default_value = "200ms", value_parser = parse_timeout)]
    recover_timeout: Duration,
    /// Most missing messages that are asked of request servers at a time; more are left to a snapshot
    #[arg(long, value_name = "COUNT", default_value_t = 1 << 20)]
    recover_ask_max: u64,
}

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    use std::net::ToSocketAddrs;
    let mut found = text.to_socket_addrs().map_err(|error| error.to_string())?;
    found.next().ok_or_else(|| "no such host".to_string())
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    match crate::duration::parse_ns(text)? {
        0 => Err("expected more than 0".into()),
        ns => Ok(Duration::from_nanos(ns)),
    }
}

impl Servers {
    /// None are given.
    pub(crate) fn is_empty(&self) -> bool {
        self.recover_mold.is_empty() && self.recover_glimpse.is_none()
    }

    /// A feed and a mode whose losses can be made good.
    pub(crate) fn assure_fits(
        &self,
        config: &CardConfig,
        protocol: Protocol,
    ) -> Result<(), Failure> {
        if self.is_empty() {
            return Ok(());
        }
        if protocol != Protocol::Itch {
            return Err(Failure::input("--recover-mold and --recover-glimpse are for ITCH feeds"));
        }
        if config.frame_mode != FrameMode::Whole {
            return Err(Failure::input(
                "--recover-mold and --recover-glimpse need --mode whole: early mode lets messages of bad frames through",
            ));
        }
        Ok(())
    }
}

/// What recovery did.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecoveryReport {
    /// Gaps after which card and truth differed.
    pub(crate) losses: u64,
    /// Times that the card was mended and said so.
    pub(crate) recoveries: u64,
    /// Sequence number from which on the card was right again, each time.
    pub(crate) recovered_from: Vec<u64>,
    /// Numbers still missing at the end.
    pub(crate) missing: u64,
    messages_fetched: u64,
    requests: u64,
    silences: u64,
    short_answers: u64,
    strays: u64,
    snapshots: u64,
    snapshot_messages: u64,
    snapshots_refused: u64,
    fetches_failed: u64,
    failures: Vec<String>,
    loads: u64,
    loads_refused: u64,
    slots_doubtful: u64,
    messages_forgotten: u64,
    /// The record's side.
    pub(crate) record: RecordCounts,
}

impl RecoveryReport {
    pub(crate) fn json(&self) -> Value {
        json!({
            "losses": self.losses,
            "recoveries": self.recoveries,
            "recovered_from": self.recovered_from,
            "missing": self.missing,
            "requests": {
                "sent": self.requests, "silences": self.silences, "short_answers": self.short_answers,
                "strays": self.strays, "messages": self.messages_fetched,
            },
            "snapshots": {
                "taken": self.snapshots, "messages": self.snapshot_messages, "refused": self.snapshots_refused,
            },
            "fetches_failed": self.fetches_failed,
            "failures": self.failures,
            "loads": {"taken": self.loads, "refused": self.loads_refused, "slots_doubtful": self.slots_doubtful},
            "messages_forgotten": self.messages_forgotten,
            "record": {
                "repairs": self.record.repairs, "rows_repaired": self.record.rows_repaired,
                "rows_replaced": self.record.rows_replaced, "load_ticks": self.record.load_ticks,
                "stretches_left": self.record.stretches_left,
            },
        })
    }

    /// In words.
    pub(crate) fn text(&self) -> String {
        format!(
            "{} of {} losses mended, {} messages fetched, {} snapshots, {} loads, {} failures; record: {} rows repaired",
            self.recoveries,
            self.losses,
            self.messages_fetched,
            self.snapshots,
            self.loads,
            self.fetches_failed + self.snapshots_refused,
            self.record.rows_repaired,
        )
    }
}

/// A recovery at work beside a card.
pub(crate) struct Recovery {
    servers: Servers,
    requester: Option<Requester>,
    rebuild: Rebuild,
    /// What the card holds.
    mirror: CardModel,
    was_owed: bool,
    /// Losses and waiting frames since the last fetch that failed; the next comes when they have doubled.
    waited: u64,
    patience: u64,
    report: RecoveryReport,
}

impl Recovery {
    pub(crate) fn new(
        servers: &Servers,
        config: &CardConfig,
        card: &CardParams,
    ) -> Result<Self, Failure> {
        let model = golden::config(config, card)?;
        let rebuild = Rebuild::new(&model)
            .ok_or_else(|| Failure::input("recovery is for ITCH feeds in whole mode"))?;
        let mirror = CardModel::new(model)
            .map_err(|error| Failure::input(format!("golden model: {error}")))?;
        let requester = if servers.recover_mold.is_empty() {
            None
        } else {
            let mut requests = Requests::to(servers.recover_mold.clone());
            requests.timeout = servers.recover_timeout;
            Some(Requester::new(requests).map_err(|error| Failure::input(error.to_string()))?)
        };
        Ok(Self {
            servers: servers.clone(),
            requester,
            rebuild,
            mirror,
            was_owed: false,
            waited: 0,
            patience: 0,
            report: RecoveryReport::default(),
        })
    }

    /// A frame went into the card.
    pub(crate) fn frame(&mut self, line: Line, stamp_ns: u64, bytes: &[u8]) {
        self.rebuild.frame(line, stamp_ns, bytes);
        self.mirror.frame(line, stamp_ns, bytes, false, &mut |_| {});
        self.note_loss();
    }

    /// The input has ended.
    pub(crate) fn flush(&mut self) {
        self.rebuild.flush();
        self.mirror.flush(&mut |_| {});
        self.note_loss();
        self.waited = self.patience + 1;
    }

    fn note_loss(&mut self) {
        let owed = self.rebuild.is_owed();
        if owed && !self.was_owed {
            self.report.losses += 1;
            self.patience = 0;
            self.waited = 0;
        }
        self.was_owed = owed;
        self.waited += u64::from(owed);
    }

    /// Whether the card can be mended now; asks the servers if something is missing and it is time to.
    pub(crate) fn is_ready(&mut self) -> bool {
        if !self.rebuild.is_owed() {
            return false;
        }
        self.rebuild.advance();
        if self.rebuild.is_level() {
            return true;
        }
        if self.waited <= self.patience {
            return false;
        }
        let missing = self.rebuild.missing();
        if missing.is_empty() {
            // ahead of the stream: it will come
            return false;
        }
        let fetched = self.ask(&missing) || self.take_snapshot();
        self.rebuild.advance();
        if fetched {
            self.patience = 0;
            self.waited = 0;
            return self.rebuild.is_level();
        }
        self.patience = (2 * self.patience).max(16);
        self.waited = 0;
        false
    }

    /// Asks the request servers; true if nothing is missing any more.
    fn ask(&mut self, missing: &[std::ops::Range<u64>]) -> bool {
        let Some(requester) = &mut self.requester else { return false };
        let wanted: u64 = missing.iter().map(|range| range.end - range.start).sum();
        if wanted > self.servers.recover_ask_max {
            let max = self.servers.recover_ask_max;
            self.fail(format!("{wanted} messages are missing, at most {max} are asked for"));
            return false;
        }
        let session = self.rebuild.session();
        let rebuild = &mut self.rebuild;
        let outcome = missing.iter().try_for_each(|range| {
            requester.fetch(session, range.clone(), |sequence, data| rebuild.supply(sequence, data))
        });
        let counts = requester.counts();
        self.report.messages_fetched = counts.messages;
        self.report.requests = counts.requests;
        self.report.silences = counts.silences;
        self.report.short_answers = counts.short_answers;
        self.report.strays = counts.strays;
        match outcome {
            Ok(()) => true,
            Err(error) => {
                self.fail(error.to_string());
                false
            }
        }
    }

    /// Takes a snapshot; true if the truth goes on from it.
    fn take_snapshot(&mut self) -> bool {
        let Some(server) = self.servers.recover_glimpse else { return false };
        let session = String::from_utf8_lossy(&self.rebuild.session()).trim().to_string();
        let login = Login {
            username: self.servers.recover_user.clone(),
            password: self.servers.recover_password.clone(),
            session,
        };
        let timeout = self.servers.recover_timeout;
        // a server says something every second (SoupBinTCP)
        let silence = timeout.max(Duration::from_secs(2));
        let limits = SnapshotLimits { connect: timeout, silence, ..SnapshotLimits::default() };
        let mut messages = Vec::new();
        let taken =
            fetch_snapshot(server, &login, &limits, |message| messages.push(message.to_vec()));
        let snapshot = match taken {
            Ok(snapshot) => snapshot,
            Err(error) => {
                self.fail(error.to_string());
                return false;
            }
        };
        match self.rebuild.snapshot(&messages, snapshot.next_sequence) {
            Ok(()) => {
                self.report.snapshots += 1;
                self.report.snapshot_messages += snapshot.messages;
                true
            }
            Err(refused) => {
                self.report.snapshots_refused += 1;
                self.name(format!("{server}: {refused}"));
                false
            }
        }
    }

    fn fail(&mut self, failure: String) {
        self.report.fetches_failed += 1;
        self.name(failure);
    }

    fn name(&mut self, failure: String) {
        if self.report.failures.len() < NAMED_MAX && !self.report.failures.contains(&failure) {
            eprintln!("escapement: warning: recovery: {failure}");
            self.report.failures.push(failure);
        }
    }

    /// Mends the card, which is empty of frames: `load` hands one load to it and says whether it was taken. The first that is not
    /// ends it, and another patch is made later.
    ///
    /// # Errors
    /// Those of `load`.
    pub(crate) fn mend<E>(
        &mut self,
        mut load: impl FnMut(u64, Load<'_>) -> Result<bool, E>,
    ) -> Result<bool, E> {
        let mended = mend(&self.rebuild, &mut self.mirror, &mut load)?;
        self.report.loads += mended.taken;
        self.report.loads_refused += u64::from(!mended.whole);
        if mended.whole {
            self.report.slots_doubtful = mended.doubtful;
            self.report.recoveries += 1;
            self.report.recovered_from.push(mended.stamp);
            self.was_owed = false;
        }
        Ok(mended.whole)
    }

    /// The card was mended: what its record should say.
    pub(crate) fn settled(&mut self) -> Option<Repair> {
        self.rebuild.settled()
    }

    /// What was done.
    pub(crate) fn finish(mut self) -> RecoveryReport {
        self.report.missing =
            self.rebuild.missing().iter().map(|range| range.end - range.start).sum();
        self.report.messages_forgotten = self.rebuild.forgotten();
        self.report
    }
}
