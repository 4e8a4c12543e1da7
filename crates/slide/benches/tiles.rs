//! Cost of tiles and of the codecs under them, on the slide of the tests and, where it is named by the
//! environment variable `CYTOMINE_BENCH_SLIDE`, on a pyramid (`make_slide.py --factor 4`).
//!
//! `cargo bench -p cytomine-slide --features pure --bench tiles`

use std::{hint::black_box, path::Path, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use cytomine_slide::{
    Area, Limits, Output, Region, Request, Slide,
    codec::{
        Channels, Raster,
        jpeg::{JpegCodec, Subsampling},
    },
};

fn backends() -> Vec<&'static dyn JpegCodec> {
    vec![
        #[cfg(feature = "turbojpeg")]
        &cytomine_slide::codec::jpeg::Turbo,
        #[cfg(feature = "pure")]
        &cytomine_slide::codec::jpeg::Pure,
    ]
}

fn open(path: impl AsRef<Path>) -> Arc<Slide> {
    Arc::new(Slide::open_path(path.as_ref(), &Limits::default()).expect("the slide opens"))
}

fn small() -> Arc<Slide> {
    open(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/CMU-1-Small-Region.svs"))
}

fn codecs(criterion: &mut Criterion) {
    let slide = small();
    let stored = slide.render(&Area::Native { level: 0, tx: 3, ty: 4 }.into(), Output::JPEG).expect("a tile");
    let pixels = slide.pixels(Region::new(700, 900, 256, 256, 256, 256)).expect("a region");
    let raster = Raster::new(256, 256, Channels::Rgb, pixels.data()).expect("256 x 256");
    for codec in backends() {
        let name = codec.name();
        let mut out = Vec::new();
        criterion.bench_function(&format!("decode 240 px/{name}"), |b| {
            b.iter(|| codec.decode(black_box(&stored.bytes), Channels::Rgb, &mut out).expect("a JPEG"));
        });
        for (quality, subsampling) in
            [(85, Subsampling::Both), (90, Subsampling::Both), (95, Subsampling::None)]
        {
            criterion.bench_function(&format!("encode 256 px q{quality} {subsampling:?}/{name}"), |b| {
                b.iter(|| codec.encode(black_box(raster), quality, subsampling).expect("a JPEG"));
            });
        }
    }
}

fn requests(criterion: &mut Criterion) {
    let slide = small();
    let top = slide.tiers()[0].zoom;
    let mut bench = |name: &str, slide: &Arc<Slide>, area: Area, output: Output| {
        let request = Request::from(area);
        criterion.bench_function(name, |b| {
            b.iter(|| slide.render(black_box(&request), output).expect("an image"));
        });
    };
    let native = Area::Native { level: 0, tx: 3, ty: 4 };
    bench("native, passed through", &slide, native, Output::JPEG);
    bench(
        "level 0, normalized from 240 px",
        &slide,
        Area::Normalized { zoom: top, tx: 3, ty: 4 },
        Output::JPEG,
    );
    bench(
        "factor 2, normalized from 240 px",
        &slide,
        Area::Normalized { zoom: top - 1, tx: 1, ty: 2 },
        Output::JPEG,
    );
    bench("thumbnail 256", &slide, Area::Region(Region::new(0, 0, 2220, 2967, 192, 256)), Output::JPEG);
    bench("native as PNG", &slide, native, Output::Png);
    bench("native as WebP", &slide, native, Output::WebP);
    let Some(path) = std::env::var_os("CYTOMINE_BENCH_SLIDE") else { return };
    let slide = open(path);
    let top = slide.tiers()[0].zoom;
    let last = Area::Normalized { zoom: top, tx: slide.tiers()[0].columns - 1, ty: 4 };
    bench("pyramid: passed through", &slide, Area::Normalized { zoom: top, tx: 9, ty: 9 }, Output::JPEG);
    bench("pyramid: edge tile", &slide, last, Output::JPEG);
    bench("pyramid: factor 2", &slide, Area::Normalized { zoom: top - 1, tx: 5, ty: 5 }, Output::JPEG);
}

criterion_group!(benches, codecs, requests);
criterion_main!(benches);
