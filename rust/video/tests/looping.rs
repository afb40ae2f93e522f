//! Files that start again at their end: times, numbers and the gate over the seam, and how it ends when it can't go on.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod support;

use std::path::Path;

use sightline_video::{OpenOptions, Source, Stats, VideoError, WriterOptions};
use support::{Seen, fixture, read_file, read_some, sample, scratch, small, text, write_file};

const TENTH_NS: i64 = 100_000_000;

fn looped(path: &Path, fps: Option<f64>) -> Source {
    let options = OpenOptions {
        fps,
        looped: true,
        ..OpenOptions::default()
    };
    Source::open(text(path), &options).unwrap()
}

fn play(path: &Path, fps: Option<f64>, frames: usize) -> (Vec<Seen>, Stats) {
    let mut source = looped(path, fps);
    let seen = read_some(&mut source, frames);
    (seen, source.stats().clone())
}

/// Says that every play is the file's frames again, numbered and timed behind the ones before.
#[track_caller]
fn assert_plays(seen: &[Seen], once: &[Seen], length_ns: i64) {
    for (place, frame) in seen.iter().enumerate() {
        let (number, of) = (place / once.len(), &once[place % once.len()]);
        let number = u32::try_from(number).unwrap();
        let expected = Seen {
            index: of.index + u64::from(number) * once.len() as u64,
            epoch: number,
            pts_ns: of.pts_ns + i64::from(number) * length_ns,
            ..of.clone()
        };
        assert_eq!(frame, &expected, "the frame at place {place}");
    }
}

#[test]
fn every_play_gives_the_same_pictures_one_interval_later() {
    let path = scratch("looped").join("a.mp4");
    write_file(&path, &small((10, 1)), 7);
    let once = read_file(&path, None).0;
    let (seen, stats) = play(&path, None, 24);
    assert_plays(&seen, &once, 7 * TENTH_NS);
    assert_eq!((stats.restarts, stats.frames_delivered), (3, 24));
    assert_eq!((stats.truncated, stats.decode_errors), (false, 0));
    assert_eq!(stats.warnings, Vec::<String>::new());
}

#[test]
fn every_container_can_start_again() {
    let folder = scratch("looped_containers");
    let cases = [
        ("a.mkv", "-c:v libx264 -g 12 -bf 2", 80_000_000),
        ("a.ts", "-c:v libx264 -g 12 -bf 2", 80_000_000),
        ("a.avi", "-c:v mpeg4", 40_000_000),
        ("a.h264", "-c:v libx264 -bf 0", 40_000_000),
        ("b.mkv", "-c:v mjpeg -pix_fmt yuvj420p", 40_000_000),
        ("a.gif", "", 40_000_000),
    ];
    for (name, encoding, tolerance_ns) in cases {
        let path = folder.join(name);
        if sample(&path, 25, 1, encoding).is_none() {
            continue;
        }
        let once = read_file(&path, None).0;
        let seen = play(&path, None, 2 * once.len()).0;
        let (first, second) = seen.split_at(once.len());
        assert_eq!(first, once, "{name}");
        let shift = second[0].pts_ns - once[once.len() - 1].pts_ns;
        assert!(
            (shift - 40_000_000).abs() <= tolerance_ns / 20,
            "{name}: {shift} ns over the seam"
        );
        let again = second.iter().zip(&once);
        assert!(
            again
                .clone()
                .all(|(frame, of)| frame.digest == of.digest && frame.epoch == of.epoch + 1),
            "{name}: other pictures"
        );
        let length = second[0].pts_ns - once[0].pts_ns;
        assert!(
            again
                .clone()
                .all(|(frame, of)| frame.pts_ns == of.pts_ns + length),
            "{name}: other times"
        );
        assert_eq!(second[0].index, once.len() as u64, "{name}");
    }
}

#[test]
fn the_gate_keeps_its_grid_over_the_seam() {
    let folder = scratch("looped_gate");
    for (name, codec) in [("a.mp4", None), ("intra.mp4", Some("mjpeg".to_owned()))] {
        let path = folder.join(name);
        let options = WriterOptions {
            codec,
            ..small((10, 1))
        };
        // Seven frames at ten a second, of which every fourth is due: plays start at different places of the grid.
        write_file(&path, &options, 7);
        let (seen, stats) = play(&path, Some(2.5), 10);
        for (place, frame) in (0..).zip(&seen) {
            let number = 4 * place;
            assert_eq!(frame.index, number, "{name}");
            assert_eq!(u64::from(frame.epoch), number / 7, "{name}");
            assert_eq!(
                frame.pts_ns,
                i64::try_from(number).unwrap() * TENTH_NS,
                "{name}"
            );
        }
        assert_eq!(
            (stats.frames_delivered, stats.restarts),
            (10, 36 / 7),
            "{name}"
        );
    }
}

#[test]
fn a_file_shorter_than_the_gates_period_goes_on_until_a_frame_is_due() {
    let path = scratch("looped_short").join("a.mp4");
    write_file(&path, &small((10, 1)), 1);
    let (seen, stats) = play(&path, Some(1.0), 4);
    assert_eq!(
        seen.iter().map(|frame| frame.index).collect::<Vec<_>>(),
        [0, 10, 20, 30]
    );
    assert_eq!(stats.restarts, 30);
}

