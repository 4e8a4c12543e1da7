//! Checking rings by a plane sweep in O(n log n).
//!
//! After Shamos and Hoey: a vertical line moves over the vertices and keeps the edges it cuts in order from
//! bottom to top; two edges that cross become neighbours in that order before they do. Vertices that lie on
//! other edges are met as such: all edges at the vertex are taken out of the order and put back sorted by
//! angle, so the order stays right behind every touch. What touches is judged on the spot from the cyclic
//! order of the edges around the vertex. The order also tells for each ring, at its first vertex, in which
//! other ring it lies; from that follows the nesting of shells and holes.

use geo::Coord;

use super::orientation::{cross, crossing, order, turn};
use super::status::{Place, Status};
use super::{Ring, self_intersection};
use crate::GeometryError;

struct Edge {
    left: Coord<f64>,
    right: Coord<f64>,
    ring: usize,
    /// Whether the inside of its ring lies above.
    inside_above: bool,
}

struct Vertex {
    at: Coord<f64>,
    /// The edges that begin and end here, as ids.
    edges: [u32; 2],
    /// The ring whose first vertex in sweep order this is.
    opens: bool,
}

/// Checks the rings of the polygons of one geometry against each other.
pub(super) fn check(rings: &[Ring], polygons: usize) -> Result<(), GeometryError> {
    let mut sweep = Sweep::new(rings, polygons)?;
    sweep.run()?;
    sweep.check_nesting()
}

struct Sweep<'a> {
    rings: &'a [Ring],
    polygons: usize,
    edges: Vec<Edge>,
    vertices: Vec<Vertex>,
    status: Status,
    /// The ring right around each ring.
    parents: Vec<Option<usize>>,
    /// Rings of a polygon that hang together by touches (union-find).
    groups: Vec<usize>,
    /// Edges that come from the left into the current vertex, bottom to top.
    incoming: Vec<u32>,
    /// Edges that leave it to the right, bottom to top.
    outgoing: Vec<u32>,
}

impl<'a> Sweep<'a> {
    fn new(rings: &'a [Ring], polygons: usize) -> Result<Self, GeometryError> {
        let total = rings.iter().map(|ring| ring.points.len()).sum();
        let mut edges = Vec::with_capacity(total);
        let mut vertices = Vec::with_capacity(total);
        for (ring_id, ring) in rings.iter().enumerate() {
            let points = &ring.points;
            let count = points.len();
            let first =
                (1..count).fold(0, |best, i| if order(points[i], points[best]).is_lt() { i } else { best });
            let (before, after) = (points[(first + count - 1) % count], points[(first + 1) % count]);
            let around = turn(before, points[first], after);
            if around == 0.0 {
                // Both edges at the outermost vertex go the same way.
                return Err(self_intersection(points[first], format!("{} turns back", ring.name(polygons))));
            }
            let counter_clockwise = around > 0.0;
            let base = edges.len() as u32;
            for (index, &at) in points.iter().enumerate() {
                let next = points[(index + 1) % count];
                let forward = order(at, next).is_lt();
                let (left, right) = if forward { (at, next) } else { (next, at) };
                edges.push(Edge { left, right, ring: ring_id, inside_above: forward == counter_clockwise });
                let previous = if index == 0 { count - 1 } else { index - 1 };
                let ids = [base + previous as u32, base + index as u32];
                vertices.push(Vertex { at, edges: ids, opens: index == first });
            }
        }
        vertices.sort_unstable_by(|a, b| order(a.at, b.at));
        Ok(Self {
            rings,
            polygons,
            edges,
            vertices,
            status: Status::default(),
            parents: vec![None; rings.len()],
            groups: (0..rings.len()).collect(),
            incoming: Vec::new(),
            outgoing: Vec::new(),
        })
    }

    fn run(&mut self) -> Result<(), GeometryError> {
        let mut from = 0;
        while from < self.vertices.len() {
            let at = self.vertices[from].at;
            let same = self.vertices[from..].iter().take_while(|vertex| vertex.at == at).count();
            self.visit(at, from..from + same)?;
            from += same;
        }
        Ok(())
    }

    /// Moves the sweep line over one position, where one or more vertices lie.
    fn visit(&mut self, at: Coord<f64>, vertices: std::ops::Range<usize>) -> Result<(), GeometryError> {
        let edges = &self.edges;
        let place = self.status.find(|id| {
            let edge = &edges[id as usize];
            turn(edge.left, edge.right, at) > 0.0
        });
        self.collect(at, place, vertices.clone())?;
        let passing = self.incoming.iter().any(|&id| self.edges[id as usize].right != at);
        if passing || vertices.len() > 1 {
            self.judge_touch(at)?;
        }
        let (below, above) = self.put_back(place);
        self.check_neighbours(below, above)?;
        for vertex in vertices {
            if self.vertices[vertex].opens {
                let ring = self.edges[self.vertices[vertex].edges[0] as usize].ring;
                self.parents[ring] = Some(ring); // to be found below, in order from bottom to top
            }
        }
        self.find_parents(below);
        Ok(())
    }

