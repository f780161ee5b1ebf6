//! How much a photo may cost before it is refused: checked on what the container declares, before a
//! decoder allocates anything.

use serde::{Deserialize, Serialize};

/// Limits of one examination. The defaults hold for a child with 2 GiB of address space.
#[allow(
    clippy::struct_field_names,
    reason = "each field is the most of something; without the word they would not say so"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Most pixels of a JPEG, PNG or WebP picture.
    pub max_pixels_raster: u64,
    /// Most pixels of a HEIC picture; its decoder needs about 18 bytes for each.
    pub max_pixels_heic: u64,
    /// Most bytes of the file.
    pub max_bytes: u64,
    /// Most bytes a fully decoded picture may need (PNG, WebP, and JPEG that cannot be decoded scaled).
    pub max_decoded_bytes: u64,
    /// Most scans of a progressive JPEG; cameras write about ten.
    pub max_jpeg_scans: u32,
    /// Most CPU seconds of one photo, and up to one more: the kernel counts whole ones. Holds in a child alone.
    pub max_cpu_s: u64,
    /// Most bytes of an embedded colour profile; a larger one is ignored and warned about.
    pub max_icc_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels_raster: 64_000_000,
            max_pixels_heic: 50_000_000,
            max_bytes: 64 << 20,
            max_decoded_bytes: 512 << 20,
            max_jpeg_scans: 100,
            max_cpu_s: 30,
            max_icc_bytes: 1 << 20,
        }
    }
}
