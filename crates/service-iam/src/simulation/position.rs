//! Where a statement stands, as AWS's simulator counts: lines and columns from 1. The end is behind the closing
//! brace. The start is where AWS's reader stood before it took the statement: behind the `[` or behind the statement
//! before; of a statement that is not in a list, behind its own opening brace.

use keygate_policy::Policy;
use keygate_shapes::iam::Position;

/// Start and end of a statement.
pub(super) fn of(policy: &Policy, statement: usize) -> Option<(Position, Position)> {
    let span = policy.statements().get(statement)?.span();
    let before = statement.checked_sub(1).and_then(|before| policy.statements().get(before));
    let start = match before {
        Some(before) => position(before.span().end.line, before.span().end.column),
        None => {
            let text = policy.text().get(..span.start.offset)?.trim_end_matches([' ', '\t', '\r', '\n']);
            if text.ends_with('[') {
                let line_start = text.rfind('\n').map_or(0, |newline| newline + 1);
                let column = text.get(line_start..)?.chars().count() + 1;
                position(text.matches('\n').count() + 1, column)
            } else {
                position(span.start.line, span.start.column + 1)
            }
        }
    };
    Some((start, position(span.end.line, span.end.column)))
}

fn position(line: usize, column: usize) -> Position {
    Position { line: i32::try_from(line).ok(), column: i32::try_from(column).ok() }
}

#[cfg(test)]
mod tests {
    use keygate_policy::PolicyKind;

    use super::*;

    /// Texts and positions of Amazon's own answers.
    #[test]
    fn rule_194_positions_are_amazon_s() {
        let compact = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Sid":"First"},{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Sid":"Second"}]}"#;
        let pretty = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": \"s3:GetObject\",\n      \"Resource\": \"*\",\n      \"Sid\": \"First\"\n    },\n    {\n      \"Effect\": \"Deny\",\n      \"Action\": \"s3:PutObject\",\n      \"Resource\": \"*\",\n      \"Sid\": \"Second\"\n    }\n  ]\n}";
        let crlf = " \r\n{\r\n  \"Version\": \"2012-10-17\",\r\n  \"Statement\": [\r\n    {\r\n      \"Effect\": \"Allow\",\r\n      \"Action\": \"s3:GetObject\",\r\n      \"Resource\": \"*\"\r\n    }\r\n  ]\r\n}\r\n ";
        let single = r#"{"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#;
        for (text, statement, start, end) in [
            (compact, 0, (1, 38), (1, 109)),
            (compact, 1, (1, 109), (1, 182)),
            (pretty, 0, (3, 17), (9, 6)),
            (pretty, 1, (9, 6), (15, 6)),
            (crlf, 0, (4, 17), (9, 6)),
            (single, 0, (1, 16), (1, 77)),
        ] {
            let policy = Policy::read(text, PolicyKind::Identity).unwrap();
            let expected = (position(start.0, start.1), position(end.0, end.1));
            assert_eq!(of(&policy, statement), Some(expected), "{text}");
        }
        let policy = Policy::read(compact, PolicyKind::Identity).unwrap();
        assert_eq!(of(&policy, 2), None);
    }
}
