//! What several tests need: small videos made on the spot, other people's videos, and a plain list of what a source gives.

#![allow(
    dead_code,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "each test file uses a part of this, a skipped test has to say so, and what fails here fails the test"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use sightline_frames::{Picture, PixelFormat};
use sightline_video::{OpenOptions, Source, Stats, Writer, WriterOptions};

/// One frame of a source: place, kind and a digest of its samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) index: u64,
    pub(crate) epoch: u32,
    pub(crate) pts_ns: i64,
    pub(crate) format: PixelFormat,
    pub(crate) size: (u32, u32),
    pub(crate) digest: u64,
}

/// Returns a folder for one test's files, empty.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Returns the samples of a picture without padding, plane after plane.
pub(crate) fn samples(picture: &Picture<'_>) -> Vec<u8> {
    let (width, height) = (picture.width(), picture.height());
    let mut samples = Vec::new();
    for (index, plane) in picture.planes().iter().enumerate() {
        let (row, rows) = picture
            .format()
            .plane_size(index, width, height)
            .unwrap_or((0, 0));
        for y in 0..rows {
            samples.extend_from_slice(&plane.data[y * plane.stride..y * plane.stride + row]);
        }
    }
    samples
}

/// Returns a number that differs when pictures do. It looks at some of the samples only, or tests would take minutes.
fn digest(picture: &Picture<'_>) -> u64 {
    samples(picture)
        .iter()
        .step_by(11)
        .fold(14_695_981_039_346_656_037, |digest: u64, &sample| {
            (digest ^ u64::from(sample)).wrapping_mul(1_099_511_628_211)
        })
}

/// Fails at the first frame that is not the expected one, and shows no more than that.
#[track_caller]
pub(crate) fn assert_same<'a>(
    seen: &[Seen],
    expected: impl IntoIterator<Item = &'a Seen>,
    what: &str,
) {
    let expected: Vec<_> = expected.into_iter().collect();
    for (place, (seen, expected)) in seen.iter().zip(&expected).enumerate() {
        assert_eq!(seen, *expected, "{what}: the frame at place {place}");
    }
    assert_eq!(seen.len(), expected.len(), "{what}: number of frames");
}

/// Reads a source to its end.
pub(crate) fn read(source: &mut Source) -> Vec<Seen> {
    read_some(source, usize::MAX)
}

/// Reads up to so many frames of a source.
pub(crate) fn read_some(source: &mut Source, frames: usize) -> Vec<Seen> {
    let mut seen = Vec::new();
    while seen.len() < frames {
        let Some(frame) = source.next_frame().unwrap() else {
            break;
        };
        let picture = frame.picture();
        seen.push(Seen {
            index: frame.index,
            epoch: frame.epoch,
            pts_ns: frame.pts_ns,
            format: picture.format(),
            size: (picture.width(), picture.height()),
            digest: digest(&picture),
        });
    }
    seen
}

/// Opens a file and reads it to its end.
pub(crate) fn read_file(path: &Path, fps: Option<f64>) -> (Vec<Seen>, Stats) {
    let options = OpenOptions {
        fps,
        ..OpenOptions::default()
    };
    let mut source = Source::open(text(path), &options).unwrap();
    let seen = read(&mut source);
    (seen, source.stats().clone())
}

/// A gradient with a block that moves: every frame differs.
pub(crate) fn test_picture(width: u32, height: u32, position: u64) -> Vec<u8> {
    let mut rgb = Vec::with_capacity((width * height * 3) as usize);
    let left = u32::try_from(position * 3 % u64::from(width)).unwrap();
    for y in 0..height {
        for x in 0..width {
            let inside = x >= left && x < left + 16 && (8..24).contains(&y);
            let slope = |at: u32, of: u32| u8::try_from(40 + 160 * at / of).unwrap();
            rgb.extend(if inside {
                [230, 40, 40]
            } else {
                [slope(x, width), slope(y, height), 90]
            });
        }
    }
    rgb
}

/// Writes `frames` test pictures.
pub(crate) fn write_file(path: &Path, options: &WriterOptions, frames: u64) {
    let mut writer = Writer::create(text(path), options).unwrap();
    for position in 0..frames {
        writer
            .write_rgb(
                &test_picture(options.width, options.height, position),
                position,
            )
            .unwrap();
    }
    writer.finish().unwrap();
}

/// What the tests write unless they say otherwise.
pub(crate) fn small(fps: (u32, u32)) -> WriterOptions {
    WriterOptions {
        width: 96,
        height: 64,
        fps,
        ..WriterOptions::default()
    }
}

/// Returns a fixture's path, or `None` where the fixtures are not on this machine.
pub(crate) fn fixture(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SIGHTLINE_FIXTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"),
        PathBuf::from,
    );
    let path = folder.join("videos").join(name);
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var("SIGHTLINE_REQUIRE_FIXTURES").is_ok_and(|value| value == "1");
    assert!(!required, "{} is missing", path.display());
    eprintln!(
        "skipped: {} is missing; set SIGHTLINE_FIXTURES",
        path.display()
    );
    None
}

/// Runs the ffmpeg program; `None` where it is missing or lacks the encoder asked for.
pub(crate) fn ffmpeg(arguments: &[&str]) -> Option<Vec<u8>> {
    let run = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(arguments)
        .output();
    match run {
        Ok(output) if output.status.success() => Some(output.stdout),
        Ok(output) => {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(
                words.contains("Unknown encoder"),
                "ffmpeg {arguments:?}: {words}"
            );
            eprintln!("skipped: {words}");
            None
        }
        Err(error) => {
            eprintln!("skipped: the ffmpeg program can't be run: {error}");
            None
        }
    }
}

/// Makes a video of moving test bars, `seconds` long, by the ffmpeg program; `encoding` is its output options.
pub(crate) fn sample(path: &Path, rate: u32, seconds: u32, encoding: &str) -> Option<()> {
    let bars = format!("testsrc2=size=160x120:rate={rate}:duration={seconds}");
    let mut all = vec!["-f", "lavfi", "-i", bars.as_str()];
    all.extend(encoding.split_whitespace());
    all.push(text(path));
    ffmpeg(&all).map(drop)
}
