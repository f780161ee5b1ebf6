//! A storm of deeds at several visits, and phones that only pull: they end with exactly what the server tells.

use super::sync_pull::seat;
use crate::harness::{Follower, Inspectorate, Shot, Visitor, id_of, pictures};
use futures::future::join_all;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// How long it storms.
const STORM: Duration = Duration::from_secs(8);

/// Numbers that nobody can guess and everybody can repeat (xorshift, Marsaglia 2003).
#[derive(Clone, Debug)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[usize::try_from(self.roll(u64::try_from(of.len()).expect("a length"))).expect("a place")]
    }
}

/// What phones of the team do, whatever is answered but a fault of ours.
async fn deeds(at: &Inspectorate, who: &Visitor, visits: &[String], seed: u64, over: &AtomicBool) -> u64 {
    let mut dice = Dice(seed);
    let (mut done, mut known, mut shots) = (0, Vec::<(String, Uuid)>::new(), Vec::<Shot>::new());
    while !over.load(Ordering::SeqCst) {
        let visit = dice.pick(visits).clone();
        let fresh = Uuid::now_v7();
        let path = |kind: &str| format!("/v1/{kind}/{fresh}");
        let status = match dice.roll(9) {
            0 | 1 => {
                let said = json!({ "visit": id_of(&visit), "name": format!("Người {}", dice.roll(100)) });
                known.push((format!("{visit}/attendees/{fresh}"), fresh));
                who.put(&path("attendees"), &said).await.0
            }
            2 => {
                let said = json!({ "visit": id_of(&visit), "guided": "Công chức", "content": "Ghi sổ",
                    "given_at": "2026-03-20T09:40:00+07:00" });
                known.push((format!("{visit}/guidance/{fresh}"), fresh));
                who.put(&path("guidance"), &said).await.0
            }
            3 if !known.is_empty() => {
                let (entry, _) = dice.pick(&known).clone();
                who.send("DELETE", &entry, None).await.status
            }
            4 | 5 => {
                let yes = ["yes", "no"][usize::try_from(dice.roll(2)).expect("a side")];
                let item = ["A01", "A02", "A03"][usize::try_from(dice.roll(3)).expect("an item")];
                let answer = match item {
                    "A01" => json!({ "type": "yes_no_na", "value": yes }),
                    "A02" => json!({ "type": "number", "value": dice.roll(80) }),
                    _ => json!({ "type": "ratio", "numerator": dice.roll(36), "denominator": 36 }),
                };
                let (status, kept) = who.get(&format!("{visit}/responses")).await;
                let there = kept["items"].as_array().into_iter().flatten().find(|of| of["item"] == item);
                let mut said = at.answer(&visit, item, answer);
                match there.filter(|_| status == 200) {
                    Some(there) => {
                        said["base_version"] = there["version"].clone();
                        who.put(&format!("/v1/responses/{}", there["id"].as_str().expect("an id")), &said)
                            .await
                            .0
                    }
                    None => who.put(&path("responses"), &said).await.0,
                }
            }
            6 | 7 => {
                let of = id_of(&visit).parse().expect("an id");
                let seed = u8::try_from(dice.roll(250)).expect("a byte");
                let shot =
                    Shot::of(of, pictures::png(24, 24, |x, y| seed ^ u8::try_from(x * y % 251).unwrap_or(0)));
                let declared = who.put(&shot.path(), &shot.declaration).await.0;
                if declared == 201 && dice.roll(3) > 0 {
                    shots.push(shot.clone());
                    who.answer(shot.sending(who)).await.status
                } else {
                    declared
                }
            }
            _ if !shots.is_empty() => {
                let why = json!({ "reason": "Chụp nhầm" });
                who.post(&format!("{}/withdraw", dice.pick(&shots).path()), &why).await.0
            }
            _ => 200,
        };
        assert!(status < 500 || status == 503, "{status}");
        done += u64::from(status < 300);
    }
    done
}

