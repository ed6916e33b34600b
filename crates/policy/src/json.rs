//! A small JSON reader for policy documents.
//!
//! Unlike the usual ones it keeps what policies need: the position of every value, the order of members, members
//! that occur twice, and numbers as they were written. Strict RFC 8259; size and depth are bounded.

use std::borrow::Cow;

use crate::span::Bytes;

/// The deepest nesting that is read; a policy needs seven.
const MAX_DEPTH: usize = 32;

/// A JSON value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node<'t> {
    pub(crate) value: Value<'t>,
    pub(crate) at: Bytes,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'t> {
    Null,
    Bool(bool),
    Number(&'t str),
    String(Cow<'t, str>),
    Array(Vec<Node<'t>>),
    Object(Vec<Member<'t>>),
}

/// A name and its value; an object may hold the same name twice.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member<'t> {
    pub(crate) name: Cow<'t, str>,
    /// Where the name stands, with its quotes.
    pub(crate) name_at: Bytes,
    pub(crate) node: Node<'t>,
}

/// The text is not JSON, or exceeds a limit; the byte where that was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotJson {
    pub(crate) offset: usize,
}

/// Reads one JSON value of at most so many characters and nothing behind it.
pub(crate) fn parse(text: &str, max_characters: usize) -> Result<Node<'_>, NotJson> {
    if text.len() > max_characters
        && let Some((offset, _)) = text.char_indices().nth(max_characters)
    {
        return Err(NotJson { offset });
    }
    let mut reader = Reader { text, pos: 0 };
    let node = reader.value(0)?;
    reader.skip_white_space();
    if reader.pos == text.len() { Ok(node) } else { Err(reader.fault()) }
}

struct Reader<'t> {
    text: &'t str,
    pos: usize,
}

