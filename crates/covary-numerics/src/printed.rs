//! A printed number and the interval of values that print so.
