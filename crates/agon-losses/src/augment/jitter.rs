use agon_core::Sample;
use agon_core::random::{self, Random};

/// Adds normal noise of this standard deviation to every value.
pub fn jitter<S: Sample>(deviation: f64) -> impl Fn(&S, &mut Random) -> S + Send + 'static {
    move |sample, random| {
        let rows = sample.rows();
        let noise = random::normal(rows.dims(), random, &rows.device()).cast(rows.dtype());
        sample.with_rows(rows + noise * deviation)
    }
}
