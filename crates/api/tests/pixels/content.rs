//! What tiles hold: stored bytes where they pass through, else the box filter of what is stored.

use std::fs;

use cytomine_testkit::App;
use tiff::decoder::Decoder;
use tiff::tags::Tag;

use crate::stage::{HEIGHT, Samples, Stage, WIDTH, decode, slide};

/// Adobe marker that says: components are red, green, blue.
const APP14: [u8; 16] =
    [0xFF, 0xEE, 0x00, 0x0E, 0x41, 0x64, 0x6F, 0x62, 0x65, 0x00, 0x64, 0x80, 0x00, 0x00, 0x00, 0x00];

#[tokio::test(flavor = "multi_thread")]
async fn every_stored_tile_is_answered_as_stored_behind_its_tables() {
    let app = App::lite().await;
    let stage = Stage::new(&app).await;
    let file = fs::read(slide()).unwrap();
    let mut tiff = Decoder::new(std::io::Cursor::new(&file)).unwrap();
    let offsets = tiff.get_tag_u64_vec(Tag::TileOffsets).unwrap();
    let lengths = tiff.get_tag_u64_vec(Tag::TileByteCounts).unwrap();
    let tables = tiff.get_tag_u8_vec(Tag::JPEGTables).unwrap();
    let rgb = tiff.get_tag_u32(Tag::PhotometricInterpretation).unwrap() == 2;
    let tile_width = tiff.get_tag_u32(Tag::TileWidth).unwrap();
    let columns = WIDTH.div_ceil(tile_width);
    assert!(rgb, "the test slide has the colour trap");
    for (index, (offset, length)) in offsets.iter().zip(&lengths).enumerate() {
        let stored = &file[*offset as usize..(*offset + *length) as usize];
        let mut expected = vec![0xFF, 0xD8];
        expected.extend(APP14);
        expected.extend(&tables[2..tables.len() - 2]);
        expected.extend(&stored[2..]);
        let (tx, ty) = (index as u32 % columns, index as u32 / columns);
        let answer = stage.alice.get(&stage.native(tx, ty)).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/jpeg"));
        assert!(answer.body == expected, "tile {tx}, {ty}");
    }
}

/// Level 0, put together from its stored tiles.
async fn level(stage: &Stage) -> Samples {
    let mut whole =
        Samples { width: WIDTH, height: HEIGHT, channels: 3, data: vec![0; (WIDTH * HEIGHT * 3) as usize] };
    let tier = &stage.of_slice("pyramid.json").await.ok()["tiers"][0];
    let number = |name: &str| u32::try_from(tier[name].as_u64().unwrap()).unwrap();
    let (side, columns, rows) = (number("tile_width"), number("n_tx"), number("n_ty"));
    for ty in 0..rows {
        for tx in 0..columns {
            let tile = decode(&stage.alice.get(&stage.native(tx, ty)).await, "image/jpeg");
            let width = side.min(WIDTH - tx * side) as usize * 3;
            for y in 0..side.min(HEIGHT - ty * side) {
                let to = ((ty * side + y) as usize * WIDTH as usize + (tx * side) as usize) * 3;
                let from = y as usize * side as usize * 3;
                whole.data[to..to + width].copy_from_slice(&tile.data[from..from + width]);
            }
        }
    }
    whole
}

/// Mean squared error of a tile against the mean over squares of `step` pixels, cut at the border, in `f64`.
fn error(tile: &Samples, whole: &Samples, left: u32, top: u32, step: u32) -> f64 {
    let mut sum = 0.0;
    for y in 0..tile.height {
        for x in 0..tile.width {
            let mut mean = [0.0; 3];
            let mut count = 0.0;
            for sy in (top + y) * step..((top + y + 1) * step).min(whole.height) {
                for sx in (left + x) * step..((left + x + 1) * step).min(whole.width) {
                    count += 1.0;
                    mean.iter_mut()
                        .zip(whole.at(sx, sy))
                        .for_each(|(mean, sample)| *mean += f64::from(*sample));
                }
            }
            for (mean, sample) in mean.iter().zip(tile.at(x, y)) {
                sum += (mean / count - f64::from(*sample)).powi(2);
            }
        }
    }
    sum / f64::from(tile.width * tile.height * 3)
}

fn decibels(error: f64) -> f64 {
    10.0 * (255.0 * 255.0 / error.max(1e-9)).log10()
}

