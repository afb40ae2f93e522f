//! Distances: who is close to whom, and how long.

use sightline_zones::{DistanceSpec, DistanceTally, ExitReason, FactKind, SceneSpec};

use crate::walk::{Place, Run, unit};

/// Close is nearer than 100 px, parted farther than 110.
fn spec() -> DistanceSpec {
    DistanceSpec::new("keep", 100.0 / 1024.0)
}

fn run(spec: DistanceSpec) -> Run {
    Run::new(&SceneSpec {
        distances: vec![spec],
        ..SceneSpec::default()
    })
}

/// Shows two people `gap` apart, for each gap.
fn show(run: &mut Run, gaps: &[f64]) {
    for gap in gaps {
        run.show(&[(5, [400.0 + gap, 500.0]), (3, [400.0, 500.0])], &[]);
    }
}

#[test]
fn close_and_parted_at_interpolated_times() {
    let mut run = run(spec());
    show(
        &mut run,
        &[
            140.0, 120.0, 80.0, 40.0, 90.0, 105.0, 95.0, 105.0, 115.0, 140.0,
        ],
    );
    assert_eq!(run.words(), ["close", "exited"]);
    let [close, parted] = run.facts[..] else {
        panic!("two facts");
    };
    assert_eq!((close.track_id, close.pts_ns), (Some(3), run.pts_ns(1.5)));
    assert_eq!(close.confirmed_pts_ns, run.pts_ns(2.0));
    assert_eq!(
        close.kind,
        FactKind::PeopleClose {
            other: 5,
            distance_px: 80.0,
            distance_m: None
        }
    );
    assert_eq!(
        (parted.pts_ns, parted.confirmed_pts_ns),
        (run.pts_ns(6.5), run.pts_ns(8.0))
    );
    let FactKind::PeopleParted {
        other: 5,
        reason: ExitReason::Exited,
        close_ns,
        bridged_ns: 0,
        minimum_px,
        minimum_m: None,
    } = parted.kind
    else {
        panic!("{parted:?}");
    };
    assert_eq!(close_ns, parted.pts_ns - close.pts_ns);
    assert!((minimum_px - 40.0).abs() < 1e-9);
    assert_eq!(
        run.distance_tally(),
        DistanceTally {
            close: 0,
            contacts: 1,
            nearest_px: Some(140.0),
            nearest_m: None
        }
    );
}

#[test]
fn a_minimum_duration_is_without_a_break() {
    let patient = DistanceSpec {
        min_duration_ns: Some(100_000_000),
        ..spec()
    };
    let mut brief = run(patient.clone());
    show(
        &mut brief,
        &[80.0, 80.0, 80.0, 105.0, 80.0, 80.0, 80.0, 120.0],
    );
    assert_eq!(brief.facts, []);
    let mut long = run(patient);
    show(&mut long, &[80.0, 80.0, 80.0, 80.0, 120.0]);
    assert_eq!(long.words(), ["close", "exited"]);
    assert_eq!(
        (long.facts[0].pts_ns, long.facts[0].confirmed_pts_ns),
        (0, 100_000_000)
    );
}

#[test]
fn ends_when_one_is_lost_or_the_stream_ends() {
    let mut lost = run(spec());
    show(&mut lost, &[80.0, 80.0]);
    lost.show(&[(3, [400.0, 500.0])], &[]);
    lost.show(&[(3, [400.0, 500.0])], &[5]);
    assert_eq!(lost.words(), ["close", "lost"]);
    assert_eq!(lost.facts[1].pts_ns, lost.pts_ns(1.0));
    assert_eq!(lost.distance_tally().nearest_px, None);
    let mut ended = run(spec());
    show(&mut ended, &[80.0, 80.0]);
    ended.finish();
    assert_eq!(ended.words(), ["close", "ended"]);
    assert_eq!(ended.distance_tally().close, 0);
}

#[test]
fn a_gap_is_bridged() {
    let mut run = run(spec());
    show(&mut run, &[80.0, 80.0]);
    for _ in 0..3 {
        run.show(&[(3, [400.0, 500.0])], &[]);
    }
    show(&mut run, &[80.0, 200.0]);
    assert_eq!(run.words(), ["close", "exited"]);
    let FactKind::PeopleParted { bridged_ns, .. } = run.facts[1].kind else {
        panic!("{:?}", run.facts[1]);
    };
    assert_eq!(bridged_ns, run.pts_ns(5.0) - run.pts_ns(1.0));
}

#[test]
fn only_within_the_polygon() {
    let polygon = [
        [300.0, 300.0],
        [600.0, 300.0],
        [600.0, 600.0],
        [300.0, 600.0],
    ]
    .map(unit);
    let mut run = run(DistanceSpec {
        polygon: Some(polygon.to_vec()),
        ..spec()
    });
    let pair = |x: f64| -> [(u64, Place); 2] { [(1, [x, 500.0]), (2, [x + 50.0, 500.0])] };
    // In the band beyond the border they are still together; clear of it they are not.
    for x in [700.0, 551.0, 540.0, 552.0, 560.0, 551.0] {
        run.show(&pair(x), &[]);
    }
    assert_eq!(run.words(), ["close", "exited"]);
    assert_eq!(run.facts[0].confirmed_pts_ns, run.pts_ns(2.0));
    assert_eq!(run.facts[1].confirmed_pts_ns, run.pts_ns(4.0));
}

#[test]
fn a_crowd_is_the_same_as_every_pair_by_itself() {
    let mut people: Vec<(u64, Place)> = (0..60_u32)
        .map(|i| {
            (
                u64::from(i) + 1,
                [f64::from(i * 397 % 1000), f64::from(i * 613 % 1000)],
            )
        })
        .collect();
    // Two that are almost as far apart as close can be, side by side.
    people.extend([(61, [2000.0, 500.0]), (62, [2099.0, 500.0])]);
    let mut run = run(spec());
    run.show(&people, &[]);
    let mut expected = Vec::new();
    let mut nearest = f64::INFINITY;
    for (i, &(a, p)) in people.iter().enumerate() {
        for &(b, q) in &people[i + 1..] {
            let distance = (p[0] - q[0]).hypot(p[1] - q[1]);
            nearest = nearest.min(distance);
            if distance < 100.0 {
                expected.push((a, b));
            }
        }
    }
    let found: Vec<_> = run
        .facts
        .iter()
        .filter_map(|fact| match fact.kind {
            FactKind::PeopleClose { other, .. } => Some((fact.track_id?, other)),
            _ => None,
        })
        .collect();
    assert!(expected.len() > 20);
    assert_eq!(found, expected);
    assert_eq!(run.distance_tally().nearest_px, Some(nearest));
}
