//! Codecs, containers and pixel formats, each compared byte by byte with what the ffmpeg program decodes.

mod support;

use std::path::Path;

use sightline_frames::{PixelFormat, Range};
use sightline_video::{OpenOptions, Source, VideoError};
use support::{assert_same, ffmpeg, read, read_file, sample, samples, scratch, text};

/// File, how to encode it, and the codec, the format and the ffmpeg program's name of the format that come out.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    PixelFormat,
    &'static str,
);

#[rustfmt::skip]
const CASES: [Case; 14] = [
    ("a.mp4", "-c:v libx264 -pix_fmt yuv420p -bf 3", "h264", PixelFormat::I420, "yuv420p"),
    ("b.ts", "-c:v libx264 -pix_fmt yuv420p -bf 3", "h264", PixelFormat::I420, "yuv420p"),
    ("c.avi", "-c:v libx264 -pix_fmt yuv420p -bf 3", "h264", PixelFormat::I420, "yuv420p"),
    ("d.mkv", "-c:v libx264 -pix_fmt yuv444p", "h264", PixelFormat::I444, "yuv444p"),
    ("e.h264", "-c:v libx264 -pix_fmt yuv420p", "h264", PixelFormat::I420, "yuv420p"),
    ("f.mp4", "-c:v libx265 -pix_fmt yuv420p -x265-params log-level=none", "hevc", PixelFormat::I420, "yuv420p"),
    ("g.mkv", "-c:v libx265 -pix_fmt yuv420p10le -x265-params log-level=none", "hevc", PixelFormat::I42010, "yuv420p10le"),
    ("h.webm", "-c:v libvpx-vp9 -pix_fmt yuv420p -b:v 300k", "vp9", PixelFormat::I420, "yuv420p"),
    ("i.mp4", "-c:v libsvtav1 -pix_fmt yuv420p -b:v 300k", "av1", PixelFormat::I420, "yuv420p"),
    ("j.avi", "-c:v mpeg4 -bf 2 -q:v 3", "mpeg4", PixelFormat::I420, "yuv420p"),
    ("k.avi", "-c:v mjpeg -pix_fmt yuvj422p", "mjpeg", PixelFormat::I422, "yuvj422p"),
    ("l.ts", "-c:v mpeg2video -q:v 3", "mpeg2video", PixelFormat::I420, "yuv420p"),
    ("m.avi", "-c:v rawvideo -pix_fmt bgr24", "rawvideo", PixelFormat::Rgb24, "rgb24"),
    ("n.gif", "-c:v gif", "gif", PixelFormat::Rgb24, "rgb24"),
];

/// Returns all samples of a file, frame after frame, as the ffmpeg program decodes and turns it.
fn reference(path: &Path, pixels: &str) -> Option<Vec<u8>> {
    let passthrough = "-fps_mode passthrough -f rawvideo -pix_fmt";
    let mut arguments = vec!["-i", text(path)];
    arguments.extend(passthrough.split(' '));
    arguments.extend([pixels, "-"]);
    ffmpeg(&arguments)
}

/// Returns all samples of a source, frame after frame.
fn all_samples(source: &mut Source) -> Vec<u8> {
    let mut all = Vec::new();
    while let Ok(Some(frame)) = source.next_frame() {
        all.extend(samples(&frame.picture()));
    }
    assert_eq!(source.stats().warnings, Vec::<String>::new());
    all
}

fn open(path: &Path) -> Result<Source, VideoError> {
    Source::open(text(path), &OpenOptions::default())
}

#[test]
fn every_format_decodes_to_the_reference() {
    let folder = scratch("formats");
    for (name, encoding, codec, format, pixels) in CASES {
        let path = folder.join(name);
        if sample(&path, 10, 2, encoding).is_none() {
            continue;
        }
        let mut source = open(&path).unwrap();
        assert_eq!(source.info().codec, codec, "{name}");
        let seen = read(&mut source);
        assert_eq!(seen.len(), 20, "{name}");
        assert!(
            seen.iter().all(|frame| frame.format == format),
            "{name}: {:?}",
            seen[0]
        );
        let expected = reference(&path, pixels).unwrap();
        assert!(
            all_samples(&mut open(&path).unwrap()) == expected,
            "{name}: samples differ from the reference"
        );
    }
}

#[test]
fn the_gate_takes_the_same_pictures_in_every_format() {
    let folder = scratch("gated_formats");
    // A raw stream has no times of its own: libav guesses a rate, and not every version the same.
    for (name, encoding, ..) in CASES.iter().filter(|case| !case.0.ends_with("h264")) {
        let path = folder.join(name);
        if sample(&path, 10, 2, encoding).is_none() {
            continue;
        }
        let all = read_file(&path, None).0;
        let (seen, stats) = read_file(&path, Some(5.0));
        assert_same(&seen, all.iter().step_by(2), name);
        let times: Vec<_> = seen.iter().map(|frame| frame.pts_ns).collect();
        let expected: Vec<_> = (0..10).map(|k| k * 200_000_000).collect();
        assert_eq!(times, expected, "{name}");
        assert_eq!(stats.frames_delivered, 10, "{name}");
    }
}

