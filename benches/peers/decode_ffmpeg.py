"""Decoding with the ffmpeg program, to nothing, to pictures or to letterboxed tensors of bytes."""

import json
import resource
import subprocess
import sys

TENSOR = (
    "scale=640:384:force_original_aspect_ratio=decrease:flags=bilinear,pad=640:384:0:0:color=gray,format=gbrp"
)


def command(job, *more):
    filters = [] if job["fps"] is None else [f"fps={job['fps']}"]
    if job["to"] == "tensor":
        filters.append(TENSOR)
    if job["to"] == "picture":
        filters.append("format=rgb24")
    filtered = ["-vf", ",".join(filters)] if filters else []
    out = ["-f", "null", "-"] if job["to"] == "nothing" else ["-f", "rawvideo", "-y", "/dev/null"]
    given = ["-nostdin", "-v", "info", "-threads", "1", "-filter_threads", "1", "-i", job["video"], "-an"]
    return [job["reader"], *given, *filtered, *more, *out]


def cpu_s(arguments):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stderr


def main() -> None:
    job = json.load(sys.stdin)
    start_s, _ = cpu_s(command(job, "-frames:v", "1"))
    whole_s, _ = cpu_s(command(job))
    counted = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets"]
    counted += ["-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", job["video"]]
    frames = int(subprocess.run(counted, check=True, capture_output=True, text=True).stdout)
    print(json.dumps({"frames": frames - 1, "cpu_s": whole_s - start_s}))


if __name__ == "__main__":
    main()
