//! What a notice may become, how it reads, and that its figures stay what they were.
#![allow(clippy::unwrap_used, reason = "a test stops where something is not there")]

use super::*;
use crate::canonical::sha256;
use crate::refusal::FieldFault;
use jiff::civil::date;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

fn unit(n: u128) -> UnitId {
    UnitId(Uuid::from_u128(n))
}

fn account(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(n))
}

fn query(measure: Measure, item: Option<&str>) -> Query {
    let item = item.map(ToOwned::to_owned);
    Query { measure, template: None, item, critical: None, class: None, unit: None }
}

fn asked(key: &str, query: Query) -> Asked {
    Asked { key: key.to_owned(), query }
}

fn named(names: &[&str]) -> Vec<Named> {
    let all = names.iter().zip(1..);
    all.map(|(name, n)| Named { unit: unit(n), name: (*name).to_owned() }).collect()
}

fn wrong_list() -> Figure {
    Figure {
        key: "d03".to_owned(),
        query: query(Measure::Item, Some("OSS-D03")),
        part: 4,
        whole: Some(17),
        units: named(&["Phường Đồng Mai", "Phường Mộ Lao", "Phường Phú Lương", "Phường Phúc La"]),
        others: Vec::new(),
        rows: Rows::default(),
        legal_basis: Vec::new(),
        counted_at: Timestamp::UNIX_EPOCH,
    }
}

fn line(text: &str) -> Line {
    Line { text: text.to_owned(), addressees: Vec::new() }
}

fn wish() -> Wish {
    Wish {
        source: Source::Meeting {
            title: "Hội nghị sơ kết 6 tháng đầu năm 2013".to_owned(),
            place: "Hà Đông".to_owned(),
            held_on: date(2013, 7, 8),
        },
        cover: Cover {
            from: Some(date(2013, 1, 1)),
            to: Some(date(2013, 6, 30)),
            unit: None,
            visits: Vec::new(),
        },
        form: Form::Announcement,
        symbol: "TB-UBND".to_owned(),
        issuer: "UBND quận Hà Đông".to_owned(),
        letterhead: Vec::new(),
        title: "Kết luận về kỷ cương hành chính".to_owned(),
        opening: String::new(),
        sections: BTreeMap::from([
            (Section::Shortcomings, vec![line("{d03.words} phường niêm yết sai danh mục: {d03.names}.")]),
            (Section::Strengths, vec![line("Đã kiểm tra {all.count} lượt.")]),
            (
                Section::Demands,
                vec![Line { text: "Niêm yết lại.".to_owned(), addressees: vec![unit(2), unit(1)] }],
            ),
        ]),
        figures: vec![
            asked("d03", query(Measure::Item, Some("OSS-D03"))),
            asked("all", query(Measure::Visits, None)),
        ],
        recipients: vec![
            Wanted { unit: Some(unit(1)), name: None },
            Wanted { unit: Some(unit(2)), name: None },
            Wanted { unit: None, name: Some("Thường trực HĐND quận".to_owned()) },
        ],
        archive: "VT".to_owned(),
    }
}

fn faults(wish: Wish) -> Vec<(String, String)> {
    let told = |fault: FieldFault| (fault.pointer, fault.code);
    wish.checked().err().map(|no| no.faults.into_iter().map(told).collect()).unwrap_or_default()
}

fn notice() -> Notice {
    let written = wish().checked().unwrap();
    let to = |n: u128, name: &str| Recipient {
        unit: (n > 0).then(|| unit(n)),
        ancestors: Vec::new(),
        name: name.to_owned(),
        acknowledged: None,
    };
    Notice {
        id: NoticeId(Uuid::nil()),
        owner: OwnerId(Uuid::nil()),
        campaign: CampaignId(Uuid::nil()),
        corrects: None,
        state: State::Reviewed,
        cover: written.cover,
        visits: vec![VisitId(Uuid::nil()); 25],
        content: written.content,
        figures: vec![
            wrong_list(),
            Figure {
                key: "all".to_owned(),
                query: query(Measure::Visits, None),
                part: 25,
                whole: None,
                units: Vec::new(),
                ..wrong_list()
            },
        ],
        recipients: vec![to(1, "Phường Đồng Mai"), to(2, "Phường Mộ Lao"), to(0, "Thường trực HĐND quận")],
        writers: vec![account(1)],
        drafted_at: Timestamp::UNIX_EPOCH,
        written_at: Timestamp::UNIX_EPOCH,
        reviewed: None,
        signing: None,
        issued: None,
        discarded: None,
        voided: None,
        version: 1,
    }
}

