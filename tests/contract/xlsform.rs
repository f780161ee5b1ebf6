//! Workbooks we write are XLSForms that pyxform takes, and come back as the same checklist.

use fieldproof::domain::template::{Checklist, xlsform};
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
        let bytes = spreadsheet::write(&xlsform::write(&list, code, "1")).expect("a workbook");
        let sheets = spreadsheet::read(&bytes, &["survey", "choices", "settings"]).expect("sheets");
        assert_eq!(xlsform::read(&sheets).expect("a checklist").sha256(), list.sha256(), "{code}");
        let path = folder.join(format!("{code}.xlsx"));
        std::fs::write(&path, bytes).expect("the workbook can be written");
        books.push(path);
    }
    let script = "import sys\nfrom pyxform.xls2xform import convert\nfor book in sys.argv[1:]:\n    form = convert(book)\n    \
        print(form.xform.count('<bind '))";
    let done = Command::new(python).arg("-c").arg(script).args(&books).output().expect("Python runs");
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8_lossy(&done.stdout);
    let binds: Vec<u32> = said.lines().map(|line| line.parse().expect("a number")).collect();
    assert!(binds.len() == FILES.len() && binds.iter().all(|count| *count >= 12), "{said}");
}
