//! Black and white pictures as PNG (ISO/IEC 15948): one bit per pixel, not compressed, which for a QR code is a few
//! kilobytes.

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
/// The longest block of zlib data that is stored as it is.
const LONGEST_BLOCK: usize = 0xffff;

/// A square picture of `size` by `size` pixels.
pub(super) fn square(size: u32, is_black: impl Fn(u32, u32) -> bool) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..size {
        // Filter type of the line: none.
        pixels.push(0);
        for start in (0..size).step_by(8) {
            let byte = (0..8).fold(0u8, |byte, bit| {
                let x = start + bit;
                let white = x < size && !is_black(x, y);
                (byte << 1) | u8::from(white)
            });
            pixels.push(byte);
        }
    }
    let mut header = Vec::with_capacity(13);
    header.extend_from_slice(&size.to_be_bytes());
    header.extend_from_slice(&size.to_be_bytes());
    // One bit per pixel, greyscale, and the only methods of compression, filtering and interlacing there are.
    header.extend_from_slice(&[1, 0, 0, 0, 0]);
    let mut png = SIGNATURE.to_vec();
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"IDAT", &zlib(&pixels));
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    png.extend_from_slice(&length.to_be_bytes());
    png.extend_from_slice(&name);
    png.extend_from_slice(data);
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(&name);
    checksum.update(data);
    png.extend_from_slice(&checksum.finalize().to_be_bytes());
}

/// A zlib stream (RFC 1950) of stored blocks (RFC 1951, section 3.2.4).
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = data.chunks(LONGEST_BLOCK).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(block);
    }
    stream.extend_from_slice(&adler32(data).to_be_bytes());
    stream
}

fn adler32(data: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    let (mut low, mut high) = (1u32, 0u32);
    for byte in data {
        low = (low + u32::from(*byte)) % MODULUS;
        high = (high + low) % MODULUS;
    }
    (high << 16) | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_of_their_specifications() {
        assert_eq!(adler32(b"Wikipedia"), 0x11E6_0398);
        assert_eq!(adler32(b""), 1);
        let mut png = Vec::new();
        chunk(&mut png, *b"IEND", &[]);
        assert_eq!(png, [0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82]);
    }

    #[test]
    fn a_picture_byte_for_byte() {
        // Ten pixels wide: two bytes a line, the rest of the second one black.
        let png = square(10, |x, y| x == y);
        let lines = png.windows(2).position(|bytes| bytes == [0x78, 0x01]).unwrap() + 2 + 5;
        assert_eq!(&png[lines..lines + 6], [0, 0b0111_1111, 0b1100_0000, 0, 0b1011_1111, 0b1100_0000]);
        // Header, one block of ten lines, checksums.
        assert_eq!(png.len(), 8 + 25 + (12 + 2 + 5 + 30 + 4) + 12);
    }

    #[test]
    fn more_than_one_block() {
        let data = vec![7u8; LONGEST_BLOCK + 3];
        let stream = zlib(&data);
        assert_eq!(stream.len(), 2 + 5 + LONGEST_BLOCK + 5 + 3 + 4);
        assert_eq!(stream[2], 0);
        assert_eq!(&stream[2 + 5 + LONGEST_BLOCK..2 + 5 + LONGEST_BLOCK + 5], [1, 3, 0, 0xfc, 0xff]);
    }
}
