//! Stays: how long somebody was in a zone, over gaps, at any frame rate, over restarts and edits.

use sightline_zones::{FactKind, ZoneSpec, ZoneTally};

use crate::walk::{Place, Run, hidden, rectangle, scene_of_zones, straight};

const SECOND_NS: i64 = 1_000_000_000;

/// A square of 200 px from (400, 400).
fn square() -> ZoneSpec {
    rectangle("square", [400.0, 400.0], [600.0, 600.0])
}

fn walked(zone: ZoneSpec, parts: &[Vec<Option<Place>>]) -> Run {
    let mut run = Run::new(&scene_of_zones(&[zone]));
    run.walk(1, &parts.concat());
    run
}

fn tally(run: &Run) -> ZoneTally {
    run.scene.zone_tallies().next().copied().unwrap_or_default()
}

/// Into the square and out again on the other side, 10 px a frame.
fn across() -> Vec<Option<Place>> {
    straight([500.0, 300.0], [500.0, 700.0], 40)
}

#[test]
fn z12_dwell_restarts_after_leaving() {
    let spec = ZoneSpec {
        dwell_ns: Some(SECOND_NS),
        ..square()
    };
    let stay = |frames| vec![Some([500.0, 500.0]); frames];
    let away = vec![Some([500.0, 700.0]); 5];
    let run = walked(
        spec.clone(),
        &[stay(25), away.clone(), stay(25), away.clone()],
    );
    assert_eq!(run.words(), ["appeared", "exited", "entered", "exited"]);
    let run = walked(spec, &[stay(40), away.clone(), stay(70), away]);
    assert_eq!(
        run.words(),
        [
            "appeared", "dwelled", "exited", "entered", "dwelled", "exited"
        ]
    );
    let dwelled: Vec<_> = run
        .facts
        .iter()
        .filter(|f| matches!(f.kind, FactKind::ZoneDwelled { .. }))
        .collect();
    assert_eq!(dwelled[0].pts_ns, SECOND_NS);
    let entered = run
        .facts
        .iter()
        .filter(|f| matches!(f.kind, FactKind::ZoneEntered { .. }))
        .nth(1);
    assert_eq!(
        Some(dwelled[1].pts_ns),
        entered.map(|f| f.pts_ns + SECOND_NS)
    );
    assert_eq!(
        dwelled[1].kind,
        FactKind::ZoneDwelled {
            dwell_ns: SECOND_NS,
            bridged_ns: 0
        }
    );
}

#[test]
fn z13_dwell_over_a_gap() {
    let spec = ZoneSpec {
        dwell_ns: Some(SECOND_NS),
        ..square()
    };
    let stay = || vec![Some([500.0, 500.0]); 15];
    let run = walked(
        spec.clone(),
        &[stay(), hidden(29), stay(), vec![Some([500.0, 700.0])]],
    );
    assert_eq!(run.words(), ["appeared", "dwelled", "exited"]);
    let exit = run.pts_ns(58.5);
    assert_eq!(run.dwells(), [(exit, SECOND_NS)]);
    let bridged_ns = SECOND_NS - run.pts_ns(14.0);
    assert_eq!(
        run.facts[2].kind,
        FactKind::ZoneDwelled {
            dwell_ns: SECOND_NS,
            bridged_ns
        }
    );
    // Only the part of a gap that lies within the stay counts.
    let run = walked(
        spec,
        &[
            vec![Some([500.0, 300.0])],
            hidden(29),
            stay(),
            hidden(14),
            vec![Some([500.0, 700.0])],
        ],
    );
    assert_eq!(run.words(), ["entered", "dwelled", "exited"]);
    let (half_in, half_out) = (run.pts_ns(15.0), run.pts_ns(51.5));
    let seen = run.pts_ns(44.0) - run.pts_ns(30.0);
    assert_eq!(
        run.dwells(),
        [(half_out - half_in, half_out - half_in - seen)]
    );
    assert_eq!(tally(&run).gaps_bridged, 2);
}

