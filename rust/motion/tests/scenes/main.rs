//! Synthetic scenes, 400×256: shapes that move over textured noise, and what must be found of them.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that can't go on fails its test"
)]

mod camera;

use proptest::prelude::*;
use sightline_detections::Detections;
use sightline_frames::Placement;
use sightline_motion::{MotionDetector, MotionError, MotionSpec};

use camera::{Camera, Numbers, Shape};

/// The plane is the picture.
fn same_size() -> Placement {
    Placement {
        scale: [1.0, 1.0],
        offset: [0.0, 0.0],
        source: [400, 256],
    }
}

struct Run {
    camera: Camera,
    detector: MotionDetector,
    out: Detections,
}

impl Run {
    fn new(noise: f32) -> Self {
        let detector = MotionDetector::new(MotionSpec::default(), 400, 256).unwrap();
        Self {
            camera: Camera::new(noise),
            detector,
            out: Detections::default(),
        }
    }

    /// A run that has learned the empty scene.
    fn learned(noise: f32) -> Self {
        let mut run = Self::new(noise);
        for _ in 0..25 {
            run.step(&[]);
        }
        run
    }

    fn step(&mut self, shapes: &[Shape]) -> &Detections {
        let frame = self.camera.frame(shapes);
        self.detector
            .detect(frame, &same_size(), &mut self.out)
            .unwrap();
        &self.out
    }
}

fn walker(x: f32, y: f32, luma: f32, round: bool) -> Shape {
    Shape {
        xyxy: [x, y, x + 30.0, y + 80.0],
        luma,
        round,
    }
}

#[track_caller]
fn assert_boxes(found: &Detections, shapes: &[Shape]) {
    assert_eq!(found.len(), shapes.len(), "{found:?}");
    for (found, shape) in found.xyxy.iter().zip(shapes) {
        let near = found
            .iter()
            .zip(shape.xyxy)
            .all(|(found, corner)| (found - corner).abs() <= 2.0);
        assert!(near, "{found:?}, expected {:?}", shape.xyxy);
    }
    assert!(
        found
            .confidence
            .iter()
            .all(|&confidence| (0.7..=0.99).contains(&confidence)),
        "{found:?}"
    );
    assert!(found.class_id.iter().all(|&class| class == 0));
}

#[test]
fn a_walker_is_boxed_within_two_pixels() {
    for (round, luma) in [(false, 200.0), (true, 30.0)] {
        let mut run = Run::learned(5.0);
        for step in 0..25_u8 {
            let shape = walker(
                20.0 + 5.0 * f32::from(step),
                100.0 + 0.7 * f32::from(step),
                luma,
                round,
            );
            assert_boxes(run.step(&[shape]), &[shape]);
        }
    }
}

#[test]
fn two_walkers_are_two_boxes() {
    let mut run = Run::learned(5.0);
    for step in 0..25_u8 {
        let x = 13.0 * f32::from(step);
        let shapes = [
            walker(350.0 - x, 60.0, 210.0, true),
            walker(20.0 + x, 160.0, 40.0, false),
        ];
        assert_boxes(run.step(&shapes), &shapes);
    }
}

/// Two parts, one above the other, and the box around them.
fn parted(x: f32, gap: f32) -> ([Shape; 2], Shape) {
    let head = Shape {
        xyxy: [x + 6.0, 100.0, x + 24.0, 130.0],
        luma: 200.0,
        round: false,
    };
    let legs = Shape {
        xyxy: [x, 130.0 + gap, x + 30.0, 190.0],
        luma: 220.0,
        round: false,
    };
    (
        [head, legs],
        Shape {
            xyxy: [x, 100.0, x + 30.0, 190.0],
            ..head
        },
    )
}

#[test]
fn head_and_legs_are_one_box() {
    let mut run = Run::learned(5.0);
    for step in 0..20_u8 {
        let (parts, whole) = parted(20.0 + 5.0 * f32::from(step), 7.0);
        assert_boxes(run.step(&parts), &[whole]);
    }
}

