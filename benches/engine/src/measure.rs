//! The clock, medians, and bytes.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long things are measured.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Rounds over all requests; the best median of them counts, since what disturbs only ever slows.
    pub rounds: usize,
    /// Requests between two looks at the clock, whose own cost would otherwise be measured.
    pub chunk: usize,
}

/// The present.
#[expect(clippy::disallowed_methods, reason = "an edge: measuring time is what it is for")]
pub fn now() -> Instant {
    Instant::now()
}

/// One number over another.
pub fn ratio(part: usize, whole: usize) -> f64 {
    float(part) / float(whole.max(1))
}

/// A count as a number that can be divided.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub fn float(count: usize) -> f64 {
    count as f64
}

/// Nanoseconds for one item: the median over chunks, and of that the minimum over rounds.
pub fn nanoseconds<T>(items: &[T], effort: Effort, work: impl FnMut(&T)) -> f64 {
    nanoseconds_of_read(items, effort, |_| {}, work)
}

/// The same, where `read` goes through what an item consists of before the clock starts: a request that is to be
/// decided has just been read, so that it is in the cache, whatever else is not.
pub fn nanoseconds_of_read<T>(
    items: &[T],
    effort: Effort,
    mut read: impl FnMut(&T),
    mut work: impl FnMut(&T),
) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..effort.rounds {
        let mut chunks: Vec<f64> = items
            .chunks(effort.chunk)
            .filter(|chunk| chunk.len() == effort.chunk || items.len() < effort.chunk)
            .map(|chunk| {
                chunk.iter().for_each(&mut read);
                let start = now();
                for item in chunk {
                    work(black_box(item));
                }
                per_item(start.elapsed(), chunk.len())
            })
            .collect();
        best = best.min(median(&mut chunks));
    }
    best
}

/// Nanoseconds for one of so many items.
pub fn per_item(time: Duration, items: usize) -> f64 {
    time.as_secs_f64() * 1e9 / float(items.max(1))
}

/// The middle one.
pub fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The bytes that what `make` returns holds on the heap, and itself.
pub fn bytes<T>(make: impl FnOnce() -> T) -> (T, usize) {
    let mut made = None;
    let info = allocation_counter::measure(|| made = Some(make()));
    let held = usize::try_from(info.bytes_current).unwrap_or_default();
    #[expect(clippy::unwrap_used, reason = "measure calls its argument")]
    let made = made.unwrap();
    (made, held)
}
