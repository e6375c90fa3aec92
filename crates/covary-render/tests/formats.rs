//! What holds for every format, and for each by itself.

mod sample;

use covary_render::{
    FORMATS, Style,
    terminal::{Colour, Screen, WrittenFile, everything, summary},
};

fn html() -> String {
    let format = FORMATS.iter().find(|f| f.name == "html").unwrap();
    String::from_utf8((format.render)(&sample::report(), &Style::default()).unwrap()).unwrap()
}

#[test]
fn every_format_writes_the_report_the_same_way_twice() {
    let mut names = std::collections::BTreeSet::new();
    for format in FORMATS {
        let report = sample::report();
        let bytes = (format.render)(&report, &Style::default()).unwrap();
        assert!(!bytes.is_empty(), "{}", format.name);
        assert_eq!(bytes, (format.render)(&report, &Style::default()).unwrap(), "{}", format.name);
        assert!(names.insert(format.name), "{} stands twice", format.name);
        assert!(!format.extension.starts_with('.'));
    }
}

#[test]
fn the_page_loads_nothing_and_escapes_everything() {
    let html = html();
    assert!(html.contains("hardware cluster") && html.contains("&lt;of&gt;"));
    assert!(!html.contains("<of>"));
    for outside in ["src=", "@import", "url(", "href=\"http", "<link"] {
        assert!(!html.contains(outside), "{outside}");
    }
}

#[test]
fn every_reference_leads_to_a_part() {
    let html = html();
    for target in html.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(html.contains(&format!("id=\"{target}\"")), "{target}");
    }
    assert!(
        html.contains(">Table 2</a>; see <a href=\"#diagram\">Figure 1</a> and <a href=\"#decisions\">Section 1.1</a>")
    );
}

#[test]
fn ids_are_unique() {
    let html = html();
    let mut seen = std::collections::BTreeSet::new();
    for id in html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(seen.insert(id.to_string()), "{id}");
    }
    assert!(seen.len() > 8);
}

#[test]
fn cells_of_a_column_are_padded_to_one_width() {
    let html = html();
    assert!(html.contains("<td class=\"n\" data-l=\"00\"><span class=\"figure\">0.161</span>"));
    // −12.394 is the widest estimate: it needs no padding before its mark.
    assert!(html.contains("<td class=\"n\"><span class=\"figure\">−12.394</span></td>"), "widest cell is padded");
}

#[test]
fn the_summary_fits_one_screen() {
    let files = [
        WrittenFile { format: "html", path: "out/report.html" },
        WrittenFile { format: "json", path: "out/results.json" },
    ];
    let screen = Screen { width: 80, colour: Colour::Plain };
    let text = summary(&sample::report(), &Style::default(), screen, &files);
    assert!(text.lines().count() <= 40, "{text}");
    assert!(text.contains("✗ Discriminant validity of F2 and Y is not established"));
    assert!(text.contains("H1          F1 -> Y > 0   .094    .058  Not supported"), "{text}");
    assert!(text.contains("json  out/results.json"));
    let serious = text.find("Discriminant").unwrap();
    assert!(serious < text.find("Multivariate").unwrap());
}

#[test]
fn text_keeps_within_its_width() {
    for width in [60, 80, 120] {
        let screen = Screen { width, colour: Colour::Plain };
        for line in everything(&sample::report(), &Style::default(), screen).lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
        }
    }
}

#[test]
fn json_is_the_results() {
    let format = FORMATS.iter().find(|f| f.name == "json").unwrap();
    let report = sample::report();
    let bytes = (format.render)(&report, &Style::default()).unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&bytes).unwrap(), report.results);
}
