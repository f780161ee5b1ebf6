//! The ground that is walked: one installation with everybody and every subject that the matrix names.

use super::devices;
use super::matrix::{PEOPLE, POWERLESS};
use super::subjects::totals;
use crate::harness::{House, Inspectorate, Visitor};
use fieldproof::domain::actor::{Role, Scope};
use fieldproof::domain::ids::SessionId;
use fieldproof::domain::key::Purpose;
use fieldproof::flows;
use fieldproof::identity::token::{Grantee, sign};
use serde_json::json;
use std::collections::HashMap;
use tokio_postgres::Client;
use uuid::Uuid;

/// Somebody of the matrix.
pub struct Walker {
    /// The matrix's name for them.
    pub name: &'static str,
    /// Their account; of nobody for a program.
    pub account: Uuid,
    /// What they call with.
    pub visitor: Visitor,
    /// A second device of theirs.
    pub spare_device: Uuid,
}

/// Names in addresses and bodies, and what they stand for.
pub type Names = HashMap<&'static str, String>;

/// Everything there is.
pub struct Ground {
    /// The installation and its first owner.
    pub at: Inspectorate,
    /// Everybody who has a token.
    pub walkers: Vec<Walker>,
    /// What a family's letter stands for.
    subjects: HashMap<(&'static str, char), Names>,
}

/// One owner's side of a visit.
struct Side {
    owner: Uuid,
    campaign: Uuid,
    team: Uuid,
    checklist: Uuid,
    lead: Uuid,
}

/// What a visit is made from.
struct Seed {
    kind: &'static str,
    state: &'static str,
    disclosed: bool,
    dispatched: bool,
    unit: Uuid,
}

fn all_scopes() -> Vec<&'static str> {
    Scope::ALL.iter().map(|scope| scope.as_str()).collect()
}

/// Signs a person or a program in: their visitor and session.
async fn signed_in(
    house: &House,
    sql: &Client,
    (account, client): (Option<Uuid>, &str),
    scopes: &[&str],
) -> (Visitor, Uuid) {
    let session = Uuid::new_v4();
    let (kind, id) = account.map_or(("integrator", "NULL".to_owned()), |id| ("app", format!("'{id}'")));
    let begin = format!(
        "INSERT INTO sessions (id, kind, account_id, client_id, scopes, created_at, last_used_at, expires_at)
         VALUES ('{session}', '{kind}', {id}, '{client}', '{{{}}}', now(), now(), now() + interval '1 day')",
        scopes.join(",")
    );
    sql.batch_execute(&begin).await.expect("a session");
    let key = flows::keys::active(&house.app, Purpose::Access).await.expect("a key");
    let to = Grantee {
        issuer: &house.app.config.public_url,
        subject: account.map_or_else(|| client.to_owned(), |id| id.to_string()),
        client,
        session: SessionId(session),
        scope: scopes.join(" "),
    };
    let token = sign(&key, to, house.app.now(), std::time::Duration::from_mins(15)).expect("a token");
    (house.bearer(&token), session)
}

async fn program(house: &House, sql: &Client, id: &str, owner: Uuid, scopes: &[&str]) -> Visitor {
    let make = format!(
        "INSERT INTO clients (id, name, kind, secret_hash, redirect_uris, scopes, owner_id, created_at)
         VALUES ('{id}', 'Cổng dữ liệu', 'confidential', sha256('x'), '{{}}', '{{{}}}', '{owner}', now())",
        scopes.join(",")
    );
    sql.batch_execute(&make).await.expect("a client");
    signed_in(house, sql, (None, id), scopes).await.0
}

