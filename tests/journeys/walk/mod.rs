//! Everybody walks up to everything: each operation of the contract, each role, each relation, over HTTP. What must
//! happen stands in `matrix.rs`, written from the roles matrix and not from the product's own table.

mod assignment;
mod devices;
mod ground;
mod matrix;
mod pushed;
mod requests;
mod subjects;
mod uploads;

use crate::harness::{Answer, Follower, Visitor};
use futures::{StreamExt, stream};
use ground::{Ground, Names, Walker};
use matrix::{FAMILIES, Family, POWERLESS, PUBLIC};
use requests::{Contract, Request, public, request};
use std::collections::BTreeSet;

/// Requests under way at the same time.
const AT_ONCE: usize = 8;

/// One crossing of a row, a person and a subject.
struct Cell<'a> {
    at: String,
    visitor: &'a Visitor,
    request: Request,
    /// Whether the person is let in; else, with which of these statuses not.
    refusals: Option<&'static [u16]>,
    /// What must not stand in the answer.
    unknown: Vec<&'a str>,
}

impl Cell<'_> {
    fn judge(&self, answer: &Answer) -> Vec<String> {
        let mut faults = Vec::new();
        let status = answer.status;
        let right = match self.refusals {
            Some(refusals) => refusals.contains(&status),
            None => status < 500 && ![401, 403, 404].contains(&status),
        };
        if !right {
            let said = self.refusals.map_or("to be let in".to_owned(), |no| format!("{no:?}"));
            let code = &answer.body["code"];
            faults.push(format!("{}: {status} {code}, wanted {said}", self.at));
        }
        let text = String::from_utf8_lossy(&answer.bytes);
        let told = self.unknown.iter().filter(|id| text.contains(**id) && !self.request.names(id));
        faults.extend(told.map(|id| format!("{}: tells of {id}", self.at)));
        faults
    }
}

async fn walk(cells: &[Cell<'_>]) -> Vec<String> {
    let asked = stream::iter(cells)
        .map(|cell| async move { cell.judge(&cell.request.send(cell.visitor).await) })
        .buffer_unordered(AT_ONCE);
    asked.collect::<Vec<_>>().await.concat()
}

fn none(mut faults: Vec<String>) {
    let all = faults.len();
    faults.sort();
    faults.truncate(60);
    assert!(faults.is_empty(), "{all} faults\n{}", faults.join("\n"));
}

/// Whoever knows of a subject is told that they may not; whoever does not, that there is none.
fn refusals(family: &Family, person: &str, letter: char) -> &'static [u16] {
    match (family.sight, family.seen_by(person)) {
        (Some(_), Some(seen)) if seen.contains(letter) => &[403],
        (Some(_), _) => &[404],
        (None, _) => &[403, 404],
    }
}

/// The ids of visits and photos that a person does not know of.
fn unknown_to<'a>(ground: &'a Ground, person: &str) -> Vec<&'a str> {
    let mut ids = Vec::new();
    for (family, name) in [(&FAMILIES[0], "visit"), (&FAMILIES[1], "photo")] {
        let seen = family.seen_by(person).unwrap_or("-");
        let hidden = family.letters.chars().filter(|letter| !seen.contains(*letter));
        ids.extend(hidden.map(|letter| ground.names(family.name, letter)[name].as_str()));
    }
    ids
}

/// Who asks, and as whom the matrix knows them; the powerless may nothing, but see what those see.
fn roles(ground: &Ground) -> Vec<(&Walker, &'static str, bool)> {
    let role = |walker: &'static str| POWERLESS.iter().find(|(name, _)| *name == walker);
    let of = |walker| match role(walker) {
        Some((_, as_whom)) => (*as_whom, false),
        None => (walker, true),
    };
    ground.walkers.iter().map(|walker| (walker, of(walker.name).0, of(walker.name).1)).collect()
}

fn cells<'a>(ground: &'a Ground, contract: &Contract, stranger: &'a Visitor) -> Vec<Cell<'a>> {
    let mut cells = Vec::new();
    for family in &FAMILIES {
        for row in family.lines() {
            for (walker, person, has_scopes) in roles(ground) {
                let may = row.may(person).filter(|_| has_scopes).unwrap_or("-");
                let unknown = unknown_to(ground, person);
                // Without scopes nothing is allowed anywhere: one open subject and one secret one tell as much as all.
                let letters = family.letters.chars().enumerate();
                for (_, letter) in letters.filter(|(n, letter)| has_scopes || *n == 0 || *letter == 'z') {
                    let names: &Names = ground.names(family.name, letter);
                    let request = request(contract, ground, row.operation, names, walker);
                    let refusals: Option<&[u16]> = match (may.contains(letter), row.operation) {
                        (true, _) => None,
                        // The scope is asked first here, so that everything is answered alike.
                        (_, "list_photos") if !has_scopes => Some(&[403]),
                        _ => Some(refusals(family, person, letter)),
                    };
                    let at = format!("{} {} {letter}", row.operation, walker.name);
                    cells.push(Cell {
                        at,
                        visitor: &walker.visitor,
                        request,
                        refusals,
                        unknown: unknown.clone(),
                    });
                }
            }
            let names = ground.names(family.name, family.letters.chars().next().unwrap_or_default());
            let request = request(contract, ground, row.operation, names, ground.walker("root"));
            let unknown = unknown_to(ground, "none");
            let at = format!("{} without a token", row.operation);
            cells.push(Cell { at, visitor: stranger, request, refusals: Some(&[401]), unknown });
        }
    }
    cells
}

