//! What is wrong with a study file: every fault at once, each at its place, with what would help.

use covary_study::{Fault, Known, Language, Place, check_hypotheses, read_study, read_study_with};

/// What every study needs, for cases that are about something else. Ends without a line end, so that a case begins on
/// line 5.
const BASE: &str = "data.file = 'a.csv'\nconstructs.F = { items = ['a1', 'a2'], scale = [1, 5] }\n\
                    constructs.G = { items = ['b1', 'b2'] }\nconstructs.H = { items = ['c1'] }\n";

fn line(fault: &Fault) -> String {
    let Place { line, column } = fault.place.unwrap_or(Place { line: 0, column: 0 });
    let help = fault.help.as_deref().map(|h| format!(" | {h}")).unwrap_or_default();
    format!("{line}:{column} {}: {}{help}", fault.key, fault.message)
}

fn lines(text: &str, known: &Known) -> Vec<String> {
    match read_study_with(text, known) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(line).collect(),
    }
}

/// The faults of `text` after [`BASE`], one per line of `expected`.
#[track_caller]
fn check(text: &str, expected: &str) {
    let whole = format!("{BASE}{text}");
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(lines(&whole, &Known::default()), expected, "\n{text}");
}

/// The faults of `text` alone.
#[track_caller]
fn check_alone(text: &str, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    assert_eq!(lines(text, &Known::default()), expected, "\n{text}");
}

#[test]
fn the_base_is_right() {
    check("", "");
}

