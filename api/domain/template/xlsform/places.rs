//! Where in a workbook each part of a checklist stands, so that a rule it breaks is told by sheet, row and column.

use super::reading::Table;
use crate::refusal::Refusal;

/// Rows of one item: its own in the survey, those of its options among the choices.
#[derive(Debug)]
pub(super) struct ItemPlace {
    pub(super) row: usize,
    pub(super) options: Vec<usize>,
}

/// Rows of one section.
#[derive(Debug)]
pub(super) struct SectionPlace {
    pub(super) row: usize,
    pub(super) items: Vec<ItemPlace>,
}

/// The sheets of a workbook and the rows of what was read out of them.
pub(super) struct Places<'a> {
    pub(super) survey: &'a Table<'a>,
    pub(super) choices: Option<&'a Table<'a>>,
    pub(super) settings: Option<&'a Table<'a>>,
    pub(super) sections: Vec<SectionPlace>,
}

impl Places<'_> {
    /// The same refusal with every fault at its place in the workbook.
    pub(super) fn name(&self, mut no: Refusal) -> Refusal {
        for fault in &mut no.faults {
            let at = self.place(&fault.pointer.split('/').skip(1).collect::<Vec<_>>());
            fault.pointer = at.unwrap_or_else(|| fault.pointer.clone());
        }
        no
    }

    fn place(&self, path: &[&str]) -> Option<String> {
        let number = |text: &&str| text.parse::<usize>().ok();
        match path {
            ["title", language] => {
                let column = if *language == "vi" { "form_title" } else { "fp_title_en" };
                Some(
                    self.settings
                        .map_or_else(|| format!("/settings/2/{column}"), |table| table.at(0, column)),
                )
            }
            ["grading", ..] => Some(self.settings?.at(0, "fp_grading")),
            ["sections"] => Some("/survey".to_owned()),
            ["sections", section, rest @ ..] => {
                let section = self.sections.get(number(section)?)?;
                match rest {
                    ["title", language] => {
                        Some(self.survey.at(section.row, &self.survey.column("label", language)))
                    }
                    ["items", item, rest @ ..] => self.of_item(section.items.get(number(item)?)?, rest),
                    _ => Some(self.survey.at(section.row, "type")),
                }
            }
            _ => None,
        }
    }

    fn of_item(&self, item: &ItemPlace, path: &[&str]) -> Option<String> {
        if let ["response", "options", option, rest @ ..] = path {
            let (choices, row) = (self.choices?, *item.options.get(option.parse::<usize>().ok()?)?);
            let column = match rest {
                ["label", language] => choices.column("label", language),
                ["credit"] => "fp_credit".to_owned(),
                ["valid_from"] => "fp_valid_from".to_owned(),
                ["valid_to"] => "fp_valid_to".to_owned(),
                _ => "name".to_owned(),
            };
            return Some(choices.at(row, &column));
        }
        let column = match path {
            ["code"] => "name".to_owned(),
            ["question", language] => self.survey.column("label", language),
            ["guidance", language] => self.survey.column("hint", language),
            ["picture", "alt", language] => format!("fp_alt_{language}"),
            ["picture", ..] => self.survey.column("media::image", "vi"),
            ["condition", ..] => "relevant".to_owned(),
            ["weight"] => "fp_weight".to_owned(),
            ["critical"] => "fp_critical".to_owned(),
            ["response", "options"] => "type".to_owned(),
            _ => "fp_rules".to_owned(),
        };
        Some(self.survey.at(item.row, &column))
    }
}
