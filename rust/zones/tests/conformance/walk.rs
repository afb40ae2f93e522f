//! People who walk through a scene, frame by frame.

use sightline_tracks::Track;
use sightline_zones::{
    Direction, DistanceTally, EntryReason, ExitReason, Fact, FactKind, GroundSpec, LineSpec, Scene,
    SceneSpec, ZoneSpec,
};

/// Width and height of the frame; a power of two, so that whole pixels survive unit space.
pub(crate) const SIZE_PX: u32 = 1024;

/// A place in pixels; `None` in a walk is a frame without a sighting.
pub(crate) type Place = [f64; 2];

/// Returns a track whose box, 20 by 40, stands on `place`.
pub(crate) fn track(id: u64, [x, y]: Place) -> Track {
    Track {
        id,
        xyxy: [x - 10.0, y - 40.0, x + 10.0, y],
        confidence: 0.5,
        class_id: 0,
        detection: 0,
        age: 0,
    }
}

pub(crate) fn unit([x, y]: Place) -> [f64; 2] {
    [x / f64::from(SIZE_PX), y / f64::from(SIZE_PX)]
}

pub(crate) fn line(name: &str, start: Place, end: Place) -> LineSpec {
    LineSpec::new(name, unit(start), unit(end))
}

pub(crate) fn zone(name: &str, corners: &[Place]) -> ZoneSpec {
    let corners: Vec<_> = corners.iter().copied().map(unit).collect();
    ZoneSpec::new(name, &corners)
}

pub(crate) fn rectangle(name: &str, [x1, y1]: Place, [x2, y2]: Place) -> ZoneSpec {
    zone(name, &[[x1, y1], [x2, y1], [x2, y2], [x1, y2]])
}

pub(crate) fn scene_of_lines(lines: &[LineSpec]) -> SceneSpec {
    SceneSpec {
        lines: lines.to_vec(),
        ..SceneSpec::default()
    }
}

pub(crate) fn scene_of_zones(zones: &[ZoneSpec]) -> SceneSpec {
    SceneSpec {
        zones: zones.to_vec(),
        ..SceneSpec::default()
    }
}

/// Returns `steps` places after `from`, evenly, the last at `to`.
pub(crate) fn straight(from: Place, to: Place, steps: u32) -> Vec<Option<Place>> {
    let at = |step: u32| {
        let t = f64::from(step) / f64::from(steps);
        Some([
            from[0] + (to[0] - from[0]) * t,
            from[1] + (to[1] - from[1]) * t,
        ])
    };
    std::iter::once(Some(from))
        .chain((1..=steps).map(at))
        .collect()
}

/// A pixel is a centimetre; on the ground y is up the picture, so that x is to the right of y.
pub(crate) fn flat() -> GroundSpec {
    let corner = |x: f64, y: f64| {
        let metres = f64::from(SIZE_PX) / 100.0;
        ([x, y], [x * metres, (1.0 - y) * metres])
    };
    GroundSpec::Points(vec![
        corner(0.0, 0.0),
        corner(1.0, 0.0),
        corner(1.0, 1.0),
        corner(0.0, 1.0),
    ])
}

/// Returns a walk from `from`; each part says for how many frames, how far to the right and down in each, and whether they
/// see it.
pub(crate) fn walked(from: Place, parts: &[(u32, f64, f64, bool)]) -> Vec<Option<Place>> {
    let mut place = from;
    let mut places = vec![Some(from)];
    for &(frames, right, down, seen) in parts {
        for _ in 0..frames {
            place = [place[0] + right, place[1] + down];
            places.push(seen.then_some(place));
        }
    }
    places
}

pub(crate) fn hidden(frames: usize) -> Vec<Option<Place>> {
    vec![None; frames]
}

/// In the middle of a square of 200 px from (400, 400), and above it.
pub(crate) const INSIDE: Place = [500.0, 500.0];
pub(crate) const OUTSIDE: Place = [500.0, 300.0];

/// Spells out a walk such as `25i 3h 12o`: 25 frames inside, 3 hidden, 12 outside.
pub(crate) fn spelled(walk: &str) -> Vec<Option<Place>> {
    let part = |part: &str| {
        let (frames, place) = part.split_at(part.len() - 1);
        let place = match place {
            "i" => Some(INSIDE),
            "o" => Some(OUTSIDE),
            _ => None,
        };
        vec![place; frames.parse().unwrap_or_default()]
    };
    walk.split_whitespace().flat_map(part).collect()
}

