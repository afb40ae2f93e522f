//! Streams as they should be, and as they are.

use proptest::prelude::*;

use super::*;

const CAME: Came = Came {
    arrived_at_ns: 1_790_000_000_000_000_000,
    captured_at_ns: None,
};

fn timeline() -> Timeline {
    Timeline::new(Ticks {
        num: 1,
        den: 1000,
        per_frame: 100,
        start: Some(500),
        promised: Some(1_000),
    })
}

/// Sends packets as (pts, dts) and returns the keys.
fn send(timeline: &mut Timeline, packets: &[(i64, i64)]) -> Vec<Key> {
    packets
        .iter()
        .map(|&(pts, dts)| {
            let key = timeline.packet(Some(pts), Some(dts), 0).unwrap();
            timeline.expect(key, Fate::Expected);
            key
        })
        .collect()
}

fn shown(timeline: &mut Timeline, pts: i64) -> Stamp {
    timeline.frame(Some(pts), Some(pts))
}

#[test]
fn reordered_frames_count_in_order_of_presentation() {
    let mut timeline = timeline();
    send(
        &mut timeline,
        &[(500, 300), (800, 400), (600, 500), (700, 600)],
    );
    let stamps: Vec<_> = [500, 600, 700, 800]
        .map(|pts| shown(&mut timeline, pts))
        .to_vec();
    assert_eq!(
        stamps.iter().map(|stamp| stamp.index).collect::<Vec<_>>(),
        [0, 1, 2, 3]
    );
    assert_eq!(stamps[3].pts_ns, 300_000_000);
    assert!(stamps.iter().all(|stamp| stamp.epoch == 0 && !stamp.moved));
}

#[test]
fn a_time_that_no_clock_can_tell_is_none() {
    let mut timeline = timeline();
    send(&mut timeline, &[(500, 500), (600, 600)]);
    let far = i64::MAX / 1000;
    assert_eq!(timeline.packet(Some(far), Some(far), 0), None);
    let stamps = [500, 600, far, far + 100, 900].map(|pts| shown(&mut timeline, pts));
    assert_eq!(
        stamps.map(|stamp| (stamp.epoch, stamp.pts_ns)),
        [0, 100, 200, 300, 400].map(|ms| (0, ms * 1_000_000))
    );
}

#[test]
fn times_grow_on_a_clock_finer_than_nanoseconds() {
    let mut timeline = Timeline::new(Ticks {
        den: i32::MAX,
        ..Ticks::default()
    });
    let times = [0, 1, 2, 3, 100].map(|pts| shown(&mut timeline, pts).pts_ns);
    assert_eq!(times, [0, 1, 2, 3, 47]);
}

#[test]
fn a_clock_that_stands_still_is_replaced_by_arrival() {
    for step in [0, -100] {
        let mut timeline = timeline();
        let mut stamps = Vec::new();
        for number in 0..50 {
            timeline.arrived(number * 100_000_000, CAME);
            let pts = if timeline.is_standing() {
                timeline.ticks_by_arrival()
            } else {
                10_000 + number * step
            };
            timeline.packet(Some(pts), None, 0);
            stamps.push(shown(&mut timeline, pts));
        }
        assert!(stamps.windows(2).all(|two| two[1].pts_ns > two[0].pts_ns));
        // Then a tenth of a second is one again.
        let late = stamps[48..].iter().map(|stamp| stamp.pts_ns);
        let late: Vec<_> = late.collect();
        assert_eq!(late[1] - late[0], 100_000_000, "{step}");
        assert_eq!(stamps[49].epoch, 0);
    }
}

#[test]
fn frames_that_never_come_still_count() {
    let mut timeline = timeline();
    let keys = send(
        &mut timeline,
        &[(500, 500), (600, 600), (700, 700), (800, 800)],
    );
    timeline.expect(keys[1], Fate::Gated);
    timeline.expect(keys[2], Fate::Broken);
    assert_eq!(shown(&mut timeline, 500).index, 0);
    let stamp = shown(&mut timeline, 800);
    assert_eq!((stamp.index, stamp.gated_before), (3, 1));
    assert_eq!(timeline.earlier_ns((0, 900)), None);
}

#[test]
fn a_jump_back_is_a_new_epoch_and_index_goes_on() {
    let mut timeline = timeline();
    send(
        &mut timeline,
        &[(500, 500), (600, 600), (700, 700), (500, 500), (600, 600)],
    );
    let stamps: Vec<_> = [500, 600, 700, 500, 600]
        .map(|pts| shown(&mut timeline, pts))
        .to_vec();
    assert_eq!(
        stamps.iter().map(|stamp| stamp.epoch).collect::<Vec<_>>(),
        [0, 0, 0, 0, 0]
    );
    let mut timeline = self::timeline();
    let pts: Vec<i64> = (0..30).chain(0..30).map(|k| 500 + k * 100).collect();
    let packets: Vec<_> = pts.iter().map(|&pts| (pts, pts)).collect();
    send(&mut timeline, &packets);
    let stamps: Vec<_> = pts.iter().map(|&pts| shown(&mut timeline, pts)).collect();
    assert_eq!(stamps[29].epoch, 0);
    assert_eq!(
        (stamps[30].epoch, stamps[30].index, stamps[30].pts_ns),
        (1, 30, 0)
    );
    assert!(stamps.iter().all(|stamp| !stamp.moved));
}

#[test]
fn frames_without_timestamps_get_nominal_ones() {
    let mut timeline = timeline();
    assert_eq!(timeline.packet(None, None, 0), None);
    let stamps: Vec<_> = (0..3).map(|_| timeline.frame(None, None).pts_ns).collect();
    assert_eq!(stamps, [0, 100_000_000, 200_000_000]);
}

