//! Lines: y = 400 from x = 300 to 700, one person at 30 frames a second; in is downward.

use sightline_zones::{LineSpec, LineTally, Scene, SceneSpec};

use crate::walk::{Place, Run, hidden, line, scene_of_lines, straight, track};

fn door() -> LineSpec {
    line("door", [300.0, 400.0], [700.0, 400.0])
}

/// Walks through a scene with the door alone.
fn walked(parts: &[Vec<Option<Place>>]) -> Run {
    walked_through(&[door()], parts)
}

fn walked_through(lines: &[LineSpec], parts: &[Vec<Option<Place>>]) -> Run {
    let mut run = Run::new(&scene_of_lines(lines));
    run.walk(1, &parts.concat());
    run
}

fn tally(run: &Run) -> LineTally {
    run.scene.line_tallies().next().copied().unwrap_or_default()
}

fn at(place: Place) -> Vec<Option<Place>> {
    vec![Some(place)]
}

/// Twenty frames on alternating sides, 3 px off.
fn jitter() -> Vec<Option<Place>> {
    (0..20)
        .map(|i| Some([500.0, if i % 2 == 0 { 403.0 } else { 397.0 }]))
        .collect()
}

#[test]
fn l01_plain_crossing() {
    for x in [500.0, 340.0] {
        let run = walked(&[straight([500.0, 304.0], [x, 504.0], 20)]);
        assert_eq!(run.words(), ["in"]);
        let fact = run.facts[0];
        // 96 px at 10 px a frame; frames 10 and 11 are beyond the band, at 404 and 414 px.
        assert!((fact.pts_ns - run.pts_ns(9.6)).abs() <= 1, "{fact:?}");
        assert_eq!(fact.confirmed_pts_ns, run.pts_ns(11.0));
        assert_eq!((fact.rule, fact.track_id, fact.epoch), (0, Some(1), 0));
        assert_eq!(
            (fact.bridged_ns, fact.class_id, fact.confidence),
            (0, 0, 0.5)
        );
        assert!((fact.anchor[1] - 400.0).abs() < 1e-9 && (fact.xyxy[3] - 400.0).abs() < 1e-9);
        assert!((fact.xyxy[1] - 360.0).abs() < 1e-9);
    }
    let run = walked(&[straight([500.0, 500.0], [500.0, 300.0], 20)]);
    assert_eq!(run.words(), ["out"]);
    assert_eq!((tally(&run).in_count, tally(&run).out_count), (0, 1));
}

#[test]
fn l02_crosses_the_extension() {
    for x in [100.0, 299.0, 701.0, 900.0] {
        let run = walked(&[straight([x, 300.0], [x, 500.0], 20)]);
        assert_eq!(run.words(), [""; 0]);
    }
}

#[test]
fn l03_jitter_then_back() {
    let up = straight([500.0, 397.0], [500.0, 300.0], 10);
    let run = walked(&[straight([500.0, 300.0], [500.0, 397.0], 10), jitter(), up]);
    assert_eq!(run.words(), [""; 0]);
    assert_eq!(tally(&run).flips_suppressed, 1);
}

#[test]
fn l03b_jitter_then_on() {
    let down = straight([500.0, 402.0], [500.0, 500.0], 14);
    let run = walked(&[straight([500.0, 300.0], [500.0, 397.0], 10), jitter(), down]);
    assert_eq!(run.words(), ["in"]);
    // The last time down is halfway from frame 30, 3 px above, to frame 31, 2 px below.
    assert!((run.facts[0].pts_ns - run.pts_ns(30.6)).abs() <= 1);
}

#[test]
fn l04_a_frame_on_the_line() {
    let run = walked(&[straight([500.0, 300.0], [500.0, 500.0], 20)]);
    assert_eq!(run.words(), ["in"]);
    assert_eq!(run.facts[0].pts_ns, run.pts_ns(10.0));
    let run = walked(&[straight([500.0, 500.0], [500.0, 300.0], 20)]);
    assert_eq!(run.words(), ["out"]);
}