/// What it is about, the walk spelled out, and what is found when the track is given up after it.
pub(crate) type SpelledCase<Found> = (&'static str, &'static str, &'static [Found]);

/// Asks a zone every case, and once more after the stream's end, when nothing may be left.
///
/// Inside from frame 0 on: one who leaves after n frames of presence is outside from n - 0.5 on.
pub(crate) fn check_spelled<Found: PartialEq + std::fmt::Debug>(
    zone: &ZoneSpec,
    found: impl Fn(&[Fact]) -> Vec<Found>,
    cases: &[SpelledCase<Found>],
) {
    for (name, walk, expected) in cases {
        let mut run = Run::of_zone(zone.clone());
        run.walk(1, &spelled(walk));
        run.show(&[], &[1]);
        assert_eq!(&found(&run.facts), expected, "{name}");
        run.finish();
        assert_eq!(&found(&run.facts), expected, "{name}: nothing is left");
    }
}

/// A scene on its way through frames.
pub(crate) struct Run {
    pub(crate) scene: Scene,
    pub(crate) facts: Vec<Fact>,
    pub(crate) epoch: u32,
    pub(crate) fps: f64,
    pub(crate) frame: u32,
}

impl Run {
    #[expect(clippy::expect_used, reason = "a fault here is a fault of the test")]
    pub(crate) fn new(spec: &SceneSpec) -> Self {
        Self {
            scene: Scene::new(spec, SIZE_PX, SIZE_PX).expect("no faults"),
            facts: Vec::new(),
            epoch: 0,
            fps: 30.0,
            frame: 0,
        }
    }

    /// A scene with one zone, at ten frames a second.
    pub(crate) fn of_zone(zone: ZoneSpec) -> Self {
        Self::at_ten_fps(&scene_of_zones(&[zone]))
    }

    pub(crate) fn at_ten_fps(spec: &SceneSpec) -> Self {
        Self {
            fps: 10.0,
            ..Self::new(spec)
        }
    }

    /// The counts of distance 0.
    pub(crate) fn distance_tally(&self) -> DistanceTally {
        let mut tallies = self.scene.distance_tallies();
        tallies.next().copied().unwrap_or_default()
    }

    /// Time of frame `frame`, nanoseconds.
    #[expect(clippy::cast_possible_truncation, reason = "tests last seconds")]
    pub(crate) fn pts_ns(&self, frame: f64) -> i64 {
        (frame * 1e9 / self.fps).round() as i64
    }

    /// Shows one frame.
    pub(crate) fn show(&mut self, people: &[(u64, Place)], removed: &[u64]) {
        let tracks: Vec<Track> = people.iter().map(|&(id, place)| track(id, place)).collect();
        let pts_ns = self.pts_ns(f64::from(self.frame));
        self.scene
            .update(self.epoch, pts_ns, &tracks, removed, &mut self.facts);
        self.frame += 1;
        self.check();
    }

    /// Shows one frame for each place of a walk.
    pub(crate) fn walk(&mut self, id: u64, places: &[Option<Place>]) {
        for place in places {
            let people: Vec<_> = place.iter().map(|&place| (id, place)).collect();
            self.show(&people, &[]);
        }
    }

    pub(crate) fn finish(&mut self) {
        self.scene.finish(&mut self.facts);
        self.check();
    }

    /// The facts in words, counts left out: `in` and `out`, `entered`, `appeared`, `exited`, `lost`, `ended`, `dwelled`.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        self.facts.iter().filter_map(word).collect()
    }

    /// The counts of zone 0 in the order in which they changed.
    pub(crate) fn counts(&self) -> Vec<u32> {
        let count = |fact: &Fact| match fact.kind {
            FactKind::ZoneCountChanged { count, .. } if fact.rule == 0 => Some(count),
            _ => None,
        };
        self.facts.iter().filter_map(count).collect()
    }

    /// Dwell and time unseen of every exit, nanoseconds.
    pub(crate) fn dwells(&self) -> Vec<(i64, i64)> {
        let dwell = |fact: &Fact| match fact.kind {
            FactKind::ZoneExited {
                dwell_ns,
                bridged_ns,
                ..
            } => Some((dwell_ns, bridged_ns)),
            _ => None,
        };
        self.facts.iter().filter_map(dwell).collect()
    }

    fn check(&self) {
        assert_eq!(self.scene.check_invariants(), Ok(()));
    }
}

pub(crate) fn word(fact: &Fact) -> Option<&'static str> {
    Some(match fact.kind {
        FactKind::LineCrossed {
            direction: Direction::In,
        } => "in",
        FactKind::LineCrossed {
            direction: Direction::Out,
        } => "out",
        FactKind::ZoneEntered {
            reason: EntryReason::Entered,
            ..
        } => "entered",
        FactKind::ZoneEntered {
            reason: EntryReason::Appeared,
            ..
        } => "appeared",
        FactKind::ZoneExited { reason, .. } | FactKind::PeopleParted { reason, .. } => match reason
        {
            ExitReason::Exited => "exited",
            ExitReason::Lost => "lost",
            ExitReason::Ended => "ended",
        },
        FactKind::ZoneDwelled { .. } => "dwelled",
        FactKind::ZoneOvercrowded { .. } => "overcrowded",
        FactKind::ZoneRelieved { .. } => "relieved",
        FactKind::LineWrongWay { .. } | FactKind::ZoneWrongWay { .. } => "wrong way",
        FactKind::ZoneSpeedExceeded { .. } => "too fast",
        FactKind::ZoneSpeedRestored { .. } => "slow again",
        FactKind::QueueLeft { .. } => "served",
        FactKind::QueueWaitExceeded { .. } => "impatient",
        FactKind::QueueChanged { .. }
        | FactKind::ZoneCountChanged { .. }
        | FactKind::LineSummarized(_)
        | FactKind::ZoneSummarized(_) => return None,
        FactKind::PeopleClose { .. } => "close",
        FactKind::ZoneLoiteringStarted { .. } => "loiters",
        FactKind::ZoneLoiteringEnded { .. } => "loitered",
    })
}
