//! CPU time per tile of a slide, on random tiles: `tile_cpu SLIDE [COUNT]`. Not wall time, so that it can be
//! read on a busy machine. Prints the resident memory after each kind, too.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{fs, path::PathBuf};

use cytomine_slide::{Area, Limits, Output, RecipeKind, Request, Slide};

/// Nanoseconds this thread has run.
fn cpu() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split_whitespace().next().and_then(|field| field.parse().ok()).unwrap_or(0)
}

fn resident() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmRSS")).unwrap_or("unknown").to_owned()
}

fn main() -> cytomine_slide::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let Some(path) = arguments.next().map(PathBuf::from) else {
        eprintln!("usage: tile_cpu SLIDE [COUNT]");
        std::process::exit(2);
    };
    let count: u32 = arguments.next().and_then(|count| count.to_str()?.parse().ok()).unwrap_or(1000);
    let start = cpu();
    let slide = Slide::open_path(&path, &Limits::default())?;
    println!("open: {:.3} ms, {}", (cpu() - start) as f64 / 1e6, resident());
    // A linear congruential generator: the same tiles in every run.
    let mut state = 1_u64;
    let mut random = |below: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(below.max(1))) as u32
    };
    let native = slide.levels()[0];
    let mut kinds: Vec<(String, Vec<Request>)> = vec![(
        "native, level 0".to_owned(),
        (0..count)
            .map(|_| Area::Native { level: 0, tx: random(native.columns), ty: random(native.rows) }.into())
            .collect(),
    )];
    for tier in slide.tiers().iter().take(6) {
        let tiles = (0..count).map(|_| {
            let (tx, ty) = (random(tier.columns), random(tier.rows));
            Area::Normalized { zoom: tier.zoom, tx, ty }.into()
        });
        kinds.push((
            format!("normalized, zoom {} ({} x {})", tier.zoom, tier.width, tier.height),
            tiles.collect(),
        ));
    }
    for (name, requests) in kinds {
        let (mut passed, mut bytes) = (0, 0);
        let start = cpu();
        for request in &requests {
            let plan = slide.plan(request, Output::JPEG)?;
            passed += u32::from(plan.kind() == RecipeKind::PassThrough);
            bytes += plan.finish(&slide.fetch(&plan)?)?.bytes.len();
        }
        let per_tile = (cpu() - start) as f64 / 1e6 / f64::from(count);
        println!(
            "{name}: {per_tile:.4} ms, {passed} of {count} passed through, {} B, {}",
            bytes as u64 / u64::from(count),
            resident()
        );
    }
    Ok(())
}
