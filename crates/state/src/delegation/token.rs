//! The exchange token: what a requestor trades in for delegated credentials. It names the request and says nothing
//! else, is sealed for this purpose alone, and cannot be made without the server's keys.

use std::fmt;

use keygate_ident::{Entropy, UniqueId};
use keygate_seal::{KeyRing, Purpose, SealError, Sealed};

/// The content of an exchange token.
#[derive(Clone, PartialEq, Eq)]
pub struct ExchangeToken {
    /// The delegation request.
    pub request: UniqueId,
}

impl ExchangeToken {
    /// The token as the requestor gets it.
    ///
    /// # Errors
    /// None that could happen: the content is short.
    pub fn seal(&self, keys: &KeyRing, entropy: &mut dyn Entropy) -> Result<String, SealError> {
        let sealed = keys.seal(Purpose::ExchangeToken, &[], self.request.as_str().as_bytes(), entropy)?;
        Ok(sealed.into())
    }

    /// The content of a token; `None` if this server did not make it.
    pub fn open(keys: &KeyRing, token: &str) -> Option<Self> {
        let sealed = Sealed::try_from(token.to_owned()).ok()?;
        let opened = keys.open(Purpose::ExchangeToken, &[], &sealed).ok()?;
        let request = std::str::from_utf8(&opened).ok()?.parse().ok()?;
        Some(Self { request })
    }
}

impl fmt::Debug for ExchangeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExchangeToken").field("request", &self.request).finish()
    }
}

#[cfg(test)]
mod tests {
    use keygate_ident::IdKind;

    use super::*;
    use crate::test_support::{Counting, Maker, account_id};

    #[test]
    fn only_this_servers_tokens_open() {
        let (ring, other) = (KeyRing::generate(&mut Counting(1)), KeyRing::generate(&mut Counting(2)));
        let request = Maker::new(account_id(111_122_223_333)).id(IdKind::DelegationRequest);
        let token = ExchangeToken { request: request.clone() }.seal(&ring, &mut Counting(3)).unwrap();
        assert_eq!(ExchangeToken::open(&ring, &token).unwrap().request, request);
        assert!(!token.contains(request.as_str()));
        assert!(ExchangeToken::open(&other, &token).is_none());
        // A token of another kind with the same content is none.
        let session = ring.seal_token(request.as_str().as_bytes(), &mut Counting(4)).unwrap();
        for bad in ["", "x", &token[1..], session.as_str(), request.as_str()] {
            assert!(ExchangeToken::open(&ring, bad).is_none(), "{bad}");
        }
    }
}
