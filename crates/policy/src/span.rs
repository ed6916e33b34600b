//! Positions in the text of a policy.

/// A position in a policy's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pos {
    /// Bytes from the beginning of the text.
    pub offset: usize,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

/// A stretch of a policy's text, `end` excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first character.
    pub start: Pos,
    /// The position behind the last character.
    pub end: Pos,
}

/// A stretch of bytes while a document is read; turned into a [`Span`] only where somebody will see it.
pub(crate) type Bytes = std::ops::Range<usize>;

impl Pos {
    /// The position `offset` bytes into `text`; an offset beyond the end or inside a character is moved back.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset = offset.saturating_sub(1);
        }
        let before = text.get(..offset).unwrap_or_default();
        let line_start = memchr::memrchr(b'\n', before.as_bytes()).map_or(0, |newline| newline + 1);
        Self {
            offset,
            line: memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1,
            column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
        }
    }
}

impl Span {
    /// The positions of a stretch of bytes of `text`.
    pub(crate) fn of(text: &str, bytes: &Bytes) -> Self {
        Self { start: Pos::of(text, bytes.start), end: Pos::of(text, bytes.end) }
    }
}

/// Positions of many stretches of one text, asked in any order: line starts are found once.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|newline| newline + 1));
        Self { text, starts }
    }

    pub(crate) fn span(&self, bytes: &Bytes) -> Span {
        Span { start: self.pos(bytes.start), end: self.pos(bytes.end) }
    }

    fn pos(&self, offset: usize) -> Pos {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        Pos { offset, line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let text = "aé\n\nxyz";
        let lines = Lines::new(text);
        for (offset, line, column) in [(0, 1, 1), (1, 1, 2), (3, 1, 3), (4, 2, 1), (5, 3, 1), (8, 3, 4)] {
            let expected = Pos { offset, line, column };
            assert_eq!(Pos::of(text, offset), expected);
            assert_eq!(lines.span(&(offset..offset)).start, expected);
        }
        assert_eq!(Pos::of(text, 99).offset, 8);
        assert_eq!(Pos::of(text, 2).offset, 1);
    }
}