    /// Finds the edges at the position, those that come and those that go.
    fn collect(
        &mut self,
        at: Coord<f64>,
        place: Place,
        vertices: std::ops::Range<usize>,
    ) -> Result<(), GeometryError> {
        self.incoming.clear();
        self.outgoing.clear();
        let mut cursor = place;
        while let Some(id) = self.status.at(cursor) {
            let edge = &self.edges[id as usize];
            if turn(edge.left, edge.right, at) != 0.0 {
                break;
            }
            self.incoming.push(id);
            if edge.right != at {
                self.outgoing.push(id);
            }
            cursor = self.status.next(cursor);
        }
        let starting = self.vertices[vertices].iter().flat_map(|vertex| vertex.edges);
        self.outgoing.extend(starting.filter(|&id| self.edges[id as usize].left == at));
        let edges = &self.edges;
        let end = |id: u32| edges[id as usize].right;
        self.outgoing.sort_unstable_by(|&a, &b| {
            0.0_f64.partial_cmp(&turn(at, end(a), end(b))).unwrap_or(std::cmp::Ordering::Equal)
        });
        for pair in self.outgoing.windows(2) {
            if turn(at, end(pair[0]), end(pair[1])) == 0.0 {
                let (a, b) = (edges[pair[0] as usize].ring, edges[pair[1] as usize].ring);
                return Err(self_intersection(
                    at,
                    self.describe(a, b, "run along the same edge", "runs along itself"),
                ));
            }
        }
        Ok(())
    }

    /// Replaces the incoming edges by the outgoing ones; gives the edges right below and above of them.
    fn put_back(&mut self, place: Place) -> (Option<u32>, Option<u32>) {
        let below = self.status.below(place);
        if let ([_], &[outgoing]) = (self.incoming.as_slice(), self.outgoing.as_slice()) {
            self.status.replace(place, outgoing);
            return (below, self.status.at(self.status.next(place)));
        }
        let mut cursor = place;
        for _ in 0..self.incoming.len() {
            cursor = self.status.remove(cursor);
        }
        for &id in &self.outgoing {
            cursor = self.status.insert(cursor, id);
        }
        (below, self.status.at(cursor))
    }

    fn check_neighbours(&self, below: Option<u32>, above: Option<u32>) -> Result<(), GeometryError> {
        let (lowest, highest) = match (self.outgoing.first(), self.outgoing.last()) {
            (Some(&lowest), Some(&highest)) => (lowest, highest),
            _ => return self.check_pair(below, above),
        };
        self.check_pair(below, Some(lowest))?;
        self.check_pair(Some(highest), above)
    }

    fn check_pair(&self, lower: Option<u32>, upper: Option<u32>) -> Result<(), GeometryError> {
        let (Some(lower), Some(upper)) = (lower, upper) else { return Ok(()) };
        let (a, b) = (&self.edges[lower as usize], &self.edges[upper as usize]);
        if cross(a.left, a.right, b.left, b.right) {
            let at = crossing(a.left, a.right, b.left, b.right);
            return Err(self_intersection(at, self.describe(a.ring, b.ring, "cross", "crosses itself")));
        }
        Ok(())
    }

    /// Decides whether the rings that meet at a position may do so.
    fn judge_touch(&mut self, at: Coord<f64>) -> Result<(), GeometryError> {
        let ring_of = |id: &u32| self.edges[*id as usize].ring;
        let around: Vec<usize> =
            self.outgoing.iter().map(ring_of).chain(self.incoming.iter().rev().map(ring_of)).collect();
        let mut present = around.clone();
        present.sort_unstable();
        if let Some(thrice) = present.windows(3).find(|ids| ids[0] == ids[2]) {
            let ring = thrice[0];
            return Err(self_intersection(at, self.describe(ring, ring, "", "touches itself")));
        }
        // Every ring has two edges here. They do not cross if the pairs nest like parentheses.
        let mut open: Vec<usize> = Vec::new();
        for ring in around {
            if open.last() == Some(&ring) {
                open.pop();
            } else {
                open.push(ring);
            }
        }
        if let [a, b, ..] = open[..] {
            return Err(self_intersection(at, self.describe(a, b, "cross", "crosses itself")));
        }
        present.dedup();
        // Rings of one polygon that touch in more points than make a tree enclose a piece of it.
        present.sort_by_key(|&ring| self.rings[ring].polygon);
        for pair in present.windows(2) {
            if self.rings[pair[0]].polygon == self.rings[pair[1]].polygon {
                let (a, b) = (self.group(pair[0]), self.group(pair[1]));
                if a == b {
                    return Err(GeometryError::DisconnectedInterior { x: at.x, y: at.y });
                }
                self.groups[a] = b;
            }
        }
        Ok(())
    }

    fn group(&mut self, ring: usize) -> usize {
        let mut root = ring;
        while self.groups[root] != root {
            self.groups[root] = self.groups[self.groups[root]];
            root = self.groups[root];
        }
        root
    }

    /// Notes for the rings that open here which ring is right around them: the ring of the edge below when
    /// its inside is above that edge, else what is around that ring.
    fn find_parents(&mut self, below: Option<u32>) {
        let mut lower = below;
        for &id in &self.outgoing {
            let ring = self.edges[id as usize].ring;
            if self.parents[ring] == Some(ring) {
                self.parents[ring] = lower.and_then(|id| {
                    let edge = &self.edges[id as usize];
                    if edge.inside_above { Some(edge.ring) } else { self.parents[edge.ring] }
                });
            }
            lower = Some(id);
        }
    }

    fn check_nesting(&self) -> Result<(), GeometryError> {
        for (ring, parent) in self.rings.iter().zip(&self.parents) {
            let parent = parent.map(|id| &self.rings[id]);
            let Coord { x, y } = ring.points[0];
            if ring.place == 0 {
                if parent.is_some_and(|parent| parent.place == 0) {
                    return Err(GeometryError::NestedPolygons { x, y });
                }
            } else if !parent.is_some_and(|parent| parent.place == 0 && parent.polygon == ring.polygon) {
                return Err(GeometryError::HoleOutside { x, y });
            }
        }
        Ok(())
    }

    fn describe(&self, a: usize, b: usize, two: &str, one: &str) -> String {
        let name = |id: usize| self.rings[id].name(self.polygons);
        if a == b {
            format!("{} {one}", name(a))
        } else {
            format!("{} and {} {two}", name(a.min(b)), name(a.max(b)))
        }
    }
}