#[test]
fn l04b_touches_and_returns() {
    for far in [300.0, 500.0] {
        let there = straight([500.0, far], [500.0, 400.0], 10);
        let back = straight([500.0, 400.0], [500.0, far], 10);
        assert_eq!(walked(&[there, back]).words(), [""; 0]);
    }
}

#[test]
fn l04c_stands_on_the_line() {
    for (from, to, word) in [(300.0, 500.0, "in"), (500.0, 300.0, "out")] {
        let there = straight([500.0, from], [500.0, 400.0], 10);
        let stand = vec![Some([500.0, 400.0]); 5];
        let on = straight([500.0, 400.0], [500.0, to], 10);
        assert_eq!(walked(&[there, stand, on]).words(), [word]);
    }
}

#[test]
fn l05_through_the_ends() {
    // With and without a frame exactly on the end.
    for steps in [20, 19, 1] {
        let through = |x: f64| {
            walked(&[straight([x, 300.0], [x, 500.0], steps)])
                .words()
                .len()
        };
        assert_eq!(through(300.0), 1);
        assert_eq!(through(700.0), 0);
    }
}

#[test]
fn l05_through_a_joint() {
    let joint = [500.0, 400.0];
    // Straight on, bent up, bent down, and a steep one.
    for far in [
        [700.0, 400.0],
        [700.0, 300.0],
        [700.0, 500.0],
        [504.0, 300.0],
    ] {
        let lines = [line("a", [300.0, 400.0], joint), line("b", joint, far)];
        for steps in [20, 19, 1] {
            for (from, to) in [
                ([500.0, 200.0], [500.0, 600.0]),
                ([460.0, 200.0], [540.0, 600.0]),
            ] {
                let there = walked_through(&lines, &[straight(from, to, steps)]);
                assert_eq!(there.words(), ["in"], "{far:?} {steps} {from:?}");
                let back = walked_through(&lines, &[straight(to, from, steps)]);
                assert_eq!(back.words(), ["out"], "{far:?} {steps} {from:?}");
            }
        }
    }
}

#[test]
fn l06_jumps_across() {
    let run = walked(&[at([500.0, 300.0]), at([500.0, 500.0])]);
    assert_eq!(run.words(), ["in"]);
    assert_eq!(run.facts[0].pts_ns, run.pts_ns(0.5));
}

#[test]
fn l07_diagonal_jump_from_beside_to_beside() {
    let run = walked(&[at([200.0, 200.0]), at([800.0, 600.0])]);
    assert_eq!(run.words(), ["in"]);
}

#[test]
fn l08_walks_round_the_end() {
    let round = [
        straight([650.0, 300.0], [720.0, 395.0], 12),
        straight([720.0, 395.0], [720.0, 410.0], 5),
        straight([720.0, 410.0], [600.0, 500.0], 12),
    ];
    let run = walked(&round);
    assert_eq!(run.words(), [""; 0]);
    assert_eq!(tally(&run), LineTally::default());
    // And on through the line: the cut counts, whichever way round the walker came.
    let mut on = round.to_vec();
    on.push(straight([600.0, 500.0], [600.0, 300.0], 20));
    assert_eq!(walked(&on).words(), ["out"]);
}

/// Down through the line and up again within the band, then round its end: cut twice, crossed never.
#[test]
fn l08_walks_round_the_end_after_a_touch() {
    let touch = [
        [695.0, 380.0],
        [695.0, 402.0],
        [695.0, 398.0],
        [705.0, 398.0],
        [705.0, 420.0],
    ];
    let run = walked(&[touch.map(Some).to_vec()]);
    assert_eq!(run.words(), [""; 0]);
    assert_eq!(tally(&run).flips_suppressed, 1);
}

#[test]
fn l09_u_turn() {
    let down = straight([500.0, 300.0], [500.0, 450.0], 15);
    let up = straight([510.0, 450.0], [510.0, 300.0], 15);
    assert_eq!(walked(&[down, up]).words(), ["in", "out"]);
}