#[test]
fn frames_that_others_do_not_need_are_not_decoded() {
    let path = scratch("skipped").join("a.mp4");
    let encoding = "-c:v libx264 -pix_fmt yuv420p -bf 3 -b_strategy 0";
    if sample(&path, 30, 3, encoding).is_none() {
        return;
    }
    let (seen, stats) = read_file(&path, Some(5.0));
    assert_eq!((seen.len(), stats.frames_gated), (15, 75));
    assert!(stats.frames_decoded < 65, "{stats:?}");
}

#[test]
fn formats_without_an_equal_are_converted() {
    let folder = scratch("converted");
    let cases = [
        ("yuv422p10le", "libx264", PixelFormat::I420),
        ("yuyv422", "rawvideo", PixelFormat::I420),
        ("rgb555le", "rawvideo", PixelFormat::Rgb24),
        ("gray", "rawvideo", PixelFormat::Gray),
    ];
    for (pixels, encoder, format) in cases {
        let path = folder.join(format!("{pixels}.mkv"));
        let encoding = format!("-c:v {encoder} -pix_fmt {pixels} -allow_raw_vfw 1");
        if sample(&path, 10, 1, &encoding).is_none() {
            continue;
        }
        let (seen, stats) = read_file(&path, None);
        assert_eq!(seen.len(), 10, "{pixels}: {stats:?}");
        assert!(
            seen.iter().all(|frame| frame.format == format),
            "{pixels}: {:?}",
            seen[0]
        );
    }
}

#[test]
fn full_range_is_told() {
    let path = scratch("full_range").join("a.mp4");
    let encoding = "-c:v libx264 -pix_fmt yuvj420p";
    if sample(&path, 10, 1, encoding).is_none() {
        return;
    }
    let mut source = open(&path).unwrap();
    let frame = source.next_frame().unwrap().unwrap();
    assert_eq!(
        (frame.picture().format(), frame.picture().range()),
        (PixelFormat::I420, Range::Full)
    );
}

#[test]
fn sideways_pictures_come_upright() {
    let folder = scratch("rotation");
    for degrees in ["90", "180", "270"] {
        let plain = folder.join("plain.mp4");
        let path = folder.join(format!("{degrees}.mp4"));
        if sample(&plain, 10, 1, "-c:v mpeg4 -q:v 3").is_none() {
            return;
        }
        let rotate = format!("rotate={degrees}");
        ffmpeg(&[
            "-i",
            text(&plain),
            "-c",
            "copy",
            "-metadata:s:v",
            &rotate,
            text(&path),
        ])
        .unwrap();
        let source = open(&path).unwrap();
        let info = source.info().clone();
        let size = if degrees == "180" {
            (160, 120)
        } else {
            (120, 160)
        };
        assert_eq!((info.width, info.height), size, "{degrees}");
        assert!(info.rotation > 0, "{degrees}: the sample is not rotated");
        let expected = reference(&path, "yuv420p").unwrap();
        assert!(
            all_samples(&mut open(&path).unwrap()) == expected,
            "{degrees}: pictures differ from the reference"
        );
    }
}

#[test]
fn timestamps_that_start_again_start_an_epoch() {
    let folder = scratch("epochs");
    let path = folder.join("a.ts");
    if sample(&path, 10, 3, "-c:v libx264 -pix_fmt yuv420p -bf 2").is_none() {
        return;
    }
    let twice = folder.join("twice.ts");
    std::fs::write(&twice, std::fs::read(&path).unwrap().repeat(2)).unwrap();
    let once = read_file(&path, None).0;
    let seen = read_file(&twice, None).0;
    assert_eq!(seen.len(), 60);
    for (number, frame) in seen.iter().enumerate() {
        let first = &once[number % 30];
        assert_eq!(frame.epoch as usize, number / 30, "frame {number}");
        assert_eq!(
            (
                usize::try_from(frame.index).unwrap(),
                frame.pts_ns,
                frame.digest
            ),
            (number, first.pts_ns, first.digest)
        );
    }
    let gated = read_file(&twice, Some(5.0)).0;
    assert_same(&gated, seen.iter().step_by(2), "gated");
}

#[test]
fn pictures_may_change_their_size() {
    let folder = scratch("resize");
    let (large, small) = (folder.join("large.ts"), folder.join("small.ts"));
    let encoding = "-c:v libx264 -pix_fmt yuv420p";
    if sample(&large, 10, 2, encoding).is_none() {
        return;
    }
    sample(&small, 10, 2, "-c:v libx264 -pix_fmt yuv420p -s 80x60").unwrap();
    let both = folder.join("both.ts");
    std::fs::write(
        &both,
        [large, small]
            .map(|path| std::fs::read(path).unwrap())
            .concat(),
    )
    .unwrap();
    let (seen, stats) = read_file(&both, None);
    let sizes: Vec<_> = seen.iter().map(|frame| frame.size).collect();
    assert_eq!(
        sizes,
        [[(160, 120); 20], [(80, 60); 20]].concat(),
        "{stats:?}"
    );
}
