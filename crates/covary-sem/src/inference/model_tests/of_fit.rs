//! The tests of a fit and of its baseline, and which of them scaled tests and fit measures rest on.

use super::{ModelTest, TestInput, compute};
use crate::{
    Conventions, Fit, Settings,
    inference::{
        Solution,
        baseline::{BaselineModel, sample_of_baseline},
        test_statistic,
    },
    settings::TestName,
};

impl Fit {
    /// The tests asked for, of the model and, where they scale or stand in for the standard one, of its baseline.
    pub(crate) fn set_tests(&mut self) {
        let Some(test) = self.test else { return };
        let names = match self.settings.tests.as_slice() {
            [TestName::None] => return,
            names => names.iter().copied().filter(|name| *name != TestName::Standard),
        };
        let names: Vec<TestName> = std::iter::once(TestName::Standard).chain(names).collect();
        let Some(solution) = self.solution() else { return };
        let tests = tests_of(&solution, (test.statistic, test.df), &names);
        let measured = self.settings.measured_test();
        let wanted = |name: &TestName| name.is_scaled() || Some(*name) == measured;
        let of_baseline: Vec<TestName> = names.into_iter().filter(wanted).collect();
        let of_baseline = if of_baseline.is_empty() { Vec::new() } else { self.tests_of_baseline(&of_baseline) };
        self.tests = tests;
        self.baseline_tests = of_baseline;
    }

    fn tests_of_baseline(&self, names: &[TestName]) -> Vec<ModelTest> {
        let keeps_x = self.settings.baseline_keeps_x.unwrap_or(Conventions::LAVAAN.baseline_keeps_x);
        let standard = test_statistic::baseline(&self.table, &self.sample, &self.settings, keeps_x);
        let Some(sample) = sample_of_baseline(&self.sample, &self.settings, self.table.meanstructure) else {
            return Vec::new();
        };
        let model = BaselineModel::new(&self.table, &sample, &self.settings, keeps_x);
        let (Some(standard), Some(model)) = (standard, model) else { return Vec::new() };
        match model.solution(&sample, &self.settings) {
            Some(solution) => tests_of(&solution, (standard.statistic, standard.df), names),
            None => Vec::new(),
        }
    }
}

/// The tests in the order of `names`; scaled ones scale the statistic that the settings name, else the standard one.
fn tests_of(solution: &Solution, (statistic, df): (f64, f64), names: &[TestName]) -> Vec<ModelTest> {
    let (scaled, plain): (Vec<TestName>, Vec<TestName>) = names.iter().partition(|name| name.is_scaled());
    let mut tests = compute(&TestInput::new(solution, statistic, df), &plain);
    let basis = solution.settings.scaled_test.filter(|name| !name.is_scaled());
    let other = tests.iter().find(|test| Some(test.name) == basis);
    let statistic = other.map_or(statistic, |test| test.statistic);
    tests.extend(compute(&TestInput::new(solution, statistic, df), &scaled));
    tests.sort_by_key(|test| names.iter().position(|name| *name == test.name));
    tests
}

impl Settings {
    /// The test that fit measures take in place of the standard one.
    pub(crate) fn measured_test(&self) -> Option<TestName> {
        let of_scaled = || self.scaled_test.filter(|name| !name.is_scaled());
        self.standard_test.or_else(of_scaled).filter(|name| *name != TestName::Standard)
    }
}