fn signing() -> Signing {
    Signing {
        number: 5,
        on: date(2013, 7, 10),
        place: "Hà Đông".to_owned(),
        signer: Signer { capacity: vec!["CHỦ TỊCH".to_owned()], name: "Hồ Thị Chủ".to_owned() },
        act: Act { by: account(2), at: Timestamp::UNIX_EPOCH },
        document: String::new(),
        document_sha256: String::new(),
    }
}

/// Whatever steps in whatever order: signed at most once, only what was reviewed, and closed from then on.
#[test]
fn a_notice_is_signed_once_and_never_changes_after() {
    let mut reached = vec![vec![State::Draft]];
    for _ in 0..6 {
        let longer = reached.iter().flat_map(|life| {
            let now = *life.last().unwrap();
            Step::ALL.into_iter().filter_map(move |next| {
                step(now, next).ok().map(|then| life.iter().copied().chain([then]).collect::<Vec<_>>())
            })
        });
        reached = longer.collect();
        for life in &reached {
            let signed = life.iter().position(|state| *state == State::Signed);
            if let Some(at) = signed {
                assert!(life.iter().skip(at).all(|state| !state.is_open()), "{life:?}");
                assert_eq!(life.iter().filter(|state| **state == State::Signed).count(), 1, "{life:?}");
                assert_eq!(life.get(at - 1), Some(&State::Reviewed), "{life:?}");
            } else {
                assert!(!life.contains(&State::Issued), "{life:?}");
            }
        }
    }
    let ends: HashSet<&str> = reached.iter().map(|life| life.last().unwrap().as_str()).collect();
    assert!(ends.contains("issued"), "it can be issued at all: {ends:?}");
}

#[test]
fn every_step_out_of_turn_is_refused_by_its_own_name() {
    let code = |state, next| step(state, next).map_err(|refusal| refusal.code).err();
    assert_eq!(code(State::Draft, Step::Sign), Some("notice.not-reviewed"));
    assert_eq!(code(State::Reviewed, Step::Issue), Some("notice.not-signed"));
    assert_eq!(code(State::Signed, Step::Write), Some("notice.frozen"));
    assert_eq!(code(State::Issued, Step::Review), Some("notice.frozen"));
    assert_eq!(code(State::Issued, Step::Sign), Some("notice.signed"));
    assert_eq!(code(State::Issued, Step::Issue), Some("notice.issued"));
    assert_eq!(code(State::Signed, Step::Acknowledge), Some("notice.not-issued"));
    assert_eq!(code(State::Signed, Step::Discard), Some("notice.frozen"));
    assert_eq!(code(State::Issued, Step::Discard), Some("notice.frozen"));
    assert_eq!(code(State::Reviewed, Step::Void), Some("notice.not-signed"));
    assert_eq!(code(State::Issued, Step::Void), Some("notice.issued"));
    for next in Step::ALL {
        assert_eq!(code(State::Voided, next), Some("notice.voided"), "{next:?}");
        assert_eq!(code(State::Discarded, next), Some("notice.discarded"), "{next:?}");
    }
}

#[test]
fn numbers_and_dates_read_as_the_decree_asks() {
    let symbol = Symbol::parse("TB-UBND", Form::Announcement).unwrap();
    assert_eq!(number_line(Some(5), &symbol), "Số: 05/TB-UBND");
    assert_eq!(number_line(Some(133), &symbol), "Số: 133/TB-UBND");
    assert_eq!(date_line("Hà Đông", date(2013, 7, 10)), "Hà Đông, ngày 10 tháng 7 năm 2013");
    assert_eq!(date_line("Quế Trung", date(2022, 2, 4)), "Quế Trung, ngày 04 tháng 02 năm 2022");
    assert_eq!(date_line("Huế", date(2026, 12, 30)), "Huế, ngày 30 tháng 12 năm 2026");
}

