//! A push is no way around the matrix: each change in it is let in where its operation is, and nowhere else.

use super::ground::Ground;
use super::matrix::FAMILIES;
use super::requests::{Contract, Said, request};
use super::{refusals, roles};
use fieldproof::domain::sync::Kind;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Names in an address and what stands for them in a request to it.
fn target(template: &str, path: &str) -> Value {
    let parts = template.split('/').zip(path.split('/'));
    let named = parts.filter_map(|(name, id)| Some((name.strip_prefix('{')?.strip_suffix('}')?, id)));
    json!(named.collect::<BTreeMap<_, _>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_lets_nobody_in_where_the_operation_does_not() {
    let ground = Ground::lay().await;
    super::subjects::company(&ground).await;
    let contract = Contract::read();
    let (mut faults, mut walked, mut refused) = (Vec::new(), BTreeSet::new(), 0);
    let before = ground.at.house.fingerprint().await;
    for (walker, person, has_scopes) in roles(&ground) {
        let (mut changes, mut wanted) = (Vec::new(), Vec::new());
        for family in &FAMILIES {
            for row in family.lines() {
                let plain = row.operation.split(':').next().unwrap_or_default();
                let Some(kind) = Kind::parse(plain) else { continue };
                walked.insert(kind);
                let may = row.may(person).filter(|_| has_scopes).unwrap_or("-");
                for letter in family.letters.chars().filter(|letter| !may.contains(*letter)) {
                    let names = ground.names(family.name, letter);
                    let asked = request(&contract, &ground, row.operation, names, walker);
                    let mut change = json!({ "id": Uuid::now_v7(), "kind": plain,
                        "target": target(contract.of(plain).1, &asked.path) });
                    if let Said::Json(body) = asked.said {
                        change["body"] = body;
                    }
                    changes.push(change);
                    wanted.push((
                        format!("{} {} {letter}", row.operation, walker.name),
                        refusals(family, person, letter),
                    ));
                }
            }
        }
        for (changes, wanted) in changes.chunks(200).zip(wanted.chunks(200)) {
            let (status, told) = walker.visitor.post("/v1/sync", &json!({ "changes": changes })).await;
            // Whoever has no right to push at all is refused as a whole.
            if status == 403 {
                refused += changes.len();
                continue;
            }
            assert_eq!(status, 200, "{} {told}", walker.name);
            for (result, (at, wanted)) in told["results"].as_array().expect("results").iter().zip(wanted) {
                refused += 1;
                let status = result["status"].as_u64().and_then(|status| u16::try_from(status).ok());
                if result["outcome"] != "refused" || !status.is_some_and(|status| wanted.contains(&status)) {
                    faults.push(format!("{at}: {result}, wanted {wanted:?}"));
                }
            }
        }
    }
    let all: BTreeSet<Kind> = Kind::ALL.iter().copied().collect();
    assert_eq!(walked, all, "every kind stands in the matrix");
    assert!(refused > 1500, "{refused}");
    super::none(faults);
    assert_eq!(ground.at.house.fingerprint().await, before, "what is refused changes nothing");
    ground.at.house.end().await;
}
