//! Random streams addressed by (seed, replicate): the same numbers on any number of threads.

use rand_chacha::ChaCha8Rng;

/// The stream of replicate `replicate` under `seed`.
pub fn stream(seed: u64, replicate: u64) -> ChaCha8Rng {
    todo!("{seed} {replicate}")
}
