//! What the lines of the regression miss: small trees, each fitted to what those before it left over
//! (gradient boosting on the pinball loss), grown anew from the last outcomes once a day.
//!
//! They learn from the regression's misses as they were when the figure was told, so they never see a
//! line that had seen the outcome. Inputs are kept as one byte each; the same outcomes grow the same trees.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::{
    number::clamp,
    regression::{INPUTS, Inputs, QUANTILES},
};

/// Inputs are between -3 and 3, in so many equal steps.
const BINS: usize = 64;

/// Trees are grown from so many outcomes on.
const FROM: usize = 2000;

/// Trees, and how deep each is.
const TREES: usize = 60;
const DEPTH: usize = 5;
const LEAVES: usize = 1 << DEPTH;

/// How much of what is left over each tree takes away.
const RATE: f64 = 0.06;

/// So many outcomes are in each leaf at least.
const LEAF: u32 = 60;

/// Outcomes, and the trees grown from them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trees {
    rows: VecDeque<Row>,
    grown: [Vec<Tree>; 2],
    fresh: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Row {
    bins: [u8; INPUTS],
    /// How much longer than was said it was, in logarithms.
    misses: [f32; 2],
    weight: f32,
}

/// Each inner node asks whether an input is above a step; those of one depth stand together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Tree {
    asks: [(u8, u8); LEAVES - 1],
    leaves: [f32; LEAVES],
}

impl Tree {
    fn leaf(&self, bins: &[u8; INPUTS]) -> usize {
        let mut node = 0;
        for _ in 0..DEPTH {
            let (input, step) = self.asks[node];
            node = 2 * node + 1 + usize::from(bins[usize::from(input)] > step);
        }
        node - (LEAVES - 1)
    }
}

fn bins(inputs: &Inputs) -> [u8; INPUTS] {
    inputs.map(|input| clamp((input + 3.0) / 6.0 * BINS as f64, 0.0, (BINS - 1) as f64) as u8)
}

impl Trees {
    /// How much longer than the regression says, in logarithms.
    pub(crate) fn say(&self, inputs: &Inputs) -> [f64; 2] {
        let bins = bins(inputs);
        let sum = |n: usize| self.grown[n].iter().map(|tree| f64::from(tree.leaves[tree.leaf(&bins)])).sum();
        [sum(0), sum(1)]
    }

    /// Takes in by how much the regression missed.
    pub(crate) fn outcome(&mut self, inputs: &Inputs, misses: [f64; 2], weight: f64, window: usize) {
        if misses.iter().any(|miss| !miss.is_finite()) {
            return;
        }
        while self.rows.len() >= window.max(1) {
            self.rows.pop_front();
        }
        self.rows.push_back(Row {
            bins: bins(inputs),
            misses: misses.map(|miss| miss as f32),
            weight: weight as f32,
        });
        self.fresh += 1;
    }

    /// Grows the trees anew, where enough has happened since.
    pub(crate) fn grow(&mut self) {
        if self.rows.len() < FROM || self.fresh * 20 < self.rows.len() {
            return;
        }
        self.fresh = 0;
        let rows: Vec<Row> = self.rows.iter().copied().collect();
        self.grown = [grow(&rows, 0), grow(&rows, 1)];
    }
}

fn grow(rows: &[Row], quantile: usize) -> Vec<Tree> {
    let q = QUANTILES[quantile];
    let mut left: Vec<f64> = rows.iter().map(|row| f64::from(row.misses[quantile])).collect();
    let mut trees = Vec::with_capacity(TREES);
    let mut node = vec![0_u8; rows.len()];
    for n in 0..TREES {
        // Half of the outcomes each time, others in each.
        let mut chance = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut drawn = Vec::with_capacity(rows.len() / 2 + 1);
        for place in 0..rows.len() {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if chance >> 63 == 1 {
                drawn.push(place);
            }
        }
        let asks = split(rows, &left, &drawn, q, &mut node);
        let mut tree = Tree { asks, leaves: [0.0; LEAVES] };
        let mut inside: Vec<Vec<(f64, f64)>> = vec![Vec::new(); LEAVES];
        for place in &drawn {
            inside[tree.leaf(&rows[*place].bins)].push((left[*place], f64::from(rows[*place].weight)));
        }
        for (leaf, inside) in tree.leaves.iter_mut().zip(&mut inside) {
            if inside.len() >= 10 {
                inside.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
                let mut rest = q * inside.iter().map(|(_, weight)| weight).sum::<f64>();
                let value = inside.iter().find(|(_, weight)| {
                    rest -= weight;
                    rest <= 0.0
                });
                let value = value.or(inside.last()).map_or(0.0, |(value, _)| *value);
                *leaf = (RATE * value) as f32;
            }
        }
        for (left, row) in left.iter_mut().zip(rows) {
            *left -= f64::from(tree.leaves[tree.leaf(&row.bins)]);
        }
        trees.push(tree);
    }
    trees
}

/// Finds what to ask, depth by depth.
fn split(rows: &[Row], left: &[f64], drawn: &[usize], q: f64, node: &mut [u8]) -> [(u8, u8); LEAVES - 1] {
    // What leaves everybody on the left-hand side.
    let mut asks = [(0_u8, u8::MAX); LEAVES - 1];
    for place in drawn {
        node[*place] = 0;
    }
    for depth in 0..DEPTH {
        let first = (1 << depth) - 1;
        let count = 1 << depth;
        let mut sums = vec![(0.0_f64, 0_u32, 0.0_f64); count * INPUTS * BINS];
        for place in drawn {
            let base = (usize::from(node[*place]) - first) * INPUTS * BINS;
            let pull = if left[*place] > 0.0 { q } else { q - 1.0 };
            for (input, bin) in rows[*place].bins.iter().enumerate() {
                let sum = &mut sums[base + input * BINS + usize::from(*bin)];
                sum.0 += pull;
                sum.1 += 1;
                sum.2 += f64::from(rows[*place].weight);
            }
        }
        for n in 0..count {
            let own = &sums[n * INPUTS * BINS..(n + 1) * INPUTS * BINS];
            let of = |(all, count, weight): (f64, u32, f64), sum: &(f64, u32, f64)| {
                (all + sum.0, count + sum.1, weight + sum.2)
            };
            let (all, everybody, weight) = own[..BINS].iter().fold((0.0, 0, 0.0), of);
            let mut best = 1e-9;
            for input in 1..INPUTS {
                let (mut sum, mut below, mut light) = (0.0, 0, 0.0);
                for bin in 0..BINS - 1 {
                    let (pull, count, own_weight) = own[input * BINS + bin];
                    sum += pull;
                    below += count;
                    light += own_weight;
                    let above = everybody - below;
                    if count == 0 || below < LEAF || above < LEAF {
                        continue;
                    }
                    let gain =
                        sum * sum / light + (all - sum) * (all - sum) / (weight - light) - all * all / weight;
                    if gain > best {
                        best = gain;
                        asks[first + n] = (input as u8, bin as u8);
                    }
                }
            }
        }
        for place in drawn {
            let at = usize::from(node[*place]);
            let (input, step) = asks[at];
            node[*place] = (2 * at + 1 + usize::from(rows[*place].bins[usize::from(input)] > step)) as u8;
        }
    }
    asks
}
