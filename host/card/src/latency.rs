//! Latency in core cycles, as counts per cycle.

/// Counts by number of core cycles; the last bucket holds everything longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CycleHistogram {
    buckets: Vec<u64>,
}

impl CycleHistogram {
    /// From counts by cycle; `buckets[n]` is the number of samples of `n` cycles.
    #[must_use]
    pub fn from_buckets(buckets: Vec<u64>) -> Self {
        Self { buckets }
    }

    /// Number of samples.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// Smallest number of cycles that at least `quantile` (0..=1) of the samples do not exceed; `None` without samples.
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> Option<u64> {
        let total = self.count();
        if total == 0 {
            return None;
        }
        let rank = ((quantile.clamp(0.0, 1.0) * total as f64).ceil() as u64).clamp(1, total);
        let mut seen = 0;
        for (cycles, n) in self.buckets.iter().enumerate() {
            seen += n;
            if seen >= rank {
                return Some(cycles as u64);
            }
        }
        None
    }

    /// Longest sample.
    #[must_use]
    pub fn max(&self) -> Option<u64> {
        self.buckets.iter().rposition(|&n| n != 0).map(|cycles| cycles as u64)
    }

    /// `(cycles, samples)` of every bucket that holds any, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.buckets.iter().enumerate().filter(|(_, &n)| n != 0).map(|(c, &n)| (c as u64, n))
    }
}

/// Latencies of ticks: from the last byte of the cause entering the core to the acceptance of the line at the core's
/// write port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatencyReport {
    /// All ticks of the flow.
    pub all: CycleHistogram,
    /// Ticks whose cause found the pipe empty: in whole mode the first tick of a frame, in early mode the ticks of a
    /// message, as the design defines *unloaded*.
    pub unloaded: CycleHistogram,
    /// The same by the type byte of the message that caused the tick, for types that caused any; ascending.
    pub by_type: Vec<TypeLatency>,
}

/// Latencies of the ticks that messages of one type caused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeLatency {
    /// Type byte.
    pub type_byte: u8,
    /// All ticks of the flow.
    pub all: CycleHistogram,
    /// Ticks whose cause found the pipe empty.
    pub unloaded: CycleHistogram,
}

#[cfg(test)]
mod tests {
    use super::CycleHistogram;

    #[test]
    fn quantiles_are_the_smallest_covering_bucket() {
        let mut buckets = vec![0; 64];
        buckets[18] = 50;
        buckets[20] = 49;
        buckets[40] = 1;
        let h = CycleHistogram::from_buckets(buckets);
        assert_eq!(h.count(), 100);
        assert_eq!(h.quantile(0.5), Some(18));
        assert_eq!(h.quantile(0.51), Some(20));
        assert_eq!(h.quantile(0.99), Some(20));
        assert_eq!(h.quantile(0.999), Some(40));
        assert_eq!(h.max(), Some(40));
        assert_eq!(CycleHistogram::from_buckets(vec![0; 4]).quantile(0.5), None);
    }
}