impl<'t> Reader<'t> {
    fn value(&mut self, depth: usize) -> Result<Node<'t>, NotJson> {
        self.skip_white_space();
        let start = self.pos;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            _ => return Err(self.fault()),
        };
        Ok(Node { value, at: start..self.pos })
    }

    fn object(&mut self, depth: usize) -> Result<Value<'t>, NotJson> {
        self.deeper(depth)?;
        let mut members = Vec::new();
        self.pos += 1;
        self.skip_white_space();
        if self.eat(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_white_space();
            let start = self.pos;
            if self.peek() != Some(b'"') {
                return Err(self.fault());
            }
            let name = self.string()?;
            let name_at = start..self.pos;
            self.skip_white_space();
            self.expect(b':')?;
            members.push(Member { name, name_at, node: self.value(depth + 1)? });
            self.skip_white_space();
            if self.eat(b'}') {
                return Ok(Value::Object(members));
            }
            self.expect(b',')?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value<'t>, NotJson> {
        self.deeper(depth)?;
        let mut nodes = Vec::new();
        self.pos += 1;
        self.skip_white_space();
        if self.eat(b']') {
            return Ok(Value::Array(nodes));
        }
        loop {
            nodes.push(self.value(depth + 1)?);
            self.skip_white_space();
            if self.eat(b']') {
                return Ok(Value::Array(nodes));
            }
            self.expect(b',')?;
        }
    }

    /// A string, borrowed where it has no escapes.
    fn string(&mut self) -> Result<Cow<'t, str>, NotJson> {
        self.pos += 1;
        let start = self.pos;
        let mut unescaped: Option<String> = None;
        let mut chunk = start;
        loop {
            match self.peek() {
                Some(b'"') => {
                    let rest = self.slice(chunk, self.pos)?;
                    self.pos += 1;
                    return Ok(match unescaped {
                        Some(mut text) => {
                            text.push_str(rest);
                            Cow::Owned(text)
                        }
                        None => Cow::Borrowed(rest),
                    });
                }
                Some(b'\\') => {
                    let before = self.slice(chunk, self.pos)?;
                    let text = unescaped.get_or_insert_default();
                    text.push_str(before);
                    text.push(self.escape()?);
                    chunk = self.pos;
                }
                Some(byte) if byte >= 0x20 => self.pos += 1,
                _ => return Err(self.fault()),
            }
        }
    }

    fn escape(&mut self) -> Result<char, NotJson> {
        self.pos += 1;
        let escaped = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return Err(self.fault()),
        };
        self.pos += 1;
        Ok(escaped)
    }

    /// `uXXXX`, or a pair of them for a character beyond the basic plane; half a pair is no character.
    fn unicode_escape(&mut self) -> Result<char, NotJson> {
        let first = self.four_digits()?;
        let code = match first {
            0xd800..=0xdbff => {
                self.expect(b'\\')?;
                if self.peek() != Some(b'u') {
                    return Err(self.fault());
                }
                let second = self.four_digits()?;
                if !(0xdc00..=0xdfff).contains(&second) {
                    return Err(self.fault());
                }
                0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)
            }
            _ => first,
        };
        char::from_u32(code).ok_or(self.fault())
    }

    fn four_digits(&mut self) -> Result<u32, NotJson> {
        self.pos += 1;
        let digits = self.text.as_bytes().get(self.pos..self.pos + 4).ok_or(self.fault())?;
        let mut code = 0;
        for digit in digits {
            code = code * 16 + char::from(*digit).to_digit(16).ok_or(self.fault())?;
        }
        self.pos += 4;
        Ok(code)
    }

    fn number(&mut self) -> Result<&'t str, NotJson> {
        let start = self.pos;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.pos += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.pos += 1;
            }
            self.digits()?;
        }
        self.slice(start, self.pos)
    }

    fn digits(&mut self) -> Result<(), NotJson> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.fault());
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.pos += 1;
        }
        Ok(())
    }

    fn word(&mut self, word: &str, value: Value<'t>) -> Result<Value<'t>, NotJson> {
        if self.text.get(self.pos..).is_some_and(|rest| rest.starts_with(word)) {
            self.pos += word.len();
            Ok(value)
        } else {
            Err(self.fault())
        }
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.pos += 1;
        }
    }

    fn deeper(&self, depth: usize) -> Result<(), NotJson> {
        if depth < MAX_DEPTH { Ok(()) } else { Err(self.fault()) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.pos += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.eat(byte) { Ok(()) } else { Err(self.fault()) }
    }

    fn slice(&self, start: usize, end: usize) -> Result<&'t str, NotJson> {
        self.text.get(start..end).ok_or(self.fault())
    }

    fn fault(&self) -> NotJson {
        NotJson { offset: self.pos }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 1000;

    fn read(text: &str) -> Result<Node<'_>, NotJson> {
        parse(text, LIMIT)
    }

    /// The value with sorted nothing and lost nothing, as compact text.
    fn show(node: &Node<'_>) -> String {
        match &node.value {
            Value::Null => "null".into(),
            Value::Bool(value) => value.to_string(),
            Value::Number(text) => (*text).into(),
            Value::String(text) => format!("{text:?}"),
            Value::Array(nodes) => format!("[{}]", nodes.iter().map(show).collect::<Vec<_>>().join(",")),
            Value::Object(members) => format!(
                "{{{}}}",
                members
                    .iter()
                    .map(|m| format!("{:?}:{}", m.name, show(&m.node)))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
        }
    }

    #[test]
    fn reads_json_and_keeps_order_doubles_and_numbers() {
        for (text, expected) in [
            (" {\"a\" : [ 1 , -2.50e+3, true,false,null ] } ", r#"{"a":[1,-2.50e+3,true,false,null]}"#),
            (r#"{"b":1,"a":2,"b":3}"#, r#"{"b":1,"a":2,"b":3}"#),
            (r#""\u0041\n\/\"\\\ud83d\ude00é""#, r#""A\n/\"\\😀é""#),
            ("[]", "[]"),
            ("{}", "{}"),
            ("0", "0"),
        ] {
            assert_eq!(show(&read(text).unwrap()), expected);
        }
    }

    #[test]
    fn refuses_everything_else() {
        for (text, offset) in [
            ("", 0),
            ("{", 1),
            ("[1,]", 3),
            ("{\"a\":1,}", 7),
            ("{a:1}", 1),
            ("{'a':1}", 1),
            ("01", 1),
            ("-", 1),
            ("1.", 2),
            ("1e", 2),
            (".5", 0),
            ("+1", 0),
            ("tru", 0),
            ("NaN", 0),
            ("1 2", 2),
            ("\"a\nb\"", 2),
            ("\"a", 2),
            (r#""\x""#, 2),
            (r#""\u12""#, 3),
            (r#""\u00g0""#, 3),
            (r#""\ud800""#, 7),
            (r#""\ud800\u0041""#, 13),
            (r#""\udc00""#, 7),
            ("// c\n{}", 0),
            ("\u{feff}{}", 0),
            ("\u{a0}{}", 0),
        ] {
            assert_eq!(read(text), Err(NotJson { offset }), "{text}");
        }
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(read(&nested(MAX_DEPTH)).is_ok());
        assert!(read(&nested(MAX_DEPTH + 1)).is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
        let sized = |inner: &str, count: usize| format!("\"{}\"", inner.repeat(count));
        assert!(read(&sized("é", LIMIT - 2)).is_ok());
        assert!(read(&sized("a", LIMIT - 1)).is_err());
    }

    #[test]
    fn positions_cover_the_literal() {
        let text = r#"{ "ké" : [ "v\u0041" ] }"#;
        let node = read(text).unwrap();
        let Value::Object(members) = &node.value else { panic!("an object") };
        assert_eq!(&text[members[0].name_at.clone()], "\"ké\"");
        let Value::Array(nodes) = &members[0].node.value else { panic!("an array") };
        assert_eq!(&text[nodes[0].at.clone()], r#""v\u0041""#);
        assert_eq!(nodes[0].value, Value::String("vA".into()));
    }
}
