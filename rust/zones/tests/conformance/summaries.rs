//! Crowds that last too long, and counts by intervals, at ten frames a second.

use sightline_zones::{
    CrowdSpec, Fact, FactKind, LineSummary, LineTally, SceneSpec, ZoneSpec, ZoneSummary, ZoneTally,
};

use crate::walk::{Place, Run, line, rectangle, scene_of_zones};

const SECOND_NS: i64 = 1_000_000_000;
const INSIDE: Place = [500.0, 500.0];
const OUTSIDE: Place = [500.0, 300.0];

fn square(crowd: Option<CrowdSpec>) -> ZoneSpec {
    ZoneSpec {
        crowd,
        ..rectangle("square", [400.0, 400.0], [600.0, 600.0])
    }
}

/// Shows, in each frame, so many people inside and the rest of four outside.
fn crowds(run: &mut Run, inside: &[usize]) {
    run.fps = 10.0;
    for &count in inside {
        let place = |person: u64| {
            let [x, y] = if person <= count as u64 {
                INSIDE
            } else {
                OUTSIDE
            };
            [x + 12.0 * person as f64, y]
        };
        let people: Vec<_> = (1..=4).map(|person| (person, place(person))).collect();
        run.show(&people, &[]);
    }
}

/// How many are inside, for how many frames.
type Stretches = &'static [(usize, usize)];

#[test]
fn a_crowd_counts_when_it_lasts() {
    // Three or more, for half a second.
    let crowd = CrowdSpec {
        limit: 3,
        min_duration_ns: SECOND_NS / 2,
    };
    let cases: &[(Stretches, &[&str])] = &[
        (&[(2, 30)], &[]),
        (&[(0, 2), (3, 5), (0, 5)], &[]),
        (&[(0, 2), (3, 6), (0, 5)], &["overcrowded", "relieved"]),
        (
            &[(3, 6), (4, 3), (3, 3), (2, 9)],
            &["overcrowded", "relieved"],
        ),
        // A break starts the time anew.
        (&[(3, 4), (2, 1), (3, 5), (0, 1)], &[]),
        (
            &[(3, 9), (0, 1), (4, 9), (0, 1)],
            &["overcrowded", "relieved", "overcrowded", "relieved"],
        ),
    ];
    for (parts, words) in cases {
        let mut run = Run::new(&scene_of_zones(&[square(Some(crowd))]));
        let inside: Vec<usize> = parts
            .iter()
            .flat_map(|&(count, frames)| std::iter::repeat_n(count, frames))
            .collect();
        crowds(&mut run, &inside);
        let found: Vec<_> = run
            .words()
            .into_iter()
            .filter(|w| ["overcrowded", "relieved"].contains(w))
            .collect();
        assert_eq!(&found, words, "{parts:?}");
    }
}

#[test]
fn a_crowd_has_its_time_and_its_peak() {
    let crowd = CrowdSpec {
        limit: 2,
        min_duration_ns: SECOND_NS / 4,
    };
    let mut run = Run::new(&scene_of_zones(&[square(Some(crowd))]));
    crowds(&mut run, &[0, 0, 2, 2, 4, 3, 3, 1]);
    let of = |run: &Run| -> Vec<(i64, FactKind)> {
        let facts = run.facts.iter().filter(|fact| {
            matches!(
                fact.kind,
                FactKind::ZoneOvercrowded { .. } | FactKind::ZoneRelieved { .. }
            )
        });
        facts.map(|fact| (fact.pts_ns, fact.kind)).collect()
    };
    let formed = (
        run.pts_ns(2.0) + SECOND_NS / 4,
        FactKind::ZoneOvercrowded { count: 3 },
    );
    let relieved = FactKind::ZoneRelieved {
        peak: 4,
        lasted_ns: run.pts_ns(5.0),
    };
    // People count as inside from the second frame that sees them there, or from one far beyond the border.
    assert_eq!(of(&run), [formed, (run.pts_ns(7.0), relieved)]);
    // The end of the stream ends a crowd too.
    let mut run = Run::new(&scene_of_zones(&[square(Some(crowd))]));
    crowds(&mut run, &[2; 5]);
    run.finish();
    let lasted = FactKind::ZoneRelieved {
        peak: 2,
        lasted_ns: run.pts_ns(4.0),
    };
    assert_eq!(of(&run).last(), Some(&(run.pts_ns(4.0), lasted)));
}

fn summarized(summary_ns: i64) -> SceneSpec {
    SceneSpec {
        lines: vec![line("door", [0.0, 400.0], [1024.0, 400.0])],
        summary_ns: Some(summary_ns),
        ..scene_of_zones(&[square(None)])
    }
}

