//! A warm scene allocates nothing, and one that runs for months holds only who is there now.

use sightline_ground::GroundPlane;
use sightline_tracks::Track;
use sightline_zones::{DistanceSpec, FactKind, GroundSpec, LineSpec, Scene, SceneSpec, ZoneSpec};

const FRAME_NS: i64 = 100_000_000;

/// A grid of zones, with lines between them, and distances in the picture and on the ground, groups left out.
fn spec() -> SceneSpec {
    let corner = |position: u32| f64::from(position) / 10.0;
    let zones = (0..100).map(|position| {
        let (x, y) = (corner(position % 10), corner(position / 10));
        let mut zone = ZoneSpec::new(
            &format!("zone {position}"),
            &[[x, y], [x + 0.08, y], [x + 0.08, y + 0.08], [x, y + 0.08]],
        );
        zone.dwell_ns = Some(3 * FRAME_NS);
        if position % 2 == 0 {
            zone.loiter_ns = Some(4 * FRAME_NS);
            zone.queue_after_ns = Some(2 * FRAME_NS);
            zone.wait_limit_ns = Some(5 * FRAME_NS);
            zone.way_deg = Some(90.0);
            zone.way_ns = 2 * FRAME_NS;
            zone.speed_limit_mps = Some(0.5);
        }
        if position % 3 == 0 {
            zone.polygon.swap(1, 2);
            zone.even_odd = true;
        }
        zone
    });
    let lines = (1..10).map(|position| {
        let y = corner(position);
        LineSpec::new(&format!("line {position}"), [0.0, y], [1.0, y])
    });
    SceneSpec {
        zones: zones.collect(),
        lines: lines.collect(),
        distances: vec![
            DistanceSpec::new("near", 0.02),
            DistanceSpec {
                group_ns: Some(20 * FRAME_NS),
                ..DistanceSpec::on_ground("apart", 1.0)
            },
        ],
        ground: Some(GroundSpec::Later),
        summary_ns: Some(10 * FRAME_NS),
        max_gap_ns: None,
    }
}

/// From the side, so that people who keep their distance in the picture come closer and part on the ground.
#[expect(clippy::unwrap_used, reason = "a fault here is a fault of the test")]
fn ground() -> GroundPlane {
    let spec = GroundSpec::Camera {
        height_m: 6.0,
        tilt_deg: 40.0,
        roll_deg: 0.0,
        view_deg: 70.0,
    };
    spec.plane(1000, 1000).unwrap().unwrap()
}

/// Where somebody is who walks round and round the frame.
fn walker(person: u64, frame: u64) -> Track {
    let turn = ((person * 53 + frame * 3) % 600) as f64 / 600.0 * std::f64::consts::TAU;
    let reach = 100.0 + (person * 71 % 350) as f64;
    let (x, y) = (500.0 + reach * turn.cos(), 500.0 + reach * turn.sin());
    Track {
        id: person + 1,
        xyxy: [x - 20.0, y - 80.0, x + 20.0, y],
        confidence: 0.9,
        class_id: 0,
        detection: 0,
        age: 0,
    }
}

/// Numbers the kinds of facts of what a zone watches only if asked for.
fn watched_kind(kind: &FactKind) -> Option<usize> {
    Some(match kind {
        FactKind::ZoneLoiteringStarted { .. } => 0,
        FactKind::ZoneLoiteringEnded { .. } => 1,
        FactKind::QueueChanged { .. } => 2,
        FactKind::QueueLeft { .. } => 3,
        FactKind::QueueWaitExceeded { .. } => 4,
        FactKind::ZoneWrongWay { .. } => 5,
        FactKind::ZoneSpeedExceeded { .. } => 6,
        FactKind::ZoneSpeedRestored { .. } => 7,
        _ => return None,
    })
}

#[test]
fn a_warm_scene_allocates_nothing() {
    let mut scene = Scene::new(&spec(), 1000, 1000).unwrap();
    // One round.
    let crowd = |frame| (0..200).map(|person| walker(person, frame)).collect();
    let frames: Vec<Vec<Track>> = (0..200).map(crowd).collect();
    let (mut facts, mut pts_ns, mut total) = (Vec::new(), 0, 0);
    scene.set_ground(ground()).unwrap();
    let mut motions = Vec::new();
    let (mut watched, mut sides, mut moving) = ([0; 8], 0, 0);
    let mut walk = || {
        for tracks in &frames {
            facts.clear();
            pts_ns += FRAME_NS;
            scene.update(0, pts_ns, tracks, &[], &mut facts);
            total += facts.len();
            scene.motions(tracks, &mut motions);
            moving += motions
                .iter()
                .filter(|motion| motion.speed_mps.is_some())
                .count();
            for fact in &facts {
                if let Some(kind) = watched_kind(&fact.kind) {
                    watched[kind] += 1;
                }
                if let FactKind::ZoneExited { side, .. } = fact.kind {
                    sides += usize::from(side.is_some());
                }
            }
        }
    };
    walk();
    walk();
    let warm = allocation_counter::measure(walk);
    assert_eq!(warm.count_total, 0, "{warm:?}");
    assert!(
        total > 10_000 && sides > 1_000 && moving > 10_000,
        "{total} {sides} {moving}"
    );
    assert!(watched.iter().all(|&count| count > 0), "{watched:?}");
    let contacts: u64 = scene.distance_tallies().map(|tally| tally.contacts).sum();
    assert!(contacts > 1000, "{contacts}");
}

#[test]
fn a_million_frames_leave_no_trace() {
    let mut scene = Scene::new(&spec(), 1000, 1000).unwrap();
    scene.set_ground(ground()).unwrap();
    let mut facts = Vec::new();
    let mut run = |frames: std::ops::Range<u64>| {
        for frame in frames {
            facts.clear();
            // Everybody stays for 50 frames, and somebody comes and goes every 10.
            let here = (frame / 10).saturating_sub(5)..frame / 10;
            let tracks: Vec<Track> = here.clone().map(|person| walker(person, frame)).collect();
            let gone = here.start;
            scene.update(
                0,
                frame.cast_signed() * FRAME_NS,
                &tracks,
                &[gone],
                &mut facts,
            );
        }
        assert!(scene.track_count() <= 6, "{}", scene.track_count());
        assert_eq!(scene.check_invariants(), Ok(()));
    };
    // Walks repeat after 4,200 people, so that by then every zone was as full as it gets.
    run(0..50_000);
    let grown = allocation_counter::measure(|| run(50_000..1_000_000));
    assert!(grown.bytes_current <= 0, "{grown:?}");
}
