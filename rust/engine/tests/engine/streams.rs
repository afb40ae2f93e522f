//! Two made videos: turns, order, early stops.

use std::time::Duration;

use sightline_detections::{Detections, StationarySpec};
use sightline_engine::{
    Batch, Engine, EngineError, Output, RecordedFrame, Replay, Step, StreamSpec, TensorBuffer,
};
use sightline_geometry::Point;
use sightline_ground::GroundPlane;
use sightline_video::OpenOptions;
use sightline_zones::{ExitReason, FactKind, GroundSpec, LineSpec, SceneSpec};

use crate::made::{Order, Video, WAIT, middle, spec, walker};

/// Runs to the end; returns the order of (stream, frame) and all facts with their stream.
fn run(engine: &mut Engine) -> (Order, Vec<(usize, FactKind)>) {
    let (mut order, mut facts) = (Vec::new(), Vec::new());
    while !engine.is_finished() {
        let batch = engine.next_batch(WAIT).expect("a batch in time");
        order.extend(batch.tags().map(|tag| (tag.stream, tag.index)));
        let step = engine
            .advance(&batch, Output::Detections(walker(&batch)))
            .unwrap();
        facts.extend(
            step.facts
                .iter()
                .map(|found| (found.stream, found.fact.kind)),
        );
    }
    (order, facts)
}

#[test]
fn streams_take_turns_and_the_longer_one_goes_on_alone() {
    let (short, long) = (Video::new("short", 3), Video::new("long", 5));
    for batch in [1, 2, 4] {
        let streams = [short.stream(middle()), long.stream(middle())];
        let mut engine = Engine::start(spec(batch), &streams).unwrap();
        let (order, _) = run(&mut engine);
        assert_eq!(
            order,
            [
                (0, 0),
                (1, 0),
                (0, 1),
                (1, 1),
                (0, 2),
                (1, 2),
                (1, 3),
                (1, 4)
            ]
        );
    }
}

#[test]
fn facts_name_their_stream_and_the_end_closes_what_is_open() {
    let video = Video::new("walk", 20);
    let streams = [video.stream(middle()), video.stream(SceneSpec::default())];
    let (_, facts) = run(&mut Engine::start(spec(1), &streams).unwrap());
    assert!(facts.iter().all(|(stream, _)| *stream == 0));
    let kinds: Vec<_> = facts.iter().map(|(_, kind)| *kind).collect();
    assert!(matches!(
        kinds[0],
        FactKind::LineCrossed { .. } | FactKind::ZoneEntered { .. }
    ));
    assert!(
        kinds
            .iter()
            .any(|kind| matches!(kind, FactKind::LineCrossed { .. }))
    );
    let ended = |kind: &FactKind| {
        matches!(
            kind,
            FactKind::ZoneExited {
                reason: ExitReason::Ended,
                ..
            }
        )
    };
    assert!(kinds.iter().any(ended));
}

#[test]
fn a_batch_of_several_holds_its_images_one_after_another() {
    let video = Video::new("batch", 6);
    let mut engine = Engine::start(spec(3), &[video.stream(SceneSpec::default())]).unwrap();
    let batch = engine.next_batch(WAIT).unwrap();
    assert_eq!(batch.len(), 3);
    let Some(TensorBuffer::U8(values)) = batch.tensor() else {
        panic!("expected bytes");
    };
    let image = 32 * 24;
    assert_eq!(values.len(), 3 * image);
    assert!(values[0] < values[image] && values[image] < values[2 * image]);
}

#[test]
fn frames_that_wait_are_counted_and_grow_old() {
    let video = Video::new("waiting", 8);
    let mut engine = Engine::start(spec(1), &[video.stream(middle())]).unwrap();
    let queues = engine.queues();
    let batch = engine.next_batch(WAIT).unwrap();
    while queues.waiting(0) < 2 {
        std::thread::yield_now();
    }
    let young = batch.ages();
    assert_eq!(young.len(), 1);
    while batch.ages()[0] < young[0] + Duration::from_millis(1) {
        std::thread::yield_now();
    }
    assert_eq!(queues.waiting(1), 0);
    engine.stop();
    assert_eq!(queues.waiting(0), 0);
}

