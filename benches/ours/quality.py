"""Our pipeline on a video: counts, tracks in both modes, and the detections they were made from."""

import json
import sys

from counts import scene_of, words_of

import sightline


def main() -> None:
    job = json.load(sys.stdin)
    size = tuple(job["input"]) if job["input"] else None
    # Low scores too: the tracker's second stage is made for them.
    detector = sightline.open_detector(job["model"], confidence=0.1, input_size=size)
    video = job["video"]
    tracks = {}
    for mode in ("improved", "parity"):
        pipeline = sightline.Pipeline(
            source=sightline.open_source(video),
            scene=scene_of(job),
            detector=detector,
            tracker=sightline.ByteTrack(mode=mode),
        )
        tracks[mode] = [
            [image.index, int(track), *map(float, box)]
            for step in pipeline.steps()
            for image in step.images
            for track, box in zip(image.tracks.track_id, image.tracks.xyxy, strict=True)
        ]
        if mode == "improved":
            counts = words_of(job, pipeline.counts())
    detections = []
    for frame in sightline.open_source(video):
        found = detector.detect(frame.pixels)
        detections.append(
            [
                [*map(float, box), float(score)]
                for box, score in zip(found.xyxy, found.confidence, strict=True)
            ]
        )
    print(json.dumps({**tracks, "counts": counts, "detections": detections}))


if __name__ == "__main__":
    main()
