//! The latest warnings and errors of this process, in words that may leave the house.
//!
//! Kept are time, level, place in the source, the fixed words of our own log lines, and a few fields that are numbers or
//! words of ours. Left out is every other field: names of files, which often are those of patients, addresses, and what
//! systems answered. Fixed words are a rule of this project (a test reads the sources): what varies is a field.

use std::collections::VecDeque;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// How many are kept.
const KEPT: usize = 100;

/// Fields without names of people or files.
const HARMLESS: [&str; 7] = ["attempt", "connections", "found", "job", "kind", "needed", "status"];

/// The latest lines, oldest first; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recent(Arc<Mutex<VecDeque<String>>>);

impl Recent {
    /// What listens to the log.
    pub(super) fn layer(&self) -> Listener {
        Listener(self.clone())
    }

    /// The lines.
    pub(crate) fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn push(&self, line: String) {
        // What is behind a poisoned lock is as good as any.
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}

/// Hears what is logged.
pub(super) struct Listener(Recent);

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let facts = event.metadata();
        if *facts.level() > Level::WARN {
            return;
        }
        let mut words = Words { ours: facts.target().starts_with("cytomine"), text: String::new() };
        event.record(&mut words);
        let (level, target, line) = (facts.level(), facts.target(), facts.line().unwrap_or(0));
        self.0.push(format!("{} {level} {target}:{line}{}", Timestamp::now(), words.text));
    }
}

struct Words {
    ours: bool,
    text: String,
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if !self.ours {
            return;
        }
        if field.name() == "message" {
            let _ = write!(self.text, " {value:?}");
        } else if HARMLESS.contains(&field.name()) {
            let _ = write!(self.text, " {}={value:?}", field.name());
        }
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn names_and_answers_of_others_are_left_out() {
        let recent = Recent::default();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(recent.layer()), || {
            tracing::warn!(
                job = 7,
                file = "Doe_Jane.svs",
                cause = "no such file Doe_Jane.svs",
                "a job failed"
            );
            tracing::error!(target: "sqlx", "Doe_Jane.svs");
            tracing::info!("all is well");
        });
        let text = recent.text();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("WARN") && text.contains("a job failed job=7"), "{text}");
        assert!(text.contains("ERROR sqlx:") && !text.contains("Doe"), "{text}");
    }

    #[test]
    fn the_oldest_go_first() {
        let recent = Recent::default();
        for number in 0..KEPT + 5 {
            recent.push(number.to_string());
        }
        assert!(recent.text().starts_with("5\n6\n"));
        assert_eq!(recent.text().lines().count(), KEPT);
    }
}
