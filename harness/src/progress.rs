//! Progress on standard error: a bar on a terminal, a line per row elsewhere.

use std::io::{self, IsTerminal};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use evidence::count;
use indicatif::{ProgressBar, ProgressStyle};
use verify::terminal::tell;

use crate::suite::Event;

/// Shows events until the run is over.
pub fn show(events: &Receiver<Event>) {
    if io::stderr().is_terminal() {
        bar(events);
    } else {
        lines(events);
    }
}

/// A bar of packets for a terminal, whose clock runs while a long one is read; nothing is
/// shown where standard error is none.
pub fn packets(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(count as u64);
    let template = "{spinner} {pos}/{len} packets  {elapsed}  {wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(TICK);
    bar
}

const TICK: Duration = Duration::from_millis(200);

fn bar(events: &Receiver<Event>) {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} sandboxes  {elapsed}  {msg}") {
        bar.set_style(style);
    }
    for event in events {
        match event {
            Event::Started { launches, .. } => bar.set_length(launches as u64),
            Event::Launched { id } => {
                bar.set_message(id);
                bar.inc(1);
            }
            Event::Judged { .. } => {}
        }
    }
    bar.finish_and_clear();
}

fn lines(events: &Receiver<Event>) {
    for event in events {
        match event {
            Event::Started { cases, launches } => {
                let (cases, launches) = (count(cases, "row"), count(launches, "sandbox"));
                tell(&format!("{cases}, {launches}"));
            }
            Event::Launched { .. } => {}
            Event::Judged { case, verdict } => tell(&format!("{case} {verdict}")),
        }
    }
}
