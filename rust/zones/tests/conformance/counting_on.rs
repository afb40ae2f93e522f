//! Counts that go on from what was counted elsewhere, as before a restart.

use sightline_zones::{
    Counts, FactKind, LineTally, QueueTally, Scene, SceneSpec, ZoneSpec, ZoneTally,
};

use crate::walk::{Place, Run, line, rectangle};

const SECOND_NS: i64 = 1_000_000_000;
const INSIDE: Place = [500.0, 500.0];

fn watched() -> SceneSpec {
    SceneSpec {
        lines: vec![line("line", [0.0, 450.0], [1000.0, 450.0])],
        zones: vec![ZoneSpec {
            queue_after_ns: Some(SECOND_NS),
            ..rectangle("square", [400.0, 400.0], [600.0, 600.0])
        }],
        summary_ns: Some(60 * SECOND_NS),
        ..SceneSpec::default()
    }
}

fn earlier() -> Counts {
    let line = LineTally {
        in_count: 7,
        out_count: 3,
        lost_at_line: 1,
        flips_suppressed: 2,
        gaps_bridged: 4,
    };
    let zone = ZoneTally {
        inside: 2,
        entries: 9,
        exits: 7,
        born_inside: 1,
        flips_suppressed: 0,
        gaps_bridged: 5,
    };
    let queue = QueueTally {
        length: 1,
        longest_wait_ns: 5 * SECOND_NS,
        left: 4,
        wait_mean_ns: 3 * SECOND_NS,
        wait_max_ns: 8 * SECOND_NS,
    };
    Counts {
        lines: vec![Some(line)],
        zones: vec![Some((zone, Some(queue)))],
        contacts: vec![],
    }
}

#[test]
fn people_who_were_inside_count_as_gone() {
    let mut scene = Scene::new(&watched(), 1000, 1000).expect("a scene");
    scene.count_on(&earlier());
    let zone = scene.zone_tallies().next().expect("a zone");
    assert_eq!((zone.inside, zone.entries, zone.exits), (0, 9, 9));
    assert_eq!(scene.line_tallies().next(), earlier().lines[0].as_ref());
    let queue = scene.queue_tallies().next().flatten().expect("a queue");
    assert_eq!(
        (queue.length, queue.left, queue.wait_mean_ns),
        (0, 4, 3 * SECOND_NS)
    );
    assert_eq!(queue.wait_max_ns, 8 * SECOND_NS);
    assert_eq!(scene.check_invariants(), Ok(()));
}

#[test]
fn a_summary_tells_only_what_happened_since() {
    let mut run = Run::new(&watched());
    run.fps = 10.0;
    run.show(&[(1, INSIDE)], &[]);
    run.scene.count_on(&earlier());
    run.show(&[(1, INSIDE)], &[]);
    let mut facts = Vec::new();
    run.scene.finish(&mut facts);
    let summaries = facts.iter().filter_map(|fact| match &fact.kind {
        FactKind::LineSummarized(summary) => {
            Some((summary.added.in_count, summary.added.out_count))
        }
        FactKind::ZoneSummarized(summary) => Some((summary.added.entries, summary.added.exits)),
        _ => None,
    });
    assert_eq!(summaries.collect::<Vec<_>>(), [(0, 0), (1, 1)]);
    assert_eq!(run.scene.check_invariants(), Ok(()));
}

#[test]
fn rules_without_a_count_and_lists_that_are_too_short_start_at_nothing() {
    let mut scene = Scene::new(&watched(), 1000, 1000).expect("a scene");
    scene.count_on(&Counts::default());
    scene.count_on(&Counts {
        lines: vec![None],
        ..Counts::default()
    });
    assert_eq!(
        scene.counts(),
        Scene::new(&watched(), 1000, 1000)
            .expect("a scene")
            .counts()
    );
}

#[test]
fn counts_that_are_beyond_all_bounds_stay_at_the_bound() {
    let mut scene = Scene::new(&watched(), 1000, 1000).expect("a scene");
    let most = LineTally {
        in_count: u64::MAX,
        ..LineTally::default()
    };
    let queue = QueueTally {
        left: u64::MAX,
        wait_mean_ns: i64::MAX,
        ..QueueTally::default()
    };
    let counts = Counts {
        lines: vec![Some(most)],
        zones: vec![Some((ZoneTally::default(), Some(queue)))],
        contacts: vec![],
    };
    scene.count_on(&counts);
    scene.count_on(&counts);
    assert_eq!(scene.line_tallies().next(), Some(&most));
}
