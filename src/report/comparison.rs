//! Two sets of results beside each other, as `lofi diff` tells them.

use super::error::ReportError;
use super::pages::render_template;
use serde::Serialize;

/// How results differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// What is compared.
    pub old: String,
    /// With what.
    pub new: String,
    /// Studies that differ.
    pub studies: Vec<StudyComparison>,
    /// Studies that do not.
    pub same: usize,
}

/// How the results of a study differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct StudyComparison {
    /// The study, with its profile or profiles.
    pub name: String,
    /// Verdicts that are others.
    pub verdicts: Vec<Turned>,
    /// Columns whose numbers moved, the farthest first.
    pub moved: Vec<Moved>,
    /// Rows, columns and tables that came or went, and what else is not the same, in words.
    pub others: Vec<String>,
    /// "3 min 2 s → 4 min 0 s" of one core; empty where it is not known of both, or the same.
    pub cost: String,
}

impl StudyComparison {
    /// Whether results differ; what they cost is none.
    #[must_use]
    pub fn differs(&self) -> bool {
        !(self.verdicts.is_empty() && self.moved.is_empty() && self.others.is_empty())
    }
}

/// A verdict that is another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Turned {
    /// The claim.
    pub claim: String,
    /// How it ended, "–" where it was not there.
    pub old: String,
    /// How it ends, "–" where it is gone.
    pub new: String,
    /// What else differs.
    pub why: String,
}

/// A column whose numbers moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// How many rows moved of how many.
    pub rows: String,
    /// The largest change: "2.1 seed spreads".
    pub far: String,
    /// Where that is, in words.
    pub place: String,
    /// The number there.
    pub old: String,
    /// And now.
    pub new: String,
}

/// What a comparison is written as, beside lines on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonForm {
    /// Markdown.
    Markdown,
    /// A page that needs nothing beside it.
    Html,
}

impl Comparison {
    /// The comparison in a form.
    ///
    /// # Errors
    /// Where a template cannot be filled.
    pub fn render(&self, form: ComparisonForm) -> Result<String, ReportError> {
        let template = match form {
            ComparisonForm::Markdown => "comparison.md",
            ComparisonForm::Html => "comparison.html",
        };
        render_template(template, &serde_json::json!({"title": self.title(), "sum": self.sum(), "comparison": self}))
    }

    fn title(&self) -> String {
        format!("{} → {}", self.old, self.new)
    }

    /// "2 studies differ, 28 are the same"
    #[must_use]
    pub fn sum(&self) -> String {
        let differ = match self.studies.len() {
            0 if self.same == 0 => return "there is nothing to compare".to_owned(),
            0 if self.same == 1 => return "the study is the same".to_owned(),
            0 => return format!("all {} studies are the same", self.same),
            1 => "1 study differs".to_owned(),
            some => format!("{some} studies differ"),
        };
        let same = if self.same == 1 { "1 is the same".to_owned() } else { format!("{} are the same", self.same) };
        format!("{differ}, {same}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_tell_everything_and_escape_it() {
        let text = |text: &str| text.to_owned();
        let study = StudyComparison {
            name: text("a/b (quick)"),
            verdicts: vec![Turned {
                claim: text("c<1"),
                old: text("held"),
                new: text("undecided"),
                why: text("code of `slope`"),
            }],
            moved: vec![Moved {
                table: text("t-rows"),
                column: text("x_y"),
                rows: text("2 of 8"),
                far: text("2.1 seed spreads"),
                place: text("n=5 | seed=3"),
                old: text("0.1"),
                new: text("0.2"),
            }],
            others: vec![text("t: 2 rows went")],
            cost: text("3 s → 4 s"),
        };
        assert!(study.differs() && !StudyComparison { cost: text("1"), ..StudyComparison::default() }.differs());
        let comparison = Comparison { old: text("HEAD~1"), new: text("results"), studies: vec![study], same: 28 };
        let html = comparison.render(ComparisonForm::Html).unwrap();
        let markdown = comparison.render(ComparisonForm::Markdown).unwrap();
        for part in
            ["HEAD~1 → results", "a/b (quick)", "c&lt;1", "code of <code>slope</code>", "2.1 seed spreads", "3 s → 4 s"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.ends_with("</html>\n"));
        for part in
            ["1 study differs, 28 are the same", "n=5 \\| seed=3", "c&lt;1", "held → undecided", "t: 2 rows went"]
        {
            assert!(markdown.contains(part), "{part}: {markdown}");
        }
    }
}
