//! A value of the results together with its place in `results.json`.
//!
//! The macros take a field once and use it twice, for the value and for its pointer, so that no figure of a report can
//! point to another one.

use std::ops::Deref;

use covary_numerics::Matrix;
use covary_sem::FitReport;
use serde_json::{Map, Value};

use crate::{Number, NumberKind};

/// A value and the JSON pointer to it.
#[derive(Debug)]
pub(crate) struct Place<'a, T: ?Sized> {
    value: &'a T,
    path: String,
}

impl<T: ?Sized> Clone for Place<'_, T> {
    fn clone(&self) -> Self {
        Place { value: self.value, path: self.path.clone() }
    }
}

impl<T: ?Sized> Deref for Place<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value
    }
}

/// The place of a field: `at!(construct.alpha)`, and `at!(row.ci_lower as "ci.lower")` where JSON has another name.
macro_rules! at {
    ($place:ident . $field:ident) => {
        $crate::place::Place::new(&$place.value().$field, format!("{}/{}", $place.path(), stringify!($field)))
    };
    ($place:ident . $field:ident as $name:literal) => {
        $crate::place::Place::new(&$place.value().$field, format!("{}/{}", $place.path(), $name))
    };
}

/// The figure in a field: `number!(construct.alpha, Bounded)`.
macro_rules! number {
    ($place:ident . $field:ident $(as $name:literal)?, $kind:ident) => {
        $crate::place::at!($place.$field $(as $name)?).number($crate::NumberKind::$kind)
    };
}

pub(crate) use at;
pub(crate) use number;

impl<'a, T: ?Sized> Place<'a, T> {
    /// `value`, which stands at `path`.
    pub(crate) fn new(value: &'a T, path: impl Into<String>) -> Self {
        Place { value, path: path.into() }
    }

    pub(crate) fn value(&self) -> &'a T {
        self.value
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

impl<'a, T> Place<'a, Vec<T>> {
    /// Each element with its place.
    pub(crate) fn each(&self) -> impl Iterator<Item = Place<'a, T>> + use<'a, T> {
        let (value, path) = (self.value, self.path.clone());
        value.iter().enumerate().map(move |(index, element)| Place::new(element, format!("{path}/{index}")))
    }

    /// The element at `index`.
    pub(crate) fn element(&self, index: usize) -> Option<Place<'a, T>> {
        Some(Place::new(self.value.get(index)?, format!("{}/{index}", self.path)))
    }
}

impl<'a, T> Place<'a, Option<T>> {
    /// The value inside, which JSON writes without a wrapper.
    pub(crate) fn some(&self) -> Option<Place<'a, T>> {
        Some(Place::new(self.value.as_ref()?, self.path.clone()))
    }
}

impl Place<'_, Matrix> {
    /// Element (i, j).
    pub(crate) fn cell(&self, i: usize, j: usize, kind: NumberKind) -> Number {
        Number::new(Some(self.value[(i, j)]), kind, format!("{}/{i}/{j}", self.path))
    }
}

impl Place<'_, Vec<Vec<Option<f64>>>> {
    /// Element (i, j).
    pub(crate) fn cell(&self, i: usize, j: usize, kind: NumberKind) -> Number {
        let value = self.value.get(i).and_then(|row| row.get(j)).copied().flatten();
        Number::new(value, kind, format!("{}/{i}/{j}", self.path))
    }
}

impl Place<'_, FitReport> {
    /// A fit measure under lavaan's name.
    pub(crate) fn measure(&self, name: &str, kind: NumberKind) -> Number {
        let report = self;
        at!(report.fit).entry(name, kind)
    }
}

impl Place<'_, Map<String, Value>> {
    /// The figure under `name`.
    pub(crate) fn entry(&self, name: &str, kind: NumberKind) -> Number {
        let escaped = name.replace('~', "~0").replace('/', "~1");
        Number::new(self.value.get(name).and_then(Value::as_f64), kind, format!("{}/{escaped}", self.path))
    }
}

/// What a number of a report can be made from.
pub(crate) trait Value64 {
    /// As a number; `None` where it does not exist.
    fn value64(&self) -> Option<f64>;
}

impl Value64 for f64 {
    fn value64(&self) -> Option<f64> {
        Some(*self)
    }
}

impl Value64 for usize {
    fn value64(&self) -> Option<f64> {
        Some(*self as f64)
    }
}

impl Value64 for i64 {
    fn value64(&self) -> Option<f64> {
        Some(*self as f64)
    }
}

impl Value64 for u64 {
    fn value64(&self) -> Option<f64> {
        Some(*self as f64)
    }
}

impl<T: Value64> Value64 for Option<T> {
    fn value64(&self) -> Option<f64> {
        self.as_ref().and_then(Value64::value64)
    }
}

impl<T: Value64> Place<'_, T> {
    /// The value as a figure.
    pub(crate) fn number(&self, kind: NumberKind) -> Number {
        Number::new(self.value.value64(), kind, self.path.clone())
    }
}
