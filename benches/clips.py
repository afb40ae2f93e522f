"""Clips that look like a camera's to a decoder, made from a fixture by the ffmpeg program."""

import shutil
import subprocess
from pathlib import Path

from benches.environment import say

SECONDS = 20
FPS = 25
# What x264 makes of them: two seconds from key frame to key frame, and frames in the order in which they are shown, or not.
STYLES = {
    "camera": "keyint=50:min-keyint=50:scenecut=0:bframes=0",
    "b-frames": "keyint=50:min-keyint=50:scenecut=0:bframes=3:b-adapt=0",
}


def camera_like(video: str, style: str, folder: str) -> str:
    """Make 1080p25 H.264 at 4 Mbit/s, with the noise of a sensor; takes about a minute."""
    path = Path(folder) / f"{style}.mp4"
    say(f"  making {path.name}: {SECONDS} s of 1080p at {FPS} frames a second")
    picture = "scale=1920:1080,noise=alls=4:allf=t,format=yuv420p"
    command = [ffmpeg(), "-v", "error", "-stream_loop", "-1", "-i", video, "-t", str(SECONDS), "-r", str(FPS)]
    command += [
        "-an",
        "-vf",
        picture,
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-x264-params",
        STYLES[style],
    ]
    command += ["-b:v", "4M", "-maxrate", "4M", "-bufsize", "8M", path]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return str(path)


def ffmpeg() -> str:
    found = shutil.which("ffmpeg")
    if found is None:
        raise SystemExit("ffmpeg is missing; install it (apt install ffmpeg)")
    return found
