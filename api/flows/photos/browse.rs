//! Browsing: which combinations of filters there are, and what of them an actor may see.

use super::Photo;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::ids::{ActionId, CampaignId, FindingId, OwnerId, UnitId, VisitId};
use crate::domain::moment::vietnam_day;
use crate::domain::permission::{self, Deed, Slice, Subject};
use crate::domain::refusal::{FieldFault, Kind, Refusal};
use crate::flows::Result;
use crate::flows::visits::heirs;
use crate::records::{Db, photos, visits};
use jiff::Timestamp;

pub use crate::records::photos::{After, Facet, PageQuery};
use crate::records::photos::{Edges, Scope, Sight};
use crate::records::visits::visible;

/// What is asked for, as parsed from the query.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// One owner; may be left out by whoever has exactly one.
    pub owner: Option<OwnerId>,
    /// One campaign.
    pub campaign: Option<CampaignId>,
    /// One visit.
    pub visit: Option<VisitId>,
    /// What shows one corrective action done.
    pub action: Option<ActionId>,
    /// What the team declared for one finding.
    pub finding: Option<FindingId>,
    /// What the unit shows in reply to one finding.
    pub reply_to: Option<FindingId>,
    /// A unit and everything below it.
    pub unit: Option<UnitId>,
    /// West, south, east, north in degrees.
    pub bbox: Option<[f64; 4]>,
    /// By item, subject, place verdict or state.
    pub facets: Vec<Facet>,
    /// Captured at this time or later.
    pub from: Option<Timestamp>,
    /// Captured before this time.
    pub to: Option<Timestamp>,
    /// `Some(true)` for oldest first.
    pub ascending: Option<bool>,
}

/// Widest box in degrees, each way: more than the country.
const WIDEST_BOX: f64 = 20.0;
/// Most visits of one person that are listed together.
const MOST_VISITS: u8 = 200;

fn combination(detail: &str) -> Refusal {
    Refusal::new(Kind::Invalid, "photo.filter-combination", detail)
}

/// Refuses what no index answers.
fn check(filters: &Filters) -> std::result::Result<(), Refusal> {
    let scopes = [
        filters.campaign.is_some(),
        filters.visit.is_some(),
        filters.action.is_some(),
        filters.finding.is_some(),
        filters.reply_to.is_some(),
        filters.unit.is_some(),
        filters.bbox.is_some(),
    ];
    if scopes.iter().filter(|given| **given).count() > 1 {
        return Err(combination("Give one of campaign, visit, action, finding, reply_to, unit and bbox."));
    }
    let is_whole = filters.unit.is_none() && filters.bbox.is_none() && scopes.contains(&true);
    if filters.owner.is_some() && is_whole {
        return Err(combination("owner goes alone, with unit, or with bbox."));
    }
    let out_of_the_way = |f: &Facet| matches!(f, Facet::State(state) if !state.is_held());
    if filters.unit.is_some() && filters.facets.iter().any(out_of_the_way) {
        return Err(combination(
            "Announced and withdrawn photos are not kept by unit; ask by owner, campaign or visit.",
        ));
    }
    if let Some([west, south, east, north]) = filters.bbox {
        if !filters.facets.is_empty() || filters.ascending.is_some() {
            return Err(combination(
                "bbox takes no other filter than captured_from and captured_to, and no order.",
            ));
        }
        let on_earth = [west, east].iter().all(|x| (-180.0..=180.0).contains(x))
            && [south, north].iter().all(|y| (-90.0..=90.0).contains(y));
        if !on_earth
            || east <= west
            || north <= south
            || east - west > WIDEST_BOX
            || north - south > WIDEST_BOX
        {
            let detail = "must be west,south,east,north in degrees, at most 20 degrees wide and high";
            return Err(Refusal::invalid(vec![FieldFault::new("?bbox", "photo.bbox", detail)]));
        }
    }
    Ok(())
}

