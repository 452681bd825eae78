use agon_core::random::mix;

/// The numbers below `n` in an order which follows from the seed (Fisher and Yates).
pub(super) fn order(n: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        let other = mix(seed, i as u64) % (i as u64 + 1);
        order.swap(i, other as usize);
    }
    order
}

/// A byte for each answer which tells nobody anything at a glance: whether its number of ones is odd.
pub(super) fn hidden(answers: impl Iterator<Item = bool>, seed: u64) -> Vec<u8> {
    let hide = |(i, answer): (usize, bool)| {
        let byte = mix(seed ^ 0x6b65_7921, i as u64) as u8;
        let odd = byte.count_ones() % 2 == 1;
        if odd == answer { byte } else { byte ^ 0x10 }
    };
    answers.enumerate().map(hide).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_place() {
        let mut shuffled = order(200, 7);
        assert_ne!(shuffled, (0..200).collect::<Vec<_>>());
        assert_ne!(shuffled, order(200, 8));
        assert_eq!(shuffled, order(200, 7));
        shuffled.sort_unstable();
        assert_eq!(shuffled, (0..200).collect::<Vec<_>>());
    }

    #[test]
    fn places_are_even() {
        let mut firsts = [0; 4];
        for seed in 0..4_000 {
            firsts[order(4, seed)[0]] += 1;
        }
        assert!(firsts.iter().all(|&n| (n - 1_000_i32).abs() < 120), "{firsts:?}");
    }

    #[test]
    fn hidden_answers_can_be_found_again() {
        let answers: Vec<bool> = (0..100).map(|i| i % 3 == 0).collect();
        let hidden = hidden(answers.iter().copied(), 5);
        assert!(hidden.iter().map(|byte| byte.count_ones() % 2 == 1).eq(answers));
    }
}