async fn visit(sql: &Client, side: &Side, seed: Seed, parent: Uuid) -> Uuid {
    let id = Uuid::new_v4();
    let Side { owner, campaign, team, checklist, lead } = side;
    let Seed { kind, state, unit, .. } = seed;
    let said = |outcome: &str, side: &str| {
        json!({ "side": side, "outcome": outcome, "signer_name": "A", "signer_position": "B", "by": lead,
            "at": "2026-03-20T04:00:00Z", "objection": null, "reason": null, "witness": null })
    };
    let minutes = (state == "finalised").then(|| {
        let text = json!({ "text": "Biên bản", "text_sha256": "00", "drafted_by": lead,
            "drafted_at": "2026-03-20T03:00:00Z", "signed_at": "2026-03-20T04:00:00Z",
            "figures": { "templates": [], "answers_sha256": "00" },
            "signatures": [said("signed", "team"), said("signed", "unit")] });
        format!("'{text}'")
    });
    let at = |is: bool| if is { "now()" } else { "NULL" };
    let make = format!(
        "INSERT INTO visits (id, owner_id, campaign_id, team_id, unit_id, unit_version_id, unit_path, unit_ancestors,
             kind, state, planned_start, planned_end, disclosed_at, dispatched_at, minutes, created_by, created_at)
         SELECT '{id}', '{owner}', '{campaign}', '{team}', '{unit}', v.id, v.name, ARRAY['{parent}']::uuid[],
             '{kind}', '{state}', now() + interval '30 hours', now() + interval '38 hours', {}, {}, {}, '{lead}', now()
         FROM unit_versions v WHERE v.unit_id = '{unit}';
         INSERT INTO visit_templates VALUES ('{id}', '{checklist}', 0)",
        at(seed.disclosed),
        at(seed.dispatched),
        minutes.unwrap_or_else(|| "NULL".to_owned())
    );
    sql.batch_execute(&make).await.expect("a visit");
    id
}

/// A photo at a visit, examined, whose bytes nobody will ask for.
async fn photo(sql: &Client, visit: Uuid) -> Uuid {
    let id = Uuid::now_v7();
    let derivatives = json!({ "320": { "size_bytes": 10, "width": 320, "height": 240 } });
    let make = format!(
        "INSERT INTO photos (id, owner_id, campaign_id, visit_id, unit_id, state, item_code, subject, caption, sha256,
             size_bytes, media_type, captured_at, captured_offset_s, device_clock, origin, position_source, declared_by,
             declared_session, declared_at, place_verdict, place_reasons, clock_skew_s, stored_at, log_number,
             sniffed_type, derivatives, examined_at)
         SELECT '{id}', v.owner_id, v.campaign_id, v.id, v.unit_id, 'ready', 'A01', 'desk', '', sha256('x'), 1,
             'image/png', now(), 25200, now(), 'camera', 'none', v.created_by,
             (SELECT s.id FROM sessions s LIMIT 1), now(), 'cannot_tell', '{{}}', 0, now(), 1, 'image/png',
             '{derivatives}', now()
         FROM visits v WHERE v.id = '{visit}'"
    );
    sql.batch_execute(&make).await.expect("a photo");
    id
}

/// An answer that waited beside another one and was let go.
async fn candidate(sql: &Client, visit: Uuid, checklist: Uuid) -> Uuid {
    let id = Uuid::new_v4();
    let make = format!(
        "INSERT INTO response_candidates
         SELECT '{id}', id, '{checklist}', 'A01', '{id}', '{{\"type\": \"count\", \"value\": 1}}', 'fail', '', created_by,
             now(), 25200, now(), false, created_by, now()
         FROM visits WHERE id = '{visit}'"
    );
    sql.batch_execute(&make).await.expect("a candidate");
    id
}

/// What came of a visit: a candidate finding, and an action of its unit that nothing more happens to.
async fn remains(sql: &Client, visit: Uuid) -> (Uuid, Uuid) {
    let (finding, action) = (Uuid::new_v4(), Uuid::new_v4());
    let make = format!(
        "INSERT INTO findings (id, owner_id, campaign_id, visit_id, team_id, unit_id, unit_ancestors, unit_path, kind,
             category, statement, severity, critical, inspected_at, precision, reported_at, state, story, proposed_by)
         SELECT '{finding}', owner_id, campaign_id, id, team_id, unit_id, unit_ancestors, unit_path, 'finding',
             'Phối hợp', 'Phối hợp lỏng lẻo', 'shortcoming', false, now(), 'instant', now(), 'candidate', '{{}}',
             created_by
         FROM visits WHERE id = '{visit}';
         INSERT INTO actions (id, owner_id, campaign_id, visit_id, team_id, kind, title, state, due_on,
             issued_at, story, created_by, created_at)
         SELECT '{action}', owner_id, campaign_id, id, team_id, 'correction', 'Khắc phục', 'verified_done', '2030-01-31',
             now(), '{{}}', created_by, now()
         FROM visits WHERE id = '{visit}';
         INSERT INTO action_owners SELECT '{action}', unit_id, unit_path, unit_ancestors FROM visits WHERE id = '{visit}';
         INSERT INTO action_units SELECT '{action}', unit, now()
         FROM visits, unnest(unit_id || unit_ancestors) AS unit WHERE id = '{visit}'"
    );
    sql.batch_execute(&make).await.expect("what came of a visit");
    (finding, action)
}