/// One page, and whether more follows.
///
/// # Errors
/// `photo.filter-combination`, `not-found` for a scope the actor may not see, `photo.filter-owner` where no owner was
/// named and none follows; an outage.
pub async fn browse(
    app: &App,
    actor: &Actor,
    filters: &Filters,
    after: Option<After>,
    limit: u8,
) -> Result<(Vec<Photo>, bool)> {
    check(filters)?;
    if !actor.scopes.contains(&Deed::ReadPhotos.scope()) {
        let detail = format!("This client may not ask for {}.", Deed::ReadPhotos.scope().as_str());
        return Err(Refusal::new(Kind::Forbidden, "scope-missing", detail).into());
    }
    let mut db = app.records.conn().await?;
    let (scope, sight) = allowed_scope(&mut db, actor, filters, app.now()).await?;
    let is_short = matches!(
        scope,
        Scope::Visit(_) | Scope::Visits(_) | Scope::Action(_) | Scope::Finding(_) | Scope::Reply(_)
    );
    if filters.facets.len() > 1 && !is_short {
        let detail = "Give at most one of item, subject, place and state, except within a visit.";
        return Err(combination(detail).into());
    }
    let query = PageQuery {
        scope,
        facets: filters.facets.clone(),
        from: filters.from,
        to: filters.to,
        ascending: filters.ascending.unwrap_or(false),
        sight,
        after,
        limit: i64::from(limit) + 1,
    };
    let mut rows = photos::page(&mut db, &query).await?;
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    Ok((rows, more))
}

fn sees(actor: &Actor, subject: &Subject) -> bool {
    permission::allows(actor, Deed::ReadPhotos, subject)
}

async fn allowed_scope(
    db: &mut Db,
    actor: &Actor,
    filters: &Filters,
    now: Timestamp,
) -> Result<(Scope, Sight)> {
    if let Some(visit) = filters.visit {
        let mut standing = visits::standing(db, actor, visit).await?.ok_or_else(Refusal::not_found)?;
        heirs::add(db, actor, (Deed::ReadPhotos, vietnam_day(now)), &mut standing).await?;
        permission::may(actor, Deed::ReadPhotos, &standing.subject)?;
        return Ok((Scope::Visit(visit), Sight::All));
    }
    if let Some(action) = filters.action {
        super::after::may_be_listed(db, actor, action, vietnam_day(now)).await?;
        return Ok((Scope::Action(action), Sight::All));
    }
    if let Some(finding) = filters.finding.or(filters.reply_to) {
        let is_reply = filters.reply_to.is_some();
        super::after::may_be_shown(db, actor, (finding, is_reply), vietnam_day(now)).await?;
        let scope = if is_reply { Scope::Reply(finding) } else { Scope::Finding(finding) };
        return Ok((scope, Sight::All));
    }
    if let Some(campaign) = filters.campaign {
        let owner = photos::owner_of_campaign(db, campaign).await?.ok_or_else(Refusal::not_found)?;
        let subject = Subject { owner: Some(owner), campaign: Some(campaign), ..Subject::default() };
        return if sees(actor, &subject) {
            Ok((Scope::Campaign(campaign), Sight::All))
        } else {
            Err(unseen())
        };
    }
    let owner = match filters.owner {
        Some(owner) => owner,
        None => match only_owner(actor, filters.unit.is_some())? {
            Some(owner) => owner,
            None => return Ok((own_visits(db, actor, filters).await?, Sight::All)),
        },
    };
    if let Some(unit) = filters.unit {
        let units = photos::unit_and_above(db, unit, vietnam_day(now)).await?;
        let subject =
            |signed| Subject { owner: Some(owner), units: units.clone(), signed, ..Subject::default() };
        // Whoever answers for a unit sees its photos once the minutes are signed.
        if sees(actor, &subject(false)) || sees(actor, &subject(true)) {
            return Ok((Scope::Unit(owner, unit), sight(actor, owner, unit)));
        }
        return Err(unseen());
    }
    if !sees(actor, &Subject { owner: Some(owner), ..Subject::default() }) {
        return Err(unseen());
    }
    let scope = filters.bbox.map_or(Scope::Owner(owner), |[west, south, east, north]| {
        Scope::Box(owner, Edges { west, south, east, north })
    });
    Ok((scope, Sight::All))
}

