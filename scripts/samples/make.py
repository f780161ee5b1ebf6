#!/usr/bin/env python3
"""Make the sample photos of one visit to an invented commune office.

Needs Debian's fonts-noto-core and npm, and in a virtual environment (Python 3.11):
    pip install bpy==4.5.15 'numpy<2' 'opencv-python-headless<4.12' pillow piexif pillow-heif fonttools brotli

    python make.py [--work FOLDER] [--scale 0.8] [--samples 4] [--only NAME …]

The scenes are rendered into the work folder once and reused; the photos are written beside this file.
"""

import argparse
from fractions import Fraction
from pathlib import Path

import cv2
import numpy

import papers
import phone
import rooms

HERE = Path(__file__).parent
MIB = 1024 * 1024


def dim(picture):
    """A room with the lights off."""
    return picture**1.5 * 0.085


def shake(picture):
    """Out of focus, and the hand moved: nothing can be read."""
    size = 61
    kernel = numpy.zeros((size, size), "float32")
    cv2.line(kernel, (6, 12), (54, 46), 1.0, 3)
    return cv2.filter2D(cv2.GaussianBlur(picture, (0, 0), 9), -1, kernel / kernel.sum())


# name, scene, size, shot, wanted bytes, how it is encoded, how it is spoilt
PHOTOS = [
    ("notice_board.jpg", "notice_board", (4000, 3000), phone.Shot("2026:11:25 08:12:31", "417", 15.743182, 107.964231, 412.6, 4.7), (3.15 * MIB, 3.6 * MIB), phone.jpeg, None),
    ("desk.jpg", "desk", (4000, 3000), phone.Shot("2026:11:25 08:15:04", "082", 15.743061, 107.964168, 413.1, 6.2), (3.15 * MIB, 3.6 * MIB), phone.jpeg, None),
    ("badge.heic", "badge", (4000, 3000), phone.Shot("2026:11:25 08:19:47", "903", 15.743047, 107.964209, 412.2, 8.4, iso=320), (1.2 * MIB, 1.7 * MIB), phone.heic, None),
    ("register.jpg", "register", (3000, 4000), phone.Shot("2026:11:25 08:24:10", "655", 15.743033, 107.964187, 412.9, 7.9, orientation=6), (3.1 * MIB, 3.6 * MIB), phone.jpeg, None),
    ("dark.jpg", "notice_board", (2000, 1500), phone.Shot("2026:11:25 08:13:20", "120", 15.743175, 107.964226, 412.5, 5.1, iso=3200, exposure_s=Fraction(1, 15)), (0.4 * MIB, 0.8 * MIB), phone.jpeg, dim),
    ("blurred.jpg", "desk", (2000, 1500), phone.Shot("2026:11:25 08:16:52", "771", 15.743058, 107.964175, 413.0, 6.6, exposure_s=Fraction(1, 8)), (0.15 * MIB, 0.32 * MIB), phone.jpeg, shake),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=Path, default=HERE / ".work", help="where textures and renders are kept")
    parser.add_argument("--scale", type=float, default=0.8, help="render at this part of 4000 × 3000")
    parser.add_argument("--samples", type=int, default=4, help="light paths per pixel, before the denoiser")
    parser.add_argument("--only", nargs="*", help="only these photos")
    asked = parser.parse_args()
    papers.draw_all(asked.work, asked.work / "fonts")
    for seed, (name, scene, size, shot, wanted, encode, spoil) in enumerate(PHOTOS):
        if asked.only and name not in asked.only:
            continue
        render = asked.work / f"r_{scene}.png"
        if not render.exists():
            rooms.SCENES[scene](asked.work, render, asked.samples, asked.scale)
        linear = cv2.imread(str(render), cv2.IMREAD_UNCHANGED)[..., :3].astype("float32") / 65535
        data, strength = phone.develop(linear, size, shot, seed, wanted, encode, 52 if encode is phone.heic else 90, spoil)
        (HERE / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes, noise {strength:.4f}")


if __name__ == "__main__":
    main()