#[test]
fn a_batch_of_several_streams_holds_one_image_of_each() {
    let (short, long) = (Video::new("few", 2), Video::new("many", 4));
    let streams = [
        short.stream(SceneSpec::default()),
        long.stream(SceneSpec::default()),
    ];
    let mut engine = Engine::start(spec(8), &streams).unwrap();
    let mut batches = Vec::new();
    while !engine.is_finished() {
        let batch = engine.next_batch(WAIT).expect("a batch in time");
        batches.push(batch.tags().map(|tag| tag.stream).collect::<Vec<_>>());
        engine
            .advance(&batch, Output::Detections(walker(&batch)))
            .unwrap();
    }
    batches.retain(|batch| !batch.is_empty());
    assert_eq!(batches, [vec![0, 1], vec![0, 1], vec![1], vec![1]]);
}

#[test]
fn a_batch_of_paced_files_does_not_wait_for_the_next_frame() {
    let video = Video::new("paced-batch", 5);
    let mut stream = video.stream(SceneSpec::default());
    stream.paced = true;
    let mut engine = Engine::start(spec(4), &[stream]).unwrap();
    assert_eq!(engine.next_batch(WAIT).map(|batch| batch.len()), Some(1));
}

#[test]
fn stopping_early_ends_the_threads_and_closes_what_is_open() {
    let video = Video::new("stop", 30);
    let mut engine = Engine::start(spec(1), &[video.stream(middle())]).unwrap();
    for _ in 0..15 {
        let batch = engine.next_batch(WAIT).unwrap();
        engine
            .advance(&batch, Output::Detections(walker(&batch)))
            .unwrap();
    }
    let step = engine.stop();
    assert!(engine.is_finished());
    assert!(step.facts.iter().any(|found| matches!(
        found.fact.kind,
        FactKind::ZoneExited {
            reason: ExitReason::Ended,
            ..
        }
    )));
}

#[test]
fn batches_that_come_twice_or_out_of_order_are_refused() {
    let video = Video::new("order", 5);
    let mut engine = Engine::start(spec(1), &[video.stream(SceneSpec::default())]).unwrap();
    let first = engine.next_batch(WAIT).unwrap();
    let second = engine.next_batch(WAIT).unwrap();
    let early = engine.advance(&second, Output::Detections(walker(&second)));
    assert!(matches!(early, Err(EngineError::Order(_))));
    engine
        .advance(&first, Output::Detections(walker(&first)))
        .unwrap();
    let twice = engine.advance(&first, Output::Detections(walker(&first)));
    assert!(matches!(twice, Err(EngineError::Order(_))));
    let unequal = engine.advance(&second, Output::Detections(Vec::new()));
    assert!(matches!(unequal, Err(EngineError::Order(_))));
}

#[test]
fn the_position_of_a_stream_that_cannot_start_is_told() {
    let video = Video::new("start", 2);
    let mut missing = video.stream(SceneSpec::default());
    missing.uri = "/nowhere.mp4".to_owned();
    let failed = Engine::start(spec(1), &[video.stream(SceneSpec::default()), missing]);
    assert!(matches!(failed, Err((1, EngineError::Source(_)))));
    let nothing = SceneSpec {
        lines: vec![LineSpec::new("dot", [0.5, 0.5], [0.5, 0.5])],
        ..SceneSpec::default()
    };
    let failed = Engine::start(spec(1), &[video.stream(nothing)]);
    assert!(matches!(failed, Err((0, EngineError::Scene(_)))));
}

/// A walker of class 0 and somebody of class 2 who stands, both in the lower half.
fn walker_and_standing(batch: &Batch) -> Vec<Detections> {
    let mut all = walker(batch);
    for found in &mut all {
        found.push([44.0, 26.0, 54.0, 40.0], 0.9, 2);
    }
    all
}

fn classes_entered(stream: StreamSpec) -> Vec<i32> {
    let mut engine = Engine::start(spec(1), &[stream]).unwrap();
    let mut entered = Vec::new();
    while !engine.is_finished() {
        let batch = engine.next_batch(WAIT).unwrap();
        let output = Output::Detections(walker_and_standing(&batch));
        let step = engine.advance(&batch, output).unwrap();
        let into = step
            .facts
            .iter()
            .filter(|found| matches!(found.fact.kind, FactKind::ZoneEntered { .. }));
        entered.extend(into.map(|found| found.fact.class_id));
    }
    entered.sort_unstable();
    entered
}