/// What of a unit's photos the actor's grants show; agrees with what they may read one by one.
fn sight(actor: &Actor, owner: OwnerId, unit: UnitId) -> Sight {
    let reach = permission::reach(actor, Deed::ReadPhotos);
    let here = |slice: &Slice| slice.owner.is_none_or(|of| of == owner) && slice.campaign.is_none();
    let (mut open, mut signed) = (Vec::new(), Vec::new());
    for slice in reach.owners.iter().filter(|slice| here(slice)) {
        match slice.unit {
            // What is listed lies below the asked unit anyhow.
            Some(granted) if granted != unit => open.push(granted),
            _ => return Sight::All,
        }
    }
    for (slice, after_signing) in reach.units.iter().filter(|(slice, _)| here(slice)) {
        let list = if *after_signing { &mut signed } else { &mut open };
        list.extend(slice.unit);
    }
    Sight::Below { open, signed }
}

/// The visits of somebody who sees them one by one: those of their teams, and what they answer for once it is signed.
async fn own_visits(db: &mut Db, actor: &Actor, filters: &Filters) -> Result<Scope> {
    if filters.bbox.is_some() {
        return Err(combination("bbox needs an owner whose photos you may see.").into());
    }
    let wanted = visible::Wanted::default();
    let seen = visible::page(db, actor, Deed::ReadPhotos, &wanted, MOST_VISITS.saturating_add(1)).await?;
    if seen.len() > usize::from(MOST_VISITS) {
        let detail = "You see more than 200 visits; name an owner, a campaign, a unit or a visit.";
        return Err(Refusal::new(Kind::Invalid, "photo.filter-owner", detail).into());
    }
    Ok(Scope::Visits(seen.into_iter().map(|place| place.id).collect()))
}

fn unseen() -> crate::flows::Error {
    Refusal::not_found().into()
}

/// The owner of whoever has exactly one; `None` for whoever has none.
fn only_owner(actor: &Actor, for_unit: bool) -> std::result::Result<Option<OwnerId>, Refusal> {
    // Whoever may see every owner's has to say whose.
    let everywhere = sees(actor, &Subject { owner: None, ..Subject::default() });
    let mut owners: Vec<OwnerId> = actor
        .grants
        .iter()
        .filter_map(|grant| grant.owner)
        .filter(|owner| for_unit || sees(actor, &Subject { owner: Some(*owner), ..Subject::default() }))
        .collect();
    owners.sort_unstable();
    owners.dedup();
    match owners.as_slice() {
        [] if !for_unit && !everywhere => return Ok(None),
        [one] => return Ok(Some(*one)),
        _ => {}
    }
    let detail = "Name an owner, a campaign or a visit.";
    Err(Refusal::new(Kind::Invalid, "photo.filter-owner", detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::photo::State;
    use uuid::Uuid;

    fn code(filters: &Filters) -> Option<&'static str> {
        check(filters).err().map(|no| no.code)
    }

    #[test]
    fn combinations_without_an_index_are_refused() {
        let subject = || Facet::Subject("desk".to_owned());
        let unit = Some(UnitId(Uuid::nil()));
        let visit = Some(VisitId(Uuid::nil()));
        assert_eq!(code(&Filters { facets: vec![subject()], unit, ..Filters::default() }), None);
        let quarantined = Facet::State(State::Quarantined);
        assert_eq!(code(&Filters { facets: vec![quarantined], unit, ..Filters::default() }), None);
        assert_eq!(code(&Filters { bbox: Some([102.0, 8.0, 110.0, 24.0]), ..Filters::default() }), None);
        assert_eq!(
            code(&Filters {
                facets: vec![subject(), Facet::State(State::Ready)],
                visit,
                ..Filters::default()
            }),
            None
        );
        for refused in [
            Filters { facets: vec![Facet::State(State::Withdrawn)], unit, ..Filters::default() },
            Filters { visit, unit, ..Filters::default() },
            Filters { bbox: Some([107.0, 15.0, 107.5, 15.5]), facets: vec![subject()], ..Filters::default() },
        ] {
            assert_eq!(code(&refused), Some("photo.filter-combination"));
        }
        for bbox in [[0.0, 0.0, 21.0, 1.0], [1.0, 0.0, 0.0, 1.0], [f64::NAN, 0.0, 1.0, 1.0]] {
            assert_eq!(code(&Filters { bbox: Some(bbox), ..Filters::default() }), Some("invalid"));
        }
    }
}
