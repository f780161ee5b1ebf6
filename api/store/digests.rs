//! Everything that is computed over a body while it is written, and the comparison with what was announced.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};

use crate::fault::Fault;
use crate::header::Checksums;

/// The five algorithms S3 knows besides MD5, in S3's spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

impl Algorithm {
    pub(crate) const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.name().eq_ignore_ascii_case(name))
    }

    /// From the name of a header or trailer such as `x-amz-checksum-crc32`.
    pub(crate) fn of_field(field: &str) -> Option<Self> {
        let field = field.trim();
        let prefix = "x-amz-checksum-";
        field.get(..prefix.len()).filter(|p| p.eq_ignore_ascii_case(prefix))?;
        Self::parse(field.get(prefix.len()..)?)
    }

    pub(crate) fn field(self) -> String {
        format!("x-amz-checksum-{}", self.name().to_ascii_lowercase())
    }
}

impl Checksums {
    pub(crate) fn get(&self, algorithm: Algorithm) -> Option<&str> {
        match algorithm {
            Algorithm::Crc32 => self.crc32.as_deref(),
            Algorithm::Crc32c => self.crc32c.as_deref(),
            Algorithm::Crc64Nvme => self.crc64nvme.as_deref(),
            Algorithm::Sha1 => self.sha1.as_deref(),
            Algorithm::Sha256 => self.sha256.as_deref(),
        }
    }

    pub(crate) fn set(&mut self, algorithm: Algorithm, value: Option<String>) {
        *match algorithm {
            Algorithm::Crc32 => &mut self.crc32,
            Algorithm::Crc32c => &mut self.crc32c,
            Algorithm::Crc64Nvme => &mut self.crc64nvme,
            Algorithm::Sha1 => &mut self.sha1,
            Algorithm::Sha256 => &mut self.sha256,
        } = value;
    }

    /// The algorithms that have a value.
    pub(crate) fn present(&self) -> impl Iterator<Item = (Algorithm, &str)> {
        Algorithm::ALL.into_iter().filter_map(|a| self.get(a).map(|value| (a, value)))
    }

    /// Compares what was announced with what was computed.
    ///
    /// # Errors
    /// [`Fault::BadDigest`] with the first that differs.
    pub(crate) fn must_match(&self, computed: &Self) -> Result<(), Fault> {
        match self.present().find(|(algorithm, value)| computed.get(*algorithm) != Some(*value)) {
            Some((algorithm, _)) => Err(Fault::BadDigest(algorithm.name())),
            None => Ok(()),
        }
    }
}

/// Digests over bytes that go by: always SHA-256 (what we vouch for), MD5 (the ETag) and what else was asked for.
pub(crate) struct Digests {
    sha256: Sha256,
    md5: Option<Md5>,
    others: ChecksumHasher,
    asked: Vec<Algorithm>,
    size: u64,
}

/// What [`Digests`] came to.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    /// Bytes seen.
    pub size: u64,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
    /// MD5, absent where the ETag comes from elsewhere.
    pub md5: Option<[u8; 16]>,
    pub checksums: Checksums,
}

impl Digests {
    pub(crate) fn new(asked: &[Algorithm]) -> Self {
        Self { md5: Some(Md5::new()), ..Self::without_md5(asked) }
    }

    /// MD5 costs more than all the rest; without it where nobody reads it.
    pub(crate) fn without_md5(asked: &[Algorithm]) -> Self {
        let mut others = ChecksumHasher::default();
        for algorithm in asked {
            match algorithm {
                Algorithm::Crc32 => others.crc32 = Some(Crc32::new()),
                Algorithm::Crc32c => others.crc32c = Some(Crc32c::new()),
                Algorithm::Crc64Nvme => others.crc64nvme = Some(Crc64Nvme::new()),
                Algorithm::Sha1 => others.sha1 = Some(Sha1::new()),
                Algorithm::Sha256 => {}
            }
        }
        Self { sha256: Sha256::new(), md5: None, others, asked: asked.to_vec(), size: 0 }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        // In small steps the bytes are still in the processor's cache when the next algorithm reads them.
        for step in bytes.chunks(32 * 1024) {
            self.sha256.update(step);
            if let Some(md5) = &mut self.md5 {
                md5.update(step);
            }
            self.others.update(step);
        }
        self.size = self.size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }

    pub(crate) fn finish(self) -> Measured {
        let sha256 = self.sha256.finalize();
        let others = self.others.finalize();
        let asked_sha256 = self.asked.contains(&Algorithm::Sha256);
        let checksums = Checksums {
            crc32: others.checksum_crc32,
            crc32c: others.checksum_crc32c,
            crc64nvme: others.checksum_crc64nvme,
            sha1: others.checksum_sha1,
            sha256: asked_sha256.then(|| STANDARD.encode(sha256)),
            ..Checksums::default()
        };
        Measured { size: self.size, sha256: hex::encode(sha256), md5: self.md5.map(Md5::finalize), checksums }
    }
}

/// Checksum of the parts' checksums with `-<number of parts>`, S3's COMPOSITE kind.
///
/// `None` when a part lacks the checksum or the algorithm has no composite form.
pub(crate) fn composite(algorithm: Algorithm, parts: &[&Checksums]) -> Option<String> {
    let mut joined = Vec::new();
    for part in parts {
        joined.extend(STANDARD.decode(part.get(algorithm)?).ok()?);
    }
    let digest = match algorithm {
        Algorithm::Crc32 => STANDARD.encode(Crc32::checksum(&joined)),
        Algorithm::Crc32c => STANDARD.encode(Crc32c::checksum(&joined)),
        Algorithm::Crc64Nvme => return None,
        Algorithm::Sha1 => STANDARD.encode(Sha1::checksum(&joined)),
        Algorithm::Sha256 => STANDARD.encode(Sha256::checksum(&joined)),
    };
    Some(format!("{digest}-{}", parts.len()))
}

/// The ETag of an object made of parts: MD5 of the parts' MD5s with `-<number of parts>`.
///
/// # Errors
/// [`Fault::InvalidPart`] for an ETag that is no MD5 in hex.
pub(crate) fn etag_of_parts<'a>(etags: impl Iterator<Item = &'a str>) -> Result<String, Fault> {
    let mut joined = Md5::new();
    let mut count = 0_usize;
    for etag in etags {
        joined.update(&hex::decode(etag).map_err(|_| Fault::InvalidPart)?);
        count += 1;
    }
    Ok(format!("{}-{count}", hex::encode(joined.finalize())))
}