fn zones(facts: &[Fact]) -> Vec<(i64, ZoneSummary)> {
    let zone = |fact: &Fact| match fact.kind {
        FactKind::ZoneSummarized(summary) => Some((fact.pts_ns, summary)),
        _ => None,
    };
    facts.iter().filter_map(zone).collect()
}

fn lines(facts: &[Fact]) -> Vec<(i64, LineSummary)> {
    let line = |fact: &Fact| match fact.kind {
        FactKind::LineSummarized(summary) => Some((fact.pts_ns, summary)),
        _ => None,
    };
    facts.iter().filter_map(line).collect()
}

#[test]
fn intervals_are_multiples_of_their_length_and_the_last_is_short() {
    let mut run = Run::new(&summarized(SECOND_NS));
    run.frame = 4;
    crowds(&mut run, &[1; 20]);
    run.finish();
    let spans: Vec<_> = zones(&run.facts)
        .iter()
        .map(|(end, zone)| (zone.start_ns, *end))
        .collect();
    let at = |frame: f64| run.pts_ns(frame);
    assert_eq!(
        spans,
        [
            (at(4.0), at(10.0)),
            (at(10.0), at(20.0)),
            (at(20.0), at(23.0))
        ]
    );
    assert_eq!(lines(&run.facts).len(), 3);
}

#[test]
fn a_summary_says_what_happened() {
    let mut run = Run::new(&summarized(SECOND_NS));
    // One for three tenths, then two for two tenths, then one to the end.
    crowds(&mut run, &[0, 0, 1, 1, 1, 2, 2, 1, 1, 1, 1, 1]);
    let [(end, zone)] = zones(&run.facts)[..] else {
        panic!("{:?}", run.facts);
    };
    assert_eq!((zone.start_ns, end), (0, SECOND_NS));
    let added = ZoneTally {
        inside: 1,
        entries: 2,
        exits: 1,
        ..ZoneTally::default()
    };
    assert_eq!(zone.added, added);
    assert_eq!((zone.least, zone.most), (0, 2));
    assert!((zone.mean - 1.0).abs() < 1e-9, "{zone:?}");
    // In at 4.5 frames and out at 6.5, halfway between the sightings.
    assert_eq!(
        (zone.dwell_mean_ns, zone.dwell_max_ns),
        (run.pts_ns(2.0), run.pts_ns(2.0))
    );
    let [(_, door)] = lines(&run.facts)[..] else {
        panic!("{:?}", run.facts);
    };
    let crossed = LineTally {
        in_count: 2,
        out_count: 1,
        ..LineTally::default()
    };
    assert_eq!(
        door,
        LineSummary {
            start_ns: 0,
            added: crossed
        }
    );
}

#[test]
fn summaries_have_the_quality_of_the_counts() {
    let mut run = Run::new(&summarized(10 * SECOND_NS));
    run.fps = 10.0;
    // Born inside; hidden while it leaves; somebody jitters on the line; somebody is lost on it.
    run.walk(
        1,
        &[
            Some(INSIDE),
            Some(INSIDE),
            None,
            None,
            Some(OUTSIDE),
            Some(OUTSIDE),
        ],
    );
    run.walk(
        2,
        &[
            Some([800.0, 390.0]),
            Some([800.0, 401.0]),
            Some([800.0, 390.0]),
            Some([800.0, 380.0]),
        ],
    );
    run.walk(3, &[Some([200.0, 390.0]), Some([200.0, 399.0])]);
    run.show(&[], &[3]);
    run.finish();
    let (_, zone) = zones(&run.facts)[0];
    assert_eq!(
        (
            zone.added.born_inside,
            zone.added.gaps_bridged,
            zone.added.exits
        ),
        (1, 1, 1)
    );
    let (_, door) = lines(&run.facts)[0];
    assert_eq!(
        (door.added.lost_at_line, door.added.flips_suppressed),
        (1, 1)
    );
    assert_eq!((door.added.gaps_bridged, door.added.out_count), (1, 1));
}

#[test]
fn one_summary_covers_a_time_without_frames_and_a_restart_ends_one() {
    let mut run = Run::new(&summarized(SECOND_NS));
    crowds(&mut run, &[1; 5]);
    run.frame = 47;
    crowds(&mut run, &[1; 1]);
    assert_eq!(zones(&run.facts).len(), 1);
    assert_eq!(zones(&run.facts)[0].0, 4 * SECOND_NS);
    run.epoch = 1;
    run.frame = 2;
    crowds(&mut run, &[1; 2]);
    let ends: Vec<_> = zones(&run.facts)
        .iter()
        .map(|(end, zone)| (zone.start_ns, *end))
        .collect();
    assert_eq!(ends[1..], [(4 * SECOND_NS, run.pts_ns(47.0))]);
    run.finish();
    let last = zones(&run.facts)[2];
    assert_eq!(
        (last.1.start_ns, last.0),
        (run.pts_ns(2.0), run.pts_ns(3.0))
    );
}