impl Ground {
    /// Lays it out.
    pub async fn lay() -> Self {
        let at = Inspectorate::open().await;
        let sql = at.house.sql().await;
        let abroad = at.house.owner("lai-chau").await.0;
        let mut ground = Self { at, walkers: Vec::new(), subjects: HashMap::new() };
        ground.people(&sql, abroad).await;
        ground.places(&sql, abroad).await;
        ground
    }

    /// What a letter stands for.
    pub fn names(&self, family: &str, letter: char) -> &Names {
        let found = self.subjects.iter().find(|((of, l), _)| *of == family && *l == letter);
        found.map_or_else(|| panic!("{family} has no {letter}"), |(_, names)| names)
    }

    /// Somebody by name.
    pub fn walker(&self, name: &str) -> &Walker {
        self.walkers.iter().find(|walker| walker.name == name).expect("a walker")
    }

    async fn people(&mut self, sql: &Client, abroad: Uuid) {
        let at = &self.at;
        let (owner, house) = (at.owner, &at.house);
        let held =
            async |role, owner: Uuid, unit| house.holder("Người đi", &[(role, owner, unit)]).await.account;
        let root = house.officer("Quản trị", &[(Role::Administrator, None)]).await.account;
        let next = held(Role::Scheduler, owner, Some(at.other_commune)).await;
        let accounts = [
            ("root", root),
            ("admin", held(Role::Administrator, owner, None).await),
            ("auth", at.authority.account),
            ("clear", held(Role::Authority, owner, None).await),
            ("sched", at.scheduler.account),
            ("next", next),
            ("lead", at.lead.account),
            ("member", at.member.account),
            ("clerk", at.clerk.account),
            ("rev", at.reviewer.account),
            ("head", at.head.account),
            ("staff", held(Role::UnitStaff, owner, Some(at.commune)).await),
            ("over", held(Role::Oversight, owner, None).await),
            ("other", held(Role::Scheduler, abroad, None).await),
            ("none", house.holder("Người lạ", &[]).await.account),
        ];
        let scopes = all_scopes();
        let mut walkers = Vec::new();
        for (name, account) in accounts {
            let (visitor, _) = signed_in(house, sql, (Some(account), "fieldproof-phone"), &scopes).await;
            let spare = signed_in(house, sql, (Some(account), "fieldproof-phone"), &scopes).await.1;
            walkers.push(Walker { name, account, visitor, spare_device: spare });
        }
        let bare = signed_in(house, sql, (Some(at.scheduler.account), "fieldproof-phone"), &[]).await.0;
        let prog = program(house, sql, "prog", owner, &scopes).await;
        let mute = program(house, sql, "mute", owner, &[]).await;
        let scheduler = at.scheduler.account;
        for (name, account, visitor) in
            [("bare", scheduler, bare), ("prog", Uuid::nil(), prog), ("mute", Uuid::nil(), mute)]
        {
            walkers.push(Walker { name, account, visitor, spare_device: Uuid::new_v4() });
        }
        let expected = PEOPLE.len() + POWERLESS.len();
        assert_eq!(walkers.len(), expected, "everybody of the matrix");
        self.walkers = walkers;
    }

