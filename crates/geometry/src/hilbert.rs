//! Numbers of grid cells along a Hilbert curve.
//!
//! Neighbours on the curve are neighbours in the plane, and every quadrant of every size is one contiguous run
//! of numbers; so a box in the plane is few runs in a B-tree. The construction is the usual one by quadrants
//! (J. K. Lawder, "Calculation of mappings between one and n-dimensional values using the Hilbert curve").

/// Number of the cell `x`, `y` in a grid of `2^order` cells a side. Cutting two bits off the number gives the
/// number of the quadrant that holds the cell, in a grid of half the cells a side.
pub(crate) fn number(mut x: u32, mut y: u32, order: u32) -> u64 {
    let mut number = 0;
    for bit in (0..order).rev() {
        let (right, upper) = ((x >> bit) & 1, (y >> bit) & 1);
        number = number << 2 | u64::from((3 * right) ^ upper);
        if upper == 0 {
            if right == 1 {
                let mask = (1 << bit) - 1;
                (x, y) = (!x & mask, !y & mask);
            }
            std::mem::swap(&mut x, &mut y);
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_visits_every_cell_by_single_steps() {
        for order in 1..=6 {
            let side = 1_u32 << order;
            let mut cells = vec![None; (side * side) as usize];
            for y in 0..side {
                for x in 0..side {
                    let place = &mut cells[number(x, y, order) as usize];
                    assert_eq!(place.replace((x, y)), None);
                }
            }
            for pair in cells.windows(2) {
                let ((x1, y1), (x2, y2)) = (pair[0].unwrap(), pair[1].unwrap());
                assert_eq!(x1.abs_diff(x2) + y1.abs_diff(y2), 1, "a jump in order {order}");
            }
        }
    }

    #[test]
    fn a_prefix_names_the_quadrant() {
        for (x, y) in [(0, 0), (1_234_567, 765_432), (2_097_151, 0), (5, 2_097_151)] {
            for cut in 1..21 {
                assert_eq!(number(x, y, 21) >> (2 * cut), number(x >> cut, y >> cut, 21 - cut));
            }
        }
    }
}
