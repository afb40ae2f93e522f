//! What is refused at load, all at once and with its place.

use sightline_zones::{
    Anchor, CrowdSpec, DistanceSpec, GroundSpec, LineSpec, Scene, SceneError, SceneSpec, Threshold,
    ZoneSpec,
};

fn faults(spec: &SceneSpec) -> Vec<SceneError> {
    Scene::new(spec, 1920, 1080).err().unwrap_or_default()
}

fn zone_faults(polygon: &[[f64; 2]]) -> Vec<SceneError> {
    faults(&SceneSpec {
        zones: vec![
            ZoneSpec::new("a", &[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]),
            ZoneSpec::new("b", polygon),
        ],
        ..SceneSpec::default()
    })
}

fn assert_one(faults: &[SceneError], path: &str, words: &str) {
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].path, path);
    assert!(faults[0].message.contains(words), "{}", faults[0]);
}

#[test]
fn z04_bow_tie() {
    let faults = zone_faults(&[[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]);
    assert_one(
        &faults,
        "zones[1].polygon",
        "edge 0 (from point 0) and edge 2 (from point 2)",
    );
}

#[test]
fn z07_equal_or_collinear_points() {
    assert_one(
        &zone_faults(&[[0.5, 0.5]; 3]),
        "zones[1].polygon",
        "1 distinct points",
    );
    assert_one(&zone_faults(&[]), "zones[1].polygon", "0 distinct points");
    assert_one(
        &zone_faults(&[[0.1, 0.5], [0.2, 0.5], [0.8, 0.5]]),
        "zones[1].polygon",
        "on one line",
    );
    let repeated = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.1], [0.1, 0.9]];
    assert_one(
        &zone_faults(&repeated),
        "zones[1].polygon[2]",
        "points 1 and 2 are the same",
    );
}

#[test]
fn a_closing_point_is_accepted() {
    assert_eq!(
        zone_faults(&[[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.1]]),
        []
    );
}

#[test]
fn a_frame_needs_a_size() {
    let refused = Scene::new(&SceneSpec::default(), 1920, 0)
        .err()
        .unwrap_or_default();
    assert_one(&refused, "frame", "found 1920x0");
}

/// Everything wrong that there is.
fn faulty() -> SceneSpec {
    let line = |name: &str| LineSpec::new(name, [0.1, 0.1], [0.9, 0.9]);
    let zone = |name: &str| ZoneSpec::new(name, &[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]);
    SceneSpec {
        lines: vec![
            line("a"),
            line("a"),
            LineSpec {
                start: [f64::NAN, 0.0],
                band: Some(-0.1),
                ..line("b")
            },
            LineSpec {
                end: [960.0, 540.0],
                ..line(" ")
            },
            LineSpec {
                end: [0.1, 0.1],
                ..line("c")
            },
        ],
        zones: vec![
            ZoneSpec {
                dwell_ns: Some(0),
                confirm_frames: 0,
                loiter_ns: Some(0),
                loiter_absence_ns: -1,
                queue_after_ns: Some(-1),
                wait_limit_ns: Some(0),
                way_deg: Some(-1.0),
                way_tolerance_deg: 180.0,
                way_ns: -1,
                speed_limit_mps: Some(f64::INFINITY),
                speed_ns: -1,
                ..zone("a")
            },
            ZoneSpec {
                polygon: vec![[0.0, 0.0], [1.0, -0.01], [f64::INFINITY, 1.0]],
                crowd: Some(CrowdSpec {
                    limit: 0,
                    min_duration_ns: -1,
                }),
                ..zone("a")
            },
        ],
        distances: vec![DistanceSpec {
            threshold: Threshold::Share(0.0),
            hysteresis: f64::NAN,
            min_duration_ns: Some(-5),
            group_ns: Some(0),
            polygon: Some(vec![[0.0, 0.0], [1.0, 0.0]]),
            ..DistanceSpec::new("", 0.1)
        }],
        max_gap_ns: Some(0),
        ground: Some(GroundSpec::Points(Vec::new())),
        summary_ns: Some(-1),
    }
}

