//! Frames, their times and the gate, on files that the writer made.

mod support;

use sightline_frames::{Matrix, PixelFormat, Range, rgb_from_picture};
use sightline_video::{OpenOptions, Source, VideoError, Writer, WriterOptions};
use support::{assert_same, read, read_file, scratch, small, test_picture, text, write_file};

#[test]
fn a_source_can_move_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Source>();
    is_send::<Writer>();
}

#[test]
fn what_was_written_is_read() {
    let path = scratch("round_trip").join("a.mp4");
    write_file(&path, &small((10, 1)), 25);
    let mut source = Source::open(text(&path), &OpenOptions::default()).unwrap();
    let info = source.info().clone();
    assert_eq!(
        (info.width, info.height, info.codec.as_str()),
        (96, 64, "mpeg4")
    );
    assert_eq!(
        (info.frame_rate, info.duration_ns, info.frames),
        (Some(10.0), Some(2_500_000_000), Some(25))
    );
    assert_eq!(info.rotation, 0);
    let seen = read(&mut source);
    assert_eq!(seen.len(), 25);
    for (position, frame) in (0_i64..).zip(&seen) {
        assert_eq!(frame.index, position.unsigned_abs());
        assert_eq!((frame.epoch, frame.pts_ns), (0, position * 100_000_000));
        assert_eq!((frame.format, frame.size), (PixelFormat::I420, (96, 64)));
    }
    let stats = source.stats();
    assert_eq!(
        (stats.packets, stats.frames_decoded, stats.frames_delivered),
        (25, 25, 25)
    );
    assert_eq!(
        (stats.frames_gated, stats.decode_errors, stats.truncated),
        (0, 0, false)
    );
    assert_eq!(stats.warnings, Vec::<String>::new());
    assert!(source.next_frame().unwrap().is_none());
}

#[test]
fn a_uri_of_a_file_is_read_too() {
    let path = scratch("file_uri").join("12:30 crème.mp4");
    write_file(&path, &small((10, 1)), 3);
    assert_eq!(read_file(&path, None).0.len(), 3);
    let uri = format!("file://{}", text(&path));
    let mut source = Source::open(&uri, &OpenOptions::default()).unwrap();
    assert_eq!(read(&mut source).len(), 3);
}

#[test]
fn the_gate_halves_ten_to_five() {
    let path = scratch("ten_to_five").join("a.mp4");
    write_file(&path, &small((10, 1)), 20);
    let all = read_file(&path, None).0;
    let (seen, stats) = read_file(&path, Some(5.0));
    assert_same(&seen, all.iter().step_by(2), "5 of 10");
    assert_eq!(seen[1].pts_ns, 200_000_000);
    assert_eq!((stats.frames_delivered, stats.frames_gated), (10, 10));
}

#[test]
fn the_gate_thirds_thirty_to_ten() {
    let path = scratch("thirty_to_ten").join("a.mp4");
    write_file(&path, &small((30, 1)), 31);
    let all = read_file(&path, None).0;
    assert_eq!(all[1].pts_ns, 33_333_333);
    let (seen, stats) = read_file(&path, Some(10.0));
    assert_same(&seen, all.iter().step_by(3), "10 of 30");
    assert_eq!(
        seen.iter()
            .map(|frame| frame.pts_ns)
            .take(4)
            .collect::<Vec<_>>(),
        [0, 100_000_000, 200_000_000, 300_000_000]
    );
    assert_eq!((stats.frames_delivered, stats.frames_gated), (11, 20));
}

#[test]
fn the_gate_looks_at_time_and_not_at_numbers() {
    let path = scratch("uneven").join("a.mp4");
    let options = small((10, 1));
    let mut writer = Writer::create(text(&path), &options).unwrap();
    for position in [0, 1, 5, 6, 7, 8, 20] {
        writer
            .write_rgb(&test_picture(96, 64, position), position)
            .unwrap();
    }
    writer.finish().unwrap();
    let seen = read_file(&path, Some(5.0)).0;
    let tenths: Vec<_> = seen
        .iter()
        .map(|frame| frame.pts_ns / 100_000_000)
        .collect();
    assert_eq!(tenths, [0, 5, 6, 8, 20]);
    assert_eq!(
        seen.iter().map(|frame| frame.index).collect::<Vec<_>>(),
        [0, 2, 3, 5, 6]
    );
}

