//! The hot path: no allocation, no register read, and a doorbell each quarter ring only.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use escapement_card::{AccessCounts, Counted, Driver, Injector, RingEvent, RingMode, SoftCard};

use support::market::{Market, Weather};
use support::{card_config, Feed};

/// Counts the allocations of each thread.
struct CountingAllocator;

thread_local! {
    /// Of this thread: the test harness's own thread allocates while the test begins.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[test]
fn polling_allocates_nothing_reads_no_register_and_makes_no_system_call() {
    const LINES_LOG2: u8 = 12;
    let config = card_config(Feed::Deep, 6, LINES_LOG2, RingMode::Credit);
    let mut driver = Driver::open(Counted::new(SoftCard::new())).unwrap();
    driver.configure(&config).unwrap();
    driver.start().unwrap();
    let mut market = Market::new(1, Feed::Deep, Weather::Calm, 6);

    let (mut lines, mut polls, mut allocated) = (0u64, 0u64, 0u64);
    let mut accesses = AccessCounts::default();
    let mut sum = 0u64;
    while polls < 1_000_000 {
        for _ in 0..1_000 {
            let frame = market.frame();
            // The soft card itself may allocate: it is not on the host's hot path.
            driver.device_mut().inner_mut().inject(&frame.as_frame()).unwrap();
        }
        let (allocations, before) = (ALLOCATIONS.get(), driver.device_mut().counts());
        for _ in 0..50_000 {
            polls += 1;
            if let Some(RingEvent::Line { line, .. }) = driver.poll().unwrap() {
                lines += 1;
                sum = sum.wrapping_add(u64::from(line.bytes()[20]));
            }
        }
        allocated += ALLOCATIONS.get() - allocations;
        let after = driver.device_mut().counts();
        accesses.bar_reads += after.bar_reads - before.bar_reads;
        accesses.bar_writes += after.bar_writes - before.bar_writes;
        accesses.config += after.config - before.config;
        accesses.dma += after.dma - before.dma;
    }
    assert!(lines > 5_000, "{lines} lines, {sum}");
    assert_eq!(accesses.bar_reads, 0);
    assert_eq!((accesses.config, accesses.dma), (0, 0));
    assert_eq!(accesses.bar_writes, lines / ((1 << LINES_LOG2) / 4));
    // The soft card's bus writes (a doorbell that lets lines out) run inside poll here; the driver's own part allocates
    // nothing, and neither does the card's.
    assert_eq!(allocated, 0);

    for _ in 0..500 {
        let frame = market.frame();
        driver.device_mut().inner_mut().inject(&frame.as_frame()).unwrap();
    }
    let before = driver.next_line();
    let after = poll_where_system_calls_kill(driver);
    assert!(after > before + 200, "{before} {after}");
}

/// Polls on a thread whose every system call but read, write and exit would kill the process (strict seccomp); returns
/// the number of the next line after.
fn poll_where_system_calls_kill(mut driver: Driver<Counted<SoftCard>>) -> u64 {
    static NEXT_LINE: AtomicU64 = AtomicU64::new(0);
    let _never_joined = std::thread::spawn(move || {
        // SAFETY: plain system calls on integers. The thread ends by the bare exit call, so nothing of it is dropped or
        // unwound afterwards; the driver is leaked.
        unsafe {
            assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_STRICT, 0, 0, 0), 0);
            for _ in 0..100_000 {
                if driver.poll().is_err() {
                    libc::syscall(libc::SYS_exit, 1);
                }
            }
            NEXT_LINE.store(driver.next_line(), Ordering::Release);
            libc::syscall(libc::SYS_exit, 0);
        }
    });
    for _ in 0..1_000 {
        let next_line = NEXT_LINE.load(Ordering::Acquire);
        if next_line != 0 {
            return next_line;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the polling thread did not end");
}
