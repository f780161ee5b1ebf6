//! The shelf that comes with the program, and files like those on it: checklists and a register of units, brought in
//! from the command line.

use crate::app::App;
use crate::domain::refusal::Refusal;
use crate::domain::template::{Checklist, PICTURE_TYPES};
use crate::flows;
use crate::flows::templates::{self, Brought};
use crate::flows::units::{self, Did, Register, Row};
use anyhow::Context;
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::Digest;
use std::path::Path;
use std::process::ExitCode;

/// Help of `import-template`.
pub const ABOUT_TEMPLATES: &str = "\
Bring a checklist in: published as the next version unless the last published one is the same, so that running it \
again changes nothing. Visits keep the version they were planned with.

The file is JSON: {\"code\": \"OSS\", \"body\": {\"title\": {\"vi\", \"en\"}, \"sections\": [{\"title\", \"items\": […]}]}}. \
An item has code, question, response (type yes_no_na, choice, count, number, ratio or text), photo (min_count, subject, \
when, privacy), weight, critical, legal_basis, guidance, picture (sha256, alt), remedy, applies_to, condition, valid_from, valid_to; the body may have \
grading. Pictures lie beside the file, each named by the SHA-256 of its bytes: <64 digits>.jpg, .png or .webp. Unknown fields are refused; every fault is \
told by its place. GET /v1/templates/{template}/versions/{number}/json writes such a file. `--library` brings in the five checklists that came with this program.";

/// Help of `import-units`.
pub const ABOUT_UNITS: &str = "\
Enter a register of units: checked as a whole, entered all of it or nothing. Running it again changes nothing, whatever \
happened to its units here since; a later edition adds what is new and corrects what differs. For each unit and event a line \
says what became of it: created, corrected or unchanged; or refused, and then nothing was entered.

The file is JSON: {\"source\": \"where it comes from\", \"units\": [{\"id\": a UUID of the register's own, \"versions\": [{\"name\": \
\"Xã Minh Quang\", \"unit_type\": \"commune\", \"parent\": id of a unit in the same register or null, \"official_code\": \"02302\", \
\"valid_from\": \"2021-07-01\" or null where it is not known, \"valid_to\": the first day it no longer holds or null, \
\"instrument\": the resolution, \"certainty\": high, medium, low or inferred}]}], \"events\": [{\"id\": a UUID, \"kind\": create, \
rename, reclassify, transfer, merge, split or abolish, \"instrument\", \"legal_date\", \"operating_date\", \"certainty\", \
\"units\": ids whose versions begin or end by it, \"successions\": [{\"from\": id, \"to\": id, \"portion\": whole or part}]}]}. \
Versions of a unit are in order and do not overlap; a parent exists on the first day of the version, in the file or in the \
database. A version that is held and missing in the file stops the import, because visits may rest on it, and so does a version \
that says something new about what was recorded here. The whole format stands \
in api/library/README.md; scripts/registers/country.py builds a register of the whole country.";

const CHECKLISTS: [(&str, &str); 5] = [
    ("oss.json", include_str!("library/oss.json")),
    ("con.json", include_str!("library/con.json")),
    ("cit.json", include_str!("library/cit.json")),
    ("ari.json", include_str!("library/ari.json")),
    ("agy.json", include_str!("library/agy.json")),
];

/// The pictures that these checklists show: the notice board of OSS-D02, made by `scripts/samples/guidance.py`.
const PICTURES: [&[u8]; 1] = [NOTICE_BOARD];

/// A notice board, photographed as it should be.
pub const NOTICE_BOARD: &[u8] = include_bytes!("library/notice_board.jpg");

const UNITS: &str = include_str!("library/units.json");

/// A checklist in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filed {
    code: String,
    body: Checklist,
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// The pictures of a checklist that came with it: those of the program, or the files beside its own that are named by their
/// digests. A picture that is in neither may be held already.
fn pictures(file: Option<&Path>, body: &Checklist) -> anyhow::Result<Vec<Bytes>> {
    let mut found = Vec::new();
    for digest in body.picture_digests() {
        let Some(file) = file else {
            let is_named = |bytes: &&[u8]| <[u8; 32]>::from(sha2::Sha256::digest(bytes)) == digest.0;
            found.extend(PICTURES.into_iter().find(is_named).map(Bytes::from_static));
            continue;
        };
        let beside = PICTURE_TYPES
            .map(|of| file.with_file_name(format!("{}.{}", digest.to_hex(), of.extension())))
            .into_iter()
            .find(|path| path.exists());
        if let Some(path) = beside {
            found.push(
                std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?.into(),
            );
        }
    }
    Ok(found)
}

fn parse<T: DeserializeOwned>(name: &str, json: &str) -> anyhow::Result<T> {
    let mut from = serde_json::Deserializer::from_str(json);
    let parsed = serde_path_to_error::deserialize(&mut from)
        .map_err(|why| anyhow::anyhow!("{name}: at {}: {}", why.path(), why.inner()))?;
    from.end().with_context(|| format!("{name}: something stands behind the JSON value"))?;
    Ok(parsed)
}

/// Prints a refusal with every fault; what can't be done at all is an error.
fn told<T>(name: &str, outcome: flows::Result<T>) -> anyhow::Result<Option<T>> {
    match outcome {
        Ok(done) => Ok(Some(done)),
        Err(flows::Error::Refused(Refusal { detail, faults, .. })) => {
            eprintln!("{name}: nothing was entered. {detail}");
            for fault in faults {
                eprintln!("refused   {} {} {}", fault.pointer, fault.code, fault.detail);
            }
            Ok(None)
        }
        Err(why) => Err(anyhow::anyhow!("{why}")),
    }
}

/// Brings in one file, or the checklists that came with the program.
///
/// # Errors
/// A file that can't be read, a database that is away. A checklist that breaks a rule is printed and exits with 1.
pub async fn import_templates(
    app: &App,
    file: Option<&Path>,
    owner: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let texts: Vec<(String, String)> = match file {
        Some(file) => vec![(file.display().to_string(), read(file)?)],
        None => CHECKLISTS.iter().map(|(name, json)| ((*name).to_owned(), (*json).to_owned())).collect(),
    };
    let mut good = true;
    for (name, json) in texts {
        let filed: Filed = parse(&name, &json)?;
        let items = filed.body.items().count();
        let files = pictures(file, &filed.body)?;
        match told(&name, templates::bring_in(app, owner, &filed.code, filed.body, &files).await)? {
            Some(Brought::Published(number)) => {
                println!("{}: version {number} published, {items} items", filed.code);
            }
            Some(Brought::Known(number)) => {
                println!("{}: version {number} is the same already", filed.code);
            }
            None => good = false,
        }
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Enters a register from a file, or the one that came with the program.
///
/// # Errors
/// A file that can't be read, a database that is away. A register that breaks a rule is printed and exits with 1.
pub async fn import_units(app: &App, file: Option<&Path>) -> anyhow::Result<ExitCode> {
    let (name, json) = match file {
        Some(file) => (file.display().to_string(), read(file)?),
        None => ("units.json".to_owned(), UNITS.to_owned()),
    };
    let register: Register = parse(&name, &json)?;
    let Some(done) = told(&name, units::import(app, register).await)? else { return Ok(ExitCode::from(1)) };
    for Row { place, name, did } in &done.rows {
        let (did, more) = match did {
            Did::Created => ("created", ""),
            Did::Corrected => ("corrected", ""),
            Did::Unchanged => ("unchanged", ""),
            Did::ChangedHere => ("unchanged", ", changed here since"),
        };
        println!("{did:9} {place} {name}{more}");
    }
    println!(
        "{} units with {} versions, {} events: {} units, {} versions and {} events are new, {} corrected",
        done.units,
        done.versions,
        done.events,
        done.new_units,
        done.new_versions,
        done.new_events,
        done.corrected
    );
    Ok(ExitCode::SUCCESS)
}
