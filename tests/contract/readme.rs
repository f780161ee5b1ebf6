//! README's table of settings equals the settings.

use super::{in_repository, updating};

const BEGIN: &str = "<!-- settings: written by scripts/schema -->\n";
const END: &str = "<!-- end of settings -->";

#[test]
fn the_readme_lists_every_setting() {
    let file = in_repository("README.md");
    let text = std::fs::read_to_string(&file).expect("a README");
    let (before, rest) = text.split_once(BEGIN).expect("README marks where the settings begin");
    let (kept, after) = rest.split_once(END).expect("README marks where the settings end");
    let wanted = fieldproof::config::table();
    if updating() {
        std::fs::write(&file, format!("{before}{BEGIN}{wanted}{END}{after}")).expect("README can be written");
        return;
    }
    assert_eq!(kept, wanted, "README's settings have drifted; scripts/schema writes them anew");
}
