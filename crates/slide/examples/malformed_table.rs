//! Writes `docs/malformed.md`: what becomes of each damaged file of a folder, and why.
//!
//! `cargo run -p cytomine-slide --example malformed_table -- FOLDER > docs/malformed.md`. Times and the peak
//! memory of the process go to the error stream; they are not part of the table, so that it can be compared.
#![allow(clippy::print_stdout, clippy::print_stderr)]
#![allow(clippy::disallowed_methods, reason = "tells how long each file takes")]

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

#[path = "../tests/support/examine.rs"]
mod examine;
use examine::{Outcome, examine};

fn main() {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: malformed_table FOLDER > docs/malformed.md");
        std::process::exit(2);
    };
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    println!("# Damaged files: outcome and cause\n");
    println!(
        "Made by `cargo run -p cytomine-slide --example malformed_table -- FOLDER`, checked by the test"
    );
    println!(
        "`malformed`. *Refused*: at upload or import. *Opened*: tiles answer with an image, or with the"
    );
    println!(
        "cause shown. *Conversion fails*: accepted by its header, the conversion ends with the cause.\n"
    );
    println!("| file | outcome | why |\n|---|---|---|");
    let mut slowest = (Duration::ZERO, PathBuf::new());
    for path in files {
        let name = path.strip_prefix(&folder).unwrap_or(&path).display().to_string();
        let start = Instant::now();
        let outcome = examine(&path);
        let took = start.elapsed();
        if took > slowest.0 {
            slowest = (took, path.clone());
        }
        let (outcome, why) = describe(&outcome);
        println!("| {name} | {outcome} | {} |", why.replace('|', "\\|").replace(['\r', '\n'], " "));
    }
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("unknown").to_owned();
    eprintln!("slowest {:?} ({}); {peak}", slowest.0, slowest.1.display());
}

fn describe(outcome: &Outcome) -> (String, String) {
    match outcome {
        Outcome::Refused(error) => ("refused".to_owned(), error.to_string()),
        Outcome::ConversionFailed { format, error } => {
            (format!("{format}, conversion fails"), error.to_string())
        }
        Outcome::Opened { format, converted, tiles, failed } => {
            let how = if *converted { "converted" } else { "opened" };
            let why = match failed.first() {
                None => format!("all {tiles} tiles answer"),
                Some(error) => format!("{tiles} tiles answer, {} do not: {error}", failed.len()),
            };
            (format!("{format}, {how}"), why)
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
