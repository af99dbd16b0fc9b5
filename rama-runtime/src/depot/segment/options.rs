//! Settings of the writing of depot segments. They are not part of the format: any may change between
//! two launches.

/// Sizes of what a [`PartitionWriter`](super::PartitionWriter) writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SegmentOptions {
    /// Bytes at which a segment is full: the next block begins a new one. The default is 64 MiB.
    pub(crate) segment_bytes: u64,
    /// Bytes of entries at which a block is closed. The default is 64 KiB.
    pub(crate) block_bytes: usize,
    /// Bytes of closed blocks that are gathered for one write, and so about what a writer holds in
    /// memory between two calls of [`finish`](super::PartitionWriter::finish). The default is 1 MiB.
    pub(crate) write_bytes: usize,
    /// Records of one entry of the log may stay there if it has so many bytes. The default is 16 KiB.
    pub(crate) log_block_bytes: usize,
}

impl SegmentOptions {
    /// Whether records of which an entry of the log holds so many bytes may stay there.
    pub(crate) fn may_stay(&self, bytes: usize) -> bool {
        bytes >= self.log_block_bytes
    }
}

impl Default for SegmentOptions {
    fn default() -> Self {
        SegmentOptions {
            segment_bytes: 64 << 20,
            block_bytes: 64 << 10,
            write_bytes: 1 << 20,
            log_block_bytes: 16 << 10,
        }
    }
}
