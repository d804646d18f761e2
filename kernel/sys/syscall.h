/* SPDX-License-Identifier: MIT */
/* System calls: Linux x86-64 numbers where Linux has the call, numbers from 500 on where not. */
#pragma once

#include <stdint.h>

#define SYS_read              0
#define SYS_write             1
#define SYS_open              2
#define SYS_close             3
#define SYS_stat              4
#define SYS_fstat             5
#define SYS_lstat             6
#define SYS_poll              7
#define SYS_lseek             8
#define SYS_mmap              9
#define SYS_mprotect          10
#define SYS_munmap            11
#define SYS_brk               12
#define SYS_rt_sigaction      13
#define SYS_rt_sigprocmask    14
#define SYS_rt_sigreturn      15
#define SYS_ioctl             16
#define SYS_pread64           17
#define SYS_pwrite64          18
#define SYS_readv             19
#define SYS_writev            20
#define SYS_access            21
#define SYS_pipe              22
#define SYS_select            23
#define SYS_sched_yield       24
#define SYS_mremap            25
#define SYS_msync             26
#define SYS_madvise           28
#define SYS_shmget            29
#define SYS_shmat             30
#define SYS_shmctl            31
#define SYS_dup               32
#define SYS_dup2              33
#define SYS_pause             34
#define SYS_nanosleep         35
#define SYS_getitimer         36
#define SYS_alarm             37
#define SYS_setitimer         38
#define SYS_getpid            39
#define SYS_sendfile          40
#define SYS_clone             56
#define SYS_fork              57
#define SYS_vfork             58
#define SYS_execve            59
#define SYS_exit              60
#define SYS_wait4             61
#define SYS_kill              62
#define SYS_uname             63
#define SYS_shmdt             67
#define SYS_fcntl             72
#define SYS_flock             73
#define SYS_fsync             74
#define SYS_fdatasync         75
#define SYS_truncate          76
#define SYS_ftruncate         77
#define SYS_getcwd            79
#define SYS_chdir             80
#define SYS_fchdir            81
#define SYS_rename            82
#define SYS_mkdir             83
#define SYS_rmdir             84
#define SYS_link              86
#define SYS_unlink            87
#define SYS_symlink           88
#define SYS_readlink          89
#define SYS_chmod             90
#define SYS_fchmod            91
#define SYS_chown             92
#define SYS_fchown            93
#define SYS_lchown            94
#define SYS_umask             95
#define SYS_gettimeofday      96
#define SYS_getrlimit         97
#define SYS_getrusage         98
#define SYS_sysinfo           99
#define SYS_times             100
#define SYS_getuid            102
#define SYS_getgid            104
#define SYS_setuid            105
#define SYS_setgid            106
#define SYS_geteuid           107
#define SYS_getegid           108
#define SYS_setpgid           109
#define SYS_getppid           110
#define SYS_getpgrp           111
#define SYS_setsid            112
#define SYS_setreuid          113
#define SYS_setregid          114
#define SYS_getgroups         115
#define SYS_setgroups         116
#define SYS_setresuid         117
#define SYS_getresuid         118
#define SYS_setresgid         119
#define SYS_getresgid         120
#define SYS_getpgid           121
#define SYS_getsid            124
#define SYS_rt_sigpending     127
#define SYS_rt_sigtimedwait   128
#define SYS_rt_sigsuspend     130
#define SYS_sigaltstack       131
#define SYS_mknod             133
#define SYS_prctl             157
#define SYS_arch_prctl        158
#define SYS_setrlimit         160
#define SYS_sync              162
#define SYS_gettid            186
#define SYS_tkill             200
#define SYS_time              201
#define SYS_futex             202
#define SYS_sched_getaffinity 204
#define SYS_getdents64        217
#define SYS_set_tid_address   218
#define SYS_restart_syscall   219
#define SYS_fadvise64         221
#define SYS_clock_gettime     228
#define SYS_clock_getres      229
#define SYS_clock_nanosleep   230
#define SYS_exit_group        231
#define SYS_tgkill            234
#define SYS_waitid            247
#define SYS_openat            257
#define SYS_mkdirat           258
#define SYS_mknodat           259
#define SYS_fchownat          260
#define SYS_newfstatat        262
#define SYS_unlinkat          263
#define SYS_renameat          264
#define SYS_linkat            265
#define SYS_symlinkat         266
#define SYS_readlinkat        267
#define SYS_fchmodat          268
#define SYS_faccessat         269
#define SYS_pselect6          270
#define SYS_ppoll             271
#define SYS_set_robust_list   273
#define SYS_utimensat         280
#define SYS_dup3              292
#define SYS_pipe2             293
#define SYS_prlimit64         302
#define SYS_getrandom         318
#define SYS_rseq              334
#define SYS_spawn             500 /* (name, argv, envp): process ID of a new task, which runs at once */
#define SYS_bench_next        501 /* for benchmark programs: bench/guest/user.c */
#define SYS_bench_start       502
#define SYS_bench_stamp       503
#define SYS_bench_value       504
#define SYSCALL_COUNT         512

/* Values of mmap(), mremap() and msync() that are the same in Linux (uapi/asm-generic/mman-common.h, linux/mman.h). */
#define PROT_READ             0x1
#define PROT_WRITE            0x2
#define PROT_EXEC             0x4
#define MAP_SHARED            0x01
#define MAP_PRIVATE           0x02
#define MAP_TYPE              0x0f
#define MAP_FIXED             0x10
#define MAP_ANONYMOUS         0x20
#define MAP_FIXED_NOREPLACE   0x100000
#define MREMAP_MAYMOVE        1
#define MREMAP_FIXED          2
#define MS_ASYNC              1
#define MS_SYNC               4

/* What SYS_bench_* reach while a benchmark program runs; NULL: they return -ENOSYS. */
struct bench_calls {
	long (*next)(void);
	long (*start)(void);
	long (*stamp)(void);
	long (*value)(uint64_t index, uint64_t value);
};
extern const struct bench_calls *bench_calls;
