//! Short texts and lists of one, kept where they are used instead of elsewhere on the heap.
//!
//! A decision reads the memory of a few statements out of many thousands, which no cache holds. What it costs is the
//! number of places it must go to.

/// Text that is kept in place if it is short.
#[derive(Clone)]
pub(crate) struct Text(Kept);

#[derive(Clone)]
enum Kept {
    Here { length: u8, bytes: [u8; ROOM] },
    There(Box<str>),
}

/// The longest text that is kept in place.
const ROOM: usize = 30;

/// One item in place, or any other number of them.
#[derive(Debug, Clone)]
pub(crate) enum List<T> {
    One(T),
    Many(Box<[T]>),
}

/// Something that is text, of which most questions are about its bytes.
pub(crate) trait Spelled {
    /// Its bytes, which are UTF-8.
    fn bytes(&self) -> &[u8];

    /// The text.
    fn text(&self) -> &str;
}

impl Text {
    pub(crate) fn new(text: &str) -> Self {
        let mut bytes = [0; ROOM];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(text.as_bytes());
                Self(Kept::Here { length, bytes })
            }
            _ => Self(Kept::There(text.into())),
        }
    }
}

impl Spelled for Text {
    #[inline]
    fn bytes(&self) -> &[u8] {
        match &self.0 {
            Kept::Here { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Kept::There(text) => text.as_bytes(),
        }
    }

    fn text(&self) -> &str {
        match &self.0 {
            // It was copied from text.
            Kept::Here { .. } => std::str::from_utf8(self.bytes()).unwrap_or_default(),
            Kept::There(text) => text,
        }
    }
}

impl<T: AsRef<str>> Spelled for T {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self.as_ref().as_bytes()
    }

    fn text(&self) -> &str {
        self.as_ref()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text().fmt(f)
    }
}

impl<T> List<T> {
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items().iter()
    }

    #[inline]
    pub(crate) fn items(&self) -> &[T] {
        match self {
            Self::One(item) => std::slice::from_ref(item),
            Self::Many(items) => items,
        }
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        match (items.next(), items.next()) {
            (Some(item), None) => Self::One(item),
            (first, second) => Self::Many(first.into_iter().chain(second).chain(items).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_any_length_is_kept_as_it_is() {
        for length in 0..80 {
            let text: String = "aé😀b".chars().cycle().take(length).collect();
            let kept = Text::new(&text);
            assert_eq!((kept.text(), kept.bytes()), (text.as_str(), text.as_bytes()));
        }
        assert_eq!(size_of::<Text>(), 32);
    }

    #[test]
    fn lists_of_any_length_are_kept_in_order() {
        for length in 0..4 {
            let list: List<usize> = (0..length).collect();
            assert_eq!(list.items(), (0..length).collect::<Vec<_>>());
            assert_eq!(matches!(list, List::One(_)), length == 1);
        }
    }
}