    #[allow(clippy::too_many_lines, reason = "a list of what is entered, in order")]
    async fn places(&mut self, sql: &Client, abroad: Uuid) {
        let at = &self.at;
        let house = &at.house;
        let stranger = house.holder("Trưởng đoàn khác", &[(Role::TeamLead, at.owner, None)]).await.account;
        let foreigner =
            house.holder("Trưởng đoàn tỉnh khác", &[(Role::TeamLead, abroad, None)]).await.account;
        let other_team = house.team(at.campaign, &[(stranger, "lead")]).await;
        let campaign = house.active_campaign(abroad).await;
        let foreign_team = house.team(campaign, &[(foreigner, "lead")]).await;
        let checklist = house.checklist(abroad).await;
        let own =
            |team, lead| Side { owner: at.owner, campaign: at.campaign, team, checklist: at.checklist, lead };
        let (ours, theirs) = (own(at.team, at.lead.account), own(other_team, stranger));
        let foreign = Side { owner: abroad, campaign, team: foreign_team, checklist, lead: foreigner };
        let aborted =
            |unit| Seed { kind: "planned", state: "aborted", disclosed: false, dispatched: true, unit };
        let finalised =
            |unit| Seed { kind: "surprise", state: "finalised", disclosed: true, dispatched: true, unit };
        let sealed = || Seed {
            kind: "surprise",
            state: "sealed",
            disclosed: false,
            dispatched: false,
            unit: at.commune,
        };
        let told = || Seed { state: "dispatched", dispatched: true, ..sealed() };
        let seeds = [
            ('o', &ours, aborted(at.commune)),
            ('s', &ours, finalised(at.commune)),
            ('u', &ours, finalised(at.other_commune)),
            ('z', &ours, sealed()),
            ('t', &ours, told()),
            ('a', &theirs, aborted(at.commune)),
            ('b', &theirs, told()),
            ('f', &foreign, aborted(at.commune)),
            ('g', &foreign, sealed()),
        ];
        let mut subjects = HashMap::new();
        for (letter, side, seed) in seeds {
            let visit = visit(sql, side, seed, at.province).await;
            let names = [("visit", visit), ("photo", photo(sql, visit).await), ("checklist", side.checklist)];
            let mut names: Names = names.into_iter().map(|(name, id)| (name, id.to_string())).collect();
            names.insert("candidate", candidate(sql, visit, side.checklist).await.to_string());
            let (finding, action) = remains(sql, visit).await;
            let mut more = names.clone();
            more.extend([("finding", finding.to_string()), ("action", action.to_string())]);
            subjects.insert(("findings", letter), more.clone());
            subjects.insert(("actions", letter), more);
            subjects.insert(("visits", letter), names.clone());
            subjects.insert(("photos", letter), names);
        }
        let cleared = self.walkers.iter().find(|walker| walker.name == "clear").expect("somebody cleared");
        let clear = format!(
            "INSERT INTO visit_clearances SELECT v.id, s.account_id, v.created_by, now() FROM visits v, sessions s
             WHERE s.id = '{}' AND v.owner_id = '{}' AND v.disclosed_at IS NULL AND v.kind = 'surprise'",
            cleared.spare_device, at.owner
        );
        sql.batch_execute(&clear).await.expect("clearances");

        let supervision = house.active_campaign(at.owner).await;
        let watching = house.team(supervision, &[(stranger, "lead")]).await;
        let make = format!("UPDATE campaigns SET kind = 'supervision' WHERE id = '{supervision}'");
        sql.batch_execute(&make).await.expect("a supervision");
        for (letter, owner, kind, of, team) in [
            ('c', at.owner, "civil_service", at.campaign, at.team),
            ('k', at.owner, "supervision", supervision, watching),
            ('f', abroad, "civil_service", campaign, foreign_team),
        ] {
            let round = round(sql, of).await;
            let (draw, totals) = (draw(sql, of).await, totals(sql, of).await);
            let of = [("owner", owner), ("campaign", of), ("team", team)];
            let ids = of.into_iter().chain([("round", round), ("draw", draw), ("totals", totals)]);
            let mut names: Names = ids.map(|(name, id)| (name, id.to_string())).collect();
            names.insert("kind", kind.to_owned());
            subjects.insert(("beginnings", letter), names.clone());
            subjects.insert(("campaigns", letter), names);
        }
        for (letter, owner, campaign, unit, is_issued) in [
            ('d', at.owner, at.campaign, at.commune, false),
            ('i', at.owner, at.campaign, at.commune, true),
            ('n', at.owner, at.campaign, at.other_commune, true),
            ('k', at.owner, supervision, at.commune, false),
            ('f', abroad, campaign, at.commune, true),
        ] {
            let ids = [("notice", notice(sql, (owner, campaign), unit, is_issued).await), ("unit", unit)];
            let names = ids.into_iter().map(|(name, id)| (name, id.to_string())).collect();
            subjects.insert(("notices", letter), names);
        }
        for (letter, campaign, team) in [
            ('c', at.campaign, at.team),
            ('x', at.campaign, other_team),
            ('f', campaign, foreign_team),
            ('m', campaign, at.team),
        ] {
            let ids =
                [("campaign", campaign), ("team", team), ("unit", at.commune), ("checklist", at.checklist)];
            let names = ids.into_iter().map(|(name, id)| (name, id.to_string())).collect();
            subjects.insert(("plans", letter), names);
        }
        for (letter, owner) in [('l', None), ('o', Some(at.owner)), ('f', Some(abroad))] {
            subjects.insert(("templates", letter), template(sql, owner).await);
        }
        for (letter, owner) in [('p', Some(at.owner)), ('q', Some(abroad)), ('x', None)] {
            subjects.insert(("accounts", letter), account(house, sql, owner).await);
        }
        for (letter, unit) in [('e', at.commune), ('n', at.other_commune)] {
            let made = [("event", event(sql, unit).await), ("unit_version", house.version_of(unit).await)];
            let ids = made.into_iter().chain([("owner", at.owner), ("unit", unit)]);
            subjects.insert(("ground", letter), ids.map(|(name, id)| (name, id.to_string())).collect());
        }
        for (letter, owner, unit) in
            [('e', at.owner, at.commune), ('n', at.owner, at.other_commune), ('f', abroad, at.commune)]
        {
            let ids = [("owner", owner), ("unit", unit), ("review", review(sql, owner, unit).await)];
            let mut names: Names = ids.into_iter().map(|(name, id)| (name, id.to_string())).collect();
            names.insert("document", "work_regulation".to_owned());
            subjects.insert(("reviews", letter), names);
        }
        subjects.insert(("oneself", 'm'), Names::new());
        let theirs = signed_in(house, sql, (Some(stranger), "fieldproof-phone"), &[]).await.1;
        subjects.insert(("oneself", 'd'), Names::from([("device", theirs.to_string())]));
        let owners = [('p', at.owner), ('q', abroad)];
        subjects.extend(devices::lay(sql, owners, stranger, &self.walkers).await);
        self.subjects = subjects;
    }
}