#[test]
fn symbols_are_capitals_and_begin_with_their_form() {
    for good in ["TB-UBND", "TB-HĐND&UBND", "TBKL-SNV"] {
        let read = Symbol::parse(good, Form::Announcement);
        assert_eq!(read.map(|symbol| symbol.as_str().to_owned()).as_deref(), Some(good));
    }
    assert!(Symbol::parse("KL-SNV", Form::Conclusion).is_some());
    for bad in ["", "TB", "tb-ubnd", "TB UBND", "-TB", "TB-", "05/TB", "QĐ-UBND", "KL-UBND"] {
        assert_eq!(Symbol::parse(bad, Form::Announcement), None, "{bad}");
    }
}

/// M37: words for shares follow from counts; nobody types them.
#[test]
fn sentences_take_words_numbers_and_names_from_figures() {
    let figures = [wrong_list()];
    let said = |text| said_as_counted(text, &figures);
    let sentence = "{d03.words} phường ({d03.ratio}) niêm yết sai: {d03.names}.";
    let wanted = "một số phường (4/17 (23,53%)) niêm yết sai: Phường Đồng Mai, Phường Mộ Lao, Phường Phú Lương, \
                  Phường Phúc La.";
    assert_eq!(said(sentence).as_deref(), Ok(wanted));
    assert_eq!(
        said("{d03.count} trên {d03.whole}; còn lại: {d03.others}").unwrap(),
        "4 trên 17; còn lại: không có"
    );
    for bad in ["{d03}", "{d04.count}", "{d03.sum}", "{d03.count", "d03.count}", "{{d03.count}}"] {
        assert!(said(bad).is_err(), "{bad}");
    }
}

#[test]
fn what_is_written_is_checked_to_the_last_field() {
    assert_eq!(faults(wish()), []);
    let of = |change: fn(&mut Wish)| {
        let mut changed = wish();
        change(&mut changed);
        faults(changed)
    };
    let one = |at: &str, code: &str| vec![(at.to_owned(), code.to_owned())];
    assert_eq!(of(|w| w.symbol = "QĐ-UBND".to_owned()), one("/symbol", "notice.symbol"));
    assert_eq!(of(|w| w.cover.to = None), one("/covers/from", "notice.covers"));
    let years = [of(|w| w.cover.from = Some(date(-5000, 1, 1))), of(|w| w.cover.to = Some(date(9999, 1, 1)))];
    assert_eq!(years, ["/covers/from", "/covers/to"].map(|at| one(at, "date.out-of-range")));
    assert_eq!(of(|w| w.source = Source::Visit), one("/covers/visits", "notice.covers"));
    assert_eq!(of(|w| w.title = " ".to_owned()), one("/title", "text.refused"));
    assert_eq!(of(|w| w.opening = "{x.count}".to_owned()), one("/opening", "notice.placeholder"));
    assert_eq!(
        of(|w| {
            w.figures.pop();
        }),
        one("/strengths/0/text", "notice.placeholder")
    );
    assert_eq!(
        of(|w| w.recipients.push(Wanted { unit: Some(unit(1)), name: None })),
        one("/recipients/3", "notice.recipients")
    );
    assert_eq!(
        of(|w| {
            w.recipients.remove(0);
        }),
        one("/demands/0/addressees", "notice.addressees")
    );
    let told = |w: &mut Wish| {
        let asked = Line { text: "Tốt.".to_owned(), addressees: vec![unit(1)] };
        w.sections.insert(Section::Strengths, vec![asked]);
    };
    assert_eq!(of(told), one("/strengths/0/addressees", "notice.addressees"));
    let shaped = |change: fn(&mut Query)| {
        let mut changed = wish();
        change(&mut changed.figures.first_mut().unwrap().query);
        faults(changed)
    };
    assert_eq!(shaped(|q| q.item = None), one("/figures/0/query/item", "notice.figure"));
    assert_eq!(shaped(|q| q.critical = Some(true)), one("/figures/0/query/critical", "notice.figure"));
    let class = |q: &mut Query| q.class = Some(crate::campaign::round::TargetClass::Commune);
    assert_eq!(shaped(class), one("/figures/0/query/class", "notice.figure"));
    assert_eq!(of(|w| w.figures.first_mut().unwrap().key = "D".to_owned()).len(), 2, "and the call of it");
}