#[test]
fn the_gap_that_is_joined_can_be_chosen() {
    for (merge_gap, joined) in [(0.03, false), (0.1, true)] {
        let mut run = Run::new(5.0);
        let spec = MotionSpec {
            merge_gap,
            ..MotionSpec::default()
        };
        run.detector = MotionDetector::new(spec, 400, 256).unwrap();
        (0..25).for_each(|_| assert!(run.step(&[]).is_empty()));
        let (parts, whole) = parted(100.0, 20.0);
        let expected = if joined { vec![whole] } else { parts.to_vec() };
        assert_boxes(run.step(&parts), &expected);
    }
}

#[test]
fn noise_alone_is_nothing() {
    for noise in [0.0, 10.0, 25.0] {
        let mut run = Run::new(noise);
        for _ in 0..60 {
            assert!(run.step(&[]).is_empty(), "noise of {noise}");
        }
    }
}

#[test]
fn a_step_of_light_is_nothing_and_a_walker_is_found_again_after_it() {
    for light in [40.0, -40.0] {
        let mut run = Run::learned(5.0);
        run.camera.light = light;
        for _ in 0..25 {
            assert!(run.step(&[]).is_empty());
        }
        for step in 0..10_u8 {
            let mut shape = walker(20.0 + 5.0 * f32::from(step), 100.0, 200.0, false);
            let drawn = Shape {
                luma: shape.luma - light,
                ..shape
            };
            shape.luma = 0.0;
            assert_boxes(run.step(&[drawn]), &[shape]);
        }
    }
}

#[test]
fn another_scene_is_learned_anew() {
    let mut run = Run::learned(5.0);
    run.camera
        .texture
        .chunks_exact_mut(40)
        .step_by(3)
        .for_each(|bar| bar.fill(230.0));
    run.camera
        .texture
        .chunks_exact_mut(40)
        .skip(1)
        .step_by(3)
        .for_each(|bar| bar.fill(10.0));
    assert!(run.step(&[]).is_empty());
    assert!(run.detector.is_learning());
    (0..30).for_each(|_| assert!(run.step(&[]).is_empty()));
    let shape = walker(300.0, 100.0, 120.0, false);
    assert!(!run.step(&[shape]).is_empty());
}

#[test]
fn somebody_who_waits_is_seen_for_a_while_and_leaves_no_ghost() {
    let mut run = Run::new(5.0);
    let spec = MotionSpec {
        absorb_s: 6.0,
        ..MotionSpec::default()
    };
    run.detector = MotionDetector::new(spec, 400, 256).unwrap();
    (0..25).for_each(|_| assert!(run.step(&[]).is_empty()));
    let waiting = walker(300.0, 100.0, 200.0, true);
    let seen = (0..100)
        .take_while(|_| run.step(&[waiting]).len() == 1)
        .count();
    assert!(
        (55..=70).contains(&seen),
        "seen for {seen} frames, 60 make absorb_s"
    );
    assert!(run.step(&[waiting]).is_empty());
    // Absorbed; now they go, and what they hid looks new until its outline gives it away.
    let haunted = (0..20).filter(|_| !run.step(&[]).is_empty()).count();
    assert_eq!(haunted, 0);
}

#[test]
fn walkers_who_cross_during_learning_leave_nothing_behind() {
    let mut run = Run::new(5.0);
    for step in 0..40_u8 {
        let shape = walker(20.0 + 8.0 * f32::from(step), 100.0, 200.0, false);
        let found = run.step(&[shape]);
        if step >= 20 {
            assert_boxes(found, &[shape]);
        }
    }
    assert!(run.step(&[]).is_empty());
}

#[test]
fn what_is_no_size_of_a_person_is_left_out() {
    let mut run = Run::learned(5.0);
    for step in 0..10_u8 {
        let x = 20.0 + 5.0 * f32::from(step);
        let small = Shape {
            xyxy: [x, 40.0, x + 12.0, 50.0],
            luma: 220.0,
            round: false,
        };
        let flat = Shape {
            xyxy: [x, 100.0, x + 120.0, 130.0],
            luma: 220.0,
            round: false,
        };
        assert!(run.step(&[small, flat]).is_empty());
    }
}

