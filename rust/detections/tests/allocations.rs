//! A decoder that has seen its busiest picture allocates no more, nor does a stationary filter that has filled its memory.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that can't go on fails its test"
)]

use sightline_detections::{
    Decoder, DecoderSpec, Detections, Family, OutputView, StationaryFilter, StationarySpec,
};
use sightline_frames::Placement;

#[test]
fn warm_decoders_do_not_allocate() {
    let same_size = Placement {
        scale: [1.0, 1.0],
        offset: [0.0, 0.0],
        source: [64, 32],
    };
    let cases: [(Family, &[&[usize]]); 8] = [
        (Family::Yolox, &[&[1, 42, 7]]),
        (Family::YoloV5, &[&[1, 50, 7]]),
        (Family::YoloV8, &[&[1, 6, 50]]),
        (Family::Detr, &[&[1, 50, 4], &[1, 50, 2]]),
        (Family::EndToEnd, &[&[1, 50, 6]]),
        (Family::Ssd, &[&[1, 50, 4], &[1, 50, 3]]),
        (Family::NanoDet, &[&[1, 42, 34]]),
        (Family::FastestDet, &[&[1, 7, 5, 10]]),
    ];
    for (family, shapes) in cases {
        // Any numbers that give boxes: in 0…1, rising along each row.
        let ramp = |shape: &&[usize]| -> Vec<f32> {
            (0..shape.iter().product())
                .map(|index: usize| (index % 7) as f32 / 6.0)
                .collect()
        };
        let data: Vec<Vec<f32>> = shapes.iter().map(ramp).collect();
        let views: Vec<OutputView<'_>> = shapes
            .iter()
            .zip(&data)
            .map(|(shape, data)| OutputView { shape, data })
            .collect();
        let mut decoder = Decoder::new(DecoderSpec::new(family, 64, 32, 2)).unwrap();
        let mut out = Detections::default();
        decoder.decode(&views, 0, &same_size, &mut out).unwrap();
        assert!(
            !out.is_empty(),
            "{family}: the case is worth nothing without detections"
        );
        let warm = allocation_counter::measure(|| {
            decoder.decode(&views, 0, &same_size, &mut out).unwrap();
        });
        assert_eq!(warm.count_total, 0, "{family}");
    }
}

#[test]
fn warm_stationary_filters_do_not_allocate() {
    let mut filter = StationaryFilter::new(&StationarySpec::default()).unwrap();
    let mut detections = Detections::default();
    let mut show = |frame: u16| {
        detections.clear();
        for place in 0..50_u16 {
            let x = f32::from(place) * 20.0 + f32::from(frame % 1_000);
            detections.push([x, 0.0, x + 10.0, f32::from(frame % 700)], 0.9, 0);
        }
        filter.apply(i64::from(frame) * 40_000_000, &mut detections);
    };
    (0..600).for_each(&mut show);
    let warm = allocation_counter::measure(|| (600..700).for_each(&mut show));
    assert_eq!(warm.count_total, 0);
    assert_eq!(filter.spot_count(), 4_096);
}