/// M08, H05: strengths come first, whatever order they were written in.
#[test]
fn the_paper_has_strengths_before_shortcomings_and_room_for_what_is_missing() {
    let mut notice = notice();
    let draft = Paper::of(&notice);
    assert_eq!((draft.number.as_str(), draft.is_signed), ("Số: …/TB-UBND", false));
    notice.signing = Some(signing());
    let paper = Paper::of(&notice);
    assert_eq!(paper.issuer, "UBND QUẬN HÀ ĐÔNG");
    assert_eq!(paper.number, "Số: 05/TB-UBND");
    assert_eq!(paper.day, "Hà Đông, ngày 10 tháng 7 năm 2013");
    let headings: Vec<&str> = paper.sections.iter().map(|(heading, _)| heading.as_str()).collect();
    assert_eq!(headings, ["I. ƯU ĐIỂM", "II. TỒN TẠI, HẠN CHẾ", "III. YÊU CẦU"]);
    let demand = paper.sections.iter().flat_map(|(_, lines)| lines).next_back();
    let addressed = "Niêm yết lại. (Đơn vị thực hiện: 2 đơn vị nêu tại Nơi nhận.)";
    assert_eq!(demand.map(String::as_str), Some(addressed));
    assert_eq!((paper.recipients.len(), paper.archive.as_str()), (3, "Lưu: VT."));
    let called = notice.called().unwrap().called;
    assert_eq!(called, "Thông báo số 05/TB-UBND ngày 10 tháng 7 năm 2013 của UBND quận Hà Đông");
}

#[test]
fn the_text_that_is_hashed_holds_each_figure_with_its_query() {
    let mut notice = notice();
    notice.signing = Some(signing());
    let text = document(&notice);
    for wanted in [
        "Số: 05/TB-UBND\nHà Đông, ngày 10 tháng 7 năm 2013\n",
        "tổng hợp 25 lượt kiểm tra từ ngày 01/01/2013 đến ngày 30/06/2013",
        "1. Một số phường niêm yết sai danh mục: Phường Đồng Mai, Phường Mộ Lao, Phường Phú Lương, Phường Phúc La.\n",
        "d03: item item=OSS-D03 | campaign=00000000-0000-0000-0000-000000000000 visits=25 | 4/17 | Phường Đồng Mai",
        "- Thường trực HĐND quận\n- Lưu: VT.\n",
    ] {
        assert!(text.contains(wanted), "{wanted}\n{text}");
    }
    let before = sha256(&text);
    notice.figures.first_mut().unwrap().part = 3;
    assert_ne!(sha256(&document(&notice)), before);
}

/// S10: whoever gets a notice reads totals; of whom they are, only where a sentence says it.
#[test]
fn names_that_no_sentence_tells_stay_with_the_office() {
    let mut notice = notice();
    let mut told = notice.clone();
    told.keep_what_is_told();
    assert_eq!(told.figures.first().unwrap().units.len(), 4, "a sentence names them");
    for lines in notice.content.sections.values_mut() {
        for line in lines.iter_mut() {
            line.text = line.text.replace("{d03.names}", "{d03.ratio}");
        }
    }
    let figure = notice.figures.first_mut().unwrap();
    figure.others = named(&["Phường Văn Quán"]);
    figure.rows.visits = vec![VisitId(Uuid::nil())];
    let text = document(&notice);
    assert!(text.contains("d03: item item=OSS-D03 | "), "{text}");
    assert!(!text.contains("Phúc La") && !text.contains("Văn Quán"), "{text}");
    notice.keep_what_is_told();
    let figure = notice.figures.first().unwrap();
    assert_eq!((figure.part, figure.whole), (4, Some(17)));
    assert_eq!((figure.units.len(), figure.others.len(), &figure.rows), (0, 0, &Rows::default()));
    assert_eq!(document(&notice), text, "what is hashed can be told");
}

