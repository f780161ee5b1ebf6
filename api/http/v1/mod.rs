//! The JSON API, version 1: one file a noun, view types private to it.

pub mod accounts;
pub mod actions;
pub mod assignments;
pub mod calendars;
pub mod campaigns;
pub mod company;
pub mod conflicts;
pub mod devices;
pub mod draws;
pub mod enrolments;
pub mod external;
pub mod findings;
pub mod me;
pub mod minutes;
pub mod notices;
pub mod owners;
pub mod photos;
pub mod premises;
pub mod procedures;
pub mod publications;
pub mod pull;
pub mod recommendations;
pub mod references;
pub mod reports;
pub mod responses;
pub mod reviews;
pub mod rounds;
pub mod scores;
pub mod sync;
pub mod teams;
pub mod templates;
pub mod time;
pub mod units;
pub mod unsent;
pub mod uploads;
pub mod visits;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation under `/v1`.
pub fn operations(cfg: &mut ServiceConfig) {
    // Routes are tried one after another: those that phones ask for in every minute come first.
    cfg.configure(uploads::operations);
    cfg.configure(photos::operations);
    cfg.configure(pull::operations);
    cfg.configure(sync::operations);
    cfg.configure(assignments::operations);
    cfg.configure(calendars::operations);
    cfg.configure(campaigns::operations);
    cfg.configure(company::operations);
    cfg.configure(conflicts::operations);
    cfg.configure(draws::operations);
    cfg.configure(external::operations);
    cfg.configure(owners::operations);
    cfg.configure(premises::operations);
    cfg.configure(procedures::operations);
    cfg.configure(publications::operations);
    cfg.configure(references::operations);
    cfg.configure(reports::operations);
    cfg.configure(responses::operations);
    cfg.configure(rounds::operations);
    cfg.configure(scores::operations);
    cfg.configure(teams::operations);
    cfg.configure(templates::operations);
    cfg.configure(units::operations);
    cfg.configure(visits::operations);
    cfg.configure(minutes::operations);
    cfg.configure(notices::operations);
    cfg.configure(findings::operations);
    cfg.configure(recommendations::operations);
    cfg.configure(actions::operations);
    cfg.configure(reviews::operations);
    cfg.configure(accounts::operations);
    cfg.configure(me::operations);
    cfg.configure(enrolments::operations);
    cfg.configure(devices::operations);
    cfg.configure(unsent::operations);
    cfg.configure(time::operations);
}
