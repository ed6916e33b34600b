//! Encoded authorization messages: what a denial may tell only to those who have `sts:DecodeAuthorizationMessage`.

use keygate_ident::AccountId;
use keygate_policy::{Request, Stack, authorization_message};
use keygate_seal::{MAX_MESSAGE_PLAINTEXT, SealError};

use crate::cx::Environment;

impl Environment<'_> {
    /// The details of the decision on this request, for the denial of a service that encodes them; those of this
    /// account may decode them, on any node and as long as the key ring keeps its keys.
    ///
    /// # Errors
    /// Caller, action and resource alone are longer than a message may be.
    pub fn encode_denial(
        &self,
        account: AccountId,
        request: &Request<'_>,
        stack: &Stack<'_>,
    ) -> Result<String, SealError> {
        let details = authorization_message(request, stack, MAX_MESSAGE_PLAINTEXT);
        self.keys.seal_message(&context(account), details.as_bytes(), &mut self.random())
    }

    /// What [`Environment::encode_denial`] encoded for this account; `None` for everything else.
    pub fn decode_denial(&self, account: AccountId, message: &str) -> Option<String> {
        let details = self.keys.open_message(&context(account), message).ok()?;
        String::from_utf8(details.to_vec()).ok()
    }
}

fn context(account: AccountId) -> Vec<u8> {
    account.to_string().into_bytes()
}