#[test]
fn a_stream_sees_the_classes_that_it_asks_for() {
    let video = Video::new("classes", 30);
    let stream = video.stream(middle());
    let of = |classes: Option<Vec<i32>>| {
        classes_entered(StreamSpec {
            classes,
            ..stream.clone()
        })
    };
    assert_eq!(of(None), [0, 2]);
    assert_eq!(of(Some(vec![2])), [2]);
    assert_eq!(of(Some(vec![5, 0])), [0]);
    assert_eq!(of(Some(Vec::new())), [0; 0]);
}

#[test]
fn what_stands_for_too_long_is_lost_and_who_walks_is_not() {
    let video = Video::new("stands", 60);
    let stationary = StationarySpec {
        distance_px: 3.0,
        window_ns: 10_000_000_000,
        ratio: 0.2,
    };
    let stream = StreamSpec {
        stationary: Some(stationary),
        ..video.stream(middle())
    };
    let mut engine = Engine::start(spec(1), &[stream]).unwrap();
    let mut left = Vec::new();
    while !engine.is_finished() {
        let batch = engine.next_batch(WAIT).unwrap();
        let output = Output::Detections(walker_and_standing(&batch));
        for found in engine.advance(&batch, output).unwrap().facts {
            if let FactKind::ZoneExited { reason, .. } = found.fact.kind {
                left.push((found.fact.class_id, reason, found.fact.pts_ns / 100_000_000));
            }
        }
    }
    // Two seconds are the share: it is seen last at 2.0 s, and given up a second later.
    assert_eq!(left[0], (2, ExitReason::Lost, 20));
    assert!(left[1..].iter().all(|&(class, ..)| class == 0), "{left:?}");
}

#[test]
fn a_looped_file_starts_again_and_everybody_is_somebody_new() {
    let video = Video::new("looped", 20);
    let stream = StreamSpec {
        open: OpenOptions {
            looped: true,
            ..OpenOptions::default()
        },
        ..video.stream(middle())
    };
    let mut engine = Engine::start(spec(1), &[stream]).unwrap();
    let mut facts = Vec::new();
    for frame in 0..50_i64 {
        let batch = engine.next_batch(WAIT).unwrap();
        let tag = batch.tags().next().unwrap().clone();
        assert_eq!(i64::from(tag.epoch), frame / 20);
        assert_eq!(tag.pts_ns, frame * 100_000_000);
        let mut found = Detections::default();
        let foot = 14.0 + (tag.index % 20) as f32;
        found.push([20.0, foot - 12.0, 30.0, foot], 0.9, 0);
        let step = engine
            .advance(&batch, Output::Detections(vec![found]))
            .unwrap();
        facts.extend(step.facts.into_iter().map(|found| found.fact));
    }
    let crossings: Vec<_> = facts
        .iter()
        .filter(|fact| matches!(fact.kind, FactKind::LineCrossed { .. }))
        .map(|fact| (fact.epoch, fact.track_id))
        .collect();
    assert_eq!(crossings.len(), 2);
    assert_eq!((crossings[0].0, crossings[1].0), (0, 1));
    assert_ne!(crossings[0].1, crossings[1].1);
    // Whoever is inside when the file ends is lost there, at the last frame of that play.
    let lost: Vec<_> = facts
        .iter()
        .filter(|fact| {
            let reason = ExitReason::Lost;
            matches!(fact.kind, FactKind::ZoneExited { reason: found, .. } if found == reason)
        })
        .map(|fact| (fact.epoch, fact.pts_ns / 100_000_000))
        .collect();
    assert_eq!(lost, [(0, 19), (1, 39)]);
    engine.stop();
    assert!(engine.is_finished());
}

/// Checks motions of stream 0, which keeps them, and that facts belong to an image of their stream and time.
fn check_step(batch: &Batch, step: &Step, grounded: bool) {
    let tags: Vec<_> = batch.tags().collect();
    assert_eq!(step.motions.len(), tags.len());
    for ((tag, motions), tracks) in tags.iter().zip(&step.motions).zip(&step.tracks) {
        assert_eq!(
            motions.as_ref().map(Vec::len),
            (tag.stream == 0).then_some(tracks.len())
        );
        let mut motions = motions.iter().flatten();
        assert!(motions.all(|motion| motion.ground_m.is_some() == grounded));
    }
    for found in &step.facts {
        let tag = found.image.map(|image| tags[image]);
        let time = (found.stream, found.fact.confirmed_pts_ns);
        assert!(tag.is_none_or(|tag| (tag.stream, tag.pts_ns) == time));
    }
}