#[test]
fn l10_lost_for_five_frames() {
    let run = walked(&[
        straight([500.0, 280.0], [500.0, 380.0], 10),
        hidden(5),
        straight([500.0, 440.0], [500.0, 500.0], 6),
    ]);
    assert_eq!(run.words(), ["in"]);
    let fact = run.facts[0];
    assert_eq!(fact.pts_ns, run.pts_ns(12.0));
    assert_eq!(fact.confirmed_pts_ns, run.pts_ns(16.0));
    assert_eq!(fact.bridged_ns, run.pts_ns(16.0) - run.pts_ns(10.0));
    assert_eq!(tally(&run).gaps_bridged, 1);
}

/// Lost for 60 frames, 2 s, across the line.
fn lost_for_sixty_frames(max_gap_ns: Option<i64>) -> Run {
    let mut run = Run::new(&SceneSpec {
        max_gap_ns,
        ..scene_of_lines(&[door()])
    });
    run.walk(1, &straight([500.0, 280.0], [500.0, 380.0], 10));
    run.walk(1, &hidden(60));
    run.walk(1, &straight([500.0, 440.0], [500.0, 500.0], 6));
    run
}

#[test]
fn l10b_lost_for_sixty_frames() {
    for max_gap_ns in [None, Some(3_000_000_000)] {
        let run = lost_for_sixty_frames(max_gap_ns);
        assert_eq!(run.words(), ["in"]);
        assert!(run.facts[0].bridged_ns > 2_000_000_000);
    }
}

#[test]
fn l10c_lost_for_more_than_the_maximal_gap() {
    let run = lost_for_sixty_frames(Some(1_000_000_000));
    assert_eq!(run.words(), [""; 0]);
    assert_eq!(run.scene.track_count(), 1);
}

#[test]
fn l11_identity_switch_at_the_line() {
    let mut run = walked(&[straight([500.0, 300.0], [500.0, 398.0], 10)]);
    run.walk(2, &straight([500.0, 402.0], [500.0, 500.0], 10));
    run.show(&[(2, [500.0, 500.0])], &[1]);
    assert_eq!(run.words(), [""; 0]);
    assert_eq!(tally(&run).lost_at_line, 1);
    // Who is lost elsewhere is not lost at the line.
    run.show(&[], &[2]);
    assert_eq!(tally(&run).lost_at_line, 1);
}

#[test]
fn l12_born_beyond() {
    let run = walked(&[straight([500.0, 405.0], [500.0, 500.0], 10)]);
    assert_eq!(run.words(), [""; 0]);
}

#[test]
fn l12b_born_in_the_band_before() {
    let run = walked(&[straight([500.0, 398.0], [500.0, 500.0], 10)]);
    assert_eq!(run.words(), ["in"]);
    let run = walked(&[straight([500.0, 402.0], [500.0, 300.0], 10)]);
    assert_eq!(run.words(), ["out"]);
}

#[test]
fn l13_slow() {
    let run = walked(&[straight([500.0, 380.0], [500.0, 420.0], 133)]);
    assert_eq!(run.words(), ["in"]);
    let run = walked(&[
        straight([500.0, 380.0], [500.0, 396.0], 53),
        straight([500.0, 396.3], [500.0, 380.0], 53),
    ]);
    assert_eq!(run.words(), [""; 0]);
}

#[test]
fn l15_short_track() {
    let run = walked(&[straight([500.0, 390.0], [500.0, 408.0], 3)]);
    assert_eq!(run.words(), ["in"]);
}

#[test]
fn l16_zero_length() {
    let spec = scene_of_lines(&[door(), line("dot", [300.0, 400.0], [300.0, 400.0])]);
    let faults = Scene::new(&spec, 1024, 1024).err().unwrap_or_default();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].path, "lines[1]");
    assert!(faults[0].message.contains("no length"), "{}", faults[0]);
}

