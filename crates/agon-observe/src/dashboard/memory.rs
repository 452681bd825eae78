//! How much memory the program takes.

/// Resident memory in bytes, where the operating system tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Memory {
    /// Now.
    pub(super) now: u64,
    /// The most so far.
    pub(super) peak: u64,
}

impl Memory {
    /// As Linux tells in `/proc`; nothing elsewhere.
    pub(super) fn read() -> Option<Self> {
        Self::parse(&std::fs::read_to_string("/proc/self/status").ok()?)
    }

    fn parse(status: &str) -> Option<Self> {
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
            kilobytes.checked_mul(1024)
        };
        Some(Self {
            now: bytes("VmRSS:")?,
            peak: bytes("VmHWM:")?,
        })
    }
}

/// A size in few characters, in powers of 1000.
pub(super) fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    match bytes {
        small if small < 1e6 => format!("{:.0} kB", small / 1e3),
        medium if medium < 1e9 => format!("{:.0} MB", medium / 1e6),
        large => format!("{:.2} GB", large / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_says_is_understood() {
        let status = "Name:\tagon\nVmPeak:\t 99 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\nThreads:\t3\n";
        let memory = Memory::parse(status);
        assert_eq!(
            memory,
            Some(Memory {
                now: 1_048_576,
                peak: 2_097_152
            })
        );
        assert_eq!(Memory::parse("VmRSS: many kB"), None);
        assert_eq!(Memory::parse(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_program_takes_memory() {
        let memory = Memory::read().unwrap();
        assert!(memory.now > 0 && memory.peak >= memory.now);
    }

    #[test]
    fn sizes_are_short() {
        let sizes = [640_000, 512_000_000, 3_210_000_000].map(size);
        assert_eq!(sizes, ["640 kB", "512 MB", "3.21 GB"]);
    }
}
