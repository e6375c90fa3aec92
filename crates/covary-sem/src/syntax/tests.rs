//! What the parser reads and what it says of what it cannot read.

use super::*;

/// An element as `lhs op rhs` with its modifiers, one after another.
fn element_text(element: &Element) -> String {
    let Modifiers { fixed, labels, start, lower, upper, equal, random_slope, prior } = &element.modifiers;
    let mut text = element.shown();
    let mut add = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            text.push_str(&format!(" {name}[{}]", values.join(",")));
        }
    };
    let number = |value: &Option<f64>| value.map_or("NA".to_string(), |v| v.to_string());
    let word = |value: &Option<String>| value.clone().unwrap_or("NA".to_string());
    add(
        "fixed",
        fixed
            .iter()
            .map(|f| match f {
                Fixing::Value(value) => value.to_string(),
                Fixing::Free => "NA".to_string(),
            })
            .collect(),
    );
    add("label", labels.iter().map(word).collect());
    add("start", start.iter().map(number).collect());
    add("lower", lower.iter().map(number).collect());
    add("upper", upper.iter().map(number).collect());
    add("equal", equal.iter().map(word).collect());
    add("rv", random_slope.iter().map(word).collect());
    add("prior", prior.iter().map(word).collect());
    add("efa", element.efa.iter().cloned().collect());
    text
}