/// A line of the text is one thing that was said, whatever line ends somebody wrote into it.
#[test]
fn no_word_of_a_notice_breaks_out_of_its_line() {
    let mut notice = notice();
    notice.signing = Some(signing());
    let lines = document(&notice).lines().count();
    let broken = "Phường Mộ Lao\n- Phường Phúc La\u{2028}\r\n\nLưu".to_owned();
    notice.recipients.first_mut().unwrap().name.clone_from(&broken);
    notice.content.issuer.clone_from(&broken);
    notice.content.archive.clone_from(&broken);
    if let Source::Meeting { title, place, .. } = &mut notice.content.source {
        title.clone_from(&broken);
        place.clone_from(&broken);
    }
    notice.figures.first_mut().unwrap().units.first_mut().unwrap().name.clone_from(&broken);
    let signing = notice.signing.as_mut().unwrap();
    signing.place.clone_from(&broken);
    signing.signer = Signer { capacity: vec![broken.clone()], name: broken };
    let text = document(&notice);
    assert_eq!(text.lines().count(), lines, "{text}");
    assert!(text.contains("\n- Phường Mộ Lao - Phường Phúc La Lưu\n"), "{text}");
}

#[test]
fn a_signing_names_number_day_place_and_office() {
    let checked = |change: fn(&mut Signing)| {
        let mut said = signing();
        change(&mut said);
        let no = said.checked(Some(date(2013, 7, 8)), date(2013, 7, 12)).err();
        no.and_then(|no| no.faults.into_iter().next()).map(|fault| fault.pointer)
    };
    assert_eq!(checked(|_| ()), None);
    assert_eq!(checked(|s| s.number = 0).as_deref(), Some("/number"));
    assert_eq!(checked(|s| s.on = date(2013, 7, 7)).as_deref(), Some("/on"));
    assert_eq!(checked(|s| s.on = date(2013, 7, 13)).as_deref(), Some("/on"));
    assert_eq!(checked(|s| s.place = String::new()).as_deref(), Some("/place"));
    assert_eq!(checked(|s| s.signer.capacity.clear()).as_deref(), Some("/capacity"));
    assert_eq!(checked(|s| s.signer.name = "\u{202e}".to_owned()).as_deref(), Some("/signer_name"));
    let act = |n| Act { by: account(n), at: Timestamp::UNIX_EPOCH };
    assert_eq!(act(1).of_another(&[account(1), account(3)]).map_err(|no| no.code), Err("notice.own-draft"));
    assert!(act(2).of_another(&[account(1)]).is_ok());
}

#[test]
fn nothing_is_found_right_that_says_nothing_or_tells_nobody() {
    let whole = notice();
    assert!(whole.complete().is_ok());
    let silent = Notice { recipients: Vec::new(), ..whole.clone() };
    assert_eq!(silent.complete().map_err(|no| no.code), Err("notice.incomplete"));
    let mut empty = whole;
    empty.content.sections.clear();
    assert_eq!(empty.complete().map_err(|no| no.code), Err("notice.incomplete"));
}

#[test]
fn figures_over_a_year_of_a_province_are_few() {
    assert!(fits(50, 2000).is_ok() && fits(10, 10_000).is_ok());
    let refused = fits(50, 2001).map_err(|no| no.faults.first().map(|fault| fault.code.clone()));
    assert_eq!(refused, Err(Some("notice.figure".to_owned())));
}

proptest! {
    /// Text without braces is said as it is; with them it is said or refused, never broken.
    #[test]
    fn sentences_are_said_or_refused(text in "[a-z0-9.{} ]{0,40}") {
        let figures = [wrong_list()];
        let said = said_as_counted(&text, &figures);
        let shown = said.as_deref().unwrap_or_default();
        let is_plain = !shown.contains(['{', '}']);
        prop_assert!(is_plain);
        let has_braces = text.contains(['{', '}']);
        prop_assert!(said.is_ok() || has_braces);
    }
}

#[test]
fn a_period_is_told_on_its_last_day_at_the_earliest() {
    let code = |counted, today| {
        period_is_over(Some(date(2013, 6, 30)), counted, today).map_err(|refusal| refusal.code).err()
    };
    assert_eq!(code(date(2013, 6, 29), date(2013, 6, 29)), Some("notice.period-open"));
    assert_eq!(code(date(2013, 6, 29), date(2013, 7, 10)), Some("notice.counted-early"));
    assert_eq!(code(date(2013, 6, 30), date(2013, 6, 30)), None);
    assert_eq!(code(date(2013, 7, 1), date(2013, 7, 10)), None);
    assert_eq!(period_is_over(None, date(2013, 6, 29), date(2013, 6, 29)), Ok(()));
}
