//! Files that the writer makes, and what it refuses.

mod support;

use sightline_video::{VideoError, Writer, WriterOptions};
use support::{read_file, scratch, small, test_picture, text, write_file};

#[test]
fn equal_pictures_give_equal_bytes() {
    let folder = scratch("deterministic");
    for codec in ["mpeg4", "mjpeg"] {
        let options = WriterOptions {
            codec: Some(codec.to_owned()),
            ..small((25, 1))
        };
        let paths = [
            folder.join(format!("{codec}-a.mp4")),
            folder.join(format!("{codec}-b.mp4")),
        ];
        let bytes = paths.map(|path| {
            write_file(&path, &options, 30);
            std::fs::read(path).unwrap()
        });
        assert_eq!(bytes[0], bytes[1], "{codec}");
        let has_version = bytes[0]
            .windows(4)
            .any(|window| window == b"Lavf" || window == b"Lavc");
        assert!(
            !has_version,
            "{codec}: the file names the version of the library"
        );
    }
}

#[test]
fn files_say_what_their_colors_mean() {
    let folder = scratch("color_tags");
    // Primaries, transfer and matrix as in ITU-T H.273, then whether the range is full.
    let cases = [
        ("sd.mp4", "mpeg4", 64, [0, 6, 0, 6, 0, 6, 0]),
        ("hd.mp4", "mpeg4", 720, [0, 1, 0, 1, 0, 1, 0]),
        ("jpeg.mp4", "mjpeg", 64, [0, 6, 0, 6, 0, 6, 0x80]),
    ];
    for (name, codec, height, expected) in cases {
        let path = folder.join(name);
        let options = WriterOptions {
            height,
            codec: Some(codec.to_owned()),
            ..small((10, 1))
        };
        write_file(&path, &options, 2);
        let bytes = std::fs::read(path).unwrap();
        let at = bytes
            .windows(8)
            .position(|box_| box_ == b"colrnclx")
            .unwrap()
            + 8;
        assert_eq!(bytes[at..at + 7], expected, "{name}");
    }
}

#[test]
fn quality_costs_bytes() {
    let folder = scratch("quality");
    let sizes = [1, 10, 31].map(|quality| {
        let path = folder.join(format!("{quality}.mp4"));
        write_file(
            &path,
            &WriterOptions {
                quality,
                ..small((10, 1))
            },
            10,
        );
        std::fs::metadata(path).unwrap().len()
    });
    assert!(sizes[0] > sizes[1] && sizes[1] > sizes[2], "{sizes:?}");
}

#[test]
fn what_was_written_before_a_drop_can_be_played() {
    let path = scratch("dropped").join("a.mp4");
    let mut writer = Writer::create(text(&path), &small((10, 1))).unwrap();
    for position in 0..7 {
        writer
            .write_rgb(&test_picture(96, 64, position), position)
            .unwrap();
    }
    drop(writer);
    let (seen, stats) = read_file(&path, None);
    assert_eq!((seen.len(), stats.truncated), (7, false));
}

#[test]
fn a_fractional_rate_keeps_its_time() {
    let path = scratch("ntsc").join("a.mp4");
    write_file(&path, &small((30000, 1001)), 31);
    let seen = read_file(&path, None).0;
    assert_eq!(seen[30].pts_ns, 1_001_000_000);
}

#[test]
fn options_that_cannot_be_are_refused_by_name() {
    let path = scratch("options").join("a.mp4");
    let cases = [
        (
            WriterOptions {
                width: 0,
                ..small((10, 1))
            },
            "width",
        ),
        (
            WriterOptions {
                height: 10_000,
                ..small((10, 1))
            },
            "height",
        ),
        (small((0, 1)), "fps"),
        (small((10, 100_000)), "fps"),
        (
            WriterOptions {
                quality: 0,
                ..small((10, 1))
            },
            "quality",
        ),
        (
            WriterOptions {
                codec: Some("no-such".to_owned()),
                ..small((10, 1))
            },
            "codec",
        ),
    ];
    let nul = WriterOptions {
        codec: Some("mpeg4\0".to_owned()),
        ..small((10, 1))
    };
    for (options, field) in cases.into_iter().chain([(nul, "codec")]) {
        match Writer::create(text(&path), &options) {
            Err(VideoError::Option { name, .. }) => assert_eq!(name, field),
            other => panic!("{field}: {other:?}"),
        }
        assert!(!path.exists(), "{field}: a file was made all the same");
    }
}

#[test]
fn pictures_that_do_not_fit_are_refused() {
    let path = scratch("pictures").join("a.mp4");
    let mut writer = Writer::create(text(&path), &small((10, 1))).unwrap();
    let picture = test_picture(96, 64, 0);
    let short = writer.write_rgb(&picture[1..], 0).unwrap_err().to_string();
    assert!(short.contains("96×64"), "{short}");
    writer.write_rgb(&picture, 5).unwrap();
    let late = writer.write_rgb(&picture, 5).unwrap_err().to_string();
    assert!(late.contains("position"), "{late}");
    writer.write_rgb(&picture, 6).unwrap();
    writer.finish().unwrap();
    assert_eq!(read_file(&path, None).0.len(), 2);
}

#[test]
fn places_that_cannot_be_written_are_named() {
    let folder = scratch("unwritable");
    let create = |path: &str| Writer::create(path, &small((10, 1))).unwrap_err();
    assert!(matches!(
        create(text(&folder)),
        VideoError::IsDirectory { .. }
    ));
    let missing = create(text(&folder.join("no/a.mp4"))).to_string();
    assert!(missing.contains("create it first"), "{missing}");
    assert!(matches!(create("a\0b.mp4"), VideoError::Io { .. }));
    let below_a_file = folder.join("file");
    std::fs::write(&below_a_file, b"x").unwrap();
    assert!(matches!(
        create(text(&below_a_file.join("a.mp4"))),
        VideoError::Io { .. }
    ));
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    // This device refuses every write as a full disk does.
    let written = Writer::create("/dev/full", &small((10, 1))).and_then(|mut writer| {
        for position in 0..200 {
            writer.write_rgb(&test_picture(96, 64, position), position)?;
        }
        writer.finish()
    });
    assert!(matches!(written, Err(VideoError::Io { .. })), "{written:?}");
}
