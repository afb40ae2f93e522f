//! Streams that come, go and change while others go on.

use sightline_engine::{Engine, EngineError, Output};
use sightline_zones::{Counts, ExitReason, FactKind};

use crate::made::{Video, WAIT, advance, middle, spec, walker};

#[test]
fn streams_come_and_go_while_others_keep_their_turns() {
    let (one, two) = (Video::new("stay", 30), Video::new("come", 30));
    let mut engine = Engine::start(spec(1), &[one.stream(middle())]).unwrap();
    advance(&mut engine, 3);
    assert_eq!(engine.add(&two.stream(middle())).unwrap(), 1);
    let (order, _) = advance(&mut engine, 4);
    assert_eq!(order, [(1, 0), (0, 3), (1, 1), (0, 4)]);
    engine.remove(0);
    assert_eq!(engine.streams().collect::<Vec<_>>(), [1]);
    let (order, _) = advance(&mut engine, 2);
    assert_eq!(order, [(1, 2), (1, 3)]);
    // Numbers are never given twice.
    assert_eq!(engine.add(&one.stream(middle())).unwrap(), 2);
    assert!(engine.scene(0).is_none());
    assert!(engine.count_on(0, &Counts::default()).is_err());
}

#[test]
fn a_stream_that_is_removed_closes_what_is_open_and_its_frames_on_the_way_are_nobodys() {
    let video = Video::new("remove", 30);
    let streams = [video.stream(middle()), video.stream(middle())];
    let mut engine = Engine::start(spec(2), &streams).unwrap();
    advance(&mut engine, 18);
    let batch = engine.next_batch(WAIT).unwrap();
    let kinds: Vec<_> = engine
        .remove(1)
        .facts
        .into_iter()
        .map(|f| f.fact.kind)
        .collect();
    let ended = ExitReason::Ended;
    assert!(
        matches!(kinds[0], FactKind::ZoneExited { reason, .. } if reason == ended),
        "{kinds:?}"
    );
    let output = Output::Detections(walker(&batch));
    let step = engine.advance(&batch, output).unwrap();
    assert_eq!(step.tracks.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0]);
    assert!(engine.remove(1).facts.is_empty());
}

#[test]
fn a_source_that_cannot_be_opened_later_has_ended_with_the_reason() {
    let video = Video::new("there", 5);
    let mut engine = Engine::start(spec(1), &[video.stream(middle())]).unwrap();
    let mut missing = video.stream(middle());
    missing.uri = "/nowhere/at/all.mp4".to_owned();
    engine.add(&missing).unwrap();
    let mut errors = Vec::new();
    while !engine.is_finished() {
        let batch = engine.next_batch(WAIT).unwrap();
        errors.extend(
            batch
                .ended()
                .iter()
                .map(|end| (end.stream, end.error.clone())),
        );
        let output = Output::Detections(walker(&batch));
        engine.advance(&batch, output).unwrap();
    }
    let failed = errors.iter().find(|(stream, _)| *stream == 1).unwrap();
    assert!(
        failed.1.as_ref().unwrap().contains("no such file"),
        "{errors:?}"
    );
}

#[test]
fn a_scene_that_cannot_be_is_refused_and_the_stream_goes_on_as_before() {
    let video = Video::new("refused", 30);
    let mut engine = Engine::start(spec(1), &[video.stream(middle())]).unwrap();
    advance(&mut engine, 5);
    let mut wrong = middle();
    wrong.lines[0].end = wrong.lines[0].start;
    let refused = engine.change(0, &video.stream(wrong.clone()), false);
    assert!(matches!(refused, Err(EngineError::Scene(_))), "{refused:?}");
    assert!(Engine::check(&[video.stream(middle()), video.stream(wrong)]).is_err_and(|e| e.0 == 1));
    let (_, facts) = advance(&mut engine, 20);
    assert!(
        matches!(facts[0].1, FactKind::LineCrossed { .. }),
        "{facts:?}"
    );
}

#[test]
fn counts_survive_a_change_afresh_though_nobody_does() {
    let video = Video::new("afresh", 40);
    let mut engine = Engine::start(spec(1), &[video.stream(middle())]).unwrap();
    advance(&mut engine, 20);
    let step = engine.change(0, &video.stream(middle()), true).unwrap();
    let exited =
        |f: &sightline_engine::StreamFact| matches!(f.fact.kind, FactKind::ZoneExited { .. });
    assert!(step.facts.iter().any(exited));
    let (_, facts) = advance(&mut engine, 1);
    assert!(
        matches!(facts[0].1, FactKind::ZoneEntered { .. }),
        "{facts:?}"
    );
    let scene = engine.scene(0).unwrap();
    assert_eq!(scene.line_tallies().next().unwrap().in_count, 1);
    let zone = scene.zone_tallies().next().unwrap();
    assert_eq!((zone.entries, zone.exits, zone.inside), (2, 1, 1));
    scene.check_invariants().unwrap();
}
