//! A study while its claims are decided: its record, how its claims stand, and what more seeds would cost.

use super::claim::Claim;
use super::offer::{Closed, Offer, Standing, standing};
use crate::baseline::{record_file, write_record};
use crate::cli::fail::Failure;
use crate::cli::project::Project;
use crate::cli::study_files::StudyFile;
use crate::engine::{Graph, Store, plan};
use crate::step::Filter;
use crate::step::roles::AddedSeeds;
use crate::study::{OutputKind, SeedRecord, Study, canonical};

/// A study with what is known of its claims.
pub(super) struct OneStudy {
    pub file: StudyFile,
    pub record: SeedRecord,
    pub study: Study,
    /// Most seeds of this invocation, where it says fewer than the record.
    pub most: Option<usize>,
    pub claims: Vec<Known>,
}

/// A claim with where it stands, and the planned operations of the seeds that it is offered, or would need beyond the cap.
pub(super) struct Known {
    pub claim: Claim,
    pub standing: Standing,
    pub flops: f64,
}

/// What a price needs to know.
pub(super) type Tools<'a> = (&'a Project, &'a Store);

impl OneStudy {
    /// A study with a record, its claims not read yet.
    pub fn load(
        project: &Project,
        (file, record): (StudyFile, SeedRecord),
        most: Option<usize>,
    ) -> Result<Self, Failure> {
        let study = project.load_recorded(&file, &record)?;
        Ok(Self { file, record, study, most, claims: Vec::new() })
    }

    /// Reads how every claim stands.
    pub fn read(&mut self, (project, store): Tools<'_>) -> Result<(), Failure> {
        let graph = Graph::new(std::slice::from_ref(&self.study));
        let claims = self.study.outputs.iter().filter(|output| output.kind == OutputKind::Claim);
        let claims: Vec<Claim> =
            claims.map(|output| Claim::read((&self.study, output), (&graph, 0), (store, &self.record))).collect();
        let mut known = Vec::new();
        for mut claim in claims {
            claim.rules.cap = claim.rules.cap.min(self.most.unwrap_or(usize::MAX));
            let standing = standing(&claim, &self.study.sweep.seeds).map_err(|e| Failure::mistake(e.to_string()))?;
            let flops = match &standing {
                Standing::Open(Offer { batch, .. }) => self.cost((project, store), (&claim.name, batch))?,
                _ => 0.0,
            };
            known.push(Known { claim, standing, flops });
        }
        self.claims = known;
        Ok(())
    }

    /// Works out what claims would cost that need more seeds than they may get.
    pub fn price_what_stays_open(&mut self, tools: Tools<'_>) -> Result<(), Failure> {
        let from = self.record.unseen(self.study.sweep.seeds.last().copied().unwrap_or(0));
        for index in 0..self.claims.len() {
            let Known { claim, standing, .. } = &self.claims[index];
            let Standing::Closed(Closed::Futile { needed: Some(needed), had, cells }) = standing else { continue };
            let one = |filter: &Filter| AddedSeeds { from, to: from + 1, filter: filter.clone() };
            let batch: Vec<AddedSeeds> = cells.iter().map(one).collect();
            let of_one = self.cost(tools, (&claim.name, &batch))?;
            self.claims[index].flops = of_one * needed.saturating_sub(*had) as f64;
        }
        Ok(())
    }

    /// Planned operations of the steps that seeds add to what is stored.
    fn cost(&self, (project, store): Tools<'_>, (name, batch): (&str, &[AddedSeeds])) -> Result<f64, Failure> {
        let study = project.load_recorded(&self.file, &self.with(&[name], batch))?;
        let graph = Graph::new(std::slice::from_ref(&study));
        let runs = plan(&graph, store, &[])?.to_run();
        Ok(runs.into_iter().map(|node| graph.nodes[node].plan.flops).sum())
    }

    /// The record with seeds added for some claims.
    pub fn with(&self, claims: &[&str], batch: &[AddedSeeds]) -> SeedRecord {
        let mut record = self.record.clone();
        for name in claims {
            if let Some(claim) = record.claims.get_mut(*name) {
                claim.added.extend(batch.iter().cloned());
                claim.added = canonical(std::mem::take(&mut claim.added));
            }
        }
        record.seen = batch.iter().map(|added| added.to).chain([record.seen]).max().unwrap_or(0);
        record
    }

    /// Writes down and loads the study with the seeds that some of its claims are offered.
    ///
    /// # Errors
    /// Where the record is no longer the one that was read or written here: the seeds that another process added would be
    /// lost from it.
    pub fn extend(&mut self, project: &Project, claims: &[usize]) -> Result<(), Failure> {
        let there = project.record(&self.file).map_err(|fault| vec![fault])?;
        if there.as_ref() != Some(&self.record) {
            let (study, profile) = (&self.file.name, &self.study.profile);
            let what = format!(
                "the record of {study} ({profile}) was changed while this command ran, by another `lofi decide` or by hand"
            );
            return Err(Failure::mistake(format!(
                "{what}; nothing of it is lost: run the command again, it goes on from there"
            )));
        }
        for &index in claims {
            let known = &self.claims[index];
            if let Standing::Open(offer) = &known.standing {
                self.record = self.with(&[&known.claim.name], &offer.batch);
            }
        }
        self.write(project)?;
        self.study = project.load_recorded(&self.file, &self.record)?;
        Ok(())
    }

    /// Writes the record.
    pub fn write(&self, project: &Project) -> Result<(), Failure> {
        let path = record_file(&project.results(), &self.file.name, &self.study.profile);
        Ok(write_record(&path, &self.record)?)
    }
}
