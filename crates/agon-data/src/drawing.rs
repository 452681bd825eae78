//! Many pictures drawn by several threads.

/// Draws `items` one after the other into `values`, `area` values each, with so many threads. Each thread gets
/// a state of its own, and the values are the same with any number of threads.
pub(crate) fn draw<S>(
    items: &[u64],
    area: usize,
    threads: usize,
    state: impl Fn() -> S + Sync,
    one: impl Fn(&mut S, u64, &mut [f32]) + Sync,
) -> Vec<f32> {
    let mut values = vec![0.0; items.len() * area];
    let share = items.len().div_ceil(threads.max(1)).max(1);
    let work = |items: &[u64], values: &mut [f32]| {
        let mut state = state();
        for (&item, picture) in items.iter().zip(values.chunks_mut(area.max(1))) {
            one(&mut state, item, picture);
        }
    };
    if share >= items.len() {
        work(items, &mut values);
    } else {
        std::thread::scope(|scope| {
            for (items, values) in items.chunks(share).zip(values.chunks_mut(share * area)) {
                scope.spawn(|| work(items, values));
            }
        });
    }
    values
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn threads_change_nothing() {
        let items: Vec<u64> = (0..13).collect();
        let drawn = |threads| draw(&items, 3, threads, || (), |(), item, values| values.fill(item as f32));
        assert_eq!(drawn(1)[3 * 12..], [12.0; 3]);
        for threads in [2, 3, 64] {
            assert_eq!(drawn(1), drawn(threads));
        }
    }
}
