//! A thread that ends when its owner is dropped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Longest time that a server's thread waits before it looks whether it should end.
pub(crate) const LOOK: Duration = Duration::from_millis(20);

/// A running thread; dropping it asks the thread to end and waits for that.
pub(crate) struct Running {
    flag: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread looks at.
#[derive(Clone)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    pub(crate) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Running {
    pub(crate) fn start(
        name: &str,
        work: impl FnOnce(Stop) + Send + 'static,
    ) -> std::io::Result<Self> {
        let flag = Arc::new(AtomicBool::new(false));
        let stop = Stop(Arc::clone(&flag));
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || work(stop))?;
        Ok(Self { flag, thread: Some(thread) })
    }

    /// The thread has ended by itself.
    pub(crate) fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.flag.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // a thread that panicked has said so
            let _ = thread.join();
        }
    }
}
