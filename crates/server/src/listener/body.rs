//! Reading a request's body to its end, within the limits.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body;

use super::Limits;
use super::refusal::Refusal;

/// Pieces that a body of any size may come in.
const MIN_PIECES: usize = 1024;
/// Beyond that, pieces have to be this large on average. A piece costs more than its bytes: a client that sends
/// them one by one would get a lot of work done for little.
const BYTES_PER_PIECE: usize = 256;

/// The whole body. One that comes in one piece, as nearly all do, is not copied.
pub(crate) async fn collect<B>(body: B, limits: &Limits) -> Result<Bytes, Refusal>
where
    B: Body<Data = Bytes> + Unpin,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let max = limits.max_body_size;
    // What the client announces; refused before it is sent.
    if body.size_hint().lower() > max as u64 {
        return Err(Refusal::TooLarge);
    }
    match tokio::time::timeout(limits.body_timeout, gather(body, max)).await {
        Ok(result) => result,
        Err(_) => Err(Refusal::TooSlow),
    }
}

async fn gather<B>(mut body: B, max: usize) -> Result<Bytes, Refusal>
where
    B: Body<Data = Bytes> + Unpin,
{
    let max_pieces = MIN_PIECES + max / BYTES_PER_PIECE;
    let mut pieces = 0;
    let mut whole = Whole::default();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::Broken)?;
        // Trailers are of no use to any AWS API that is served here.
        let Ok(piece) = frame.into_data() else { continue };
        pieces += 1;
        if whole.len() + piece.len() > max {
            return Err(Refusal::TooLarge);
        }
        if pieces > max_pieces {
            return Err(Refusal::TooManyPieces);
        }
        whole.add(piece);
        if body.is_end_stream() {
            break;
        }
    }
    Ok(whole.finish())
}

/// The pieces so far: the first one as it came, or a copy of all.
enum Whole {
    One(Bytes),
    Many(BytesMut),
}

impl Default for Whole {
    fn default() -> Self {
        Self::One(Bytes::new())
    }
}

impl Whole {
    fn len(&self) -> usize {
        match self {
            Self::One(piece) => piece.len(),
            Self::Many(copy) => copy.len(),
        }
    }

    fn add(&mut self, piece: Bytes) {
        match self {
            Self::One(first) if first.is_empty() => *first = piece,
            Self::One(first) => {
                let mut copy = BytesMut::with_capacity((first.len() + piece.len()) * 2);
                copy.extend_from_slice(first);
                copy.extend_from_slice(&piece);
                *self = Self::Many(copy);
            }
            Self::Many(copy) => copy.extend_from_slice(&piece),
        }
    }

    fn finish(self) -> Bytes {
        match self {
            Self::One(piece) => piece,
            Self::Many(copy) => copy.freeze(),
        }
    }
}
