//! The segments that a sweep line cuts, from bottom to top.
//!
//! A list of short lists: finding a place is a binary search, inserting moves at most one short list. A plain
//! vector would make hostile outlines of a million long edges quadratic; a balanced tree would be slower for
//! everything else.

/// Longest inner list.
const CHUNK: usize = 512;

/// Ids of segments in order. Inner lists are never empty.
#[derive(Default)]
pub(super) struct Status {
    chunks: Vec<Vec<u32>>,
}

/// A place between or at segments; valid until the next change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    chunk: usize,
    index: usize,
}

impl Status {
    /// The place of the first segment for which `below` is false; `below` must be true for a run of segments
    /// from the bottom.
    pub(super) fn find(&self, below: impl Fn(u32) -> bool) -> Place {
        let chunk = self.chunks.partition_point(|ids| ids.last().is_some_and(|&id| below(id)));
        let index = self.chunks.get(chunk).map_or(0, |ids| ids.partition_point(|&id| below(id)));
        Place { chunk, index }
    }

    /// The segment at a place.
    pub(super) fn at(&self, place: Place) -> Option<u32> {
        self.chunks.get(place.chunk)?.get(place.index).copied()
    }

    /// The segment right below a place.
    pub(super) fn below(&self, place: Place) -> Option<u32> {
        match place.index {
            0 => self.chunks.get(place.chunk.checked_sub(1)?)?.last().copied(),
            index => Some(self.chunks[place.chunk][index - 1]),
        }
    }

    /// The place above.
    pub(super) fn next(&self, place: Place) -> Place {
        self.normal(Place { index: place.index + 1, ..place })
    }

    /// Puts another segment at a place.
    pub(super) fn replace(&mut self, place: Place, id: u32) {
        self.chunks[place.chunk][place.index] = id;
    }

    /// Takes the segment at a place out; gives the place of the one above it.
    pub(super) fn remove(&mut self, place: Place) -> Place {
        self.chunks[place.chunk].remove(place.index);
        if self.chunks[place.chunk].is_empty() {
            self.chunks.remove(place.chunk);
            return Place { chunk: place.chunk, index: 0 };
        }
        self.normal(place)
    }

    /// Inserts a segment at a place; gives the place above it.
    pub(super) fn insert(&mut self, place: Place, id: u32) -> Place {
        let mut place = place;
        if self.chunks.is_empty() {
            self.chunks.push(Vec::new());
        }
        if place.chunk == self.chunks.len() {
            place = Place { chunk: place.chunk - 1, index: self.chunks[place.chunk - 1].len() };
        }
        self.chunks[place.chunk].insert(place.index, id);
        if self.chunks[place.chunk].len() > CHUNK {
            let upper = self.chunks[place.chunk].split_off(CHUNK / 2);
            self.chunks.insert(place.chunk + 1, upper);
            if place.index >= CHUNK / 2 {
                place = Place { chunk: place.chunk + 1, index: place.index - CHUNK / 2 };
            }
        }
        self.next(place)
    }

    /// The end of an inner list is the begin of the next one.
    fn normal(&self, place: Place) -> Place {
        match self.chunks.get(place.chunk) {
            Some(ids) if place.index >= ids.len() => Place { chunk: place.chunk + 1, index: 0 },
            _ => place,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behaves_like_a_sorted_list() {
        let mut status = Status::default();
        let ids: Vec<u32> = (0..3000).map(|i| i * 7919 % 3001).collect();
        for &id in &ids {
            let place = status.find(|other| other < id);
            let above = status.insert(place, id);
            assert_eq!(status.below(above), Some(id));
        }
        let mut sorted = ids;
        sorted.sort_unstable();
        let mut place = status.find(|_| false);
        for &id in &sorted {
            assert_eq!(status.at(place), Some(id));
            place = status.next(place);
        }
        assert_eq!(status.at(place), None);
        for (rank, &id) in sorted.iter().enumerate() {
            let place = status.find(|other| other < id);
            let above = status.remove(place);
            assert_eq!(status.at(above), sorted.get(rank + 1).copied());
            assert_eq!(status.below(above), None);
        }
        assert!(status.chunks.is_empty());
    }
}
