//! Simulated data against what was asked for.
