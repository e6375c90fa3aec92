//! The structural part of a model as a network of causes and outcomes.

use covary_numerics::{Matrix, linalg};
use covary_sem::{Operator, ParameterTable};

/// Variables joined by regressions in one block, and the row of each path.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Index of the block in the parameter table.
    pub block: usize,
    /// Variables with at least one path, in order of first appearance.
    pub variables: Vec<String>,
    /// Paths: (cause, outcome) as positions in `variables`, and the row in the parameter table.
    pub paths: Vec<Path>,
}

/// One regression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path {
    /// Position of the cause.
    pub from: usize,
    /// Position of the outcome.
    pub to: usize,
    /// Row of the parameter table.
    pub row: usize,
}

/// Ways through a network, as far as they were listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// Each way visits no variable twice; positions in [`Network::variables`].
    pub ways: Vec<Vec<usize>>,
    /// Whether the list was cut at the limit.
    pub cut: bool,
}

impl Network {
    /// The network of block `block`.
    pub fn new(table: &ParameterTable, block: usize) -> Self {
        let mut network = Network { block, variables: Vec::new(), paths: Vec::new() };
        for (row, parameter) in table.rows.iter().enumerate() {
            if parameter.op == Operator::Regression && parameter.block == block && parameter.group > 0 {
                let to = network.position_or_add(&parameter.lhs);
                let from = network.position_or_add(&parameter.rhs);
                network.paths.push(Path { from, to, row });
            }
        }
        network
    }

    fn position_or_add(&mut self, name: &str) -> usize {
        self.position(name).unwrap_or_else(|| {
            self.variables.push(name.to_string());
            self.variables.len() - 1
        })
    }

