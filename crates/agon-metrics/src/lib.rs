//! Evaluation of generative models that can be trusted: any samples, any feature extractor, offline.
#![forbid(unsafe_code)]
