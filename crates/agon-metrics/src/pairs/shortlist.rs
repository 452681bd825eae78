use std::ops::Range;

/// Stands where nobody is on a list yet.
const NOBODY: u32 = u32::MAX;

/// For each row the few nearest so far, the nearest first.
#[derive(Debug, Clone)]
pub(super) struct Shortlist {
    keep: usize,
    /// Estimates of squared distances, and which rows are so near.
    near: Vec<(f32, u32)>,
    /// How near one must be to get onto the list.
    reach: Vec<f32>,
}

impl Shortlist {
    pub fn new(rows: usize, keep: usize) -> Self {
        Self {
            keep,
            near: vec![(f32::INFINITY, NOBODY); rows * keep],
            reach: vec![f32::INFINITY; rows],
        }
    }

    /// For some of the rows, empty lists which only those get onto that will get onto these too.
    pub fn continued(&self, rows: Range<usize>) -> Self {
        let reach = self.reach[rows].to_vec();
        let nobody = |&reach: &f32| std::iter::repeat_n((reach, NOBODY), self.keep);
        Self {
            keep: self.keep,
            near: reach.iter().flat_map(nobody).collect(),
            reach,
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
                .take_while(|near| near.1 != NOBODY)
                .for_each(|&(distance, index)| self.offer(start + row, distance, index));
        }
    }

    /// Who is on the list of a row.
    pub fn list(&self, row: usize) -> impl Iterator<Item = (f32, usize)> {
        let list = &self.near[row * self.keep..][..self.keep];
        list.iter()
            .take_while(|near| near.1 != NOBODY)
            .map(|near| (near.0, near.1 as usize))
    }

    /// How many rows have lists.
    pub fn len(&self) -> usize {
        self.reach.len()
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
        let found = |list: &Shortlist, row| -> Vec<usize> { list.list(row).map(|near| near.1).collect() };
        assert_eq!((found(&list, 0), found(&list, 1)), (vec![], vec![1, 7, 3]));
        assert_eq!(list.reach(), [f32::INFINITY, 2.0]);
        let mut later = list.continued(1..2);
        later.offer(0, 2.0, 8);
        later.offer(0, 1.2, 9);
        assert_eq!(found(&later, 0), [9]);
        list.merge(1, &later);
        assert_eq!(found(&list, 1), [1, 9, 7]);
    }
}
