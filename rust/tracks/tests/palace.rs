//! The published C++ tracker's own output on one clip: same ids in the same order, same boxes.
//!
//! The fixture comes from the ncnn build, whose deviations from the Python original are
//! [`Mode::ParityCpp`](sightline_tracks::Mode::ParityCpp). It computes in f32, and both files have six significant
//! digits, so that a coordinate above 1000 is known to 0.005 on either side.

#![expect(clippy::unwrap_used, reason = "a test may stop where it fails")]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sightline_detections::Detections;
use sightline_tracks::{ByteTrack, ByteTrackSpec};

const FRAME_NS: i64 = 33_333_333;

/// Rows of one file by frame.
type Rows<'a> = BTreeMap<i64, Vec<&'a Value>>;

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn fixture_folder() -> Option<PathBuf> {
    let root = env::var_os("SIGHTLINE_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"),
        PathBuf::from,
    );
    let folder = root.join("tracking/palace");
    if folder.is_dir() {
        return Some(folder);
    }
    let is_required = env::var_os("SIGHTLINE_REQUIRE_FIXTURES").is_some_and(|value| value == "1");
    assert!(
        !is_required,
        "no fixtures at {}; set SIGHTLINE_FIXTURES to their folder",
        folder.display()
    );
    eprintln!(
        "skipped: no fixtures at {}; set SIGHTLINE_FIXTURES to their folder",
        folder.display()
    );
    None
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn by_frame(file: &Value) -> Rows<'_> {
    let mut rows = Rows::new();
    for row in file["results"].as_array().unwrap() {
        rows.entry(text(row, "frame_id").parse().unwrap())
            .or_default()
            .push(row);
    }
    rows
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap()
}

fn number(row: &Value, key: &str) -> f64 {
    text(row, key).parse().unwrap()
}

fn detections(rows: &[&Value]) -> Detections {
    let mut detections = Detections::default();
    for row in rows {
        let [x, y, width, height, confidence] =
            ["x", "y", "width", "height", "prob"].map(|key| text(row, key).parse::<f32>().unwrap());
        detections.push([x, y, x + width, y + height], confidence, 0);
    }
    detections
}

/// Returns half a unit of the last of six significant digits: how far off a number in the files may be.
fn written_to(value: f64) -> f64 {
    0.5 * 10_f64.powf(value.abs().max(1e-9).log10().floor() - 5.0)
}

#[test]
fn same_ids_and_boxes_as_the_published_tracker() {
    let Some(folder) = fixture_folder() else {
        return;
    };
    let (input, output) = (
        read(&folder.join("detection_results.json")),
        read(&folder.join("tracking_results.json")),
    );
    let (input, output) = (by_frame(&input), by_frame(&output));
    let mut tracker = ByteTrack::new(ByteTrackSpec::parity_cpp()).unwrap();
    let mut compared = 0;
    for frame in 0..=*input.keys().last().unwrap() {
        let rows = input.get(&frame).map_or(&[][..], Vec::as_slice);
        tracker.update(&detections(rows), frame * FRAME_NS).unwrap();
        tracker.check_invariants().unwrap();
        let expected = output.get(&frame).map_or(&[][..], Vec::as_slice);
        let ids: Vec<u64> = tracker.visible().iter().map(|track| track.id).collect();
        let expected_ids: Vec<u64> = expected
            .iter()
            .map(|row| text(row, "track_id").parse().unwrap())
            .collect();
        assert_eq!(ids, expected_ids, "frame {frame}");
        for (track, row) in tracker.visible().iter().zip(expected) {
            let [x1, y1, x2, y2] = track.xyxy;
            for (found, key) in [
                (x1, "x"),
                (y1, "y"),
                (x2 - x1, "width"),
                (y2 - y1, "height"),
            ] {
                let wanted = number(row, key);
                let error = (found - wanted).abs();
                assert!(
                    error < 1e-3 + 2.0 * written_to(wanted),
                    "frame {frame} track {}: {key} {found}, {wanted}",
                    track.id
                );
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 6008);
}
