//! Makes pictures without an encoder: PNG with stored (uncompressed) blocks, so that a test decides every pixel.

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    (b << 16) | a
}

fn chunk(out: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    out.extend(u32::try_from(data.len()).expect("a small chunk").to_be_bytes());
    let named = [&name, data].concat();
    out.extend(&named);
    out.extend(crc32(&named).to_be_bytes());
}

/// A grey PNG whose pixel at `(x, y)` is `grey(x, y)`.
pub fn png(width: u32, height: u32, grey: impl Fn(u32, u32) -> u8) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        rows.extend((0..width).map(|x| grey(x, y)));
    }
    let mut zlib = vec![0x78, 0x01];
    let mut blocks = rows.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).expect("a block");
        zlib.push(u8::from(blocks.peek().is_none()));
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(block);
    }
    zlib.extend(adler32(&rows).to_be_bytes());
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    chunk(&mut out, *b"IHDR", &header);
    chunk(&mut out, *b"IDAT", &zlib);
    chunk(&mut out, *b"IEND", &[]);
    out
}

/// A picture with light and edges; `seed` makes each one differ.
pub fn sharp(seed: u8) -> Vec<u8> {
    png(1200, 900, move |x, y| if (x / 8 + y / 8) % 2 == 0 { 230 } else { 40_u8.wrapping_add(seed % 50) })
}

/// A picture of a room without light.
pub fn dark() -> Vec<u8> {
    png(1200, 900, |x, y| if (x / 8 + y / 8) % 2 == 0 { 12 } else { 2 })
}

/// A picture that moved: light, and no edge in it.
pub fn blurred() -> Vec<u8> {
    png(1200, 900, |x, _| u8::try_from(60 + x * 140 / 1200).expect("a grey"))
}

/// A few bytes that claim to be a picture of 40,000 by 40,000 pixels.
pub fn bomb() -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let side = 40_000_u32.to_be_bytes();
    chunk(&mut out, *b"IHDR", &[side.as_slice(), &side, &[8, 0, 0, 0, 0]].concat());
    chunk(&mut out, *b"IDAT", &[0x78, 0x01, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 1]);
    chunk(&mut out, *b"IEND", &[]);
    out
}
