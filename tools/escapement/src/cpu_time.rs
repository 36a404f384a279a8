//! Time that this thread spent on a core: on a busy machine it says more of the code than wall time does.

use std::time::Duration;

/// So far.
pub(crate) fn of_this_thread() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

#[cfg(test)]
mod tests {
    use super::of_this_thread;

    #[test]
    fn work_takes_time_and_sleep_does_not() {
        let before = of_this_thread();
        std::thread::sleep(std::time::Duration::from_millis(50));
        let slept = of_this_thread();
        assert!(slept - before < std::time::Duration::from_millis(25));
        let sum = (0..30_000_000u64).fold(0, |sum: u64, n| sum ^ std::hint::black_box(n));
        std::hint::black_box(sum);
        assert!(of_this_thread() - slept > std::time::Duration::from_millis(1));
    }
}
