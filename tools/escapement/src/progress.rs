//! Progress bars on terminals, for waits over a second.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Waits shorter than this show nothing.
const QUIET: Duration = Duration::from_secs(1);
/// Steps between two looks at the clock.
const STEPS_A_LOOK: u64 = 256;

/// A bar that appears after a second, on a terminal only.
pub(crate) struct Progress {
    bar: ProgressBar,
    began: Instant,
    shown: bool,
    done: u64,
}

impl Progress {
    /// A bar over `total` steps (a spinner if unknown).
    pub(crate) fn new(what: &str, unit: &str, total: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let style = match total {
            Some(_) => format!("{{msg}} [{{bar:30}}] {{human_pos}}/{{human_len}} {unit}, {{per_sec}}, {{eta}} left"),
            None => format!("{{spinner}} {{msg}} {{human_pos}} {unit}, {{per_sec}}"),
        };
        if let Ok(style) = ProgressStyle::with_template(&style) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what.to_string());
        Self { bar, began: Instant::now(), shown: false, done: 0 }
    }

    /// One step done.
    pub(crate) fn step(&mut self) {
        self.done += 1;
        if self.done % STEPS_A_LOOK == 0 {
            self.look();
        }
    }

    /// One step done that took long: looks at the clock each time.
    pub(crate) fn long_step(&mut self) {
        self.done += 1;
        self.look();
    }

    fn look(&mut self) {
        if !self.shown && self.began.elapsed() >= QUIET {
            self.shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        if self.shown {
            self.bar.set_position(self.done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
