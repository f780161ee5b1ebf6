//! Grades as data: which percentage earns which word, and how far a critical failure pulls down.

use super::Bilingual;
use serde::{Deserialize, Serialize};

/// How a score becomes a grade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grading {
    /// Best first; the last one begins at 0.
    pub grades: Vec<Grade>,
    /// Code of the best grade that is left when a critical item fails.
    pub critical_cap: String,
}

/// One grade.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// Stable code: `needs_correction`.
    pub code: String,
    /// What people read.
    pub label: Bilingual,
    /// The least percentage that earns it, as the score is shown: with two decimals.
    pub min: f64,
}

impl Grading {
    /// What holds where a checklist says nothing: 90, 75, 50 and a cap below "fair" (a proposal, as no law sets one).
    #[must_use]
    pub fn usual() -> Self {
        let grade = |code: &str, vi: &str, en: &str, min| Grade {
            code: code.to_owned(),
            label: Bilingual { vi: vi.to_owned(), en: en.to_owned() },
            min,
        };
        Self {
            grades: vec![
                grade("good", "Tốt", "Good", 90.0),
                grade("fair", "Khá", "Fair", 75.0),
                grade("needs_correction", "Cần chấn chỉnh", "Needs correction", 50.0),
                grade("poor", "Yếu", "Poor", 0.0),
            ],
            critical_cap: "needs_correction".to_owned(),
        }
    }

    /// The grade that a percentage earns, in hundredths of a percent.
    #[must_use]
    pub fn earned(&self, basis_points: u32) -> Option<&Grade> {
        self.grades.iter().find(|grade| f64::from(basis_points) >= grade.min * 100.0)
    }

    /// What is left of a grade when a critical item fails.
    #[must_use]
    pub fn capped<'a>(&'a self, grade: &'a Grade) -> &'a Grade {
        let place = |code: &str| self.grades.iter().position(|of| of.code == code);
        match (place(&self.critical_cap), place(&grade.code)) {
            (Some(cap), Some(earned)) if earned < cap => self.grades.get(cap).unwrap_or(grade),
            _ => grade,
        }
    }
}
