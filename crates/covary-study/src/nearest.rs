//! The known name nearest to one that is not known.

/// The candidate a writer of `word` most likely meant; `None` when nothing is near.
///
/// Letters in another case, or dashes, dots and underscores confused, count as no difference. Otherwise at most one
/// edit in three letters is accepted (Damerau's edits: a swap of neighbours is one); of equally near candidates the
/// one with the longest common beginning, then the first.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = folded(word);
    let allowed = (wanted.chars().count() / 3).max(1);
    let mut best: Option<(usize, std::cmp::Reverse<usize>, &str)> = None;
    for candidate in candidates {
        let known = folded(candidate);
        let distance = strsim::damerau_levenshtein(&wanted, &known);
        // A one-letter name is no likelier meant than any other one-letter name.
        if distance > allowed || (distance > 0 && wanted.chars().count() < 2) {
            continue;
        }
        let common = wanted.chars().zip(known.chars()).take_while(|(a, b)| a == b).count();
        let rank = (distance, std::cmp::Reverse(common), candidate);
        if best.is_none_or(|(d, c, _)| (rank.0, rank.1) < (d, c)) {
            best = Some(rank);
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// The help that names the nearest candidate, or all of them when they are few and none is near.
pub(crate) fn help_with_nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    all_of_them: &str,
) -> Option<String> {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    match nearest(word, candidates.iter().copied()) {
        Some(name) => Some(format!("did you mean \"{name}\"?")),
        None if candidates.is_empty() || candidates.len() > 40 => None,
        None => Some(format!("{all_of_them}: {}", candidates.join(", "))),
    }
}

fn folded(word: &str) -> String {
    word.chars().flat_map(char::to_lowercase).map(|c| if c == '-' || c == '.' { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[track_caller]
    fn check(word: &str, candidates: &[&str], expected: Option<&str>) {
        assert_eq!(nearest(word, candidates.iter().copied()), expected, "{word}");
    }

    #[test]
    fn nearest_names() {
        check("itms", &["label", "items", "scale"], Some("items"));
        check("Items", &["label", "items"], Some("items"));
        check("bias_corrected", &["percentile", "bias-corrected", "bca"], Some("bias-corrected"));
        check("T1_4", &["T14", "T13"], Some("T14"));
        check("T16", &["Y1", "T21", "T11", "T12"], Some("T11"));
        check("rotatoin", &["rotation", "extraction"], Some("rotation"));
        check("满意渡", &["满意度", "忠诚度"], Some("满意度"));
        check("wholly", &["label", "items"], None);
        check("X", &["M", "Y"], None);
        check("m", &["M", "Y"], Some("M"));
        check("", &["M"], None);
    }
}
