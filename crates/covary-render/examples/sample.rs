//! Writes the sample report of the tests, to look at: `cargo run --example sample FORMAT FILE`.

#[path = "../tests/sample/mod.rs"]
mod sample;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: sample FORMAT FILE".into());
    };
    let format = covary_render::FORMATS.iter().find(|f| f.name == name).ok_or("unknown format")?;
    std::fs::write(file, (format.render)(&sample::report(), &covary_render::Style::default())?)?;
    Ok(())
}