#[test]
fn a_late_decoding_clock_starts_at_the_first_frame() {
    let mut timeline = timeline();
    assert_eq!(timeline.frame(None, Some(700)).pts_ns, 0);
    assert_eq!(timeline.frame(None, Some(800)).pts_ns, 100_000_000);
}

#[test]
fn a_jump_back_shows_without_packet_timestamps_too() {
    let mut timeline = timeline();
    assert_eq!(shown(&mut timeline, 9_000).epoch, 0);
    assert_eq!(shown(&mut timeline, 1_000).epoch, 1);
}

#[test]
fn equal_timestamps_move_by_a_tick() {
    let mut timeline = timeline();
    let stamps: Vec<_> = [500, 500, 480, 600]
        .map(|pts| shown(&mut timeline, pts))
        .to_vec();
    let pts: Vec<_> = stamps.iter().map(|stamp| stamp.pts_ns).collect();
    assert_eq!(
        pts,
        [20_000_000, 21_000_000, 22_000_000, 120_000_000].map(|ns: i64| ns - 20_000_000)
    );
    assert_eq!(
        stamps.iter().map(|stamp| stamp.moved).collect::<Vec<_>>(),
        [false, true, true, false]
    );
}

#[test]
fn memory_stays_bounded_when_no_frame_ever_comes() {
    let mut timeline = timeline();
    let packets: Vec<_> = (0..10_000).map(|k| (k * 100, k * 100)).collect();
    send(&mut timeline, &packets);
    assert_eq!(timeline.in_flight.len(), MAX_IN_FLIGHT);
    assert_eq!(shown(&mut timeline, 9_999 * 100).index, 9_999);
}

#[test]
fn a_stream_that_ends_early_is_cut_off() {
    let mut timeline = timeline();
    send(&mut timeline, &[(500, 500), (600, 600)]);
    assert_eq!(timeline.cut_off(), Some((200_000_000, 1_000_000_000)));
    send(&mut timeline, &[(1_300, 1_300)]);
    assert_eq!(timeline.cut_off(), None);
}

#[test]
fn extreme_timestamps_saturate() {
    let mut timeline = timeline();
    for pts in [i64::MIN + 1, i64::MAX, 0, i64::MAX, i64::MIN + 1] {
        timeline.packet(Some(pts), Some(pts), i64::MAX);
        shown(&mut timeline, pts);
    }
}

/// A camera's packet that arrives at `now_ms`.
fn arrive(timeline: &mut Timeline, now_ms: i64, pts: i64) {
    timeline.arrived(now_ms * 1_000_000, CAME);
    let key = timeline.packet(Some(pts), None, 0).unwrap();
    timeline.expect(key, Fate::Expected);
}

#[test]
fn a_camera_whose_clock_is_set_goes_on_as_ours_did() {
    let mut timeline = timeline();
    for (now_ms, pts) in [(0, 700), (100, 900), (100, 800)] {
        arrive(&mut timeline, now_ms, pts);
    }
    assert_eq!(shown(&mut timeline, 700).epoch, 0);
    arrive(&mut timeline, 300, 3_600_900);
    assert_eq!(shown(&mut timeline, 800).epoch, 0);
    // A nanosecond behind the frame that is shown before it.
    let set = shown(&mut timeline, 3_600_900);
    assert_eq!((set.epoch, set.pts_ns), (1, 300_000_001));
    // One that was sent before, and is shown behind it, has no time of its own any more.
    let stray = shown(&mut timeline, 900);
    assert_eq!((stray.epoch, stray.pts_ns), (1, 400_000_001));
    arrive(&mut timeline, 500, 3_601_100);
    assert_eq!(shown(&mut timeline, 3_601_100).pts_ns, 500_000_001);
}

#[test]
fn a_camera_that_comes_again_goes_on_as_ours_did() {
    let mut timeline = timeline();
    arrive(&mut timeline, 0, 700);
    let first = shown(&mut timeline, 700);
    timeline.reconnect(Ticks::default(), 2_000_000_000);
    arrive(&mut timeline, 2_000, 5);
    let again = shown(&mut timeline, 5);
    assert_eq!(
        (again.index, again.epoch, again.pts_ns),
        (first.index + 1, 1, 2_000_000_000)
    );
}

#[test]
fn a_packet_without_a_time_gets_that_of_its_arrival() {
    let mut timeline = timeline();
    timeline.arrived(0, CAME);
    assert_eq!(timeline.ticks_by_arrival(), 500);
    arrive(&mut timeline, 0, 500);
    timeline.arrived(140_000_000, CAME);
    assert_eq!(timeline.ticks_by_arrival(), 640);
}

proptest! {
    #[test]
    fn numbers_and_times_grow_whatever_the_timestamps(
        steps in proptest::collection::vec(
            (any::<bool>(), proptest::option::of(-5_000_i64..5_000), proptest::option::of(-5_000_i64..5_000)),
            0..400,
        ),
    ) {
        let mut timeline = timeline();
        let mut before: Option<Stamp> = None;
        for (is_packet, first, second) in steps {
            if is_packet {
                if let Some(key) = timeline.packet(first, second, 0) {
                    timeline.expect(key, Fate::Expected);
                }
                continue;
            }
            let stamp = timeline.frame(first, second);
            if let Some(before) = before {
                prop_assert!(stamp.index > before.index);
                prop_assert!(stamp.epoch >= before.epoch);
                prop_assert!(stamp.epoch > before.epoch || stamp.pts_ns > before.pts_ns);
            }
            prop_assert!(timeline.in_flight.len() <= MAX_IN_FLIGHT);
            before = Some(stamp);
        }
    }
}