#[test]
fn every_operation_of_the_contract_stands_in_the_matrix() {
    let contract = Contract::read();
    let walked = FAMILIES.iter().flat_map(Family::lines).map(|row| row.operation);
    let walked = walked.map(|operation| operation.split(':').next().unwrap_or_default());
    let walked: BTreeSet<&str> = walked.chain(PUBLIC.iter().map(|(operation, _)| *operation)).collect();
    let all: BTreeSet<&str> = contract.operations().collect();
    assert_eq!(walked, all);
}

/// The log of a sealed visit is as secret as the visit: it is handed out in one form, by the operations on logs, whose
/// rights are in the matrix.
#[test]
fn nothing_but_a_page_of_the_log_hands_out_the_log() {
    let document = serde_json::to_value(fieldproof::http::openapi::document()).expect("a document");
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        if name == "LogLine" {
            continue;
        }
        let told = ["deed", "visit_number", "object_kind"]
            .iter()
            .find(|field| !schema["properties"][field].is_null());
        assert_eq!(told, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_let_in_where_the_matrix_says_so_and_nowhere_else() {
    let ground = Ground::lay().await;
    uploads::lay(&ground).await;
    subjects::company(&ground).await;
    let contract = Contract::read();
    let stranger = ground.at.house.stranger();
    let (refused, allowed): (Vec<_>, Vec<_>) =
        cells(&ground, &contract, &stranger).into_iter().partition(|cell| cell.refusals.is_some());
    assert!(refused.len() > 3000 && allowed.len() > 800, "{} {}", refused.len(), allowed.len());

    let before = ground.at.house.fingerprint().await;
    none(walk(&refused).await);
    assert_eq!(ground.at.house.fingerprint().await, before, "what is refused changes nothing");

    listed(&ground).await;
    // An upload that was given up is not found by anybody who comes later.
    let (ends, others): (Vec<_>, Vec<_>) =
        allowed.into_iter().partition(|cell| cell.at.starts_with("end_upload "));
    none(walk(&others).await);
    none(walk(&ends).await);
    drop((refused, others, ends));
    ground.at.house.end().await;
}

/// Lists hold exactly what single reads show.
async fn listed(ground: &Ground) {
    let mut faults = Vec::new();
    for (family, name, path) in [
        ("visits", "visit", "/v1/visits?limit=200"),
        ("campaigns", "campaign", "/v1/campaigns?limit=200"),
        ("notices", "notice", "/v1/notices?limit=200"),
    ] {
        let family = FAMILIES.iter().find(|of| of.name == family).expect("a family");
        for walker in &ground.walkers {
            let Some(seen) = family.seen_by(walker.name) else { continue };
            let (status, body) = walker.visitor.get(path).await;
            let wanted = family.letters.chars().filter(|letter| seen.contains(*letter));
            let wanted: BTreeSet<&str> =
                wanted.map(|letter| ground.names(family.name, letter)[name].as_str()).collect();
            let items = body["items"].as_array().into_iter().flatten();
            let got: BTreeSet<&str> = items.filter_map(|item| item["id"].as_str()).collect();
            if status != 200 || got != wanted {
                faults.push(format!("{path} {}: {status} {got:?}, wanted {wanted:?}", walker.name));
            }
            // A program pulls nothing.
            if name != "visit" || walker.name == "prog" {
                continue;
            }
            let mut phone = Follower::new(&walker.visitor);
            phone.catch_up(200).await;
            let got: BTreeSet<&str> = phone.held.keys().map(|(visit, ..)| visit.as_str()).collect();
            if got != wanted {
                faults.push(format!("pulled by {}: {got:?}, wanted {wanted:?}", walker.name));
            }
        }
    }
    none(faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_no_right_answers_everybody_alike() {
    let ground = Ground::lay().await;
    let contract = Contract::read();
    let mut faults = Vec::new();
    for (operation, status) in PUBLIC {
        let request = public(&contract, operation);
        let everybody = [
            ("nobody", &ground.at.house.stranger()),
            ("none", &ground.walker("none").visitor),
            ("root", &ground.walker("root").visitor),
        ];
        // Clients prove themselves to these two in the header that carries a person's token elsewhere.
        let asking = if ["token", "revoke"].contains(&operation) { 1 } else { everybody.len() };
        for (who, visitor) in everybody.into_iter().take(asking) {
            let answer = request.send(visitor).await;
            if answer.status != status {
                faults.push(format!("{operation} {who}: {}, wanted {status}", answer.status));
            }
            let text = String::from_utf8_lossy(&answer.bytes).into_owned();
            let told = unknown_to(&ground, "none").into_iter().filter(|id| text.contains(id));
            faults.extend(told.map(|id| format!("{operation} {who}: tells of {id}")));
        }
    }
    none(faults);
    ground.at.house.end().await;
}