#[test]
fn a_limit_needs_a_queue_that_begins_before() {
    let zone = |queue_after_ns, wait_limit_ns| SceneSpec {
        zones: vec![ZoneSpec {
            queue_after_ns,
            wait_limit_ns,
            ..ZoneSpec::new("a", &[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
        }],
        ..SceneSpec::default()
    };
    let path = "zones[0].wait_limit_ns";
    assert_one(
        &faults(&zone(None, Some(5))),
        path,
        "expected queue_after_ns beside it, found 5",
    );
    assert_one(
        &faults(&zone(Some(6), Some(5))),
        path,
        "at least queue_after_ns, which is 6",
    );
    assert_eq!(faults(&zone(Some(0), Some(5))), []);
    assert_eq!(faults(&zone(Some(5), Some(5))), []);
}

#[test]
fn a_speed_limit_needs_a_ground() {
    let spec = SceneSpec {
        zones: vec![ZoneSpec {
            speed_limit_mps: Some(2.0),
            ..ZoneSpec::new("a", &[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
        }],
        ..SceneSpec::default()
    };
    assert_one(
        &faults(&spec),
        "zones[0].speed_limit_mps",
        "expected a ground in the scene",
    );
    let grounded = SceneSpec {
        ground: Some(GroundSpec::Camera {
            height_m: 4.0,
            tilt_deg: 30.0,
            roll_deg: 0.0,
            view_deg: 60.0,
        }),
        ..spec
    };
    assert_eq!(faults(&grounded), []);
}

#[test]
fn all_faults_at_once() {
    let found = faults(&faulty());
    let paths: Vec<_> = found.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "max_gap_ns",
            "summary_ns",
            "ground",
            "lines[1].name",
            "lines[3].name",
            "zones[1].name",
            "distances[0].name",
            "lines[2].start",
            "lines[2].band",
            "lines[3].end",
            "lines[4]",
            "zones[0].dwell_ns",
            "zones[0].confirm_frames",
            "zones[0].loiter_ns",
            "zones[0].loiter_absence_ns",
            "zones[0].wait_limit_ns",
            "zones[0].queue_after_ns",
            "zones[0].way_deg",
            "zones[0].way_tolerance_deg",
            "zones[0].way_ns",
            "zones[0].speed_limit_mps",
            "zones[0].speed_ns",
            "zones[1].polygon[1]",
            "zones[1].polygon[2]",
            "zones[1].crowd.limit",
            "zones[1].crowd.min_duration_ns",
            "distances[0].polygon",
            "distances[0].min_duration_ns",
            "distances[0].group_ns",
            "distances[0].threshold",
            "distances[0].hysteresis",
        ]
    );
    assert_eq!(
        found[3].to_string(),
        "lines[1].name: \"a\" is the name of lines[0] too; give each its own"
    );
    assert!(found[9].message.contains("divide pixels"), "{}", found[9]);
}

#[test]
fn metres_need_a_ground_and_feet() {
    let ground = GroundSpec::Camera {
        height_m: 4.0,
        tilt_deg: 30.0,
        roll_deg: 0.0,
        view_deg: 60.0,
    };
    let of = |distance: DistanceSpec, ground: Option<&GroundSpec>| {
        faults(&SceneSpec {
            distances: vec![distance],
            ground: ground.cloned(),
            ..SceneSpec::default()
        })
    };
    let two_metres = || DistanceSpec::on_ground("keep", 2.0);
    assert_eq!(of(two_metres(), Some(&ground)), []);
    let nowhere = of(two_metres(), None);
    assert_one(
        &nowhere,
        "distances[0].threshold_m",
        "found none in the scene; say where",
    );
    let heads = DistanceSpec {
        anchor: Anchor::Center,
        ..two_metres()
    };
    assert_one(
        &of(heads, Some(&ground)),
        "distances[0].anchor",
        "only feet",
    );
    for metres in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let nonsense = of(DistanceSpec::on_ground("keep", metres), Some(&ground));
        assert_one(
            &nonsense,
            "distances[0].threshold_m",
            "positive number of metres",
        );
    }
}
