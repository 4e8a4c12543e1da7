//! Pixels over HTTP: what tiles and pictures hold, who gets them, and what clients may keep.

#![allow(clippy::unwrap_used, reason = "a test may panic anywhere, its helpers too")]

mod afar;
mod caching;
mod content;
mod pictures;
mod rights;
mod stage;