#[test]
fn z14_same_dwell_at_any_rate() {
    let place = |seconds: f64| [500.0, 300.0 + 110.0 * seconds];
    let dwell = |fps: u32, keep: fn(u32) -> bool| {
        let mut run = Run::new(&scene_of_zones(&[square()]));
        run.fps = f64::from(fps);
        for frame in 0..4 * fps {
            run.frame = frame;
            if keep(frame) {
                run.show(&[(1, place(f64::from(frame) / f64::from(fps)))], &[]);
            }
        }
        assert_eq!(run.words(), ["entered", "exited"]);
        run.dwells()[0].0
    };
    let truth = 200.0 / 110.0 * 1e9;
    // A live stream at full rate that drops what it can't keep up with.
    for found in [
        dwell(10, |_| true),
        dwell(30, |_| true),
        dwell(30, |i| i % 7 != 3 && i % 5 != 0),
    ] {
        assert!((found as f64 - truth).abs() < 1e9 / 30.0, "{found}");
    }
}

#[test]
fn z18_stream_restarts() {
    let spec = ZoneSpec {
        dwell_ns: Some(SECOND_NS),
        ..square()
    };
    for same_epoch in [false, true] {
        let mut run = walked(spec.clone(), &[across()[..25].to_vec()]);
        let last = run.pts_ns(24.0);
        // The clock jumps back, and the next track has the same identity.
        run.frame = 0;
        run.epoch = u32::from(!same_epoch);
        run.walk(1, &vec![Some([500.0, 500.0]); 40]);
        assert_eq!(run.words(), ["entered", "lost", "appeared", "dwelled"]);
        let lost = run.facts[2];
        assert_eq!((lost.epoch, lost.pts_ns), (0, last));
        assert_eq!(run.facts[4].epoch, run.epoch);
        assert!(
            run.dwells()
                .iter()
                .all(|&(dwell, bridged)| dwell >= 0 && bridged >= 0)
        );
        assert_eq!(run.counts(), [1, 0, 1]);
    }
}

#[test]
fn z19_edited_while_inside() {
    let spec = ZoneSpec {
        dwell_ns: Some(SECOND_NS),
        ..square()
    };
    let other = rectangle("other", [300.0, 300.0], [700.0, 700.0]);
    let mut run = Run::new(&scene_of_zones(&[other.clone(), spec.clone()]));
    run.walk(1, &[Some([500.0, 500.0]); 20]);
    // Refused: everything stays.
    let broken = scene_of_zones(&[rectangle("flat", [300.0, 300.0], [300.0, 700.0])]);
    assert!(run.scene.reload(&broken, &mut run.facts).is_err());
    run.walk(1, &[Some([500.0, 500.0])]);
    assert_eq!(run.words(), ["appeared", "appeared"]);
    // The other zone grows and comes last; the square stays as it is.
    let grown = rectangle("other", [200.0, 200.0], [800.0, 800.0]);
    assert_eq!(
        run.scene
            .reload(&scene_of_zones(&[spec, grown]), &mut run.facts),
        Ok(())
    );
    assert_eq!(run.words(), ["appeared", "appeared", "ended"]);
    let ended = run
        .facts
        .iter()
        .find(|fact| crate::walk::word(fact) == Some("ended"));
    assert_eq!(ended.map(|fact| fact.rule), Some(0));
    run.walk(1, &[Some([500.0, 500.0]); 20]);
    assert_eq!(
        run.words(),
        ["appeared", "appeared", "ended", "appeared", "dwelled"]
    );
    assert_eq!(
        run.facts.last().map(|fact| (fact.rule, fact.pts_ns)),
        Some((0, SECOND_NS))
    );
    let entries: Vec<_> = run
        .scene
        .zone_tallies()
        .map(|tally| tally.entries)
        .collect();
    assert_eq!(entries, [1, 1]);
}
