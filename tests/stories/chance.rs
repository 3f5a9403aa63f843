//! Chance that can be had again: a story that fails shows its seed, and `HONGYAN_SEED` gives the same chances back.

/// Random numbers for one story.
pub fn seeded() -> fastrand::Rng {
    let seed = match std::env::var("HONGYAN_SEED") {
        Ok(seed) => seed.parse().expect("HONGYAN_SEED is a number"),
        Err(_) => fastrand::u64(..),
    };
    // Runners of tests show this when the story fails.
    eprintln!("HONGYAN_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}
