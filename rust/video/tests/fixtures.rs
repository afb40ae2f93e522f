//! Real recordings.

mod support;

use std::path::Path;
use std::sync::OnceLock;

use sightline_frames::{Matrix, PixelFormat};
use sightline_video::{OpenOptions, Source};
use support::{Seen, assert_same, fixture, read, read_file, scratch, text};

const WALKERS: &str = "one-by-one-person-detection.mp4";
const PLAZA: &str = "vtest_480x360.avi";

/// Reads all of the walkers once for all tests.
fn all_walkers(path: &Path) -> &'static [Seen] {
    static ALL: OnceLock<Vec<Seen>> = OnceLock::new();
    ALL.get_or_init(|| read_file(path, None).0)
}

#[test]
fn walkers_are_read_whole() {
    let Some(path) = fixture(WALKERS) else { return };
    let mut source = Source::open(text(&path), &OpenOptions::default()).unwrap();
    let info = source.info().clone();
    assert_eq!(
        (info.width, info.height, info.codec.as_str()),
        (768, 432, "h264")
    );
    assert_eq!(
        (info.frame_rate, info.frames, info.rotation),
        (Some(10.0), Some(1394), 0)
    );
    let first = source.next_frame().unwrap().unwrap();
    assert_eq!(
        (first.index, first.pts_ns, first.picture().matrix()),
        (0, 0, Matrix::Bt601)
    );
    let seen = read(&mut source);
    for (position, frame) in (1_i64..).zip(&seen) {
        assert_eq!(
            (frame.index, frame.pts_ns),
            (position.unsigned_abs(), position * 100_000_000)
        );
        assert_eq!((frame.format, frame.size), (PixelFormat::I420, (768, 432)));
    }
    let stats = source.stats();
    assert_eq!(
        (stats.frames_delivered, stats.decode_errors, stats.truncated),
        (1394, 0, false)
    );
    assert!(stats.warnings.is_empty(), "{stats:?}");
}

#[test]
fn walkers_at_half_rate_are_every_other_frame() {
    let Some(path) = fixture(WALKERS) else { return };
    let all = all_walkers(&path);
    let (seen, stats) = read_file(&path, Some(5.0));
    assert_same(&seen, all.iter().step_by(2), "every other frame");
    assert_eq!((stats.frames_delivered, stats.frames_gated), (697, 697));
    assert!(
        stats.frames_decoded < 1000,
        "{} frames decoded",
        stats.frames_decoded
    );
}

/// H.264 in AVI has no PTS, and its frames come two late.
#[test]
fn the_plaza_starts_at_zero_without_pts() {
    let Some(path) = fixture(PLAZA) else { return };
    let (seen, stats) = read_file(&path, None);
    assert_eq!(seen.len(), 795);
    for (position, frame) in (0_i64..).zip(&seen) {
        assert_eq!(
            (frame.index, frame.pts_ns),
            (position.unsigned_abs(), position * 100_000_000)
        );
    }
    assert_eq!(
        (stats.decode_errors, stats.truncated, stats.warnings.len()),
        (0, false, 0)
    );
    let gated = read_file(&path, Some(5.0)).0;
    assert_same(&gated, seen.iter().step_by(2), "every other frame");
}

#[test]
fn gifs_are_read_whole() {
    let clips = [
        ("classroom.gif", 45, 2_930),
        ("face-demographics-walking.gif", 35, 2_830),
        ("people-detection.gif", 23, 1_830),
        ("store-aisle-detection.gif", 67, 4_400),
        ("worker-zone-detection.gif", 71, 4_670),
    ];
    for (name, frames, last_ms) in clips {
        let Some(path) = fixture(name) else { return };
        let (seen, stats) = read_file(&path, None);
        assert_eq!(
            (seen.len(), seen[frames - 1].pts_ns),
            (frames, last_ms * 1_000_000),
            "{name}"
        );
        assert_eq!(
            (seen[0].format, seen[0].size),
            (PixelFormat::Rgb24, (480, 270)),
            "{name}"
        );
        assert!(stats.warnings.is_empty(), "{name}: {stats:?}");
    }
}

#[test]
fn half_of_the_walkers_are_read_from_half_the_file() {
    let Some(path) = fixture(WALKERS) else { return };
    let all = all_walkers(&path);
    let bytes = std::fs::read(&path).unwrap();
    let half = scratch("half_walkers").join("half.mp4");
    std::fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    let (seen, stats) = read_file(&half, None);
    assert!((600..1000).contains(&seen.len()), "{} frames", seen.len());
    let sound = seen.len() - 5;
    assert_same(&seen[..sound], &all[..sound], "up to the cut");
    assert!(stats.truncated && !stats.warnings.is_empty(), "{stats:?}");
}

#[test]
fn half_of_the_plaza_is_read_from_half_the_file() {
    let Some(path) = fixture(PLAZA) else { return };
    let all = read_file(&path, None).0;
    let bytes = std::fs::read(&path).unwrap();
    let half = scratch("half_plaza").join("half.avi");
    std::fs::write(&half, &bytes[..bytes.len() / 2]).unwrap();
    let (seen, stats) = read_file(&half, None);
    assert!((300..600).contains(&seen.len()), "{} frames", seen.len());
    // The frames next to the cut lack references.
    let sound = seen.len() - 5;
    assert_same(&seen[..sound], &all[..sound], "up to the cut");
    assert!(stats.truncated && !stats.warnings.is_empty(), "{stats:?}");
}

#[test]
fn noise_in_the_walkers_costs_few_frames() {
    let Some(path) = fixture(WALKERS) else { return };
    let all = all_walkers(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 4096] {
        *byte = byte.wrapping_mul(31).wrapping_add(7);
    }
    let damaged = scratch("noisy_walkers").join("noisy.mp4");
    std::fs::write(&damaged, &bytes).unwrap();
    let (seen, stats) = read_file(&damaged, None);
    assert!(seen.len() >= 1390, "{} frames", seen.len());
    assert!(
        stats.decode_errors > 0 && !stats.warnings.is_empty(),
        "{stats:?}"
    );
    assert!(!stats.truncated, "{stats:?}");
    assert_eq!(
        (seen[0].clone(), seen[seen.len() - 1].clone()),
        (all[0].clone(), all[1393].clone())
    );
}
