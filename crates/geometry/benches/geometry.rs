//! Benchmark
fn main() {}
