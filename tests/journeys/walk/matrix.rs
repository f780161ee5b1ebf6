//! Who may do what, written down a second time: from the roles matrix of the inspection process and its two added
//! columns, not from the product. Each letter is a subject the person may do it to; `-` is none.

/// The people of the columns, in order.
pub static PEOPLE: [&str; 16] = [
    "root", "admin", "auth", "clear", "sched", "next", "lead", "member", "clerk", "rev", "head", "staff",
    "over", "prog", "other", "none",
];

/// People who may nothing at all: clients without any scope in the hands of a scheduler (`bare`) and of a program
/// (`mute`). Whoever has no token is asked apart.
pub static POWERLESS: [(&str, &str); 2] = [("bare", "sched"), ("mute", "prog")];

/// Rows that have the same subjects.
pub struct Family {
    /// What it is about.
    pub name: &'static str,
    /// The subjects, a letter each; see `ground.rs` for what they are.
    pub letters: &'static str,
    /// The row that says who knows of a subject: whoever does not is told that there is none. Where it is `None`,
    /// nothing is kept secret.
    pub sight: Option<&'static str>,
    /// One line an operation; a variant of it stands behind a colon.
    pub rows: &'static str,
}

/// Every operation that needs a right.
///
/// Visits: own team's aborted (o), signed and final (s), signed at another unit (u), sealed (z), told but sealed (t);
/// another team's aborted (a), told but sealed (b); another owner's aborted (f), sealed (g). `clear` is cleared for z, t
/// and b; `next` schedules for the unit of u alone; `head` and `staff` belong to the unit of all the others.
pub static FAMILIES: [Family; 15] = [
    Family {
        name: "visits",
        letters: "osuztabfg",
        sight: Some("read_visit"),
        rows: "
operation          root admin auth clear   sched   next lead  member clerk rev  head staff over prog other none
read_visit         -    -     osua osuaztb osuaztb u    osuzt osut   osut  osua osa  osa   osua osua fg    -
read_bundle        -    -     osua osuaztb osuaztb u    osuzt osut   osut  osua osa  osa   osua osua fg    -
read_minutes       -    -     osua osuaztb osuaztb u    osuzt osut   osut  osua osa  osa   osua osua fg    -
list_responses     -    -     osua osuaztb osuaztb u    osuzt osut   osut  osua osa  osa   osua osua fg    -
list_attendees     -    -     osua osuaztb osuaztb u    osuzt osut   osut  osua osa  osa   osua osua fg    -
list_guidance      -    -     osua osuaztb osuaztb u    osuzt osut   osut  osua osa  osa   osua osua fg    -
list_visit_log     -    -     osua osuaztb osuaztb u    osuzt osut   osut  osua osa  osa   osua osua fg    -
list_visit_readings - -     -    -       osuaztb u    osuzt -      -     -    -    -     -    -    fg    -
put_attendee       -    -     -    -       -       -    osuzt osut   osut  -    -    -     -    -    -     -
put_guidance       -    -     -    -       -       -    osuzt osut   osut  -    -    -     -    -    -     -
remove_attendee    -    -     -    -       -       -    osuzt osut   osut  -    -    -     -    -    -     -
remove_guidance    -    -     -    -       -       -    osuzt osut   osut  -    -    -     -    -    -     -
read_score         -    -     osua osuaztb osuaztb u    osuzt osut   osut  osua osa  osa   osua osua fg    -
list_scored_items  -    -     osua osuaztb osuaztb u    osuzt osut   osut  osua osa  osa   osua osua fg    -
change_visit       -    -     -    -       osuaztb u    osuzt -      -     -    -    -     -    -    fg    -
cancel_visit       -    -     -    -       osuaztb u    osuzt -      -     -    -    -     -    -    fg    -
clear_for_visit    -    -     -    -       osuaztb u    osuzt -      -     -    -    -     -    -    fg    -
list_clearances    -    -     -    -       osuaztb u    osuzt -      -     -    -    -     -    -    fg    -
end_clearance      -    -     -    -       osuaztb u    osuzt -      -     -    -    -     -    -    fg    -
dispatch_visit     -    -     -    -       osuaztb u    osuzt -      -     -    -    -     -    -    fg    -
disclose_visit     -    -     -    -       -       -    osuzt -      -     -    -    -     -    -    -     -
check_in           -    -     -    -       -       -    osuzt osut   osut  -    -    -     -    -    -     -
put_response       -    -     -    -       -       -    osuzt osut   osut  -    -    -     -    -    -     -
decide_answer      -    -     -    -       -       -    osuzt -      -     -    -    -     -    -    -     -
close_recording    -    -     -    -       -       -    osuzt osut   osut  -    -    -     -    -    -     -
draft_minutes      -    -     -    -       -       -    osuzt -      osut  -    -    -     -    -    -     -
add_addendum       -    -     -    -       -       -    osuzt -      osut  -    -    -     -    -    -     -
sign_minutes       -    -     -    -       -       -    osuzt -      -     -    osa  -     -    -    -     -
sign_minutes:team  -    -     -    -       -       -    osuzt -      -     -    -    -     -    -    -     -
withdraw_signature -    -     -    -       -       -    osuzt -      -     -    osa  -     -    -    -     -
withdraw_signature:team -    -     -    -       -       -    osuzt -      -     -    -    -     -    -    -     -
submit_visit       -    -     -    -       -       -    osuzt -      -     -    -    -     -    -    -     -
leave_unanswered   -    -     -    -       -       -    osuzt -      -     -    -    -     -    -    -     -
abort_visit        -    -     -    -       -       -    osuzt -      -     -    -    -     -    -    -     -
finalise_visit     -    -     -    -       osua    u    osuzt -      -     -    -    -     -    -    f     -
",
    },
    // One photo at each of these visits. A sealed visit has evidence only for its team, a unit's head reads it after
    // signing, and oversight gets originals on request, which is a role of its own.
    Family {
        name: "photos",
        letters: "osuztabfg",
        sight: Some("read_photo"),
        rows: "
operation          root admin auth clear sched next lead  member clerk rev  head staff over prog other none
read_photo         -    -     osua osua  osua  u    osuzt osut   osut  osua s    -     osua osua f     -
read_receipt       -    -     osua osua  osua  u    osuzt osut   osut  osua s    -     osua osua f     -
read_preview       -    -     osua osua  osua  u    osuzt osut   osut  osua s    -     osua osua f     -
send_preview       -    -     -    -     -     -    osuzt osut   osut  -    -    -     -    -    -     -
read_media         -    -     osua osua  osua  u    osuzt osut   osut  osua s    -     osua osua f     -
write_off_photo    -    -     -    -     osua  u    osuzt -      -     -    -    -     -    -    f     -
read_envelope      -    -     osua osua  osua  u    osuzt osut   osut  osua s    -     osua osua f     -
list_photos        -    -     osua osua  osua  u    osuzt osut   osut  osua s    -     osua osua f     -
read_derivative    -    -     osua osua  osua  u    osuzt osut   osut  osua s    -     osua osua f     -
head_derivative    -    -     osua osua  osua  u    osuzt osut   osut  osua s    -     osua osua f     -
read_original      -    -     osua osua  osua  u    osuzt osut   osut  osua s    -     -    osua f     -
head_original      -    -     osua osua  osua  u    osuzt osut   osut  osua s    -     -    osua f     -
declare_photo      -    -     -    -     -     -    osuzt osut   osut  -    -    -     -    -    -     -
send_photo         -    -     -    -     -     -    osuzt osut   osut  -    -    -     -    -    -     -
withdraw_photo     -    -     -    -     -     -    osuzt osut   osut  -    -    -     -    -    -     -
mask_photo         -    -     -    -     -     -    osuzt osut   osut  -    -    -     -    -    -     -
create_upload      -    -     -    -     -     -    osuzt osut   osut  -    -    -     -    -    -     -
",
    },
    // An upload of each of these photos by whoever asks; whoever may not send photos has no use for theirs.
    Family {
        name: "photos",
        letters: "osuztabfg",
        sight: None,
        rows: "
operation          root admin auth clear sched next lead  member clerk rev  head staff over prog other none
read_upload        -    -     -    -     -     -    osuzt osut   osut  -    -    -     -    -    -     -
head_upload        -    -     -    -     -     -    osuzt osut   osut  -    -    -     -    -    -     -
append_upload      -    -     -    -     -     -    osuzt osut   osut  -    -    -     -    -    -     -
end_upload         -    -     -    -     -     -    osuzt osut   osut  -    -    -     -    -    -     -
",
    },
    // The owner's campaign (c) and supervision (k), and another owner's campaign (f).
    Family {
        name: "campaigns",
        letters: "ckf",
        sight: Some("read_campaign"),
        rows: "
operation          root admin auth clear sched next lead member clerk rev head staff over prog other none
read_campaign      -    -     ck   ck    ck    -    c    c      c     ck  -    -     ck   ck   f     -
list_teams         -    -     ck   ck    ck    -    c    c      c     ck  -    -     ck   ck   f     -
read_finding_figures -    -     ck   ck    ck    c    c    c      c     ck  c    -     ck   ck   f     -
read_action_figures -    -     ck   ck    ck    c    c    c      c     ck  c    -     ck   ck   f     -
read_team          -    -     ck   ck    ck    -    c    c      c     ck  -    -     ck   ck   f     -
change_campaign    -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
enter_document     -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
withdraw_document  -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
submit_campaign    -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
cancel_campaign    -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
create_team        -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
reseat_team        -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
disband_team       -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
approve_campaign   -    -     ck   ck    -     -    -    -      -     -   -    -     k    -    -     -
activate_campaign  -    -     ck   ck    -     -    -    -      -     -   -    -     k    -    -     -
close_fieldwork    -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
conclude_campaign  -    -     ck   ck    -     -    -    -      -     -   -    -     k    -    -     -
close_campaign     -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
merge_campaign     -    -     -    -     ck    -    -    -      -     -   -    -     -    -    f     -
create_round       -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
change_round       -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
remove_round       -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
list_rounds        -    -     ck   ck    ck    -    c    c      c     ck  -    -     ck   ck   f     -
list_draws         -    -     ck   ck    ck    -    c    c      c     ck  -    -     ck   ck   f     -
read_draw          -    -     ck   ck    ck    -    c    c      c     ck  -    -     ck   ck   f     -
commit_draw        -    -     -    -     ck    -    -    -      -     -   -    -     -    -    f     -
reveal_draw        -    -     -    -     ck    -    -    -      -     -   -    -     -    -    f     -
tell_draw          -    -     -    -     ck    -    -    -      -     -   -    -     -    -    f     -
list_overlaps      -    -     ck   ck    ck    -    c    c      c     ck  -    -     ck   ck   f     -
draft_notice       -    -     -    -     ck    -    c    -      -     -   -    -     k    -    f     -
publish_totals     -    -     ck   ck    -     -    -    -      -     -   -    -     k    -    -     -
withdraw_totals    -    -     ck   ck    -     -    -    -      -     -   -    -     k    -    -     -
",
    },
    // A campaign that is to be: of the same kinds and owners.
    Family {
        name: "beginnings",
        letters: "ckf",
        sight: None,
        rows: "
operation          root admin auth clear sched next lead member clerk rev head staff over prog other none
create_campaign    -    -     -    -     ck    -    -    -      -     -   -    -     k    -    f     -
write_assignment_rules ckf ck -    -     ck    -    -    -      -     -   -    -     -    -    f     -
enter_conflict     ckf  ck   -    -     ck    -    -    -      -     -   -    -     -    -    f     -
list_conflicts     ckf  ck   -    -     ck    -    -    -      -     -   -    -     -    -    f     -
read_unsent_work   -    -    ck   ck    ck    -    ck   -      -     -   -    -     -    -    f     -
withdraw_conflict  ckf  ck   -    -     ck    -    -    -      -     -   -    -     -    -    f     -
",
    },
    // A plan under the own campaign with the own team (c) or another (x), under a foreign one with its team (f) or the
    // lead's own (m).
    Family {
        name: "plans",
        letters: "cxfm",
        sight: None,
        rows: "
operation          root admin auth clear sched next lead member clerk rev head staff over prog other none
schedule_visit     -    -     -    -     cx    -    c    -      -     -   -    -     -    -    fm    -
",
    },
    // Checklists of the library (l), of the owner (o), of another owner (f).
    Family {
        name: "templates",
        letters: "lof",
        sight: None,
        rows: "
operation                 root admin auth clear sched next lead member clerk rev head staff over prog other none
read_template             lof  lo    lo   lo    lo    lo   lo   lo     lo    lo  lo   lo    lo   lo   lf    -
read_template_version     lof  lo    lo   lo    lo    lo   lo   lo     lo    lo  lo   lo    lo   lo   lf    -
compare_template_versions lof  lo    lo   lo    lo    lo   lo   lo     lo    lo  lo   lo    lo   lo   lf    -
export_xlsform            lof  lo    lo   lo    lo    lo   lo   lo     lo    lo  lo   lo    lo   lo   lf    -
export_checklist          lof  lo    lo   lo    lo    lo   lo   lo     lo    lo  lo   lo    lo   lo   lf    -
create_template           lof  o     -    -     o     -    -    -      -     -   -    -     -    -    f     -
draft_template_version    lof  o     -    -     o     -    -    -      -     -   -    -     -    -    f     -
rewrite_template_version  lof  o     -    -     o     -    -    -      -     -   -    -     -    -    f     -
publish_template_version  lof  o     -    -     o     -    -    -      -     -   -    -     -    -    f     -
import_xlsform            lof  o     -    -     o     -    -    -      -     -   -    -     -    -    f     -
import_checklist          lof  o     -    -     o     -    -    -      -     -   -    -     -    -    f     -
send_template_picture     lof  o     -    -     o     -    -    -      -     -   -    -     -    -    f     -
read_template_picture     lof  lo    lo   lo    lo    lo   lo   lo     lo    lo  lo   lo    lo   lo   lf    -
head_template_picture     lof  lo    lo   lo    lo    lo   lo   lo     lo    lo  lo   lo    lo   lo   lf    -
",
    },
    // Accounts with roles at the owner alone (p), at another owner (q), without any (x); and devices of an owner, where x
    // stands for the owner itself.
    Family {
        name: "accounts",
        letters: "pqx",
        sight: None,
        rows: "
operation               root admin auth clear sched next lead member clerk rev head staff over prog other none
get_account             pqx  p     -    -     -     -    -    -      -     -   -    -     -    -    -     -
create_account          pqx  p     -    -     -     -    -    -      -     -   -    -     -    -    -     -
grant_role              pqx  p     -    -     -     -    -    -      -     -   -    -     -    -    -     -
revoke_role             pq   p     -    -     -     -    -    -      -     -   -    -     -    -    -     -
disable_account         pqx  p     -    -     -     -    -    -      -     -   -    -     -    -    -     -
enable_account          pqx  p     -    -     -     -    -    -      -     -   -    -     -    -    -     -
reset_account_password  pqx  p     -    -     -     -    -    -      -     -   -    -     -    -    -     -
list_devices:owner      pqx  px    -    -     px    -    px   -      -     -   -    -     -    -    q     -
issue_enrolment         pqx  px    -    -     px    -    px   -      -     -   -    -     -    -    q     -
",
    },
    // What belongs to nobody and to everybody: the unit of the visits (e) and the one beside it (n). Lists are open to
    // everybody with a role; what stands in them is compared with the rows above.
    Family {
        name: "ground",
        letters: "en",
        sight: None,
        rows: "
operation          root admin auth clear sched next lead member clerk rev head staff over prog other none
create_owner       en   -     -    -     -     -    -    -      -     -   -    -     -    -    -     -
list_owners        en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
read_owner         en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
list_units         en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
read_unit          en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
list_premises      en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
create_unit        en   en    -    -     en    n    -    -      -     -   -    -     -    -    en    -
add_unit_version   en   en    -    -     en    n    -    -      -     -   -    -     -    -    en    -
remove_unit        en   en    -    -     en    -    -    -      -     -   -    -     -    -    en    -
remove_unit_version en  en    -    -     en    n    -    -      -     -   -    -     -    -    en    -
survey_premises    en   en    -    -     en    n    -    -      -     -   -    -     -    -    en    -
remove_survey      en   en    -    -     en    n    -    -      -     -   -    -     -    -    en    -
record_unit_event  en   en    -    -     en    n    -    -      -     -   -    -     -    -    en    -
undo_unit_event    en   en    -    -     -     -    -    -      -     -   -    -     -    -    -     -
list_unit_events   en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
read_unit_event    en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
list_unit_types    en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
list_unit_versions en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
list_unit_successors   en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
list_unit_predecessors en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
list_unit_visits   en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    en
list_templates     en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
list_reference_documents en en en en    en    en   en   en     en    en  en   en    en   en   en    -
list_procedures       en en   en   en    en    en   en   en     en    en  en   en    en   en   -     -
compare_procedures    en en   en   en    en    en   en   en     en    en  en   en    en   en   -     -
enter_procedure_list  en en   -    -     en    -    -    -      -     -   -    -     -    -    -     -
remove_procedure      en en   -    -     en    -    -    -      -     -   -    -     -    -    -     -
list_accounts      en   en    -    -     -     -    -    -      -     -   -    -     -    -    -     -
list_visits        en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    en
pull_changes       en   en    en   en    en    en   en   en     en    en  en   en    en   -    en    en
have_photos        en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    en
list_findings      en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    en
list_notices       en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    en
list_actions       en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    en
list_due_actions   en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    en
list_campaigns     en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    en
read_assignment_rules en en   en   en    en    en   en   en     en    en  en   en    en   en   en    -
read_calendar      en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
read_working_time  en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
write_calendar     en   en    -    -     en    n    -    -      -     -   -    -     -    -    en    -
remove_calendar    en   en    -    -     en    n    -    -      -     -   -    -     -    -    en    -
list_holidays      en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    -
write_holidays     en   en    -    -     en    -    -    -      -     -   -    -     -    -    en    -
read_coverage      en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    en
read_burden        en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    en
read_items         en   en    en   en    en    en   en   en     en    en  en   en    en   en   en    en
import_external_figures - -  -    -     en    -    -    -      -     -   -    -     -    -    -     -
list_external_figures  en en en en en en en en en en en en en en en en
compare_periods        en en en en en en en en en en en en en en en en
list_units_together    en en en en en en en en en en en en en en en en
list_judged_units      en en en en en en en en en en en en en en en en
list_looked_at_findings en en en en en en en en en en en en en en en en
list_new_findings      en en en en en en en en en en en en en en en en
list_unranked_units    en en en en en en en en en en en en en en en en
rank_units             en en en en en en en en en en en en en en en en
read_recurrence        en en en en en en en en en en en en en en en en
list_covered_units     en en en en en en en en en en en en en en en en
",
    },
    // Oneself (m), and what is somebody else's (d). Nobody grants a role to oneself, not even who grants to all others.
    Family {
        name: "oneself",
        letters: "md",
        sight: None,
        rows: "
operation           root admin auth clear sched next lead member clerk rev head staff over prog other none
read_time           md   md    md   md    md    md   md   md     md    md  md   md    md   -    md    md
get_me              md   md    md   md    md    md   md   md     md    md  md   md    md   -    md    md
push_changes        md   md    md   md    md    md   md   md     md    md  md   md    md   -    md    md
change_my_password  md   md    md   md    md    md   md   md     md    md  md   md    md   -    md    md
list_devices        md   md    md   md    md    md   md   md     md    md  md   md    md   -    md    md
enrol_device        md   md    md   md    md    md   md   md     md    md  md   md    md   -    md    md
end_my_device       m    m     m    m     m     m    m    m      m     m   m    m     m    -    m     m
grant_role:own      -    -     -    -     -     -    -    -      -     -   -    -     -    -    -     -
",
    },
    // A device of one's own (m), somebody's that the owner let in (p), and another owner's (q).
    Family {
        name: "devices",
        letters: "mpq",
        sight: Some("read_device"),
        rows: "
operation          root admin auth clear sched next lead member clerk rev head staff over prog other none
read_device        mpq  mp    m    m     mp    m    mp   m      m     m   m    m     m    -    mq    m
report_unsent      m    m    m    m     m     m    m    m      m     m   m    m     m    -    m     m
revoke_device      mpq  mp    m    m     mp    m    mp   m      m     m   m    m     m    -    mq    m
",
    },
    // One candidate finding at each of these visits: told to its unit once the minutes are signed.
    Family {
        name: "findings",
        letters: "osuztabfg",
        sight: Some("read_finding"),
        rows: "
operation root admin auth clear sched next lead member clerk rev head staff over prog other none
read_finding           -       -       osua    osua    osua    u       osuzt   osut    osut    osua    s       s       osua    osua    f       -
list_earlier_findings  -       -       osua    osua    osua    u       osuzt   osut    osut    osua    s       s       osua    osua    f       -
list_assessments       -       -       osua    osua    osua    u       osuzt   osut    osut    osua    s       s       osua    osua    f       -
list_recommendations   -       -       osua    osua    osua    u       osuzt   osut    osut    osua    s       s       osua    osua    f       -
propose_finding        -       -       -       -       -       -       osuzt   osut    osut    -       -       -       -       -       -       -
enter_recommendation   -       -       -       -       -       -       osuzt   osut    osut    -       -       -       -       -       -       -
enter_assessment       -       -       -       -       -       -       osuzt   osut    osut    -       s       -       -       -       -       -
confirm_finding        -       -       -       -       -       -       osuzt   -       -       -       -       -       -       -       -       -
dismiss_finding        -       -       -       -       -       -       osuzt   -       -       -       -       -       -       -       -       -
request_explanation    -       -       -       -       -       -       osuzt   -       -       -       -       -       -       -       -       -
re_inspect_finding     -       -       -       -       -       -       osuzt   -       -       -       -       -       -       -       -       -
explain_finding        -       -       -       -       -       -       -       -       -       -       s       -       -       -       -       -
read_explanation_draft -       -       -       -       -       -       -       -       -       -       s       s       -       -       -       -
write_explanation_draft -      -       -       -       -       -       -       -       -       -       s       s       -       -       -       -
send_explanation_draft -       -       -       -       -       -       -       -       -       -       s       -       -       -       -       -
hand_over_finding      -       -       -       -       osua    u       -       -       -       -       -       -       -       -       f       -
substantiate_finding   -       -       -       -       osua    u       osuzt   osut    osut    -       -       -       -       -       f       -
uphold_finding         -       -       -       -       osua    u       osuzt   osut    osut    -       -       -       -       -       f       -
withdraw_finding       -       -       -       -       osua    u       osuzt   osut    osut    -       -       -       -       -       f       -
change_finding         -       -       -       -       osua    u       osuzt   osut    osut    -       -       -       -       -       f       -
propose_action         -       -       -       -       osua    u       osuzt   -       -       -       -       -       -       -       f       -
",
    },
    // One verified action at each of these visits, owned by the unit inspected: told to it once issued.
    Family {
        name: "actions",
        letters: "osuztabfg",
        sight: Some("read_action"),
        rows: "
operation root admin auth clear sched next lead member clerk rev head staff over prog other none
read_action            -       -       osua    osua    osua    u       osuzt   osut    osut    osua    osa     osa     osua    osua    f       -
issue_action           -       -       -       -       osua    u       -       -       -       -       -       -       -       -       f       -
remind_of_action       -       -       -       -       osua    u       osuzt   -       -       -       -       -       -       -       f       -
change_action          -       -       -       -       osua    u       osuzt   -       -       -       -       -       -       -       f       -
carry_over_action      -       -       -       -       osua    u       -       -       -       -       -       -       -       -       f       -
cancel_action          -       -       -       -       osua    u       -       -       -       -       -       -       -       -       f       -
hand_over_action       -       -       -       -       osua    u       -       -       -       -       -       -       -       -       f       -
accept_action          -       -       -       -       -       -       -       -       -       -       osa     -       -       -       -       -
start_action           -       -       -       -       -       -       -       -       -       -       osa     -       -       -       -       -
report_action          -       -       -       -       -       -       -       -       -       -       osa     -       -       -       -       -
request_extension      -       -       -       -       -       -       -       -       -       -       osa     -       -       -       -       -
decide_extension       -       -       osua    osua    osua    u       -       -       -       -       -       -       -       -       f       -
verify_action          -       -       -       -       osua    u       osuzt   osut    osut    -       -       -       -       -       f       -
return_action          -       -       -       -       osua    u       osuzt   osut    osut    -       -       -       -       -       f       -
",
    },
    // A review of its own papers that the unit of the visits (e) or the one beside it (n) is to make, raised by the owner, and
    // one of another owner's (f).
    Family {
        name: "reviews",
        letters: "enf",
        sight: Some("read_review"),
        rows: "
operation          root admin auth clear sched next lead member clerk rev head staff over prog other none
read_review        -    -     en   en    en    n    -    -      -     en  e    e     en   en   f     -
list_reviews       -    -     en   en    en    n    -    -      -     en  e    e     en   en   f     -
list_addressed_recommendations - - en en en  n    -    -      -     en  e    e     en   en   f     -
raise_review       -    -     -    -     en    n    -    -      -     -   e    -     -    -    f     -
complete_review    -    -     -    -     -     -    -    -      -     -   e    -     -    -    -     -
",
    },
    // Notices of the owner's campaign: a draft to the unit (d), issued to the unit (i), issued to another (n); a draft of
    // the supervision (k), and another owner's (f).
    Family {
        name: "notices",
        letters: "dinkf",
        sight: Some("read_notice"),
        rows: "
operation          root admin auth clear sched next lead member clerk rev  head staff over prog other none
read_notice        -    -     dink dink  dink  n    din  din    din   dink i    i     dink dink f     -
compare_notice     -    -     dink dink  dink  -    din  din    din   dink -    -     dink dink f     -
rewrite_notice     -    -     -    -     dink  -    din  -      -     -    -    -     k    -    f     -
discard_notice     -    -     -    -     dink  -    din  -      -     -    -    -     k    -    f     -
review_notice      -    -     dink dink  dink  -    din  -      -     -    -    -     k    -    f     -
sign_notice        -    -     dink dink  -     -    -    -      -     -    -    -     k    -    -     -
void_notice        -    -     dink dink  -     -    -    -      -     -    -    -     k    -    -     -
issue_notice       -    -     dink dink  dink  -    -    -      -     -    -    -     k    -    f     -
acknowledge_notice -    -     -    -     -     -    -    -      -     -    i    -     -    -    -     -
",
    },
];

