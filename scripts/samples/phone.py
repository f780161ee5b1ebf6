"""What a phone does to a scene: lens, sensor noise, sharpening, EXIF, and the JPEG or HEIC file."""

import io
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy
import piexif
import pillow_heif
from PIL import Image

MAKE, MODEL, SOFTWARE = "Fieldproof", "Fieldproof Sample", "Fieldproof Sample 1.0"


@dataclass
class Shot:
    """When and where a photo was taken. Degrees WGS 84, metres; local time of Vietnam."""

    taken: str
    subsecond: str
    latitude: float
    longitude: float
    altitude_m: float
    error_m: float
    orientation: int = 1
    iso: int = 200
    exposure_s: Fraction = Fraction(1, 60)


def lens(picture, size):
    """Enlarge to the sensor's size, with a little colour fringe and darker corners."""
    picture = cv2.resize(picture, size, interpolation=cv2.INTER_LANCZOS4)
    height, width = picture.shape[:2]
    for channel, factor in ((0, 1.0005), (2, 0.9996)):
        turn = numpy.float32([[factor, 0, (1 - factor) * width / 2], [0, factor, (1 - factor) * height / 2]])
        picture[..., channel] = cv2.warpAffine(picture[..., channel], turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    y, x = numpy.ogrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return numpy.clip(picture, 0, 1) * (1 - 0.16 * ((x * x + y * y) / 2) ** 1.5)[..., None].astype("float32")


def grain(shape, rng, sigma, blur):
    """Correlated noise of unit strength times sigma: what is left when a phone has smoothed its sensor's noise."""
    noise = cv2.GaussianBlur(rng.standard_normal(shape, "float32"), (0, 0), blur) if blur else rng.standard_normal(shape, "float32")
    return noise * (sigma / noise.std())


def sensor(picture, rng, strength):
    """Add noise that is stronger in the shadows, then sharpen as phones do."""
    height, width = picture.shape[:2]
    luma = picture @ numpy.float32([0.114, 0.587, 0.299])
    spread = 0.55 + 0.9 * numpy.exp(-luma * 3.2)
    out = picture + (grain((height, width), rng, strength, 0.62) * spread)[..., None]
    for channel, part in ((0, 0.7), (2, 0.55)):
        blotch = grain((height // 4, width // 4), rng, strength * part, 1.2)
        out[..., channel] += cv2.resize(blotch, (width, height), interpolation=cv2.INTER_CUBIC) * spread
    soft = cv2.GaussianBlur(out, (0, 0), 1.4)
    return numpy.clip(out + 0.55 * (out - soft), 0, 1)


def exif(shot, size):
    """The EXIF block: camera, moment with offset and subseconds, orientation, position with its error."""

    def rational(value, scale=1000):
        return (round(abs(value) * scale), scale)

    def angle(value):
        value = abs(value)
        minutes = (value % 1) * 60
        return ((int(value), 1), (int(minutes), 1), rational((minutes % 1) * 60, 10000))

    # The satellite clock of EXIF is UTC: seven hours behind Vietnam.
    date, clock = shot.taken.split(" ")
    hour, minute, second = (int(part) for part in clock.split(":"))
    assert hour >= 7, "a morning before seven would need yesterday's date"
    main = {piexif.ImageIFD.Make: MAKE, piexif.ImageIFD.Model: MODEL, piexif.ImageIFD.Software: SOFTWARE, piexif.ImageIFD.Orientation: shot.orientation,
            piexif.ImageIFD.XResolution: (72, 1), piexif.ImageIFD.YResolution: (72, 1), piexif.ImageIFD.ResolutionUnit: 2, piexif.ImageIFD.DateTime: shot.taken}
    photo = {piexif.ExifIFD.ExifVersion: b"0232", piexif.ExifIFD.DateTimeOriginal: shot.taken, piexif.ExifIFD.DateTimeDigitized: shot.taken,
             piexif.ExifIFD.OffsetTime: "+07:00", piexif.ExifIFD.OffsetTimeOriginal: "+07:00", piexif.ExifIFD.OffsetTimeDigitized: "+07:00",
             piexif.ExifIFD.SubSecTimeOriginal: shot.subsecond, piexif.ExifIFD.SubSecTimeDigitized: shot.subsecond,
             piexif.ExifIFD.ExposureTime: (shot.exposure_s.numerator, shot.exposure_s.denominator), piexif.ExifIFD.FNumber: (18, 10),
             piexif.ExifIFD.ISOSpeedRatings: shot.iso, piexif.ExifIFD.FocalLength: (543, 100), piexif.ExifIFD.FocalLengthIn35mmFilm: 27,
             piexif.ExifIFD.Flash: 16, piexif.ExifIFD.ColorSpace: 1, piexif.ExifIFD.PixelXDimension: size[0], piexif.ExifIFD.PixelYDimension: size[1]}
    place = {piexif.GPSIFD.GPSVersionID: (2, 3, 0, 0), piexif.GPSIFD.GPSLatitudeRef: "N", piexif.GPSIFD.GPSLatitude: angle(shot.latitude),
             piexif.GPSIFD.GPSLongitudeRef: "E", piexif.GPSIFD.GPSLongitude: angle(shot.longitude), piexif.GPSIFD.GPSAltitudeRef: 0,
             piexif.GPSIFD.GPSAltitude: rational(shot.altitude_m, 100), piexif.GPSIFD.GPSHPositioningError: rational(shot.error_m, 100),
             piexif.GPSIFD.GPSDateStamp: date, piexif.GPSIFD.GPSTimeStamp: ((hour - 7, 1), (minute, 1), (second, 1)), piexif.GPSIFD.GPSMapDatum: "WGS-84"}
    return piexif.dump({"0th": main, "Exif": photo, "GPS": place})


def jpeg(picture, block, quality):
    """Encode as JPEG with the EXIF block."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=quality, subsampling="4:2:0", optimize=True, exif=block)
    return out.getvalue()


def heic(picture, block, quality):
    """Encode as HEIC with the EXIF block."""
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(picture)).save(out, quality=quality, exif=block)
    return out.getvalue()


def develop(linear, size, shot, seed, wanted, encode=jpeg, quality=90, spoil=None):
    """Turn a rendered scene into a file of the wanted length (bytes, low and high): the noise is what is tuned."""
    seen = lens(linear, size)
    if spoil:
        seen = spoil(seen)
    low, high = 0.002, 0.09
    for _ in range(9):
        strength = (low + high) / 2
        picture = sensor(seen, numpy.random.default_rng(seed), strength)
        # An orientation of 6 means: the sensor lay on its side, turn the picture by 90° clockwise to see it.
        if shot.orientation == 6:
            picture = numpy.rot90(picture, 1)
        pixels = numpy.ascontiguousarray((picture[..., ::-1] * 255 + 0.5).astype("uint8"))
        data = encode(pixels, exif(shot, (pixels.shape[1], pixels.shape[0])), quality)
        if wanted[0] <= len(data) <= wanted[1]:
            break
        low, high = (low, strength) if len(data) > wanted[1] else (strength, high)
    return data, strength
