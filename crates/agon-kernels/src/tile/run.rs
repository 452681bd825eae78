use super::Isa;

/// Plain loops of which the compiler makes vectors. For long ones it takes the instructions that are asked for only if the
/// method is `#[inline(always)]`, which a closure cannot be.
pub(crate) trait Loops {
    fn run(self);
}

/// Runs loops compiled with the instructions of `isa`.
pub(crate) fn run(isa: Isa, loops: impl Loops) {
    match isa {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: an `Isa` is only handed out on machines that have it.
        Isa::Avx512 => unsafe { run_avx512(loops) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx2 => unsafe { run_avx2(loops) },
        Isa::Portable => loops.run(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,fma")]
fn run_avx512(loops: impl Loops) {
    loops.run();
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2(loops: impl Loops) {
    loops.run();
}

/// Runs plain loops compiled with the instructions of `isa`: the compiler makes vectors of them.
#[inline(always)]
pub(crate) fn with<R>(isa: Isa, work: impl FnOnce() -> R) -> R {
    match isa {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: an `Isa` is only handed out on machines that have it.
        Isa::Avx512 => unsafe { with_avx512(work) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx2 => unsafe { with_avx2(work) },
        Isa::Portable => work(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,fma")]
fn with_avx512<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}
