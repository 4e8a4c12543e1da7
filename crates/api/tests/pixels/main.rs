//! Pixels over HTTP: what tiles and pictures hold, who gets them, and what clients may keep.

mod caching;
mod content;
mod pictures;
mod rights;
mod stage;