#[test]
fn l17_walks_along_the_line() {
    for (from, to) in [
        (200.0, 800.0),
        (800.0, 200.0),
        (300.0, 700.0),
        (400.0, 600.0),
    ] {
        for y in [399.0, 401.0, 380.0, 420.0] {
            let run = walked(&[
                at([from, y]),
                straight([from, 400.0], [to, 400.0], 60),
                at([to, y]),
            ]);
            assert_eq!(
                run.words(),
                [""; 0],
                "from {from} to {to}, {y} before and after"
            );
        }
    }
}

#[test]
fn l18_small_and_slow() {
    for start in [376.0, 380.0, 395.0] {
        let run = walked(&[straight([500.0, start], [500.0, start + 25.0], 25)]);
        let reaches_clear = start + 25.0 > 404.0;
        assert_eq!(
            run.words().len(),
            usize::from(reaches_clear),
            "from {start}"
        );
    }
}

#[test]
fn l19_oblique_line_same_way() {
    // In is toward the left and the bottom: straight down, or left and a little up.
    let oblique = line("oblique", [300.0, 300.0], [700.0, 500.0]);
    for (from, to) in [
        ([500.0, 340.0], [500.0, 460.0]),
        ([600.0, 420.0], [390.0, 370.0]),
    ] {
        let there = walked_through(std::slice::from_ref(&oblique), &[straight(from, to, 15)]);
        assert_eq!(there.words(), ["in"]);
        let back = walked_through(std::slice::from_ref(&oblique), &[straight(to, from, 15)]);
        assert_eq!(back.words(), ["out"]);
    }
}

#[test]
fn the_band_scales_with_the_frame_and_can_be_set() {
    // 4 px of 1080, so 8 of 2160; and a set band of a tenth, 216 px. Twice beyond it, or once beyond double of it.
    for (band, height, band_px) in [
        (None, 1080, 4.0),
        (None, 2160, 8.0),
        (Some(0.1), 2160, 216.0),
    ] {
        for (past, sightings, expected) in [
            (band_px - 0.1, 5, 0),
            (band_px + 0.1, 1, 0),
            (band_px + 0.1, 2, 1),
            (2.0 * band_px - 0.1, 1, 0),
            (2.0 * band_px + 0.1, 1, 1),
        ] {
            let mut spec = LineSpec::new("door", [0.25, 0.5], [0.75, 0.5]);
            spec.band = band;
            let Ok(mut scene) = Scene::new(&scene_of_lines(&[spec]), 1920, height) else {
                panic!("refused");
            };
            let middle = f64::from(height) / 2.0;
            let mut facts = Vec::new();
            scene.update(0, 0, &[track(1, [960.0, middle - 500.0])], &[], &mut facts);
            for pts_ns in 1..=sightings {
                scene.update(
                    0,
                    pts_ns,
                    &[track(1, [960.0, middle + past])],
                    &[],
                    &mut facts,
                );
            }
            assert_eq!(
                facts.len(),
                expected,
                "{band:?} of {height}, {past} px past, {sightings}×"
            );
        }
    }
}

/// Somebody who stands on the line and is seen on the other side now and then does not cross it.
#[test]
fn single_outliers_are_no_crossing() {
    let mut places = straight([500.0, 300.0], [500.0, 399.0], 10);
    for _ in 0..20 {
        places.extend([[500.0, 399.0], [500.0, 406.0], [500.0, 398.0]].map(Some));
    }
    places.extend(straight([500.0, 398.0], [500.0, 300.0], 10));
    let run = walked(&[places]);
    assert_eq!(run.words(), [""; 0]);
    assert_eq!(tally(&run).flips_suppressed, 1);
}

/// Of a track that is lost, or of a stream that ends, there is no second sighting to wait for.
#[test]
fn a_last_sighting_beyond_the_band_is_enough() {
    for lost in [true, false] {
        let mut run = walked(&[vec![Some([500.0, 390.0]), Some([500.0, 405.0])]]);
        assert_eq!(run.words(), [""; 0]);
        if lost {
            run.show(&[], &[1]);
        } else {
            run.finish();
        }
        assert_eq!(run.words(), ["in"]);
        assert_eq!(tally(&run).lost_at_line, 0);
    }
}