/// What the office does: plans, tells, calls off, and moves people.
async fn office(at: &Inspectorate, over: &AtomicBool) -> u64 {
    let (mut dice, mut done, mut planned) = (Dice(77), 0, Vec::<String>::new());
    let who = &at.scheduler.visitor;
    let (lead, clerk, member) =
        ((at.lead.account, "lead"), (at.clerk.account, "clerk"), (at.member.account, "member"));
    while !over.load(Ordering::SeqCst) {
        match dice.roll(6) {
            0 | 1 => {
                let kind = ["planned", "surprise"][usize::try_from(dice.roll(2)).expect("a side")];
                planned.push(at.visit(kind, 2 + i64::try_from(dice.roll(9)).expect("hours")).await);
                done += 1;
            }
            2 if !planned.is_empty() => {
                let visit = dice.pick(&planned).clone();
                done += u64::from(at.step(&at.scheduler, &visit, "dispatch", Value::Null).await.status < 300);
            }
            3 if !planned.is_empty() => {
                let visit = dice.pick(&planned).clone();
                let why = json!({ "reason": "Bão" });
                done += u64::from(at.step(&at.scheduler, &visit, "cancel", why).await.status < 300);
            }
            4 | 5 => {
                let all = [lead, clerk, member];
                let seats = 2 + usize::try_from(dice.roll(2)).expect("a seat");
                seat(at, &all[..seats]).await;
                done += 1;
            }
            _ => {
                let _ = who.get("/v1/visits?limit=1").await;
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    done
}

/// Pulls and only pulls: pages of any size, answers that are lost, old places that are come back to, with what was held there.
async fn follow(phone: &mut Follower, seed: u64, over: &AtomicBool, pages: &AtomicU64) {
    let mut dice = Dice(seed);
    let mut old = phone.clone();
    while !over.load(Ordering::SeqCst) {
        let limit = u8::try_from([1, 2, 5, 20, 200][usize::try_from(dice.roll(5)).expect("a limit")])
            .expect("a limit");
        match dice.roll(12) {
            0 => {
                phone.ask(limit).await;
            }
            1 => {
                join_all([phone.ask(limit), phone.ask(7)]).await;
            }
            2 => old = phone.clone(),
            3 => *phone = old.clone(),
            // A page was kept, and its cursor was not.
            4 => {
                let cursor = phone.cursor.clone();
                phone.pull(limit).await;
                *phone = phone.back_at(cursor);
            }
            _ => {
                phone.pull(limit).await;
                pages.fetch_add(1, Ordering::SeqCst);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_that_only_pull_in_a_storm_end_with_exactly_the_servers_state() {
    let at = Arc::new(Inspectorate::open().await);
    let mut visits = Vec::new();
    for hours in [5, 6, 7] {
        let visit = at.visit("planned", hours).await;
        at.on_site(&visit).await;
        visits.push(visit);
    }
    let worker = at.house.start_worker();
    let (over, pages) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut phones: Vec<Follower> = [&at.member, &at.lead, &at.scheduler, &at.reviewer, &at.head]
        .map(|who| Follower::new(&who.visitor))
        .into();
    let team = [(&at.lead, 11), (&at.member, 22), (&at.clerk, 33), (&at.lead, 44)];
    let working = join_all(team.map(|(who, seed)| deeds(&at, &who.visitor, &visits, seed, &over)));
    let following = join_all(
        phones.iter_mut().zip([5, 6, 7, 8, 9]).map(|(phone, seed)| follow(phone, seed, &over, &pages)),
    );
    let storm = async {
        tokio::time::sleep(STORM).await;
        over.store(true, Ordering::SeqCst);
    };
    let (done, office, _, ()) = tokio::join!(working, office(&at, &over), following, storm);
    worker.stop().await;
    at.house.work().await;
    let done: u64 = done.into_iter().sum();
    let pages = pages.load(Ordering::SeqCst);
    assert!(
        done > 30 && office > 4 && pages > 20,
        "no storm: {done} deeds, {office} of the office, {pages} pages"
    );
    for phone in &mut phones {
        phone.catch_up(9).await;
        phone.holds_the_truth().await;
        let mut anew = phone.back_at(None);
        anew.held.clear();
        anew.catch_up(200).await;
        assert_eq!(anew.held, phone.held);
    }
    let at = Arc::into_inner(at).expect("nobody else has it");
    at.house.close().await;
}
