use std::any::type_name;

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::store::ModuleRecord;

use super::{Anchor, Player, short_type_name};
use crate::checkpoint::{Entry, Reader, Writer};
use crate::{Error, MovingAverage, Result, weights};

/// What of a player is in a checkpoint.
impl<M: Module + 'static> Player<M> {
    /// Writes all that is needed to go on, and the network as one would use it.
    pub(super) fn write_to(&self, writer: &mut Writer) -> Result<Entry> {
        // Brings pending updates of running statistics into their buffers.
        let _ = self.network().valid();
        writer.put(&self.file("weights"), &self.record(self.network().clone())?)?;
        let state = self.optimizer.rule.into_bytes().map_err(Error::other)?;
        writer.put(&self.file("optimizer"), &state)?;
        if let Some(average) = self.average.as_ref().and_then(MovingAverage::network) {
            writer.put(&self.file("average"), &self.record(average.clone())?)?;
        }
        if let Some(pending) = &self.pending {
            writer.put(&self.file("pending"), &self.record_vector(pending)?)?;
        }
        if let Some(slow) = &self.slow {
            writer.put(&self.file("slow"), &self.record_vector(slow)?)?;
        }
        writer.put(&self.file("network"), &self.record(self.best().valid().materialize())?)?;
        Ok(self.describe())
    }

    /// What a manifest says of it.
    pub(super) fn describe(&self) -> Entry {
        Entry {
            name: self.name.to_string(),
            network: short_type_name::<M>(),
            config: self.config.clone(),
            steps: self.steps,
            pending_updates: self.pending_updates,
            pending: self
                .pending
                .as_ref()
                .map(|pending| weights::ids(self.network(), pending))
                .unwrap_or_default(),
            optimizer: format!("{:?}", self.optimizer),
            rule: Some(self.optimizer.rule_name().to_owned()),
            pace: self.pace,
        }
    }

    /// Reads what [`write_to`](Self::write_to) wrote, and answers what takes it back.
    pub(super) fn read_from<'a>(&'a mut self, reader: &Reader) -> Result<Box<dyn FnOnce() + 'a>> {
        let entry = reader.entry(&self.name)?;
        if entry.network != short_type_name::<M>() {
            let expected = format!("`{}` to be a `{}`", self.name, short_type_name::<M>());
            return Err(Error::checkpoint(
                reader.path(),
                expected,
                format!("a `{}`", entry.network),
            ));
        }
        let rule = self.optimizer.rule_name();
        if let Some(other) = entry.rule.as_ref().filter(|other| *other != rule) {
            let expected = format!("`{}` to learn by \"{rule}\"", self.name);
            return Err(Error::checkpoint(reader.path(), expected, format!("by \"{other}\"")));
        }
        // Into a true copy: a clone shares its running statistics with the network, and what still waits to be
        // brought into them would come on top of what is read.
        let network = self.read_network(weights::copy(self.network()), reader, "weights")?;
        let rule = self.optimizer.rule.clone();
        let rule = reader.parse(&self.file("optimizer"), "optimizer state", |bytes| {
            rule.from_bytes(bytes)
        })?;
        let average = match reader.has(&self.file("average")) {
            true => Some(self.read_network(weights::copy(&network), reader, "average")?),
            false => None,
        };
        let pending = self.read_vector(&network, reader, "pending")?;
        let pending = pending.map(|pending| weights::only(&network, &pending, &entry.pending));
        let slow = self.read_vector(&network, reader, "slow")?;
        let (steps, pace, pending_updates) = (entry.steps, entry.pace, entry.pending_updates);
        Ok(Box::new(move || {
            self.network = Some(network);
            self.optimizer.rule = rule;
            if let Some(kept) = &mut self.average {
                kept.network = average;
            }
            (self.pending, self.pending_updates) = (pending, pending_updates);
            (self.slow, self.anchor) = (slow, Anchor::Here);
            (self.steps, self.pace) = (steps, pace);
        }))
    }

    fn record(&self, network: M) -> Result<Vec<u8>> {
        let failed = |error| Error::other(format!("the weights of `{}`: {error}", self.name));
        let bytes = network.into_record().into_bytes().map_err(failed)?;
        Ok(bytes.to_vec())
    }

    /// A vector over the weights, in the shape of the network.
    fn record_vector(&self, vector: &GradientsParams) -> Result<Vec<u8>> {
        self.record(weights::replaced(weights::copy(self.network()), vector))
    }

    fn read_network(&self, into: M, reader: &Reader, file: &str) -> Result<M> {
        let expected = format!("weights of `{}`", type_name::<M>());
        reader.parse(&self.file(file), expected, |bytes| {
            into.try_load_record(ModuleRecord::from_bytes(bytes)?)
        })
    }

    /// A vector over the weights of `network`, which has been read before.
    fn read_vector(&self, network: &M, reader: &Reader, file: &str) -> Result<Option<GradientsParams>> {
        if !reader.has(&self.file(file)) {
            return Ok(None);
        }
        let vector = self.read_network(weights::copy(network), reader, file)?;
        Ok(Some(weights::values(&vector)))
    }

    fn file(&self, what: &str) -> String {
        format!("{}.{what}.bpk", self.name)
    }
}
