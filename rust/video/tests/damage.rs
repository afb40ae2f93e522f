//! Files that are not what they seem, or not any more.

#![allow(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod support;

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sightline_video::{OpenOptions, Source, VideoError, WriterOptions};
use support::{assert_same, ffmpeg, read_file, sample, scratch, small, text, write_file};

fn refusal(path: &Path) -> VideoError {
    Source::open(text(path), &OpenOptions::default())
        .map(drop)
        .unwrap_err()
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn what_is_no_video_is_refused_in_words() {
    let folder = scratch("no_video");
    let missing = refusal(&folder.join("missing.mp4"));
    assert!(matches!(missing, VideoError::NotFound { .. }), "{missing}");
    assert!(missing.to_string().contains("missing.mp4"), "{missing}");
    assert!(matches!(refusal(&folder), VideoError::IsDirectory { .. }));
    assert!(matches!(
        refusal(&file(&folder, "empty.mp4", b"")),
        VideoError::Empty { .. }
    ));
    let prose = "These are words and no pictures.\n".repeat(500);
    let zeros = vec![0; 50_000];
    let noise: Vec<u8> = (0..50_000_u32)
        .map(|k| k.wrapping_mul(2_654_435_761).to_le_bytes()[3])
        .collect();
    let cases: [(&str, &[u8]); 5] = [
        ("prose.mp4", prose.as_bytes()),
        ("prose.txt", prose.as_bytes()),
        ("zeros.mp4", &zeros),
        ("noise.avi", &noise),
        ("short.mkv", b"\x1a\x45"),
    ];
    for (name, bytes) in cases {
        let error = refusal(&file(&folder, name, bytes));
        assert!(
            matches!(error, VideoError::NotAVideo { .. }),
            "{name}: {error}"
        );
        assert!(
            error.to_string().contains("expected MP4"),
            "{name}: {error}"
        );
    }
}

#[test]
fn a_playlist_does_not_open_other_files() {
    let folder = scratch("playlist");
    let video = folder.join("secret.mp4");
    write_file(&video, &small((10, 1)), 3);
    let hls = format!(
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{}\n#EXT-X-ENDLIST\n",
        text(&video)
    );
    let concat = format!("ffconcat version 1.0\nfile '{}'\n", text(&video));
    for (name, words) in [("a.m3u8", hls), ("a.ffconcat", concat)] {
        let error = refusal(&file(&folder, name, words.as_bytes()));
        assert!(
            matches!(error, VideoError::NotAVideo { .. }),
            "{name}: {error}"
        );
    }
    let address = format!("concat:{}", text(&video));
    let error = Source::open(&address, &OpenOptions::default())
        .map(drop)
        .unwrap_err();
    assert!(matches!(error, VideoError::NotFound { .. }), "{error}");
}

#[test]
fn sound_without_pictures_is_refused() {
    let path = scratch("sound").join("a.mp4");
    if ffmpeg(&[
        "-f",
        "lavfi",
        "-i",
        "sine=duration=1",
        "-c:a",
        "aac",
        text(&path),
    ])
    .is_none()
    {
        return;
    }
    let error = refusal(&path);
    assert!(matches!(error, VideoError::NoVideoStream { .. }), "{error}");
    assert!(error.to_string().contains("audio (aac)"), "{error}");
}

#[test]
fn an_unknown_codec_is_named() {
    let folder = scratch("codec");
    let known = folder.join("known.mp4");
    write_file(&known, &small((10, 1)), 3);
    let mut bytes = std::fs::read(&known).unwrap();
    for (name, other) in [(b"mp4v", b"ZyZ1"), (b"esds", b"free")] {
        let at = bytes.windows(4).position(|window| window == name).unwrap();
        bytes[at..at + 4].copy_from_slice(other);
    }
    let error = refusal(&file(&folder, "unknown.mp4", &bytes));
    assert!(
        matches!(error, VideoError::UnsupportedCodec { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("ZyZ1"), "{error}");
}

#[test]
fn an_mp4_without_its_end_is_incomplete() {
    let folder = scratch("incomplete");
    let whole = folder.join("whole.mp4");
    write_file(&whole, &small((10, 1)), 50);
    let bytes = std::fs::read(&whole).unwrap();
    let error = refusal(&file(&folder, "half.mp4", &bytes[..bytes.len() / 2]));
    assert!(matches!(error, VideoError::Incomplete { .. }), "{error}");
}

/// Cuts a file made by the ffmpeg program in half and returns how many of 60 frames can be read, and what is said.
fn read_half(name: &str, encoding: &str) -> Option<(usize, sightline_video::Stats)> {
    let whole = scratch(&format!("half_{name}")).join(name);
    sample(&whole, 30, 2, encoding)?;
    let (all, stats) = read_file(&whole, None);
    assert_eq!(
        (all.len(), stats.truncated),
        (60, false),
        "{name}: {stats:?}"
    );
    let bytes = std::fs::read(&whole).unwrap();
    let half = whole.with_file_name(format!("cut-{name}"));
    std::fs::write(&half, &bytes[..bytes.len() * 55 / 100]).unwrap();
    let (seen, stats) = read_file(&half, None);
    // The last frame may lack its end.
    let sound = seen.len().saturating_sub(1);
    assert_same(&seen[..sound], &all[..sound], name);
    Some((seen.len(), stats))
}

#[test]
fn what_is_left_of_a_cut_file_is_read() {
    let cases: [(&str, &str); 5] = [
        ("fast.mp4", "-c:v mpeg4 -q:v 3 -movflags faststart"),
        ("a.avi", "-c:v mpeg4 -q:v 3"),
        ("b.avi", "-c:v mjpeg"),
        ("a.mkv", "-c:v mpeg4 -q:v 3"),
        ("a.ts", "-c:v mpeg2video -q:v 3"),
    ];
    for (name, encoding) in cases {
        let Some((frames, stats)) = read_half(name, encoding) else {
            continue;
        };
        assert!((20..55).contains(&frames), "{name}: {frames} frames");
        // A transport stream does not say how long it is to be.
        assert_eq!(stats.truncated, !name.ends_with("ts"), "{name}: {stats:?}");
        assert!(
            stats.truncated != stats.warnings.is_empty() || name.ends_with("ts"),
            "{name}: {stats:?}"
        );
        assert!(stats.warnings.len() <= 17, "{name}: {stats:?}");
    }
}

#[test]
fn damage_in_the_middle_costs_only_the_middle() {
    let folder = scratch("middle");
    let whole = folder.join("whole.mp4");
    write_file(
        &whole,
        &WriterOptions {
            quality: 1,
            ..small((10, 1))
        },
        200,
    );
    let all = read_file(&whole, None).0;
    let mut bytes = std::fs::read(&whole).unwrap();
    let middle = bytes.len() * 2 / 5;
    for (k, byte) in bytes[middle..middle + 3000].iter_mut().enumerate() {
        *byte = k.wrapping_mul(89).to_le_bytes()[0];
    }
    let (seen, stats) = read_file(&file(&folder, "damaged.mp4", &bytes), None);
    assert!(
        stats.decode_errors > 0 && !stats.warnings.is_empty(),
        "{stats:?}"
    );
    assert!(
        stats.warnings.iter().all(|line| line.starts_with("at ")),
        "{stats:?}"
    );
    assert!(seen.len() > 150, "{} frames", seen.len());
    assert_same(&seen[..20], &all[..20], "before the damage");
    // The next key frame after the damage mends it; numbers and times are those of the whole file.
    assert_same(&seen[seen.len() - 40..], &all[160..], "after the damage");
}

#[test]
fn an_address_that_is_no_file_is_refused_without_its_password() {
    let error = Source::open(
        "ftp://user:secret@10.0.0.7/stream1",
        &OpenOptions::default(),
    )
    .map(drop)
    .unwrap_err();
    assert!(
        matches!(error, VideoError::UnsupportedScheme { .. }),
        "{error}"
    );
    assert!(!error.to_string().contains("secret"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_damage_reading_ends_in_order(
        codec in prop_oneof!["mpeg4", "mjpeg"],
        hits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60),
        fps in prop_oneof![Just(None), Just(Some(4.0))],
    ) {
        let folder = scratch("any_damage");
        let path = folder.join("a.mp4");
        write_file(&path, &WriterOptions { codec: Some(codec), ..small((10, 1)) }, 12);
        let mut bytes = std::fs::read(&path).unwrap();
        for (at, value) in &hits {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        std::fs::write(&path, &bytes).unwrap();
        let options = OpenOptions { fps, ..OpenOptions::default() };
        if let Ok(mut source) = Source::open(text(&path), &options) {
            let mut before = None;
            // A damaged header may promise anything; what is read is bounded by the file.
            while let Some(frame) = source.next_frame().unwrap() {
                let now = (frame.epoch, frame.pts_ns, frame.index);
                if let Some((epoch, pts_ns, index)) = before {
                    prop_assert!(now.2 > index);
                    prop_assert!(now.0 > epoch || now.1 > pts_ns);
                }
                before = Some(now);
            }
            prop_assert!(source.stats().warnings.len() <= 17);
        }
    }
}
