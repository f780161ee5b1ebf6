//! Upright rows of RGB bytes, and making them smaller.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use crate::outcome::Size;

/// A picture of eight-bit RGB, row after row without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raster {
    /// Width and height; never zero.
    pub(crate) size: Size,
    /// Three bytes a pixel.
    pub(crate) rgb: Vec<u8>,
}

/// A picture of brightness alone.
#[derive(Debug, Clone)]
pub(crate) struct Luma {
    /// Width and height; never zero.
    pub(crate) size: Size,
    /// One byte a pixel, 0 black to 255 white.
    pub(crate) y: Vec<u8>,
}

/// Pixels and size do not belong together; cannot happen to rasters of our own decoders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Misshapen;

/// The size that `size` takes when its long side becomes `long_side`; never larger, never zero.
pub(crate) fn fitted(size: Size, long_side: u32) -> Size {
    let long = u64::from(size.long_side().max(1));
    if long <= u64::from(long_side) {
        return size;
    }
    let scale = |side: u32| {
        let scaled = (u64::from(side) * u64::from(long_side) + long / 2) / long;
        u32::try_from(scaled).unwrap_or(long_side).max(1)
    };
    Size::new(scale(size.width), scale(size.height))
}

impl Raster {
    /// The picture with its long side at most `long_side`, by Lanczos3.
    ///
    /// # Errors
    /// [`Misshapen`] where the bytes do not fill the size.
    pub(crate) fn shrunk(&self, long_side: u32) -> Result<Self, Misshapen> {
        let size = fitted(self.size, long_side);
        let rgb = resized::<U8x3>(self.size, &self.rgb, size)?;
        Ok(Self { size, rgb })
    }

    /// The brightness of every pixel, weighted as BT.601 does.
    pub(crate) fn luma(&self) -> Luma {
        let y = self
            .rgb
            .as_chunks::<3>()
            .0
            .iter()
            .map(|[r, g, b]| {
                let weighted = 77 * u16::from(*r) + 150 * u16::from(*g) + 29 * u16::from(*b);
                let [high, _] = weighted.to_be_bytes();
                high
            })
            .collect();
        Luma { size: self.size, y }
    }

    /// The same pixels with an opaque fourth byte each.
    pub(crate) fn rgba(&self) -> Vec<u8> {
        self.rgb.as_chunks::<3>().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect()
    }
}

impl Luma {
    /// The picture with its long side at most `long_side`, by Lanczos3.
    ///
    /// # Errors
    /// [`Misshapen`] where the bytes do not fill the size.
    pub(crate) fn shrunk(&self, long_side: u32) -> Result<Self, Misshapen> {
        let size = fitted(self.size, long_side);
        Ok(Self { size, y: resized::<U8>(self.size, &self.y, size)? })
    }
}

/// Names the pixel type: left to a run-time value, all thirteen of them would be compiled in here.
fn resized<P: PixelTrait>(from: Size, bytes: &[u8], to: Size) -> Result<Vec<u8>, Misshapen> {
    if from == to {
        return Ok(bytes.to_vec());
    }
    let pixels = usize::try_from(to.pixels()).map_err(|_| Misshapen)?;
    let mut target = vec![0; pixels.checked_mul(P::size()).ok_or(Misshapen)?];
    let source = TypedImageRef::<P>::from_buffer(from.width, from.height, bytes).map_err(|_| Misshapen)?;
    let mut view = TypedImage::<P>::from_buffer(to.width, to.height, &mut target).map_err(|_| Misshapen)?;
    let how = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3)).use_alpha(false);
    Resizer::new().resize_typed(&source, &mut view, &how).map_err(|_| Misshapen)?;
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_fit_without_growing_or_vanishing() {
        assert_eq!(fitted(Size::new(4032, 3024), 1600), Size::new(1600, 1200));
        assert_eq!(fitted(Size::new(300, 200), 1600), Size::new(300, 200));
        assert_eq!(fitted(Size::new(1, 60_000), 320), Size::new(1, 320));
    }
}
