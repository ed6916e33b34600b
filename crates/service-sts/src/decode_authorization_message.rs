//! DecodeAuthorizationMessage: the details that a denial carried encoded. See [`Environment::encode_denial`].
//!
//! [`Environment::encode_denial`]: keygate_operation::Environment::encode_denial

use keygate_operation::{Ask, Asks, Failure, Outcome, Read, ReadCx};
use keygate_shapes::sts::{DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse, op};

/// DecodeAuthorizationMessage.
pub(crate) struct DecodeAuthorizationMessage;

impl Read for DecodeAuthorizationMessage {
    type Model = op::DecodeAuthorizationMessage;

    fn asks(
        &self,
        _: &ReadCx<'_>,
        _: &DecodeAuthorizationMessageRequest,
    ) -> Result<Asks, Failure<Self::Model>> {
        Ok(Asks::one(Ask::on_any("sts:DecodeAuthorizationMessage")))
    }

    fn run(&self, cx: &ReadCx<'_>, input: DecodeAuthorizationMessageRequest) -> Outcome<Self::Model> {
        let decoded = cx
            .env
            .decode_denial(cx.account_id(), &input.encoded_message)
            .ok_or_else(Failure::invalid_authorization_message)?;
        Ok(DecodeAuthorizationMessageResponse { decoded_message: Some(decoded) })
    }
}

#[cfg(test)]
mod tests {
    use keygate_operation::testing::World;
    use keygate_policy::{
        Attached, Caller, CallerKind, Context, Policy, PolicyKind, Request, Resource, Stack,
    };

    use super::*;

    fn decode(world: &mut World, message: &str) -> Result<String, String> {
        let input = DecodeAuthorizationMessageRequest { encoded_message: message.to_owned() };
        let answer = world.read(&DecodeAuthorizationMessage, input);
        answer.map(|answer| answer.decoded_message.unwrap()).map_err(|error| error.code().to_owned())
    }

    /// The encoded denial of what somebody of the world's account tried.
    fn denied(world: &mut World, context: &Context) -> String {
        let text = r#"{"Version":"2012-10-17","Statement":
            {"Sid":"Stop","Effect":"Deny","Action":"ec2:*","Resource":"*"}}"#;
        let policy = Policy::parse(text, PolicyKind::Identity).unwrap();
        let attached = [Attached { policy: &policy, name: "inline", arn: None }];
        let stack = Stack { identity: &attached, ..Stack::default() };
        let mut caller = Caller::new(CallerKind::User, "arn:aws:iam::123456789012:user/ann");
        caller.account = Some(world.here);
        caller.unique_id = Some("AIDAANN");
        let request = Request {
            caller,
            action: "ec2:StopInstances",
            resource: Resource { arn: "*", account: Some(world.here) },
            context,
        };
        let here = world.here;
        world.with_read(|cx| cx.env.encode_denial(here, &request, &stack)).unwrap()
    }

    #[test]
    fn what_the_server_encoded() {
        let mut world = World::new();
        let message = denied(&mut world, &Context::new().with("aws:SecureTransport", "true"));
        assert!(message.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        let decoded = decode(&mut world, &message).unwrap();
        for part in [
            r#"{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"statementId":"Stop","#,
            r#""context":{"principal":{"id":"AIDAANN","name":"ann","arn":"arn:aws:iam::123456789012:user/ann"},"#,
            r#""action":"ec2:StopInstances","#,
            r#"{"key":"aws:SecureTransport","values":{"items":[{"value":"true"}]}}"#,
        ] {
            assert!(decoded.contains(part), "{decoded}");
        }
    }

    #[test]
    fn rule_75_it_needs_its_own_permission() {
        let input = DecodeAuthorizationMessageRequest { encoded_message: "AQ".to_owned() };
        let asks = World::new().asks(&DecodeAuthorizationMessage, &input).unwrap();
        let asks: Vec<_> = asks.iter().map(|ask| (ask.action.as_ref(), ask.resource.as_str())).collect();
        assert_eq!(asks, [("sts:DecodeAuthorizationMessage", "*")]);
    }

    #[test]
    fn however_much_there_is_to_say() {
        let mut world = World::new();
        let mut context = Context::new();
        for number in 0..200 {
            context.insert(&format!("aws:RequestTag/{number}"), "x".repeat(256));
        }
        let message = denied(&mut world, &context);
        assert!(message.len() <= 10_240);
        assert!(decode(&mut world, &message).unwrap().contains("aws:RequestTag/0"));
    }

    #[test]
    fn nothing_else() {
        let mut world = World::new();
        let message = denied(&mut world, &Context::new());
        let invalid = Err("InvalidAuthorizationMessageException".to_owned());
        for bad in ["x", &message[1..], &format!("{message}\n"), &format!(" {message}")] {
            assert_eq!(decode(&mut world, bad), invalid, "{bad}");
        }
        // A marker of the same ring, and the message of another account.
        let marker = world.keys.marker(b"123456789012", b"{}").unwrap();
        assert_eq!(decode(&mut world, &marker), invalid);
        world.here = world.add_account(210_987_654_321);
        assert_eq!(decode(&mut world, &message), invalid);
    }
}
