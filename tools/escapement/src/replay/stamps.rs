//! Time stamps that cannot be right. Card time follows the stamps, and each refresh visit that falls due on the way is
//! made: one broken stamp could make years of them.

use std::path::PathBuf;

use escapement_capture::Packet;

/// Refresh visits that one step of time may cause: 5 days at the default interval.
const VISITS_MAX: u64 = 1 << 20;
const NS_PER_S: u64 = 1_000_000_000;
/// Stamps from here on (the year 2262) do not fit a signed 64-bit count of ns.
const STAMP_LIMIT_NS: u64 = 1 << 63;

/// Watches the stamps of a replay.
pub(crate) struct Stamps {
    refresh_interval_ns: u64,
    latest_ns: Option<u64>,
}

impl Stamps {
    pub(crate) fn new(refresh_interval_ns: u64) -> Self {
        Self { refresh_interval_ns, latest_ns: None }
    }

    /// Takes the stamp of the next packet.
    ///
    /// # Errors
    /// The stamp is absurd, with its place and what was expected.
    pub(crate) fn check(&mut self, packet: &Packet<'_>, files: &[PathBuf]) -> Result<(), String> {
        let latest = self.latest_ns.unwrap_or(packet.stamp_ns);
        let step = packet.stamp_ns.saturating_sub(latest);
        let step_max = match self.refresh_interval_ns {
            0 => u64::MAX,
            interval => interval.saturating_mul(VISITS_MAX),
        };
        let expected = if packet.stamp_ns >= STAMP_LIMIT_NS {
            "expected one before the year 2262".to_string()
        } else if step > step_max {
            // with a short interval the bound is a fraction of a second
            let (unit, ns) = if step_max < NS_PER_S { ("ns", 1) } else { ("s", NS_PER_S) };
            format!(
                "{} {unit} after the packet before it, expected at most {} {unit} (--refresh off takes any)",
                step / ns,
                step_max / ns
            )
        } else {
            self.latest_ns = Some(latest.max(packet.stamp_ns));
            return Ok(());
        };
        let file =
            files.get(packet.file).map_or("capture".into(), |path| path.display().to_string());
        Err(format!(
            "{file}: offset {}: absurd time stamp {} ns: {expected}",
            packet.offset, packet.stamp_ns
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(stamp_ns: u64) -> Packet<'static> {
        Packet { stamp_ns, wire_len: 0, data: &[], cut: false, file: 0, offset: 24 }
    }

    #[test]
    fn a_step_may_cause_so_many_visits_and_no_more() {
        let files = [PathBuf::from("a.pcap")];
        let mut stamps = Stamps::new(10);
        assert_eq!(stamps.check(&packet(1 << 60), &files), Ok(()));
        assert_eq!(stamps.check(&packet(5), &files), Ok(()), "stamps may step back");
        assert_eq!(stamps.check(&packet((1 << 60) + 10 * VISITS_MAX), &files), Ok(()));
        let error = stamps.check(&packet((1 << 60) + 20 * VISITS_MAX + 1), &files).unwrap_err();
        assert!(error.starts_with("a.pcap: offset 24: absurd time stamp"), "{error}");
        assert_eq!(Stamps::new(0).check(&packet(1), &files), Ok(()));
        let mut often = Stamps::new(10);
        often.check(&packet(0), &files).unwrap();
        let error = often.check(&packet(NS_PER_S), &files).unwrap_err();
        let steps = "1000000000 ns after the packet before it, expected at most 10485760 ns";
        assert!(error.contains(steps), "{error}");
        assert!(Stamps::new(0).check(&packet(STAMP_LIMIT_NS), &files).is_err());
    }
}