    /// Where a variable stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.variables.iter().position(|v| v == name)
    }

    /// The path from `from` to `to`.
    pub fn path(&self, from: usize, to: usize) -> Option<&Path> {
        self.paths.iter().find(|p| p.from == from && p.to == to)
    }

    /// The variables with causes before outcomes, as far as loops allow; otherwise in order of appearance.
    pub fn causes_first(&self) -> Vec<usize> {
        let mut ordered: Vec<usize> = Vec::new();
        while ordered.len() < self.variables.len() {
            let open = |v: &usize| !ordered.contains(v);
            let ready = |v: &usize| !self.paths.iter().any(|p| p.to == *v && open(&p.from));
            let next = (0..self.variables.len()).filter(open).find(ready);
            // Inside a loop none is ready: the first that is left goes on.
            match next.or_else(|| (0..self.variables.len()).find(open)) {
                Some(next) => ordered.push(next),
                None => break,
            }
        }
        ordered
    }

    /// Whether `to` can be reached from `from` along one or more paths.
    pub fn reaches(&self, from: usize, to: usize) -> bool {
        let mut reached = vec![false; self.variables.len()];
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            for path in self.paths.iter().filter(|p| p.from == at) {
                if !reached[path.to] {
                    reached[path.to] = true;
                    open.push(path.to);
                }
            }
        }
        reached[to]
    }

    /// All ways from `from` to `to` through at least one other variable, shortest first, at most `limit`.
    pub fn ways(&self, from: usize, to: usize, limit: usize) -> Ways {
        let mut found = Ways::default();
        // Only variables from which the outcome can be reached are entered, so that no branch is walked in vain.
        let useful: Vec<bool> = (0..self.variables.len()).map(|v| v == to || self.reaches(v, to)).collect();
        let mut open = vec![vec![from]];
        while let Some(way) = open.pop() {
            let at = way[way.len() - 1];
            for path in self.paths.iter().filter(|p| p.from == at && useful[p.to] && !way.contains(&p.to)) {
                let longer = [way.as_slice(), &[path.to]].concat();
                if path.to != to {
                    open.push(longer);
                } else if longer.len() > 2 {
                    if found.ways.len() == limit {
                        found.cut = true;
                        return found;
                    }
                    found.ways.push(longer);
                }
            }
        }
        found.ways.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        found
    }

    /// The matrix B of direct effects: row = outcome, column = cause. `None` where a path has no estimate.
    pub fn direct_effects(&self, estimates: &[Option<f64>]) -> Option<Matrix> {
        let mut b = Matrix::zeros(self.variables.len(), self.variables.len());
        for path in &self.paths {
            b[(path.to, path.from)] = (*estimates.get(path.row)?)?;
        }
        Some(b)
    }

    /// Total effects (I − B)⁻¹ − I. `None` where I − B has no inverse.
    ///
    /// With loops the sum over ever longer ways converges only when the stability index is below 1;
    /// the matrix exists all the same, and the index is reported beside it.
    ///
    /// # Source
    /// Bollen (1989), chapter 8.
    pub fn total_effects(b: &Matrix) -> Option<Matrix> {
        let identity = Matrix::identity(b.rows());
        Some(linalg::inverse(&identity.minus(b))?.minus(&identity))
    }

    /// The stability index: the largest modulus of B's eigenvalues.
    ///
    /// # Source
    /// Bentler and Freeman (1983).
    pub fn stability_index(b: &Matrix) -> Option<f64> {
        if b.rows() == 0 {
            return Some(0.0);
        }
        linalg::eigenvalue_moduli(b)?.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(arrows: &[(&str, &str)]) -> Network {
        let mut network = Network { block: 0, variables: Vec::new(), paths: Vec::new() };
        for (row, (from, to)) in arrows.iter().enumerate() {
            let to = network.position_or_add(to);
            let from = network.position_or_add(from);
            network.paths.push(Path { from, to, row });
        }
        network
    }

    fn check(arrows: &[(&str, &str)], from: &str, to: &str, expected: &[&str]) {
        let network = network(arrows);
        let found = network.ways(network.position(from).unwrap(), network.position(to).unwrap(), 100);
        let mut names: Vec<String> = found
            .ways
            .iter()
            .map(|way| way.iter().map(|&v| network.variables[v].as_str()).collect::<Vec<_>>().join(" "))
            .collect();
        names.sort();
        assert_eq!(names, expected);
    }

    #[test]
    fn ways_of_common_models() {
        check(&[("X", "M"), ("M", "Y"), ("X", "Y")], "X", "Y", &["X M Y"]);
        check(&[("X", "M"), ("M", "N"), ("N", "Y"), ("X", "N"), ("M", "Y")], "X", "Y", &["X M N Y", "X M Y", "X N Y"]);
        check(&[("X", "Y")], "X", "Y", &[]);
        check(&[("X", "A"), ("A", "B"), ("B", "A"), ("B", "Y")], "X", "Y", &["X A B Y"]);
    }

    #[test]
    fn causes_stand_before_outcomes() {
        let n = network(&[("X", "M"), ("M", "Y"), ("X", "Y")]);
        let names: Vec<&str> = n.causes_first().into_iter().map(|v| n.variables[v].as_str()).collect();
        assert_eq!(names, ["X", "M", "Y"]);
        assert_eq!(network(&[("A", "B"), ("B", "A")]).causes_first().len(), 2);
    }

    #[test]
    fn a_limit_cuts_and_says_so() {
        let n = network(&[("X", "A"), ("X", "B"), ("A", "Y"), ("B", "Y")]);
        let found = n.ways(n.position("X").unwrap(), n.position("Y").unwrap(), 1);
        assert!(found.cut && found.ways.len() == 1);
    }

    #[test]
    fn totals_are_sums_over_ways() {
        let n = network(&[("X", "M"), ("M", "Y"), ("X", "Y")]);
        let b = n.direct_effects(&[Some(0.5), Some(0.4), Some(0.3)]).unwrap();
        let total = Network::total_effects(&b).unwrap();
        let at = |from, to| total[(n.position(to).unwrap(), n.position(from).unwrap())];
        assert!((at("X", "Y") - (0.3 + 0.5 * 0.4)).abs() < 1e-12);
        assert!(at("Y", "X").abs() < 1e-12);
    }
}