/// A review that is done already.
async fn review(sql: &Client, owner: Uuid, unit: Uuid) -> Uuid {
    let id = Uuid::new_v4();
    let make = format!(
        "INSERT INTO review_triggers
         SELECT '{id}', '{owner}', '{unit}', 'new_rule', '2020-01-01', 'Nghị định mới', a.id, now() FROM accounts a LIMIT 1;
         INSERT INTO review_tasks
         SELECT '{id}', 'work_regulation', '2020-01-31', now(), a.id, NULL, 'Giữ nguyên' FROM accounts a LIMIT 1"
    );
    sql.batch_execute(&make).await.expect("a review");
    id
}

/// Something that happened to a unit, which nobody can undo any more.
async fn event(sql: &Client, unit: Uuid) -> Uuid {
    let id = Uuid::new_v4();
    let effects = json!([{ "unit": unit, "ended": null, "begun": null }]);
    let make = format!(
        "INSERT INTO unit_events (id, kind, operating_date, effective_on, certainty, note, effects, successions,
             recorded_at)
         VALUES ('{id}', 'rename', '2010-01-01', '2010-01-01', 'high', '', '{effects}', '[]', now());
         INSERT INTO unit_event_units VALUES ('{unit}', '{id}', '2010-01-01')"
    );
    sql.batch_execute(&make).await.expect("an event");
    id
}

/// A draw for a campaign, which whoever may is told that it is broken.
async fn draw(sql: &Client, campaign: Uuid) -> Uuid {
    let id = Uuid::new_v4();
    let make = format!(
        "INSERT INTO draws (id, campaign_id, title, strata, seed, commitment, frame_sha256, drawn, made_at)
         VALUES ('{id}', '{campaign}', 'Chọn xã', '[]', sha256('x'), 'x', 'x', '[]', now())"
    );
    sql.batch_execute(&make).await.expect("a draw");
    id
}

