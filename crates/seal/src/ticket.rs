//! Tickets: sixteen bytes that carry ten, unreadable and tamper-evident, where an id has no room for a sealed value.
//!
//! A ticket is a tag of six bytes, an HMAC of context and content, and the content under a keystream that follows
//! from the tag (a synthetic nonce: equal inputs, equal ticket). It names no key: opening tries the ring's keys, the
//! current one first. Six bytes of tag keep guesses out of what is asked for over the network, not more: what a
//! ticket gives access to must be the caller's to have anyway.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;

use crate::format::{self, SealError};
use crate::ring::{KeyRing, MasterKey};

/// Bytes that a ticket carries.
pub const TICKET_CONTENT: usize = 10;

const TAG: usize = 6;

impl KeyRing {
    /// The ticket with this content. `context` names what it is for and whose it is.
    ///
    /// # Errors
    /// The cryptographic library refused.
    pub fn ticket(&self, context: &[u8], content: [u8; TICKET_CONTENT]) -> Result<[u8; 16], SealError> {
        let tag = tag(self.current(), context, &content)?;
        let body = cipher(self.current(), tag, content)?;
        let mut ticket = [0; 16];
        for (to, from) in ticket.iter_mut().zip(tag.iter().chain(&body)) {
            *to = *from;
        }
        Ok(ticket)
    }

    /// The content of a ticket; `None` for anything that [`KeyRing::ticket`] of this ring did not make for this
    /// context.
    pub fn open_ticket(&self, context: &[u8], ticket: [u8; 16]) -> Option<[u8; TICKET_CONTENT]> {
        let (first, body) = ticket.split_first_chunk::<TAG>()?;
        let body = <[u8; TICKET_CONTENT]>::try_from(body).ok()?;
        self.ids().filter_map(|id| self.find(id)).find_map(|key| {
            let content = cipher(key, *first, body).ok()?;
            let expected = tag(key, context, &content).ok()?;
            verify_slices_are_equal(&expected, first).ok().map(|()| content)
        })
    }
}

fn tag(key: &MasterKey, context: &[u8], content: &[u8; TICKET_CONTENT]) -> Result<[u8; TAG], SealError> {
    // The content has one length, so that it can not be taken for a part of the context.
    first(&mac(key, "keygate/ticket-tag", &[content, context])?)
}

fn cipher(
    key: &MasterKey,
    tag: [u8; TAG],
    text: [u8; TICKET_CONTENT],
) -> Result<[u8; TICKET_CONTENT], SealError> {
    let stream: [u8; TICKET_CONTENT] = first(&mac(key, "keygate/ticket-stream", &[&tag])?)?;
    let mut result = text;
    for (byte, mask) in result.iter_mut().zip(stream) {
        *byte ^= mask;
    }
    Ok(result)
}

fn mac(key: &MasterKey, label: &str, parts: &[&[u8]]) -> Result<hmac::Tag, SealError> {
    let key = format::derive(key, label, &[]).map_err(|_| SealError)?;
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()));
    for part in parts {
        mac.update(part);
    }
    Ok(mac.sign())
}

fn first<const N: usize>(tag: &hmac::Tag) -> Result<[u8; N], SealError> {
    tag.as_ref().first_chunk().copied().ok_or(SealError)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::Counting;

    const CONTENT: [u8; TICKET_CONTENT] = *b"0123456789";

    #[test]
    fn round_trip_survives_restart_and_rotation() {
        let ring = KeyRing::generate(&mut Counting(1));
        let ticket = ring.ticket(b"context", CONTENT).unwrap();
        assert_eq!(ring.ticket(b"context", CONTENT).unwrap(), ticket);
        let restarted = KeyRing::parse(&ring.to_text()).unwrap();
        let rotated = ring.rotated(&mut Counting(2));
        for ring in [&ring, &restarted, &rotated] {
            assert_eq!(ring.open_ticket(b"context", ticket), Some(CONTENT));
        }
        assert_ne!(rotated.ticket(b"context", CONTENT).unwrap(), ticket);
        assert_eq!(ring.open_ticket(b"context", rotated.ticket(b"context", CONTENT).unwrap()), None);
    }

    #[test]
    fn nothing_else_opens() {
        let ring = KeyRing::generate(&mut Counting(1));
        let ticket = ring.ticket(b"context", CONTENT).unwrap();
        assert_eq!(ring.open_ticket(b"contexts", ticket), None);
        assert_eq!(ring.open_ticket(b"", ticket), None);
        for index in 0..16 {
            for bit in 0..8 {
                let mut bad = ticket;
                bad[index] ^= 1 << bit;
                assert_eq!(ring.open_ticket(b"context", bad), None, "{index} {bit}");
            }
        }
    }

    #[test]
    fn the_content_can_not_be_read() {
        let ring = KeyRing::generate(&mut Counting(1));
        let ticket = ring.ticket(b"context", CONTENT).unwrap();
        let other = ring.ticket(b"context", *b"0123456780").unwrap();
        // One byte of content changes them all.
        assert!(ticket.iter().zip(other).filter(|(a, b)| **a == *b).count() < 4);
    }
}
