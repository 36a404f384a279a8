//! Measurements that are more than a replay.

pub(crate) mod codec;