fn check(text: &str, expected: &[&str]) {
    let formulas = parse(text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    let read: Vec<String> = formulas.elements.iter().map(element_text).collect();
    assert_eq!(read, expected, "{text}");
}

/// The rows of lavaan 0.6-14's `lavParseModelString`, but for what the comments say.
#[test]
fn formulas_are_read_as_lavaan_reads_them() {
    check("f =~ x1 + x2", &["f =~ x1", "f =~ x2"]);
    check("f =~ 0", &["f =~ f fixed[0]"]);
    check("y ~ 1 + x", &["y ~ 1", "y ~ x"]);
    check("y ~ 0", &["y ~ 1 fixed[0]"]);
    check("y ~1", &["y ~ 1"]);
    check("y ~ 0*1 + x", &["y ~ 1 fixed[0]", "y ~ x"]);
    check("y ~ a*1", &["y ~ 1 label[a]"]);
    check("y ~ 1*x + 1", &["y ~ x fixed[1]", "y ~ 1"]);
    check("y~-1*x", &["y ~ x fixed[-1]"]);
    check("f =~ x1 + 3*2*x2 + (1+2)*x3", &["f =~ x1", "f =~ x2 fixed[6]", "f =~ x3 fixed[3]"]);
    check(
        "f =~ sqrt(16)*x1 + 2^-1*x2 + 1.5e-3*x3",
        &["f =~ x1 fixed[4]", "f =~ x2 fixed[0.5]", "f =~ x3 fixed[0.0015]"],
    );
    check("f =~ x1 + c(1,NA)*x2", &["f =~ x1", "f =~ x2 fixed[1,NA]"]);
    // 0.6-14 drops the NA of labels that are not in quotes, and so recycles the label.
    check("f =~ c(a,NA)*x2 + c('b',NA)*x3", &["f =~ x2 label[a,NA]", "f =~ x3 label[b,NA]"]);
    check("f =~ label(c('q','r'))*w + label(\"t\")*v", &["f =~ w label[q,r]", "f =~ v label[t]"]);
    check("f =~ x1 + a*x2 + start(2)*x2 + 0.5*x2", &["f =~ x1", "f =~ x2 fixed[0.5] label[a] start[2]"]);
    check("f =~ NA*x1 + a*x1", &["f =~ x1 fixed[NA] label[a]"]);
    check("f =~ c(1,NA)*c(a,b)*x1", &["f =~ x1 fixed[1,NA] label[a,b]"]);
    check("f =~ start(c(1,.6))*x + start(NA)*y", &["f =~ x start[1,0.6]", "f =~ y start[NA]"]);
    // 0.6-14 cannot read `c(1,2)?x`.
    check(
        "f =~ 0.5 ? x1 + c(1,2)?x2 + a*0.3?x3",
        &["f =~ x1 start[0.5]", "f =~ x2 start[1,2]", "f =~ x3 label[a] start[0.3]"],
    );
    check("f =~ upper(3)*x1 + lower(-1)*x1 + lower(-Inf)*x2", &["f =~ x1 lower[-1] upper[3]", "f =~ x2 lower[-inf]"]);
    check("f =~ x1 + equal('f =~ x1')*x2", &["f =~ x1", "f =~ x2 equal[f=~x1]"]);
    check("f =~ rv('s')*x + prior('normal(0,1)')*z", &["f =~ x rv[s]", "f =~ z prior[normal(0,1)]"]);
    check("a + b ~ x", &["a ~ x", "b ~ x"]);
    check("x1 + x2 =~ y", &["x1 =~ y", "x2 =~ y"]);
    check(
        "efa('b')*f1 +\n efa(\"b\")*f2 =~ x1 + x2",
        &["f1 =~ x1 efa[b]", "f1 =~ x2 efa[b]", "f2 =~ x1 efa[b]", "f2 =~ x2 efa[b]"],
    );
    check("y | t1 + a*t2\n y ~*~ 1*y", &["y | t1", "y | t2 label[a]", "y ~*~ y fixed[1]"]);
    check("c <~ 1*x1 + x2", &["c <~ x1 fixed[1]", "c <~ x2"]);
    check("y ~ x1:x2 + x1\nx1:x2 ~~ z", &["y ~ x1:x2", "y ~ x1", "x1:x2 ~~ z"]);
    check("x ~~ 0*x + a*y", &["x ~~ x fixed[0]", "x ~~ y label[a]"]);
    check(
        "质量 =~ 题1 + 题2 # 注释\n满意.度 ~ _质量 + 质量",
        &["质量 =~ 题1", "质量 =~ 题2", "满意.度 ~ _质量", "满意.度 ~ 质量"],
    );
    check("f =~ x1; g=~x2 # comment\n! another\n\n y ~ f +\n g", &["f =~ x1", "g =~ x2", "y ~ f", "y ~ g"]);
    check("y ~ x*a", &["y ~ a label[x]"]);
    check("", &[]);
    check(" # nothing\n;;\n", &[]);
}

#[test]
fn covariances_are_turned_as_in_lavaan() {
    check("w ~~ f\nf =~ x1 + x2", &["f ~~ w", "f =~ x1", "f =~ x2"]);
    check("f =~ a1\n g =~ b1\n b1 ~~ a1\n g ~~ f", &["f =~ a1", "g =~ b1", "a1 ~~ b1", "f ~~ g"]);
    check("y ~ x + z\nz ~~ x\nw ~~ y", &["y ~ x", "y ~ z", "x ~~ z", "y ~~ w"]);
    check("c ~~ b\nb ~~ a\na ~~ c", &["c ~~ b", "b ~~ a", "c ~~ a"]);
}

/// lavaan 0.6-14 refuses both; later versions read them, as here, where it is told.
#[test]
fn what_is_said_twice_counts_once() {
    let notes = |text: &str| parse(text).map(|f| f.notes.join("|")).unwrap_or_default();
    check("f =~ x1 + x2\nf =~ x3 + x1", &["f =~ x1", "f =~ x2", "f =~ x3"]);
    check("y ~~ a*x\nx ~~ start(2)*y", &["y ~~ x label[a] start[2]"]);
    check("y ~ 1\ny ~ 0*1", &["y ~ 1 fixed[0]"]);
    check("f =~ x1 + x2 +\n", &["f =~ x1", "f =~ x2"]);
    check("f =~ x1 +; g =~ x2", &["f =~ x1", "g =~ x2"]);
    assert!(notes("y ~ x\n\ny ~ x").contains("`y ~ x` is stated twice, in model lines 1 and 3"));
    assert!(notes("y ~ x\nf =~ x1 + x2 + # more\n").contains("model line 2 ends in a `+` that joins nothing"));
    assert_eq!(notes("y ~ x + a*x\nz ~ x"), "");
}

#[test]
fn names_in_backquotes_may_hold_anything() {
    check("`工作 满意` =~ `Q1 (a)` + b*`Q#2!`", &["工作 满意 =~ Q1 (a)", "工作 满意 =~ Q#2! label[b]"]);
    check("`a-b`:c ~ if + while", &["a-b:c ~ if", "a-b:c ~ while"]);
    check("group % c(a, b)*w", &["group % w label[a,b]"]);
    let formulas = parse("y ~ `a + 1`*x\n`d e` := 2 * `a + 1` # `").unwrap_or_default();
    let [definition] = formulas.definitions.as_slice() else { panic!("{:?}", formulas.definitions) };
    assert_eq!((definition.name.as_str(), definition.written.as_str()), ("de", "2*`a+1`"));
    assert_eq!(definition.expression.to_string(), "2*`a+1`");
}

#[test]
fn blocks_are_read() {
    let text = "group: \"a b\"\nlevel: within\ny ~ x\nlevel: 2\ny ~ z\nGroup: 2\nlevel: within\ny ~ x\nd := a";
    let formulas = parse(text).unwrap_or_default();
    assert_eq!(
        (formulas.groups, formulas.levels),
        (vec!["a b".to_string(), "2".into()], vec!["within".to_string(), "2".into()])
    );
    let places: Vec<_> = formulas.elements.iter().map(|e| (e.group, e.level)).collect();
    assert_eq!(places, [(Some(0), Some(0)), (Some(0), Some(1)), (Some(1), Some(0))]);
}

#[test]
fn constraints_and_definitions_keep_their_text() {
    let text = "y ~ a*x + b*z\n b1 == (b2 + b3)^2 # why\n b1 > exp(b2 +\n b3); d := a * b\n 0 < a\ne := -d^2/log(a, 2)";
    let formulas = parse(text).unwrap_or_default();
    let constraints: Vec<String> =
        formulas.constraints.iter().map(|c| format!("{} {} {}", c.lhs_written, c.op, c.rhs_written)).collect();
    assert_eq!(constraints, ["b1 == (b2+b3)^2", "b1 > exp(b2+b3)", "0 < a"]);
    let definitions: Vec<String> =
        formulas.definitions.iter().map(|d| format!("{} = {}", d.name, d.expression)).collect();
    assert_eq!(definitions, ["d = a*b", "e = -d^2/(log(a)/log(2))"]);
    assert_eq!(formulas.definitions[0].expression.names(), ["a", "b"]);
}

/// Text, the place (line, column), and a part of what is said.
const UNREADABLE: [(&str, (usize, usize), &str); 58] = [
    ("L2 :~ a", (1, 4), "`:~`, a parameter as a function of the data, is not supported"),
    ("x |~ z", (1, 3), "`|~`, instruments of an equation, is not supported"),
    ("model <- '\nf =~ x1 + x2\n'", (1, 10), "this looks like R: write the formulas alone"),
    ("m = \"f =~ x1 + x2\"", (1, 3), "this looks like R: write the formulas alone"),
    ("f =~ +", (1, 7), "expected a number, a name or `(`"),
    ("f =~ a*x1 + x2\nf =~ x3 + b*x1", (2, 11), "`f =~ x1` is stated twice, first in line 1, with another label"),
    ("y ~~ 0*x\nx ~~ 1*y", (2, 6), "`x ~~ y` is stated twice, first in line 1, with another fixed value"),
    ("efa('a')*f =~ x\nf =~ x", (2, 6), "with another efa() block"),
    ("y % w", (1, 5), "the one use of `%` is `group % w`"),
    ("y ~ `a b", (1, 5), "never closed"),
    ("f =~ x1 + x2 +\n\ng =~ x3", (3, 3), "line 1 goes on here: take away the operator or `+` at its end"),
    ("f =~", (1, 5), "expected something after the operator"),
    ("y ~ # nothing", (1, 4), "expected something after the operator"),
    ("~ x", (1, 1), "expected a variable on the left"),
    ("y ~ y", (1, 5), "`y` is regressed on itself"),
    ("f =~ f + x", (1, 6), "`f` cannot be its own indicator"),
    ("y ~ x ~ z", (1, 7), "one operator per formula"),
    ("y ~ x - z", (1, 7), "there is no `-` in formulas"),
    ("y ~ (x + z)", (1, 5), "expected a variable at the end of the term"),
    ("f =~ x1 x2", (1, 9), "join terms by `+`"),
    ("a b ~ x", (1, 3), "several variables on the left are joined by `+`"),
    ("y ~ x +* z", (1, 8), "expected a number, a name or `(`"),
    ("f =~ x1 ++ x2\ny ~ *x", (2, 5), "expected a number, a name or `(`"),
    ("y ~ 2x", (1, 5), "cannot begin with a digit"),
    ("2y ~ x", (1, 1), "cannot begin with a digit"),
    ("2 ~ x", (1, 1), "a number cannot stand on the left"),
    ("y ~ 2", (1, 5), "an intercept is written `1`"),
    ("f =~ x1 + 2", (1, 11), "a number is no variable"),
    ("f =~ 1*2", (1, 8), "a number is no variable"),
    ("y ~ NA", (1, 5), "`NA` cannot be the name of a variable"),
    ("f =~ strat(0.5)*x1", (1, 6), "did you mean `start`?"),
    ("f =~ foo(1)*x1", (1, 6), "unknown function `foo` in a modifier"),
    ("f =~ start(1, 2)*x1", (1, 6), "`start()` takes one argument, found 2"),
    ("f =~ start(a)*x1", (1, 12), "expected a starting value"),
    ("f =~ c()*x1", (1, 6), "`c()` is empty"),
    ("f =~ c(a, 1)*x1", (1, 11), "numbers and labels cannot be mixed"),
    ("f =~ (1/0)*x1", (1, 6), "no finite value"),
    ("f =~ a*b*x1", (1, 8), "a second, different label for the same term"),
    ("f =~ a*x1 + b*x1", (1, 13), "a second, different label for `f =~ x1`"),
    ("f =~ (a + b)*x1", (1, 6), "this is no modifier"),
    ("f =~ x1 + start(0.5)", (1, 11), "expected `*` and a variable after `start(…)`"),
    ("f =~ x1 + \"a\"", (1, 11), "a text in quotes is no variable"),
    ("hello world", (1, 1), "it has no operator"),
    ("a = b", (1, 3), "a constraint is written with `==`"),
    ("a == ", (1, 5), "expected an expression of labels"),
    ("a <= 3", (1, 4), "unexpected character `=`"),
    ("a == sqr(b)", (1, 6), "did you mean `sqrt`?"),
    ("a == sqrt(b, 2)", (1, 6), "`sqrt` takes one argument"),
    ("a + b := c", (1, 3), "one name stands before `:=`"),
    ("d := a\nd := b", (2, 1), "`d` is defined twice, first in line 1"),
    ("grup: 1\ny ~ x", (1, 1), "did you mean `group`?"),
    ("group:\ny ~ x", (1, 7), "expected the name of the group"),
    ("class: 1\ny ~ x", (1, 1), "`class:` blocks are not supported"),
    ("group: A\ny ~ x\ngroup: B", (3, 1), "this block has no formulas"),
    ("level: 1\nlevel: 2\ny ~ x", (1, 1), "this block has no formulas"),
    ("y | x", (1, 5), "thresholds are written t1, t2"),
    ("efa('a')*y ~ x", (1, 1), "efa() belongs to formulas with `=~`"),
    ("f ＝~ x", (1, 3), "write the plain `=`"),
];

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    for (text, (line, column), expected) in UNREADABLE {
        let message = match parse(text) {
            Ok(formulas) => panic!("{text}: read as {:?}", formulas.elements),
            Err(error) => error.to_string(),
        };
        assert!(message.contains(expected), "{text}\n{message}");
        assert!(message.starts_with(&format!("model line {line}, column {column}: ")), "{text}\n{message}");
    }
}

#[test]
fn deep_and_long_texts_are_refused_or_read_without_danger() {
    for open in ["(", "-", "sqrt(", "2^"] {
        let text = format!("a == {}1", open.repeat(100_000));
        assert!(parse(&text).is_err(), "{open}");
    }
    let long_sum = format!("d := a{}", " + a".repeat(20_000));
    assert!(parse(&long_sum).is_err_and(|error| error.to_string().contains("more than 1000 terms")));
    let sum = format!("d := a{}", " + a".repeat(900));
    assert_eq!(parse(&sum).map(|f| f.definitions.len()), Ok(1));
    let many = (0..2000).map(|k| format!("x{k}")).collect::<Vec<_>>().join(" + ");
    assert_eq!(parse(&format!("f =~ {many}")).map(|f| f.elements.len()), Ok(2000));
}
