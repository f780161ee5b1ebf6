//! What the boxes of a HEIF file say about it (ISO/IEC 14496-12 and 23008-12): the size of pictures
//! that are not decoded, and whether the file ends early.

use crate::outcome::Size;

/// How deep boxes are followed; a real file needs three floors.
const MAX_DEPTH: u8 = 4;

/// Whether the bytes end before a box of the top floor does. With `media_only`, only `mdat` counts:
/// some phones append a trailer that is no box at all.
pub(crate) fn ends_early(bytes: &[u8], media_only: bool) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some((kind, _, whole)) = split(rest) else { return !media_only };
        if whole > rest.len() {
            return !media_only || kind == *b"mdat";
        }
        rest = rest.get(whole..).unwrap_or_default();
    }
    false
}

/// The largest picture that the item properties (`ispe`) declare, turned as `irot` says when the file
/// turns it. Good enough for a picture that is only described, not decoded.
pub(crate) fn declared_size(bytes: &[u8]) -> Option<Size> {
    let mut found = Found::default();
    walk(bytes, 0, &mut found);
    let size = found.size?;
    Some(if found.quarter_turn { size.turned() } else { size })
}

#[derive(Default)]
struct Found {
    size: Option<Size>,
    quarter_turn: bool,
}

fn walk(bytes: &[u8], depth: u8, found: &mut Found) {
    let mut rest = bytes;
    while let Some((kind, head, whole)) = split(rest) {
        let body = rest.get(head..whole.min(rest.len())).unwrap_or_default();
        match &kind {
            b"meta" if depth < MAX_DEPTH => walk(body.get(4..).unwrap_or_default(), depth + 1, found),
            b"iprp" | b"ipco" if depth < MAX_DEPTH => walk(body, depth + 1, found),
            b"ispe" => {
                if let Some(&[_, _, _, _, w3, w2, w1, w0, h3, h2, h1, h0]) = body.first_chunk::<12>() {
                    let size =
                        Size::new(u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
                    if size.pixels() > found.size.map_or(0, Size::pixels) {
                        found.size = Some(size);
                    }
                }
            }
            b"irot" => found.quarter_turn = body.first().is_some_and(|angle| angle & 1 == 1),
            _ => {}
        }
        rest = rest.get(whole..).unwrap_or_default();
    }
}

/// The first box of some bytes: its kind, the length of its head, its whole length as declared.
fn split(bytes: &[u8]) -> Option<([u8; 4], usize, usize)> {
    let (short, rest) = bytes.split_first_chunk::<4>()?;
    let (kind, rest) = rest.split_first_chunk::<4>()?;
    let (head, whole) = match u32::from_be_bytes(*short) {
        0 => (8, bytes.len()),
        1 => (16, usize::try_from(u64::from_be_bytes(*rest.first_chunk::<8>()?)).unwrap_or(usize::MAX)),
        short => (8, usize::try_from(short).unwrap_or(usize::MAX)),
    };
    (whole >= head).then_some((*kind, head, whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
        let whole = u32::try_from(body.len() + 8).unwrap_or_default().to_be_bytes();
        [&whole[..], &kind, body].concat()
    }

    #[test]
    fn size_turn_and_end_are_read() {
        let ispe = boxed(*b"ispe", &[0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0x0C, 0]);
        let small = boxed(*b"ispe", &[0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 64]);
        let props = boxed(*b"iprp", &boxed(*b"ipco", &[ispe, small, boxed(*b"irot", &[1])].concat()));
        let mut file =
            [boxed(*b"ftyp", b"avif\0\0\0\0"), boxed(*b"meta", &[&[0; 4][..], &props].concat())].concat();
        assert_eq!(declared_size(&file), Some(Size::new(0x0C00, 0x1000)));
        assert!(!ends_early(&file, false));
        file.extend(boxed(*b"mdat", &[7; 100]));
        file.truncate(file.len() - 1);
        assert!(ends_early(&file, true));
        assert!(!ends_early(&[&boxed(*b"ftyp", b"heic")[..], b"trail"].concat(), true));
    }
}
