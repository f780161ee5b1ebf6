//! Workbooks we write are XLSForms that pyxform takes, and come back as the same checklist.

use fieldproof::domain::photo::{Arrived, MediaType, Sha256};
use fieldproof::domain::template::{Checklist, PictureFacts, xlsform};
use fieldproof::spreadsheet;
use serde_json::Value;
use std::process::Command;

const FILES: [&str; 5] = [
    include_str!("../../api/library/oss.json"),
    include_str!("../../api/library/con.json"),
    include_str!("../../api/library/cit.json"),
    include_str!("../../api/library/ari.json"),
    include_str!("../../api/library/agy.json"),
];

#[test]
fn pyxform_takes_the_workbooks_of_the_library() {
    let python = std::env::var("FIELDPROOF_TEST_PYTHON")
        .expect("FIELDPROOF_TEST_PYTHON names a Python with pyxform; scripts/check/tools python makes one");
    let folder = std::env::temp_dir().join(format!("fieldproof-xlsform-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut books = Vec::new();
    for file in FILES {
        let filed: Value = serde_json::from_str(file).expect("JSON");
        let code = filed["code"].as_str().expect("a code");
        let list =
            Checklist::stored(filed["body"].clone()).expect("a checklist").checked("").expect("a good one");
        let held: Vec<PictureFacts> = list.picture_digests().into_iter().map(jpeg).collect();
        let bytes = spreadsheet::write(&xlsform::write(&list, code, "1", &held)).expect("a workbook");
        let sheets = spreadsheet::read(&bytes, &["survey", "choices", "settings"]).expect("sheets");
        assert_eq!(xlsform::read(&sheets).expect("a checklist").sha256(), list.sha256(), "{code}");
        let path = folder.join(format!("{code}.xlsx"));
        std::fs::write(&path, bytes).expect("the workbook can be written");
        books.push(path);
    }
    let script = "import sys\nfrom pyxform.xls2xform import convert\nfor book in sys.argv[1:]:\n    form = convert(book)\n    \
        print(form.xform.count('<bind '), form.xform.count('jr://images/'))";
    let done = Command::new(python).arg("-c").arg(script).args(&books).output().expect("Python runs");
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8_lossy(&done.stdout);
    let number = |text: &str| text.parse::<u32>().expect("a number");
    let counts: Vec<(u32, u32)> = said
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(binds, images)| (number(binds), number(images)))
        .collect();
    assert!(counts.len() == FILES.len() && counts.iter().all(|(binds, _)| *binds >= 12), "{said}");
    // The picture of the notice board, once in each language.
    assert_eq!(counts.iter().map(|(_, images)| images).sum::<u32>(), 2, "{said}");
}

/// A picture as a template holds it.
fn jpeg(sha256: Sha256) -> PictureFacts {
    PictureFacts { bytes: Arrived { size_bytes: 9, sha256 }, media_type: MediaType::Jpeg, size: (40, 30) }
}
