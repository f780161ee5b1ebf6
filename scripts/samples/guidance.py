#!/usr/bin/env python3
"""Make the guidance picture of the notice board, which comes with the checklist of the one-stop shop.

Needs Pillow alone; the sample photo beside this file is the source. The picture carries no metadata: a picture with EXIF
is refused by the server.

    python guidance.py
"""

from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).parent
MADE = HERE.parent.parent / "api" / "library" / "notice_board.jpg"
SIZE = (960, 720)
MOST_BYTES = 60_000
# The corners of the board in the picture, clockwise from the upper left.
CORNERS = [(150, 94), (888, 58), (882, 594), (144, 552)]
MARK = (16, 150, 60)


def bracket(draw, corner, before, after, length=64):
    """Two thick strokes from a corner of the board towards its neighbours."""
    for other in (before, after):
        far = ((other[0] - corner[0]) ** 2 + (other[1] - corner[1]) ** 2) ** 0.5
        end = tuple(at + (to - at) * length / far for at, to in zip(corner, other))
        for colour, width in (("white", 13), (MARK, 8)):
            draw.line([corner, end], fill=colour, width=width)
    x, y = corner
    draw.ellipse([x - 6, y - 6, x + 6, y + 6], fill=MARK)


def main():
    picture = Image.open(HERE / "notice_board.jpg").convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(picture)
    for n, corner in enumerate(CORNERS):
        bracket(draw, corner, CORNERS[n - 1], CORNERS[(n + 1) % 4])
    # Without the source's EXIF; the best quality that stays small enough for a phone on a slow line.
    for quality in range(80, 30, -2):
        picture.save(MADE, "JPEG", quality=quality, optimize=True, progressive=True)
        if MADE.stat().st_size < MOST_BYTES:
            break
    print(f"{MADE.name}: {MADE.stat().st_size} bytes, quality {quality}")


if __name__ == "__main__":
    main()
