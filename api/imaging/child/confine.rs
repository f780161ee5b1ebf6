//! The walls around the child: from some point on the kernel refuses it everything but thinking.
//!
//! A decoder reads hostile bytes with C code. Whoever takes it over finds three open pipes and no way to open a
//! file, reach a network, start a program or touch another process. What a filter can't keep from it, memory and
//! time, the limits of `inside` and the watch of its parent do.

use std::io;

/// From now on this thread, and each that it starts, may compute, use memory, and read and write what is open.
/// Everything else answers `ENOSYS`, as if the kernel did not know it: no file can be opened, no socket made, no
/// program started, no other process signalled. It cannot be undone. On machines other than x86-64 and AArch64
/// there is no filter, and only the limits hold.
///
/// # Errors
/// Where the kernel has no seccomp filters, or refuses this one.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub fn confine() -> io::Result<()> {
    filter::install()
}

/// Without a filter for this machine, only the limits hold.
///
/// # Errors
/// None.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn confine() -> io::Result<()> {
    Ok(())
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod filter {
    use std::collections::BTreeMap;
    use std::io;

    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, TargetArch,
    };

    /// `CLONE_THREAD` of `clone(2)`: a thread, not a process that would have a CPU limit of its own.
    const CLONE_THREAD: u64 = 0x1_0000;
    /// `SIGABRT` of `signal(7)`.
    const SIGABRT: u64 = 6;
    /// `RLIMIT_CPU` of `getrlimit(2)`.
    const RLIMIT_CPU: u64 = 0;
    /// `PR_SET_NAME` of `prctl(2)`.
    const PR_SET_NAME: u64 = 15;
    /// `ENOSYS`: what the C library takes for "an older kernel", and then does without.
    const ENOSYS: u32 = 38;

    /// What computing, memory, threads, the open pipes and an orderly end need, whatever the arguments.
    const HARMLESS: &[i64] = &[
        libc::SYS_read,
        libc::SYS_readv,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_mprotect,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_getrandom,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_set_robust_list,
        libc::SYS_set_tid_address,
        libc::SYS_rseq,
        libc::SYS_membarrier,
        libc::SYS_gettid,
        libc::SYS_getpid,
        libc::SYS_sigaltstack,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_restart_syscall,
        libc::SYS_fstat,
        libc::SYS_lseek,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];

    pub(super) fn install() -> io::Result<()> {
        let program = program().map_err(io::Error::other)?;
        seccompiler::apply_filter(&program).map_err(io::Error::other)
    }

    fn program() -> Result<BpfProgram, seccompiler::BackendError> {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
            HARMLESS.iter().map(|call| (*call, Vec::new())).collect();
        // A thread may be started by `clone` alone: the arguments of `clone3` lie where no filter can look.
        rules.insert(libc::SYS_clone, vec![only(&[has(0, CLONE_THREAD)?])?]);
        rules.insert(libc::SYS_prctl, vec![only(&[is(0, PR_SET_NAME)?])?]);
        // Each photo gets its share of CPU; no other limit, and no other process's.
        rules.insert(libc::SYS_prlimit64, vec![only(&[is(0, 0)?, is(1, RLIMIT_CPU)?])?]);
        // How `abort` ends this very process.
        let me = u64::from(std::process::id());
        rules.insert(libc::SYS_tgkill, vec![only(&[is(0, me)?, is(2, SIGABRT)?])?]);
        let machine = TargetArch::try_from(std::env::consts::ARCH)?;
        SeccompFilter::new(rules, SeccompAction::Errno(ENOSYS), SeccompAction::Allow, machine)?.try_into()
    }

    fn only(conditions: &[SeccompCondition]) -> Result<SeccompRule, seccompiler::BackendError> {
        SeccompRule::new(conditions.to_vec())
    }

    fn is(argument: u8, value: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
    }

    fn has(argument: u8, bits: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(bits), bits)
    }
}
