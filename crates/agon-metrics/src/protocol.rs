use std::fmt;

use serde::{Deserialize, Serialize};

/// How a figure was made: figures of different protocols do not compare.
///
/// A metric fills in its settings; whoever turned samples into features says by which extractor and after
/// which preparation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Protocol {
    /// What turned samples into features: a network, its weights and layer. `None`: the values themselves.
    pub extractor: Option<String>,
    /// What was done to the samples before: resizing, scaling.
    pub preparation: Option<String>,
    /// The settings of the metric, in the order in which they are printed.
    pub settings: Vec<(String, String)>,
}

impl Protocol {
    /// The plain values and no settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this setting of the metric.
    pub fn with(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.settings.push((name.into(), value.to_string()));
        self
    }

    /// With features by this extractor.
    pub fn extracted_by(mut self, extractor: impl Into<String>) -> Self {
        self.extractor = Some(extractor.into());
        self
    }

    /// With samples prepared like this.
    pub fn prepared_by(mut self, preparation: impl Into<String>) -> Self {
        self.preparation = Some(preparation.into());
        self
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extractor.as_deref().unwrap_or("values"))?;
        if let Some(preparation) = &self.preparation {
            write!(f, ", {preparation}")?;
        }
        self.settings
            .iter()
            .try_for_each(|(name, value)| write!(f, ", {name} {value}"))
    }
}
