//! Which category stands for which class.

/// How often category and class came together.
pub struct Table {
    counts: Vec<Vec<usize>>,
}

impl Table {
    pub fn of(n: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut counts = vec![vec![0; n]; n];
        for (category, class) in pairs {
            counts[category][class] += 1;
        }
        Self { counts }
    }

    /// The share of pairs which the best one-to-one map of categories to classes explains, and the map.
    ///
    /// Over all sets of classes given to the first categories, which are `2^n` and not `n!`.
    pub fn best_permutation(&self) -> (f64, Vec<usize>) {
        let n = self.counts.len();
        let mut best: Vec<Option<(usize, usize)>> = vec![None; 1 << n];
        best[0] = Some((0, 0));
        for taken in 0..1usize << n {
            let Some((score, _)) = best[taken] else { continue };
            let category = taken.count_ones() as usize;
            for class in (0..n).filter(|class| taken >> class & 1 == 0) {
                let with = score + self.counts[category][class];
                let next = &mut best[taken | 1 << class];
                if next.is_none_or(|(score, _)| score < with) {
                    *next = Some((with, class));
                }
            }
        }
        let all = (1 << n) - 1;
        let total: usize = self.counts.iter().flatten().sum();
        let score = best[all].map_or(0, |(score, _)| score);
        let (mut map, mut taken) = (vec![0; n], all);
        for category in (0..n).rev() {
            let class = best[taken].map_or(0, |(_, class)| class);
            map[category] = class;
            taken &= !(1 << class);
        }
        (score as f64 / total.max(1) as f64, map)
    }
}

/// The correlation of two lists within groups: each value is taken from the mean of its group.
pub fn correlation(a: &[f64], b: &[f64], groups: &[usize]) -> f64 {
    let (a, b) = (centred(a, groups), centred(b, groups));
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt().max(f64::MIN_POSITIVE)
}

fn centred(values: &[f64], groups: &[usize]) -> Vec<f64> {
    let n = groups.iter().max().map_or(0, |most| most + 1);
    let mut sums = vec![(0.0, 0.0); n];
    for (value, &group) in values.iter().zip(groups) {
        sums[group].0 += value;
        sums[group].1 += 1.0;
    }
    let members = values.iter().zip(groups);
    members
        .map(|(value, &group)| value - sums[group].0 / sums[group].1)
        .collect()
}
