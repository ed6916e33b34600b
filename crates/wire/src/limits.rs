//! How much a decoder accepts before it refuses.

/// Bounds of one message; what exceeds them is refused before work is done for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body, and of its query string.
    pub bytes: usize,
    /// Levels of nesting: segments of a query parameter's name, brackets of a JSON document.
    pub depth: usize,
    /// Parameters of a form, or values in a JSON document.
    pub elements: usize,
}

impl Limits {
    /// What AWS's largest request of these services needs, with room: SimulateCustomPolicy carries policies of
    /// 131,072 characters each, percent-encoded.
    pub const DEFAULT: Self = Self { bytes: 4 << 20, depth: 32, elements: 20_000 };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