#[test]
fn text_that_is_not_toml() {
    check("[study]\ntitle = \"open\n", "6:14 : this is not TOML: invalid basic string, expected `\"`");
    check("[study\n", "5:7 : this is not TOML: unclosed table, expected `]`");
    check(
        "[constructs.满意]\nitems = ['z']\n",
        "5:13 : this is not TOML: invalid unquoted key, expected letters, numbers, `-`, `_` | a key with other letters than a-z goes in quotes: [constructs.\"满意度\"]",
    );
    check(
        "[model]\npaths='a~b'\ngroup = 'x'\ngroup.equal = ['loadings']",
        "8:1 : this is not TOML: cannot extend value of type string with a dotted key | write the name with dashes: group-equal for group.equal",
    );
    check_alone("", "0:0 data.file: [data] lacks \"file\", the file with the answers | write file = \"survey.sav\"
        0:0 constructs: a study needs at least one construct, measured by items | write [constructs.F1] with items = [\"…\", \"…\"]");
}

#[test]
fn keys_that_stand_twice_hide_nothing_else() {
    check(
        "[bootstrap]\nseed = 1\nseed = 2\nlevel = 95\n[report]\n[report]\n",
        "7:1 seed: the key \"seed\" stands twice
         8:9 bootstrap.level: 95 is the confidence level and must lie between 0 and 1 | write 0.95
         10:2 report: the key \"report\" stands twice",
    );
}

#[test]
fn sections_and_keys_that_are_not_known() {
    check("[modell]\n", "5:2 modell: \"modell\" is not a key of the study file | did you mean \"model\"?");
    check("[study]\nTitel = 'x'", "6:1 study.Titel: \"Titel\" is not a key of [study] | did you mean \"title\"?");
    check(
        "[constructs.K]\nitems = ['k1']\nlable = 'K'\n",
        "7:1 constructs.K.lable: \"lable\" is not a key of [constructs.K] | did you mean \"label\"?",
    );
    check(
        "[bootstrap]\nwholly = 1",
        "6:1 bootstrap.wholly: \"wholly\" is not a key of [bootstrap] | its keys: resamples, interval, level, seed",
    );
    check(
        "[hypotheses]\nH1 = { rule = 'F <-> G', tex = 'x' }",
        "6:26 hypotheses.H1.tex: \"tex\" is not a key of [hypotheses.H1] | did you mean \"text\"?",
    );
}

#[test]
fn values_of_the_wrong_type() {
    check(
        "[study]\ntitle = 5\nlanguage = true\n[profile]\nvariables = 'age'\n[factors]\nscores = 'yes'\ncount = 1.5\n",
        "6:9 study.title: expected a text in quotes, found the number 5
         7:12 study.language: expected a text or a list of texts, found true
         9:13 profile.variables: expected a list of texts, found the text \"age\" | write [\"age\"]
         11:10 factors.scores: expected true or false, found the text \"yes\"
         12:9 factors.count: expected a whole number, \"kaiser\" or \"parallel\", found the number 1.5",
    );
    check(
        "[bootstrap]\nresamples = 1e3\nlevel = nan\nseed = '1'\n[screening]\nkeep = 1\nid = ['x', 2]",
        "6:13 bootstrap.resamples: expected a whole number, found the number 1e3
         7:9 bootstrap.level: expected a finite number, found the number nan
         8:8 bootstrap.seed: expected a whole number, found the text \"1\"
         10:8 screening.keep: expected a text in quotes, found the number 1
         11:12 screening.id[1]: expected a text in quotes, found the number 2",
    );
    check_alone(
        "data = 'a.csv'\nconstructs = ['F']\nmodel = 1979-05-27\n",
        "0:0 data.file: [data] lacks \"file\", the file with the answers | write file = \"survey.sav\"
         0:0 constructs: a study needs at least one construct, measured by items | write [constructs.F1] with items = [\"…\", \"…\"]
         1:8 data: expected a table, found the text \"a.csv\"
         2:14 constructs: expected a table, found a list
         3:9 model: expected a table, found a date",
    );
}

#[test]
fn words_that_are_not_known() {
    check(
        "[factors]\nextraction = 'PCA'\nrotation = 'varimaks'\ncount = 'eigen'\n[bootstrap]\ninterval = 'bias_corrected'\n[study]\nconvention = 'spss'",
        "6:14 factors.extraction: \"PCA\" is not one of the words \"pca\", \"paf\", \"ml\" | did you mean \"pca\"?
         7:12 factors.rotation: \"varimaks\" is not one of the words \"none\", \"varimax\", \"quartimax\", \"equamax\", \"promax\", \"oblimin\" | did you mean \"varimax\"?
         8:9 factors.count: \"eigen\" is not one of the words \"kaiser\", \"parallel\"
         10:12 bootstrap.interval: \"bias_corrected\" is not one of the words \"percentile\", \"bias-corrected\", \"bca\" | did you mean \"bias-corrected\"?
         12:14 study.convention: \"spss\" is not one of the words \"amos\", \"lavaan\", \"mplus\"",
    );
}

#[test]
fn what_is_known_but_not_built() {
    check(
        "[study]\nlanguage = ['en', 'zh', 'de']\n[report]\nformats = ['html', 'docx', 'word', 'html']",
        "6:19 study.language: reports in the language \"zh\" are not built yet | built: en
         6:25 study.language: \"de\" is not one of the words \"en\", \"zh\"
         8:20 report.formats[1]: reports in the format \"docx\" are not built yet | built: html, json
         8:28 report.formats[2]: \"word\" is not one of the words \"html\", \"json\", \"docx\", \"xlsx\", \"pdf\", \"latex\", \"markdown\"
         8:36 report.formats[3]: \"html\" stands twice in the list"
            .replace("study.language: reports", "study.language[1]: reports")
            .replace("study.language: \"de\"", "study.language[2]: \"de\"")
            .as_str(),
    );
    let known = Known { formats: &["docx"], languages: &[Language::Zh], model_options: None };
    let text = format!("{BASE}study.language = 'zh'\nreport.formats = ['docx']");
    assert_eq!(lines(&text, &known), [""; 0]);
}

#[test]
fn options_of_the_fit() {
    check(
        "[model]\npaths = 'F ~ G'\nstd-lv = true\nstd_lv = false\nwhen = 1979-05-27\ngroup.equal = [['a']]",
        "8:1 model.std_lv: the option \"std.lv\" stands twice, under two spellings
         9:8 model.when: expected a text, a number, true or false, or a list of these, found a date
         10:16 model.group.equal[0]: expected a text, a number, true or false, or a list of these, found a list",
    );
    let known = Known { model_options: Some(&["estimator", "std.lv", "sampling.weights"]), ..Known::default() };
    let text = format!("{BASE}[model]\npaths = 'F ~ G'\nestimater = 'ML'\nweights = 'w'\nstd-lv = true\npath = 'x'\n");
    assert_eq!(
        lines(&text, &known),
        [
            "7:1 model.estimater: \"estimater\" is not a key of [model], nor an option of the fit | did you mean \"estimator\"?",
            "10:1 model.path: \"path\" is not a key of [model], nor an option of the fit | did you mean \"paths\"?"
        ]
    );
}

#[test]
fn constructs() {
    check(
        "[constructs.K]\n[constructs.L]\nitems = []\n[constructs.N]\nitems = ['n1', 'n1', '', 'a2', 'G', 'N']\nconstructs = ['F', 'G']",
        "5:13 constructs.K.items: [constructs.K] lacks \"items\", the items that measure it | write items = [\"…\", \"…\"]
         7:9 constructs.L.items: the construct has no items | name the items, or leave the construct out
         9:16 constructs.N.items[1]: \"n1\" stands twice in the list
         9:22 constructs.N.items[2]: the text is empty
         9:26 constructs.N.items[3]: \"a2\" is an item of F already | an item measures one construct
         9:32 constructs.N.items[4]: \"G\" names an item and a construct | give the construct another name; what readers see is its label
         9:37 constructs.N.items[5]: \"N\" names an item and a construct | give the construct another name; what readers see is its label
         10:14 constructs.N.constructs: a construct is measured by items or by constructs, not by both",
    );
    check(
        "constructs.\"two words\" = { items = ['x'] }\nconstructs.K = 5",
        "5:12 constructs.\"two words\": \"two words\" cannot name a construct in formulas | a name begins with a letter and holds letters, digits, _ and .; what readers see is the label
         6:16 constructs.K: expected a table, found the number 5",
    );
}

#[test]
fn scales_and_reverse_keyed_items() {
    check(
        "[constructs.K]\nitems = ['k1', 'k2']\nscale = [5, 1]\nreverse = ['k1', 'k3', 'k1']\n\
         [constructs.L]\nitems = ['l1']\nreverse = ['l1']\nscale = [3, 3]\n\
         [constructs.M]\nitems = ['m1']\nreverse = ['m1']\n\
         [constructs.N]\nitems = ['n1']\nscale = [1]\n\
         [constructs.O]\nitems = ['o1']\nscale = [1, '5']\n\
         [constructs.P]\nitems = ['p1']\nscale = '1-5'\n",
        "7:9 constructs.K.scale: the ends of the scale are out of order (5, 1) | write [1, 5]
         8:18 constructs.K.reverse[1]: \"k3\" is not an item of this construct | did you mean \"k1\"?
         8:24 constructs.K.reverse[2]: \"k1\" stands twice in the list
         12:9 constructs.L.scale: the ends of the scale are equal (3)
         15:11 constructs.M.reverse: reverse-keyed items need the ends of the scale | add scale = [1, 5]: x is read as 1 + 5 - x
         18:9 constructs.N.scale: a scale has two ends, found 1 values | write the lowest and the highest answer: [1, 5]
         21:13 constructs.O.scale[1]: expected a number, found the text \"5\"
         24:9 constructs.P.scale: expected the two ends of a scale, as in [1, 5], found the text \"1-5\"",
    );
}

#[test]
fn constructs_of_second_order() {
    check(
        "[constructs.K]\nconstructs = ['F', 'K', 'X1']\nscale = [1, 5]\n[constructs.L]\nconstructs = ['F', 'N']\n\
         [constructs.N]\nconstructs = ['G', 'L']\n[constructs.O]\nconstructs = ['H']",
        "6:20 constructs.K.constructs[1]: \"K\" measures itself
         6:25 constructs.K.constructs[2]: there is no construct \"X1\" | the constructs: F, G, H, L, N, O
         7:9 constructs.K.scale: \"scale\" belongs to items, and this construct is measured by constructs
         8:13 constructs.L: constructs measure each other in a circle: L, N
         9:15 constructs.L.constructs[0]: \"F\" measures K already
         13:14 constructs.O.constructs: a construct of second order needs at least two constructs",
    );
}

#[test]
fn data_and_pilot() {
    check_alone(
        "[data]\nfil = 'x.sav'\ndistributed = 0\ndelimiter = ';;'\ndecimal = ';'\nmissing_codes = { '*' = ['x'], a = -9 }\n[constructs.F]\nitems = ['a']\n[pilot]\nfile = ''\ndrop_below = 50\nitems = { F = ['a', 'b', 'b'], Ff = ['c'], F2 = 'b' }\n",
        "1:2 data.file: [data] lacks \"file\", the file with the answers | write file = \"survey.sav\"
         2:1 data.fil: \"fil\" is not a key of [data] | did you mean \"file\"?
         3:15 data.distributed: 0 is the number of questionnaires and must lie between 1 and 1000000000
         4:13 data.delimiter: expected a text of one character, found the text \";;\"
         5:11 data.decimal: the decimal mark is \".\" or \",\"
         6:26 data.missing_codes.\"*\"[0]: expected a number, found the text \"x\"
         10:8 pilot.file: the text is empty
         11:14 pilot.drop_below: 50 is the smallest loading kept and must lie between 0 and 1 | write 0.5
         12:16 pilot.items.F[0]: \"a\" is already an item of F | name here only items that were asked in the pilot and not in the study
         12:26 pilot.items.F[2]: \"b\" stands twice in the list
         12:32 pilot.items.Ff: there is no construct \"Ff\" | did you mean \"F\"?
         12:44 pilot.items.F2: there is no construct \"F2\" | did you mean \"F\"?
         12:49 pilot.items.F2: expected a list of texts, found the text \"b\" | write [\"b\"]",
    );
    check("[data]\ndelimiter = ','\n", "5:2 data: the key \"data\" stands twice");
    check(
        "data.delimiter = ','\ndata.decimal = ','\n",
        "6:16 data.decimal: \",\" cannot be both the delimiter and the decimal mark",
    );
}

#[test]
fn screening() {
    check(
        "[screening]\nflags = ['irv', 'IRV', 'time']\ndrop = ['irv', 'longstring']\ntime_below = -1\nid = ['x', 'x']\nout_of_scale = 'reported'",
        "6:17 screening.flags[1]: \"IRV\" is not one of the words \"longstring\", \"irv\", \"evenodd\", \"mahalanobis\", \"duplicates\", \"time\" | did you mean \"irv\"?
         6:24 screening.flags[2]: the flag \"time\" needs the column with the response time | name the column with the response time: time = \"seconds\"
         7:16 screening.drop[1]: cases cannot be dropped for \"longstring\", which is not among the flags | add \"longstring\" to flags
         8:14 screening.time_below: -1 is a response time and must be above 0
         8:14 screening.time_below: \"time_below\" needs the column with the response time | name the column with the response time: time = \"seconds\"
         9:12 screening.id[1]: \"x\" stands twice in the list
         10:16 screening.out_of_scale: \"reported\" is not one of the words \"report\", \"missing\", \"drop\", \"error\" | did you mean \"report\"?",
    );
}

#[test]
fn conditions_are_pointed_into() {
    check(
        "[screening]\nkeep = \"a == 1 and = 2\"",
        "6:20 screening.keep: expected a variable, found \"=\" | equality is written ==",
    );
    check(
        "[screening]\nkeep = \"\"\"\n年龄 >= 18 and\n城市 = 3\"\"\"",
        "8:4 screening.keep: expected a comparison (==, !=, <, <=, >, >=, in, not in), found \"=\" | equality is written ==",
    );
    check(
        "[screening]\nkeep = \"\\u5e74 == \\\"x\\\" & b == 1\"",
        "6:25 screening.keep: expected \"and\", \"or\" or the end, found \"&\" | write \"and\"",
    );
}

#[test]
fn numbers_out_of_range() {
    check(
        "[bootstrap]\nresamples = -5\nlevel = 1.0\nseed = 9007199254740992\n[hypotheses]\nalpha = 5\n[factors]\ncount = 6\nblank_below = 1",
        "6:13 bootstrap.resamples: -5 is the number of resamples and must lie between 0 and 1000000
         7:9 bootstrap.level: 1 is the confidence level and must lie between 0 and 1 | write 0.01
         8:8 bootstrap.seed: 9007199254740992 is the seed and must lie between 0 and 9007199254740991
         10:9 hypotheses.alpha: 5 is the significance level and must lie between 0 and 0.5 | write 0.05
         12:9 factors.count: 6 factors cannot be taken from 5 items
         13:15 factors.blank_below: 1 is a loading and must be at least 0 and below 1",
    );
    check(
        "[bootstrap]\nresamples = 39",
        "6:13 bootstrap.resamples: 39 resamples are too few for an interval at the level 0.95 | take at least 40, better 5000; 0 for no bootstrap",
    );
    check("[bootstrap]\nresamples = 40", "");
    check("[factors]\ncount = 0", "6:9 factors.count: 0 is the number of factors and must lie between 1 and 1000");
}

#[test]
fn model_and_hypotheses() {
    check(
        "[model]\npaths = 'F ~ G'\nfile = 'm.lav'",
        "7:8 model.file: the formulas stand in \"paths\" or in \"file\", not in both",
    );
    check(
        "[model]\nestimator = 'ML'",
        "5:2 model.paths: [model] lacks \"paths\", the formulas | write paths = \"Y ~ X\", or name the file with the formulas: file = \"model.lav\"",
    );
    check(
        "[model]\npaths = \"\"\"\nF =~ a1 + a2\nF ~ G + age\n\"\"\"\n[hypotheses]\nH1 = 'F -> G > 0'\nH2 = 'G -> Hh -> F'\nH3 = 'age -> F'\nH4 = 'H -> F'\nH5 = 'F ~ G'\nH6 = 7\nH7 = {text = 'x'}\nH8 = 'agee <-> G'",
        "7:1 model.paths: the formulas measure \"F\", which [constructs.F] measures already | leave the measurement part (=~) out of the formulas
         11:7 hypotheses.H1: the model has no path F -> G | the model has the path G -> F
         12:12 hypotheses.H2: \"Hh\" is neither a construct nor a variable of the model | did you mean \"H\"?
         14:7 hypotheses.H4: the model has no path H -> F | add \"F ~ H\" to the formulas; paths to F come from G, age
         15:9 hypotheses.H5: expected \"->\" or \"<->\", found \"~\" | write the path from cause to outcome: Y ~ F1 is F1 -> Y
         16:6 hypotheses.H6: expected a rule in quotes, or { rule = \"…\", text = \"…\" }, found the number 7
         17:1 hypotheses.H7.rule: [hypotheses.H7] lacks \"rule\", the rule that decides it | write rule = \"X -> Y > 0\"
         18:7 hypotheses.H8: \"agee\" is neither a construct nor a variable of the model | did you mean \"age\"?",
    );
    check(
        "[hypotheses]\nH1 = 'F -> G > 0'\nH2 = 'F <-> G'",
        "6:7 hypotheses.H1: the study has no [model], so there is no path F -> G | add [model] with paths = \"G ~ F\"",
    );
}

#[test]
fn hypotheses_about_a_model_in_a_file_are_checked_once_it_is_read() {
    let text = format!("{BASE}[model]\nfile = 'm.lav'\n[hypotheses]\nH1 = 'F -> G'\nH2 = 'F -> age'\n");
    let file = read_study(&text).expect("the formulas are not known yet");
    let found: Vec<String> = check_hypotheses(&file, "G ~ F").iter().map(line).collect();
    assert_eq!(
        found,
        ["9:12 hypotheses.H2: \"age\" is neither a construct nor a variable of the model | the model has: F, G, H"]
    );
    assert_eq!(check_hypotheses(&file, "G ~ F\nage ~ F"), []);
}

#[test]
fn a_fault_is_shown_with_its_line() {
    let text = "\u{feff}[data]\r\nfile = 'a.csv'\r\n[constructs.\"满意\"]\r\nitems = ['满意一', \t5]\r\n";
    let faults = read_study(text).expect_err("5 is no item");
    assert_eq!(faults.len(), 1);
    assert_eq!(
        faults[0].describe("study.toml", text),
        "study.toml:4:18: constructs.\"满意\".items[1]: expected a text in quotes, found the number 5\n  |\n4 | items = ['满意一', \t5]\n  |                    \t^"
    );
    assert_eq!(
        faults[0].to_string(),
        "line 4, column 18: constructs.\"满意\".items[1]: expected a text in quotes, found the number 5"
    );
    let faults = read_study("[data]\nfile = 'a'\n").expect_err("there is no construct");
    assert_eq!(
        faults[0].describe("s.toml", ""),
        "s.toml: constructs: a study needs at least one construct, measured by items\n  help: write [constructs.F1] with items = [\"…\", \"…\"]"
    );
}