#[test]
fn a_step_says_in_which_image_and_how_people_move_on_a_ground_that_is_found() {
    let video = Video::new("ground", 20);
    let auto = SceneSpec {
        ground: Some(GroundSpec::Later),
        ..middle()
    };
    let streams = [
        StreamSpec {
            keep_motions: true,
            ..video.stream(auto)
        },
        video.stream(middle()),
    ];
    let mut engine = Engine::start(spec(3), &streams).unwrap();
    let flat = [[0.1, 0.0, 0.0], [0.0, -0.1, 0.0], [0.0, 0.0, 1.0]];
    let plane = GroundPlane::from_homography(flat, Point::new(30.0, 30.0)).unwrap();
    let given = engine.set_ground(1, plane.clone());
    assert!(matches!(given, Err(EngineError::Scene(_))));
    assert!(engine.set_ground(2, plane.clone()).is_err());
    let (mut of_images, mut of_ends) = (0, 0);
    for number in 0.. {
        if engine.is_finished() {
            break;
        }
        if number == 4 {
            engine.set_ground(0, plane.clone()).unwrap();
        }
        let batch = engine.next_batch(WAIT).unwrap();
        let step = engine
            .advance(&batch, Output::Detections(walker(&batch)))
            .unwrap();
        check_step(&batch, &step, number >= 4);
        of_images += step.facts.iter().filter(|f| f.image.is_some()).count();
        of_ends += step.facts.iter().filter(|f| f.image.is_none()).count();
    }
    // A crossing, an entry and a new count of each stream; at their ends an exit and a new count.
    assert_eq!((of_images, of_ends), (6, 4));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is about the clock")]
fn a_paced_file_takes_as_long_as_it_is() {
    let video = Video::new("paced", 11);
    let stream = StreamSpec {
        paced: true,
        ..video.stream(middle())
    };
    let start = std::time::Instant::now();
    let mut engine = Engine::start(spec(1), &[stream]).unwrap();
    while !engine.is_finished() {
        let batch = engine.next_batch(WAIT).unwrap();
        let output = Output::Detections(walker(&batch));
        engine.advance(&batch, output).unwrap();
    }
    // Its eleventh frame is due after a second: later is always possible, earlier never.
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is about the clock")]
fn a_paced_stream_stops_while_it_waits() {
    let video = Video::new("paced-stop", 100);
    let stream = StreamSpec {
        paced: true,
        ..video.stream(middle())
    };
    let mut engine = Engine::start(spec(1), &[stream]).unwrap();
    engine.next_batch(WAIT).unwrap();
    let start = std::time::Instant::now();
    engine.stop();
    drop(engine);
    // It has ten seconds to play.
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn what_was_kept_gives_the_same_facts_again() {
    let (short, long) = (Video::new("kept-short", 20), Video::new("kept-long", 30));
    let keeping = |video: &Video| StreamSpec {
        keep_detections: true,
        keep_motions: true,
        ..video.stream(middle())
    };
    let specs = [keeping(&short), keeping(&long)];
    let mut engine = Engine::start(spec(3), &specs).unwrap();
    let infos = [0, 1].map(|stream| engine.info(stream).unwrap().clone());
    let mut replay = Replay::new(&std::array::from_fn::<_, 2, _>(|stream| {
        (specs[stream].clone(), infos[stream].clone())
    }))
    .unwrap();
    let mut facts = 0;
    // The longer one is stopped in the middle.
    for _ in 0..12 {
        let batch = engine.next_batch(WAIT).expect("a batch in time");
        let found = walker(&batch);
        let step = engine.advance(&batch, Output::Detections(found)).unwrap();
        let frames = batch.tags().zip(&step.detections);
        let frames = frames.map(|(tag, found)| RecordedFrame {
            stream: tag.stream,
            index: tag.index,
            epoch: tag.epoch,
            pts_ns: tag.pts_ns,
            captured_at_ns: tag.captured_at_ns,
            width: tag.width,
            height: tag.height,
            detections: found.clone().unwrap(),
        });
        let ended: Vec<usize> = batch.ended().iter().map(|end| end.stream).collect();
        let again = replay.advance(frames.collect(), &ended).unwrap();
        assert_eq!(again.facts, step.facts);
        assert_eq!(again.tracks, step.tracks);
        assert_eq!(again.motions, step.motions);
        facts += step.facts.len();
    }
    assert_eq!(replay.stop().facts, engine.stop().facts);
    assert!(facts > 2);
    assert!(replay.stop().facts.is_empty());
    assert!(replay.advance(Vec::new(), &[2]).is_err());
}