#[test]
fn a_gate_above_the_rate_lets_all_through() {
    let path = scratch("wide_gate").join("a.mp4");
    write_file(&path, &small((30000, 1001)), 40);
    for fps in [30000.0 / 1001.0, 30.0, 1000.0] {
        let (seen, stats) = read_file(&path, Some(fps));
        assert_eq!((seen.len(), stats.frames_gated), (40, 0), "at {fps} fps");
    }
}

#[test]
fn intra_frames_that_are_not_due_are_not_decoded() {
    let path = scratch("intra").join("a.mp4");
    let options = WriterOptions {
        codec: Some("mjpeg".to_owned()),
        ..small((30, 1))
    };
    write_file(&path, &options, 30);
    let all = read_file(&path, None).0;
    let (seen, stats) = read_file(&path, Some(10.0));
    assert_same(&seen, all.iter().step_by(3), "10 of 30");
    assert_eq!(
        (stats.packets, stats.frames_decoded, stats.frames_gated),
        (30, 10, 20)
    );
}

#[test]
fn colors_survive_the_round_trip() {
    let folder = scratch("colors");
    let cases = [
        ("sd.mp4", None, (64, 64), Matrix::Bt601, Range::Limited),
        ("hd.mp4", None, (64, 720), Matrix::Bt709, Range::Limited),
        (
            "jpeg.mp4",
            Some("mjpeg"),
            (64, 64),
            Matrix::Bt601,
            Range::Full,
        ),
        ("odd.mp4", None, (33, 17), Matrix::Bt601, Range::Limited),
    ];
    for (name, codec, (width, height), matrix, range) in cases {
        let path = folder.join(name);
        let options = WriterOptions {
            width,
            height,
            codec: codec.map(str::to_owned),
            quality: 1,
            ..WriterOptions::default()
        };
        let color = [200, 60, 120];
        let mut writer = Writer::create(text(&path), &options).unwrap();
        writer
            .write_rgb(&color.repeat((width * height) as usize), 0)
            .unwrap();
        writer.finish().unwrap();
        let mut source = Source::open(text(&path), &OpenOptions::default()).unwrap();
        let frame = source.next_frame().unwrap().unwrap();
        let picture = frame.picture();
        assert_eq!(
            (picture.matrix(), picture.range()),
            (matrix, range),
            "{name}"
        );
        let mut rgb = vec![0; (width * height * 3) as usize];
        rgb_from_picture(&picture, &mut rgb).unwrap();
        let off = rgb
            .iter()
            .zip(color.iter().cycle())
            .map(|(a, b)| a.abs_diff(*b))
            .max()
            .unwrap();
        assert!(off <= 4, "{name}: off by {off}");
    }
}

#[test]
fn threads_change_nothing() {
    let path = scratch("threads").join("a.mp4");
    write_file(&path, &small((10, 1)), 20);
    let options = OpenOptions {
        threads: 4,
        ..OpenOptions::default()
    };
    let mut source = Source::open(text(&path), &options).unwrap();
    assert_same(&read(&mut source), &read_file(&path, None).0, "4 threads");
}

#[test]
fn an_interrupted_source_stops() {
    let path = scratch("interrupt").join("a.mp4");
    write_file(&path, &small((10, 1)), 20);
    let mut source = Source::open(text(&path), &OpenOptions::default()).unwrap();
    let interrupter = source.interrupter();
    let reader = std::thread::spawn(move || {
        let first = source.next_frame().map(|frame| frame.is_some());
        interrupter.interrupt();
        let second = source.next_frame().map(|frame| frame.is_some());
        (first, second, source.interrupter().is_interrupted())
    });
    let (first, second, is_interrupted) = reader.join().unwrap();
    assert!(first.unwrap());
    assert!(matches!(second, Err(VideoError::Interrupted)));
    assert!(is_interrupted);
}
