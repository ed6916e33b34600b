//! Where randomness comes from: an argument, never the environment.

/// A source of unpredictable bytes. The edge crates pass the operating system's; tests pass a seeded one.
pub trait Entropy {
    /// Fills the whole buffer.
    fn fill(&mut self, bytes: &mut [u8]);
}

impl<E: Entropy + ?Sized> Entropy for &mut E {
    fn fill(&mut self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }
}
