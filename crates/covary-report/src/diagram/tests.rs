//! Diagrams of many shapes: nothing covers anything.

use super::{
    draw::Drawing,
    model::{Arrow, Curve, DiagramOptions, Node, NodeKind, PathModel},
};

/// A model from a short text: `F1=4 F2=3 | F1>M F2>M M>Y | F1~F2 | G:A,B`.
///
/// First part: constructs with their number of items (0: an observed variable); then paths; then covariances; then
/// constructs of second order.
pub(super) fn model(text: &str) -> PathModel {
    let parts: Vec<&str> = text.split('|').map(str::trim).collect();
    let mut model = PathModel::default();
    for word in parts[0].split_whitespace() {
        let (name, items) = word.split_once('=').unwrap_or((word, "0"));
        let items: usize = items.parse().unwrap();
        let kind = if items == 0 { NodeKind::Observed } else { NodeKind::Latent };
        let construct = add(&mut model, name, kind);
        for k in 1..=items {
            let item = add(&mut model, &format!("{name}{k}"), NodeKind::Observed);
            model.loadings.push(arrow(construct, item, ".78***"));
        }
    }
    for word in parts.get(3).unwrap_or(&"").split_whitespace() {
        let (name, lower) = word.split_once(':').unwrap();
        let upper = add(&mut model, name, NodeKind::Latent);
        for name in lower.split(',') {
            let lower = model.position(name).unwrap();
            model.loadings.push(arrow(upper, lower, ".84***"));
        }
    }
    for word in parts.get(1).unwrap_or(&"").split_whitespace() {
        let (from, to) = word.split_once('>').unwrap();
        let (from, to) = (model.position(from).unwrap(), model.position(to).unwrap());
        model.paths.push(arrow(from, to, "\u{2212}.29***"));
        model.nodes[to].corner = Some("R² = .58".into());
    }
    for word in parts.get(2).unwrap_or(&"").split_whitespace() {
        let (a, b) = word.split_once('~').unwrap();
        let (a, b) = (model.position(a).unwrap(), model.position(b).unwrap());
        model.covariances.push(Curve { a, b, label: ".43***".into(), dashed: false, title: String::new() });
    }
    model
}

fn add(model: &mut PathModel, name: &str, kind: NodeKind) -> usize {
    model.nodes.push(Node { name: name.into(), label: name.into(), kind, corner: None });
    model.nodes.len() - 1
}

fn arrow(from: usize, to: usize, label: &str) -> Arrow {
    Arrow { from, to, label: label.into(), dashed: false, title: String::new() }
}

const MODELS: &[&str] = &[
    "F1=5 F2=6 F3=4 M=5 Y=4 | F1>M F2>M F3>M F1>Y F2>Y F3>Y M>Y | F1~F2 F1~F3 F2~F3",
    "X=3 M=3 Y=3 | X>M M>Y X>Y",
    "X=4 M1=4 M2=4 Y=4 | X>M1 X>M2 M1>Y M2>Y X>Y",
    "X=4 M1=3 M2=4 Y=3 | X>M1 M1>M2 M2>Y X>M2 M1>Y X>Y",
    "F=6",
    "F1=3 F2=3 F3=3 | | F1~F2 F1~F3 F2~F3",
    "F1=4 F2=4 F3=4 F4=4 F5=4 | | F1~F2 F1~F3 F1~F4 F1~F5 F2~F3 F2~F4 F2~F5 F3~F4 F3~F5 F4~F5",
    "sex=0 age=0 Y=4 | sex>Y age>Y | sex~age",
    "sex=0 ageyr=0 visual=3 textual=3 speed=3 | sex>general ageyr>general | sex~ageyr | general:visual,textual,speed",
    "A=3 B=3 C=3 Y=4 | G>Y | | G:A,B,C",
    "x1=0 x2=0 x3=0 y1=0 y2=0 | x1>y1 x2>y1 x3>y1 y1>y2 x1>y2 | x1~x2 x1~x3 x2~x3",
    "X=3 M1=3 M2=3 M3=3 M4=3 Y=3 | X>M1 X>M2 X>M3 X>M4 M1>Y M2>Y M3>Y M4>Y X>Y",
    "X1=4 X2=4 Y1=4 Y2=4 | X1>Y1 X1>Y2 X2>Y1 X2>Y2 | X1~X2 Y1~Y2",
    "A=5 B=5 C=5 D=5 E=5 F=5 G=5 H=5 I=5 J=5 K=5 L=5 | A>E B>E C>F D>F E>I F>I E>J F>J I>L J>L G>K H>K K>L",
    "X=3 M=4 Y=3 age=0 sex=0 | X>M M>Y X>Y age>Y sex>Y age>M | age~sex",
    "A=3 B=3 | A>B B>A",
];

#[test]
fn nothing_covers_anything() {
    for text in MODELS {
        let model = model(text);
        let least = (0..7)
            .map(|k| Drawing::new(&model, &DiagramOptions::default(), 1.0 + 0.18 * f64::from(k)).conflicts(&model));
        let least = least.min().unwrap();
        assert_eq!(least, 0, "{text}");
    }
}