#[test]
fn a_file_without_a_frame_ends_with_an_error() {
    let folder = scratch("looped_nothing");
    let path = folder.join("a.ts");
    if sample(&path, 25, 1, "-c:v libx264 -bf 0").is_none() {
        return;
    }
    // The index stays whole, and so do the parameters; every picture is noise.
    let whole = folder.join("a.mp4");
    sample(&whole, 25, 1, "-c:v mpeg4 -movflags +faststart").unwrap();
    let mut bytes = std::fs::read(&whole).unwrap();
    let start = bytes.windows(4).position(|name| name == b"mdat").unwrap() + 4;
    bytes[start..].fill(0);
    let broken = folder.join("broken.mp4");
    std::fs::write(&broken, bytes).unwrap();
    for fps in [None, Some(10.0)] {
        let mut source = looped(&broken, fps);
        let error = source.next_frame().err();
        assert!(
            matches!(error, Some(VideoError::NoFrames { .. })),
            "at {fps:?}: {error:?}"
        );
        assert!(source.next_frame().unwrap().is_none());
    }
}

#[test]
fn a_file_that_becomes_noise_ends_at_its_next_play() {
    let folder = scratch("looped_noise");
    let path = folder.join("a.mp4");
    if sample(&path, 25, 1, "-c:v mpeg4 -movflags +faststart").is_none() {
        return;
    }
    for fps in [None, Some(10.0)] {
        sample(&path, 25, 1, "-c:v mpeg4 -movflags +faststart").unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let start = bytes.windows(4).position(|name| name == b"mdat").unwrap() + 4;
        bytes[start..].fill(0);
        let mut source = looped(&path, fps);
        read_some(&mut source, 5);
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let error = loop {
            match source.next_frame() {
                Ok(frame) => assert!(frame.is_some()),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, VideoError::NoFrames { .. }), "{error}");
        assert_eq!(source.stats().restarts, 1);
    }
}

#[test]
fn a_file_that_vanishes_or_shrinks_to_nothing_ends_with_what_happened() {
    let folder = scratch("looped_gone");
    let path = folder.join("a.mp4");
    for (change, expected) in [
        ("gone", "no such file"),
        ("empty", "the file is empty"),
        ("cut", "index of this MP4 is missing"),
    ] {
        write_file(&path, &small((10, 1)), 5);
        let bytes = std::fs::read(&path).unwrap();
        let mut source = looped(&path, None);
        read_some(&mut source, 10);
        std::fs::remove_file(&path).unwrap();
        match change {
            "gone" => {}
            "empty" => std::fs::write(&path, "").unwrap(),
            _ => std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap(),
        }
        let error = source.next_frame().err().unwrap().to_string();
        assert!(
            error.contains("played 2 time(s)") && error.contains(expected),
            "{change}: {error}"
        );
        assert!(source.next_frame().unwrap().is_none(), "{change}");
    }
}

#[test]
fn a_file_that_is_replaced_is_played_as_it_is_now() {
    let folder = scratch("looped_replaced");
    let path = folder.join("a.mp4");
    write_file(&path, &small((10, 1)), 5);
    let mut source = looped(&path, None);
    read_some(&mut source, 5);
    std::fs::remove_file(&path).unwrap();
    let other = WriterOptions {
        width: 64,
        height: 48,
        ..small((5, 1))
    };
    write_file(&path, &other, 3);
    let seen = read_some(&mut source, 4);
    assert!(seen.iter().all(|frame| frame.size == (64, 48)));
    let times: Vec<_> = seen.iter().map(|frame| frame.pts_ns / TENTH_NS).collect();
    assert_eq!(times, [5, 7, 9, 11]);
    let epochs: Vec<_> = seen.iter().map(|frame| frame.epoch).collect();
    assert_eq!(epochs, [1, 1, 1, 2]);
    assert_eq!((source.info().width, source.info().frames), (64, Some(3)));
}

#[test]
fn it_stops_at_once() {
    let path = scratch("looped_stop").join("a.mp4");
    write_file(&path, &small((10, 1)), 3);
    let mut source = looped(&path, None);
    read_some(&mut source, 10);
    source.interrupter().interrupt();
    assert!(matches!(source.next_frame(), Err(VideoError::Interrupted)));
}

#[test]
fn real_videos_start_again() {
    for name in ["vtest_480x360.avi", "classroom.gif"] {
        let Some(path) = fixture(name) else {
            continue;
        };
        let once = read_file(&path, None).0;
        let seen = play(&path, None, once.len() + 50).0;
        let length = seen[once.len()].pts_ns - once[0].pts_ns;
        let last = &once[once.len() - 1];
        assert!(length > last.pts_ns && length < last.pts_ns + 1_000_000_000);
        for (frame, of) in seen[once.len()..].iter().zip(&once) {
            assert_eq!(
                (frame.epoch, frame.pts_ns, frame.digest),
                (of.epoch + 1, of.pts_ns + length, of.digest),
                "{name}"
            );
        }
    }
}