#[tokio::test(flavor = "multi_thread")]
async fn made_tiles_are_the_box_filter_of_the_stored_level() {
    let app = App::lite().await;
    let stage = Stage::new(&app).await;
    let whole = level(&stage).await;
    let mut sizes = vec![(WIDTH, HEIGHT)];
    while let Some(&(width, height)) = sizes.last()
        && width.max(height) > 256
    {
        sizes.push((width.div_ceil(2), height.div_ceil(2)));
    }
    let mut encoded = Vec::new();
    for (k, (width, height)) in sizes.iter().enumerate() {
        let zoom = sizes.len() - 1 - k;
        for ty in 0..height.div_ceil(256) {
            for tx in 0..width.div_ceil(256) {
                let address = format!("normalized-tile/zoom/{zoom}/tx/{tx}/ty/{ty}");
                let lossless = decode(&stage.of_slice(&format!("{address}.png")).await, "image/png");
                let size = (256.min(width - tx * 256), 256.min(height - ty * 256));
                assert_eq!((lossless.width, lossless.height), size, "{address}");
                let found = decibels(error(&lossless, &whole, tx * 256, ty * 256, 1 << k));
                assert!(found >= 45.0, "{address}: {found:.1} dB before encoding");
                let lossy = decode(&stage.of_slice(&format!("{address}.jpg")).await, "image/jpeg");
                encoded.push(decibels(error(&lossy, &whole, tx * 256, ty * 256, 1 << k)));
            }
        }
    }
    let mean = encoded.iter().sum::<f64>() / encoded.len() as f64;
    println!("{} tiles, {mean:.1} dB after encoding on average", encoded.len());
    assert!(mean >= 34.0, "{mean:.1} dB after encoding");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_identity_passes_through_and_other_looks_do_not() {
    let app = App::lite().await;
    let stage = Stage::new(&app).await;
    let plain = stage.of_slice("tile/level/0/tx/1/ty/1.jpg").await;
    let viewer = "channels=0,1,2&minIntensities=0,0,0&maxIntensities=255,255,255&gammas=1,1,1\
                  &colormaps=%23f00,%230f0,%2300f&zSlices=0&timepoints=0&filters=";
    let same = stage.of_slice(&format!("tile/level/0/tx/1/ty/1.jpg?{viewer}")).await;
    assert!(plain.body == same.body);
    let plain = decode(&stage.of_slice("tile/level/0/tx/1/ty/1.png").await, "image/png");
    let inverse = decode(&stage.of_slice("tile/level/0/tx/1/ty/1.png?inverse=true").await, "image/png");
    assert!(plain.data.iter().zip(&inverse.data).all(|(plain, inverse)| plain + inverse == 255));
    assert_eq!(stage.of_slice("tile/level/0/tx/1/ty/1.jpg?colormaps=JET").await.status, 501);
    assert_eq!(stage.of_slice("tile/level/0/tx/1/ty/1.jpg?gammas=x").await.status, 400);
    let small = stage.of_slice("tile/level/0/tx/4/ty/6.jpg?quality=10").await;
    let large = stage.of_slice("tile/level/0/tx/4/ty/6.jpg?quality=100").await;
    assert!(small.body.len() * 2 < large.body.len(), "{} and {} bytes", small.body.len(), large.body.len());
    assert_eq!(stage.of_slice("tile/level/0/tx/4/ty/6.jpg?quality=0").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grids_are_described_and_what_they_do_not_have_is_not_found() {
    let app = App::lite().await;
    let stage = Stage::new(&app).await;
    let pyramid = stage.of_slice("pyramid.json").await.ok();
    let expected = serde_json::json!({
        "n_tiers": 1,
        "tiers": [{
            "zoom": 0, "level": 0, "width": 2220, "height": 2967, "tile_width": 240, "tile_height": 240,
            "downsampling_factor": 1.0, "downsample": 1.0, "n_tiles": 130, "n_tx": 10, "n_ty": 13,
        }],
        "width": 2220,
        "height": 2967,
        "version": stage.version,
        "tile": {
            "path": format!(
                "/api/sliceinstance/{}/tile/level/{{level}}/tx/{{x}}/ty/{{y}}.jpg?v={}", stage.slice, stage.version
            ),
            "padded": true,
        },
    });
    assert_eq!(pyramid, expected);
    let descriptor = stage.of_slice("dzi.dzi").await;
    assert_eq!(
        String::from_utf8_lossy(&descriptor.body),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Image xmlns=\"http://schemas.microsoft.com/deepzoom/2008\" \
         Format=\"jpg\" Overlap=\"0\" TileSize=\"256\"><Size Width=\"2220\" Height=\"2967\"/></Image>\n"
    );
    let finest = decode(&stage.of_slice("dzi_files/12/0_0.png").await, "image/png");
    assert!(finest == decode(&stage.of_slice("normalized-tile/zoom/4/tx/0/ty/0.png").await, "image/png"));
    let coarsest = decode(&stage.of_slice("dzi_files/0/0_0.png").await, "image/png");
    assert_eq!((coarsest.width, coarsest.height), (1, 1));
    for (rest, words) in [
        ("tile/level/1/tx/0/ty/0.jpg", "levels 0 to 0"),
        ("tile/level/0/tx/10/ty/0.jpg", "10 columns"),
        ("normalized-tile/zoom/5/tx/0/ty/0.jpg", "zooms 0 to 4"),
        ("normalized-tile/zoom/4/tx/0/ty/12.jpg", "12 rows"),
        ("dzi_files/13/0_0.jpg", "levels 0 to 12"),
    ] {
        let answer = stage.of_slice(rest).await;
        assert_eq!(answer.status, 404, "{rest}");
        let message = answer.json()["errors"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(words), "{rest}: {message}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_tile_is_unprocessable_and_the_others_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.svs");
    let mut file = fs::read(slide()).unwrap();
    let (offset, length) = {
        let mut tiff = Decoder::new(std::io::Cursor::new(&file)).unwrap();
        let offset = tiff.get_tag_u64_vec(Tag::TileOffsets).unwrap()[11] as usize;
        (offset, tiff.get_tag_u64_vec(Tag::TileByteCounts).unwrap()[11] as usize)
    };
    file[offset..offset + length].fill(0);
    fs::write(&path, file).unwrap();
    let app = App::lite().await;
    let stage = Stage::with(&app, &path).await;
    for format in ["jpg", "png"] {
        let answer = stage.of_slice(&format!("tile/level/0/tx/1/ty/1.{format}")).await;
        assert_eq!(answer.status, 422);
        let message = answer.json()["errors"]["message"].as_str().unwrap().to_owned();
        assert!(message.starts_with("damaged: "), "{message}");
        assert_eq!(stage.of_slice(&format!("tile/level/0/tx/2/ty/1.{format}")).await.status, 200);
    }
}
