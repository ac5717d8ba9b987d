//! A progress bar on a terminal, nothing elsewhere.

use std::io::{self, IsTerminal};

use bandwise::simulation::Observer;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows how far the draws have come.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar that appears with the first draw, if standard error is a terminal.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} draws, {eta} left")
            .expect("the template is well formed");
        bar.set_style(style);
        bar.set_message("Simulating");
        Self(bar)
    }
}

impl Observer for Bar {
    fn begin(&self, draws: u64) {
        self.0.set_length(draws);
        if io::stderr().is_terminal() {
            self.0.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    fn advance(&self, draws: u64) {
        self.0.inc(draws);
    }

    fn end(&self) {
        self.0.finish_and_clear();
    }
}