/// A notice of a campaign to a unit, which perhaps was issued.
async fn notice(sql: &Client, (owner, campaign): (Uuid, Uuid), unit: Uuid, is_issued: bool) -> Uuid {
    let [id, somebody, other] = std::array::from_fn(|_| Uuid::new_v4());
    let content = json!({ "source": { "kind": "visit" }, "form": "announcement", "symbol": "TB-SNV", "issuer": id,
        "letterhead": [], "title": "Kết luận", "opening": "", "sections": {}, "archive": "VT" });
    let cover = json!({ "from": "2026-01-01", "to": "2026-01-31", "unit": null, "visits": [] });
    let person = |id: Uuid| {
        format!(
            "INSERT INTO accounts (id, login, display_name, locale, state, created_at)
             VALUES ('{id}', '{id}', 'Người ký', 'vi', 'active', now());"
        )
    };
    let make = format!(
        "{} {}
         INSERT INTO notices (id, owner_id, campaign_id, state, cover, visit_ids, content, figures, writers, drafted_at,
             written_at)
         VALUES ('{id}', '{owner}', '{campaign}', 'draft', '{cover}', '{{}}', '{content}', '[]', '{{{other}}}', now(),
             now());
         INSERT INTO notice_recipients (notice_id, place, unit_id, unit_ancestors, name)
         VALUES ('{id}', 1, '{unit}', '{{}}', 'Xã');
         INSERT INTO notice_units VALUES ('{id}', '{unit}', now())",
        person(somebody),
        person(other)
    );
    sql.batch_execute(&make).await.expect("a notice");
    if is_issued {
        let issue = format!(
            "UPDATE notices SET state = 'issued', reviewed_by = '{somebody}', reviewed_at = now(), number = 5,
                 symbol = 'TB-SNV', issuer = '{id}', year = 2026, signed_on = '2026-02-01', place = 'Tuyên Quang',
                 signer = '{{\"capacity\": [\"GIÁM ĐỐC\"], \"name\": \"A\"}}', signed_by = '{somebody}',
                 signed_at = now(), document = '', document_sha256 = '', issued_by = '{somebody}', issued_at = now()
             WHERE id = '{id}'"
        );
        sql.batch_execute(&issue).await.expect("an issued notice");
    }
    id
}

/// A round of a campaign.
async fn round(sql: &Client, campaign: Uuid) -> Uuid {
    let id = Uuid::new_v4();
    let make = format!(
        "INSERT INTO rounds (id, campaign_id, number, name, purpose, created_at)
         VALUES ('{id}', '{campaign}', 1, '', 'first', now())"
    );
    sql.batch_execute(&make).await.expect("a round");
    id
}

/// A published checklist of the library or of an owner.
async fn template(sql: &Client, owner: Option<Uuid>) -> Names {
    let template = Uuid::new_v4();
    let of = owner.map_or("NULL".to_owned(), |owner| format!("'{owner}'"));
    let body = json!({ "title": { "vi": "Danh mục", "en": "" }, "sections": [] });
    let make = format!(
        "INSERT INTO templates VALUES ('{template}', {of}, 'DM-{}', now());
         INSERT INTO template_versions (id, template_id, number, state, body, body_sha256, created_at, published_at)
         VALUES ('{template}', '{template}', 1, 'published', '{body}', sha256('x'), now(), now()); INSERT INTO template_pictures VALUES ('{template}', sha256('x'), 'image/png', 9, 3, 2, NULL, now())",
        &template.simple().to_string()[..8].to_uppercase()
    );
    sql.batch_execute(&make).await.expect("a template");
    let mut names = Names::from([("template", template.to_string()), ("number", "1".to_owned())]);
    names.extend(owner.map(|owner| ("owner", owner.to_string())));
    names
}

/// A disabled account with a role at an owner, or without any.
async fn account(house: &House, sql: &Client, owner: Option<Uuid>) -> Names {
    let roles: Vec<_> = owner.iter().map(|owner| (Role::Clerk, *owner, None)).collect();
    let account = house.holder("Người vắng", &roles).await.account;
    let disable =
        format!("UPDATE accounts SET state = 'disabled', disabled_at = now() WHERE id = '{account}'");
    sql.batch_execute(&disable).await.expect("a disabled account");
    let find = format!("SELECT id::text FROM grants WHERE account_id = '{account}'");
    let grant = sql.query_opt(&find, &[]).await.expect("grants");
    let grant = grant.map_or_else(|| Uuid::new_v4().to_string(), |row| row.get(0));
    let mut names = Names::from([("account", account.to_string()), ("grant", grant)]);
    names.extend(owner.map(|owner| ("owner", owner.to_string())));
    names
}
