//! `keygate delegation`: what AWS would tell the requestor of a delegation request by SNS.

use keygate_server::operator::DelegationToken;

use crate::cli::DelegationTokenOptions;
use crate::failure::Failure;
use crate::output;
use crate::status::ask;

pub(crate) fn token(options: &DelegationTokenOptions) -> Result<(), Failure> {
    let token = ask(&options.server, async |client| client.delegation_token(&options.id).await)?;
    if options.json { output::print_json(&token) } else { output::print(&text(&token)) }
}

/// Only the token, so that it can be used in another command.
fn text(token: &DelegationToken) -> String {
    format!("{}\n", token.trade_in_token.expose())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed() {
        let token = r#"{"DelegationRequestId":"ADRAEXAMPLE","RequestorId":"000000000001","NotificationChannel":"arn","TradeInToken":"t0ken","Expiration":"2026-11-21T10:00:00Z"}"#;
        let read: DelegationToken = serde_json::from_str(token).unwrap();
        assert_eq!(text(&read), "t0ken\n");
        assert_eq!(serde_json::to_string(&read).unwrap(), token);
        assert!(!format!("{read:?}").contains("t0ken"));
    }
}
