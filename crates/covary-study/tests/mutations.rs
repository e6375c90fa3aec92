//! Reading never panics: the example, cut, spliced and scrambled in thousands of fixed ways.

use covary_study::{
    Known, StudyFile, check_against, check_hypotheses, check_pilot_against, read_study, read_study_with,
};

const EXAMPLE: &str = include_str!("../../../examples/yongkang/study.toml");

/// Pieces that have a meaning to the reader.
const PIECES: [&str; 30] = [
    "\"",
    "'''",
    "\"\"\"",
    "\\",
    "\n",
    "\r\n",
    "[",
    "]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "#",
    "満",
    "\u{feff}",
    "\u{0}",
    "-1",
    "1e400",
    "nan",
    "0x_",
    "true",
    "1979-05-27",
    "[constructs.F1]",
    "constructs = [\"F1\", \"M\"]",
    "F1 -> M",
    " and (",
    " in [",
    "`",
    "\\u6ee1",
];

/// Knuth's multiplicative generator (MMIX): a fixed stream, so that a failure can be repeated.
struct Stream(u64);

impl Stream {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n.max(1)
    }
}

fn mutated(stream: &mut Stream) -> String {
    let mut bytes = EXAMPLE.as_bytes().to_vec();
    for _ in 0..=stream.below(6) {
        let (from, length) = (stream.below(bytes.len()), stream.below(40));
        let to = (from + length).min(bytes.len());
        match stream.below(6) {
            0 => drop(bytes.drain(from..to)),
            1 => {
                let copy = bytes[from..to].to_vec();
                let at = stream.below(bytes.len());
                drop(bytes.splice(at..at, copy));
            }
            2 => bytes.truncate(from),
            3 if !bytes.is_empty() => bytes[from.min(to - 1)] = stream.below(256) as u8,
            _ => drop(bytes.splice(from..from, PIECES[stream.below(PIECES.len())].bytes())),
        }
        if bytes.is_empty() {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Every fault can be shown, stands in the text, and faults come in the order of their places.
fn hold(text: &str) {
    let known = Known { model_options: Some(&["estimator"]), ..Known::default() };
    for outcome in [read_study(text), read_study_with(text, &known)] {
        match outcome {
            Ok(file) => hold_file(&file, text),
            Err(faults) => {
                assert!(!faults.is_empty());
                assert!(faults.is_sorted_by_key(|f| f.place));
                for fault in faults {
                    assert!(!fault.describe("study.toml", text).is_empty());
                    let lines = text.matches('\n').count() + 1;
                    assert!(fault.place.is_none_or(|p| p.line >= 1 && p.line <= lines && p.column >= 1), "{fault}");
                }
            }
        }
    }
}

fn hold_file(file: &StudyFile, text: &str) {
    check_hypotheses(file, text);
    check_against(file, &["T11"]);
    check_pilot_against(file, &["T11"]);
    for hypothesis in &file.study.hypotheses {
        assert_eq!(hypothesis.claim.to_string().parse(), Ok(hypothesis.claim.clone()));
    }
}

#[test]
fn scrambled_examples() {
    let mut stream = Stream(20211101);
    let mut read = 0;
    for _ in 0..4_000 {
        let text = mutated(&mut stream);
        read += usize::from(read_study(&text).is_ok());
        hold(&text);
    }
    assert!(read > 20, "only {read} of the scrambled examples could be read: the test sees too little");
}

/// Every beginning of the example.
#[test]
fn cut_examples() {
    for (at, _) in EXAMPLE.char_indices() {
        hold(&EXAMPLE[..at]);
    }
}

#[test]
fn odd_texts() {
    let deep = "[".repeat(5_000);
    let nested = format!("a = {}", "[".repeat(5_000));
    let tables = format!("a = {}", "{ a = ".repeat(5_000));
    let dotted = format!("model.{} = 1", vec!["a"; 2_000].join("."));
    let chain = format!("screening.keep = '{}'", vec!["a == 1"; 5_000].join(" and "));
    for text in [
        "",
        "\u{feff}",
        "\n",
        "=",
        "\"",
        "[[data]]\n[[data]]",
        "[constructs]\nF = 1",
        &deep,
        &nested,
        &tables,
        &dotted,
        &chain,
    ] {
        hold(text);
    }
}
