/// For each row the few nearest so far, the nearest first.
#[derive(Debug, Clone)]
pub(super) struct Shortlist {
    keep: usize,
    near: Vec<(f32, u32)>,
    /// How near one must be to get onto the list.
    reach: Vec<f32>,
}

impl Shortlist {
    pub fn new(rows: usize, keep: usize) -> Self {
        Self {
            keep,
            near: vec![(f32::INFINITY, u32::MAX); rows * keep],
            reach: vec![f32::INFINITY; rows],
        }
    }

    /// How near one must be to get onto the list of each row.
    pub fn reach(&self) -> &[f32] {
        &self.reach
    }

    /// Puts this one onto the list of a row, if it is near enough.
    pub fn offer(&mut self, row: usize, distance: f32, index: u32) {
        if distance < self.reach[row] {
            let list = &mut self.near[row * self.keep..][..self.keep];
            let at = list.partition_point(|near| near.0 <= distance);
            list[at..].rotate_right(1);
            list[at] = (distance, index);
            self.reach[row] = list[self.keep - 1].0;
        }
    }

    /// Puts all of another's onto one's own: its first row is this one here.
    pub fn merge(&mut self, start: usize, other: &Self) {
        for (row, list) in other.near.chunks_exact(other.keep).enumerate() {
            list.iter()
                .take_while(|near| near.1 != u32::MAX)
                .for_each(|&(distance, index)| self.offer(start + row, distance, index));
        }
    }

    /// The lists, row by row.
    pub fn lists(&self) -> impl Iterator<Item = impl Iterator<Item = usize>> {
        self.near.chunks_exact(self.keep).map(|list| {
            list.iter()
                .filter(|near| near.1 != u32::MAX)
                .map(|near| near.1 as usize)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Shortlist;

    #[test]
    fn the_nearest_stay_on_the_list() {
        let mut list = Shortlist::new(2, 3);
        for (index, distance) in [5.0, 1.0, 4.0, 2.0, 3.0, 9.0].into_iter().enumerate() {
            list.offer(1, distance, index as u32);
        }
        let mut other = Shortlist::new(1, 3);
        other.offer(0, 1.5, 7);
        list.merge(1, &other);
        let found: Vec<Vec<usize>> = list.lists().map(Iterator::collect).collect();
        assert_eq!(found, [vec![], vec![1, 7, 3]]);
        assert_eq!(list.reach(), [f32::INFINITY, 2.0]);
    }
}