/// Operations that need no right, with what somebody without a token is answered.
pub static PUBLIC: [(&str, u16); 12] = [
    ("accept_invitation", 422),
    ("authorization_server", 200),
    ("authorize", 400),
    ("authorize_sign_in", 400),
    ("jwks", 200),
    ("list_published_totals", 200),
    ("live", 200),
    ("metrics", 200),
    ("read_published_totals", 404),
    ("ready", 200),
    ("revoke", 400),
    ("token", 401),
];

/// One line of a family: operation, and what each of [`PEOPLE`] may do it to.
pub struct Row {
    /// Operation, perhaps with a variant.
    pub operation: &'static str,
    /// A word of letters for each person.
    pub cells: Vec<&'static str>,
}

impl Family {
    /// Its lines; the head of the table must name the people in their order.
    pub fn lines(&self) -> Vec<Row> {
        let mut lines = self.rows.lines().filter(|line| !line.is_empty());
        let head: Vec<&str> = lines.next().unwrap_or_default().split_whitespace().skip(1).collect();
        assert_eq!(head, PEOPLE, "{}", self.name);
        let row = |line: &'static str| {
            let mut words = line.split_whitespace();
            let row = Row { operation: words.next().unwrap_or_default(), cells: words.collect() };
            assert_eq!(row.cells.len(), PEOPLE.len(), "{}", row.operation);
            assert!(row.cells.iter().all(|c| *c == "-" || c.chars().all(|l| self.letters.contains(l))));
            row
        };
        lines.map(row).collect()
    }

    /// What a person knows of, by the row of sight.
    pub fn seen_by(&self, person: &str) -> Option<&'static str> {
        let row = self.lines().into_iter().find(|row| Some(row.operation) == self.sight)?;
        row.may(person)
    }
}

impl Row {
    /// What a person may do this to.
    pub fn may(&self, person: &str) -> Option<&'static str> {
        PEOPLE.iter().zip(&self.cells).find(|(of, _)| **of == person).map(|(_, cell)| *cell)
    }
}