#[test]
fn boxes_are_in_source_pixels_and_shares_are_of_the_picture() {
    // A picture of 800×312 in the middle of the plane: half the size, 50 pixels of padding above and below.
    let placement = Placement {
        scale: [0.5, 0.5],
        offset: [0.0, 50.0],
        source: [800, 312],
    };
    let mut run = Run::learned(5.0);
    let shape = walker(100.0, 110.0, 200.0, false);
    let frame = run.camera.frame(&[shape]);
    run.detector
        .detect(frame, &placement, &mut run.out)
        .unwrap();
    let expected = Shape {
        xyxy: [200.0, 120.0, 260.0, 280.0],
        ..shape
    };
    let near = run.out.xyxy[0]
        .iter()
        .zip(expected.xyxy)
        .all(|(found, corner)| (found - corner).abs() <= 4.0);
    assert!(near && run.out.len() == 1, "{:?}", run.out);
}

#[test]
fn the_same_frames_give_the_same_boxes_and_reset_forgets() {
    let walk = |run: &mut Run| -> Vec<Detections> {
        (0..60_u8)
            .map(|step| {
                run.step(&[walker(5.0 * f32::from(step), 100.0, 200.0, true)])
                    .clone()
            })
            .collect()
    };
    let (mut one, mut other) = (Run::new(5.0), Run::new(5.0));
    assert_eq!(walk(&mut one), walk(&mut other));
    assert!(!one.detector.is_learning());
    one.detector.reset();
    assert!(one.detector.is_learning());
    assert!(one.step(&[walker(5.0, 5.0, 200.0, true)]).is_empty());
}

#[test]
fn wrong_sizes_are_errors() {
    let error = MotionDetector::new(MotionSpec::default(), 8, 256).unwrap_err();
    assert_eq!(
        error.to_string(),
        "motion detector: expected a plane of 16 to 8192 pixels a side, found 8×256"
    );
    let spec = MotionSpec {
        fps: f64::NAN,
        ..MotionSpec::default()
    };
    let error = MotionDetector::new(spec, 400, 256).unwrap_err();
    assert_eq!(
        error.to_string(),
        "motion setting `fps`: expected 0.5 to 240, found NaN"
    );
    let mut run = Run::learned(0.0);
    let error = run
        .detector
        .detect(&[0; 7], &same_size(), &mut run.out)
        .unwrap_err();
    assert_eq!(
        error,
        MotionError::Length {
            expected: 102_400,
            found: 7
        }
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_pixels_give_proper_boxes(
        (width, height) in (16_u32..90, 16_u32..300),
        seed in any::<u64>(),
        blocks in 1_usize..9,
        settings in (0.0_f32..0.5, 1.0_f32..64.0, 1_u8..=16, 0.0_f32..0.9),
    ) {
        let spec = MotionSpec {
            learn_s: 0.0,
            min_height: 0.0,
            min_area: 0.0,
            merge_gap: settings.0,
            max_foreground: 1.0,
            min_contrast: settings.1,
            noise_factor: settings.2,
            shadow: settings.3,
            ..MotionSpec::default()
        };
        let mut detector = MotionDetector::new(spec, width, height).unwrap();
        let placement = Placement { scale: [1.0, 1.0], offset: [0.0, 0.0], source: [width, height] };
        let (columns, rows) = (width as usize, height as usize);
        let mut numbers = Numbers(seed);
        let mut out = Detections::default();
        for _ in 0..8 {
            let coarse: Vec<u8> = (0..columns * rows).map(|_| if numbers.next() < 0.3 { 255 } else { 20 }).collect();
            let luma: Vec<u8> = (0..columns * rows)
                .map(|index| coarse[index / columns / blocks * columns + index % columns / blocks])
                .collect();
            detector.detect(&luma, &placement, &mut out).unwrap();
            for (&[x1, y1, x2, y2], &confidence) in out.xyxy.iter().zip(&out.confidence) {
                prop_assert!(0.0 <= x1 && x1 < x2 && x2 <= width as f32);
                prop_assert!(0.0 <= y1 && y1 < y2 && y2 <= height as f32);
                prop_assert!((0.6..=0.99).contains(&confidence));
            }
        }
    }
}
