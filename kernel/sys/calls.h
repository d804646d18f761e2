/* SPDX-License-Identifier: MIT */
/*
 * The system calls, as cpu/entry.asm calls them through the table of sys/syscall.c: at most six numbers in the registers of the C
 * ABI. They are Linux's (man 2), with its numbers, structures and errors; what differs stands where they are defined. Every
 * address is the program's word only, and checked by the copies.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* process/fork.asm */
long sys_fork(void);
long sys_clone(void); /* finds its arguments in the call frame */

/* memory.c */
long sys_mmap(uint64_t address, uint64_t size, uint64_t protection, uint64_t flags, uint64_t fd,
              uint64_t offset);
long sys_munmap(uint64_t address, uint64_t size);
long sys_mprotect(uint64_t address, uint64_t size, uint64_t protection);
long sys_brk(uint64_t address);
long sys_mremap(uint64_t address, uint64_t old_size, uint64_t new_size, uint64_t flags, uint64_t to);
long sys_madvise(uint64_t address, uint64_t size, uint64_t advice);
long sys_msync(uint64_t address, uint64_t size, uint64_t flags);
long sys_mlock(uint64_t address, uint64_t size);
long sys_mlock2(uint64_t address, uint64_t size, uint64_t flags);
long sys_mlockall(uint64_t flags);
long sys_munlockall(void);
/* shm.c */
long sys_shmget(uint64_t key, uint64_t size, uint64_t flags);
long sys_shmat(uint64_t id, uint64_t address, uint64_t flags);
long sys_shmdt(uint64_t address);
long sys_shmctl(uint64_t id, uint64_t command, uint64_t address);
/* identity.c */
long sys_getuid(void);
long sys_getgid(void);
long sys_setuid(uint64_t id);
long sys_setgid(uint64_t id);
long sys_setreuid(uint64_t real, uint64_t effective);
long sys_setregid(uint64_t real, uint64_t effective);
long sys_setresuid(uint64_t real, uint64_t effective, uint64_t saved);
long sys_setresgid(uint64_t real, uint64_t effective, uint64_t saved);
long sys_getresuid(uint64_t real, uint64_t effective, uint64_t saved);
long sys_getresgid(uint64_t real, uint64_t effective, uint64_t saved);
long sys_getgroups(uint64_t count, uint64_t address);
long sys_setgroups(uint64_t count, uint64_t address);
/* files.c */
long sys_read(uint64_t fd, uint64_t buffer, uint64_t size);
long sys_write(uint64_t fd, uint64_t buffer, uint64_t size);
long sys_readv(uint64_t fd, uint64_t vectors, uint64_t count);
long sys_writev(uint64_t fd, uint64_t vectors, uint64_t count);
long sys_pread64(uint64_t fd, uint64_t buffer, uint64_t size, uint64_t offset);
long sys_pwrite64(uint64_t fd, uint64_t buffer, uint64_t size, uint64_t offset);
long sys_preadv(uint64_t fd, uint64_t vectors, uint64_t count, uint64_t offset);
long sys_pwritev(uint64_t fd, uint64_t vectors, uint64_t count, uint64_t offset);
long sys_lseek(uint64_t fd, uint64_t offset, uint64_t whence);
/* Opens what /dev/fd/N and /dev/stdin, stdout and stderr name: a descriptor again. -ENODEV: it is another path. */
long open_descriptor(const char *path, bool close_on_exec);
long sys_close(uint64_t fd);
long sys_close_range(uint64_t first, uint64_t last, uint64_t flags);
long sys_dup(uint64_t fd);
long sys_dup2(uint64_t fd, uint64_t to);
long sys_dup3(uint64_t fd, uint64_t to, uint64_t flags);
long sys_pipe2(uint64_t address, uint64_t flags);
long sys_pipe(uint64_t address);
long sys_fcntl(uint64_t fd, uint64_t command, uint64_t value);
/* paths.c */
long sys_openat(uint64_t directory, uint64_t address, uint64_t flags, uint64_t mode);
long sys_open(uint64_t address, uint64_t flags, uint64_t mode);
long sys_creat(uint64_t address, uint64_t mode);
long sys_newfstatat(uint64_t directory, uint64_t path, uint64_t address, uint64_t flags);
long sys_stat(uint64_t path, uint64_t address);
long sys_lstat(uint64_t path, uint64_t address);
long sys_fstat(uint64_t fd, uint64_t address);
long sys_faccessat(uint64_t directory, uint64_t path, uint64_t mode);
long sys_access(uint64_t path, uint64_t mode);
long sys_readlinkat(uint64_t directory, uint64_t path, uint64_t buffer, uint64_t size);
long sys_readlink(uint64_t path, uint64_t buffer, uint64_t size);
long sys_getcwd(uint64_t buffer, uint64_t size);
long sys_chdir(uint64_t path);
long sys_fchdir(uint64_t fd);
long sys_mkdirat(uint64_t directory, uint64_t address, uint64_t mode);
long sys_mkdir(uint64_t path, uint64_t mode);
long sys_unlinkat(uint64_t directory, uint64_t path, uint64_t flags);
long sys_unlink(uint64_t path);
long sys_rmdir(uint64_t path);
long sys_renameat(uint64_t from_directory, uint64_t from, uint64_t to_directory, uint64_t to);
long sys_rename(uint64_t from, uint64_t to);
long sys_getdents64(uint64_t fd, uint64_t buffer, uint64_t size);

/* process.c */
long sys_arch_prctl(uint64_t code, uint64_t address);
long sys_gettid(void);
long sys_set_tid_address(void);
long sys_set_robust_list(uint64_t head, uint64_t size);
long sys_getrandom(uint64_t buffer, uint64_t size, uint64_t flags);
long sys_uname(uint64_t address);
long sys_prlimit64(uint64_t pid, uint64_t resource, uint64_t new, uint64_t old);
long sys_getrlimit(uint64_t resource, uint64_t address);
long sys_setrlimit(uint64_t resource, uint64_t address);
long sys_prctl(uint64_t option, uint64_t address);

/* locks.c; fcntl_lock() is what fcntl() does for the commands of which fcntl_locks() is true. */
struct file;
bool fcntl_locks(uint64_t command);
long fcntl_lock(struct file *file, uint64_t command, uint64_t address);
long sys_flock(uint64_t fd, uint64_t operation);

/* ioctl.c */
long sys_ioctl(uint64_t fd, uint64_t request, uint64_t address);

/* signals.c */
long sys_rt_sigaction(uint64_t signal, uint64_t new, uint64_t old, uint64_t size);
long sys_rt_sigprocmask(uint64_t how, uint64_t new, uint64_t old, uint64_t size);
long sys_rt_sigpending(uint64_t address, uint64_t size);
long sys_rt_sigsuspend(uint64_t address, uint64_t size);
long sys_rt_sigreturn(void);
long sys_rt_sigtimedwait(uint64_t set_address, uint64_t info_address, uint64_t timeout, uint64_t size);
long sys_sigaltstack(uint64_t new, uint64_t old);
long sys_pause(void);
long sys_kill(uint64_t pid, uint64_t signal);
long sys_tkill(uint64_t pid, uint64_t signal);
long sys_tgkill(uint64_t group, uint64_t pid, uint64_t signal);
long sys_alarm(uint64_t seconds);
long sys_getitimer(uint64_t which, uint64_t address);
long sys_setitimer(uint64_t which, uint64_t new, uint64_t old);

/* time.c */
long sys_clock_gettime(uint64_t clock, uint64_t address);
long sys_clock_getres(uint64_t clock, uint64_t address);
long sys_clock_nanosleep(uint64_t clock, uint64_t flags, uint64_t request, uint64_t remaining);
long sys_restart_syscall(void);
long sys_nanosleep(uint64_t request, uint64_t remaining);
long sys_gettimeofday(uint64_t address, uint64_t zone);
long sys_time(uint64_t address);
long sys_times(uint64_t address);
long sys_getrusage(uint64_t who, uint64_t address);
long sys_sysinfo(uint64_t address);
long sys_futex(uint64_t address, uint64_t operation, uint64_t value, uint64_t timeout, uint64_t second,
               uint64_t bits);

/* A struct timespec of a program, in nanoseconds. 0, -EFAULT or -EINVAL. */
long time_from_user(uint64_t address, uint64_t *ns);

/* poll.c */
long sys_poll(uint64_t address, uint64_t count, uint64_t timeout);
long sys_ppoll(uint64_t address, uint64_t count, uint64_t timeout, uint64_t mask, uint64_t mask_size);
long sys_select(uint64_t count, uint64_t in, uint64_t out, uint64_t exceptional, uint64_t timeout);
long sys_pselect6(uint64_t count, uint64_t in, uint64_t out, uint64_t exceptional, uint64_t timeout,
                  uint64_t mask);

/* wait.c */
long sys_wait4(uint64_t pid, uint64_t status_address, uint64_t options, uint64_t usage);
long sys_waitid(uint64_t kind, uint64_t id, uint64_t info_address, uint64_t options, uint64_t usage);

/* groups.c */
bool group_exists(int group, int session); /* 0: any session */
long sys_getpgid(uint64_t pid);
long sys_getpgrp(void);
long sys_getsid(uint64_t pid);
long sys_setpgid(uint64_t pid, uint64_t group);
long sys_setsid(void);

/* scheduling.c */
long sys_getpriority(uint64_t which, uint64_t who);
long sys_setpriority(uint64_t which, uint64_t who, uint64_t nice);
long sys_sched_setparam(uint64_t pid, uint64_t address);
long sys_sched_getparam(uint64_t pid, uint64_t address);
long sys_sched_setscheduler(uint64_t pid, uint64_t policy, uint64_t address);
long sys_sched_getscheduler(uint64_t pid);
long sys_sched_get_priority_max(uint64_t policy);
long sys_sched_get_priority_min(uint64_t policy);
long sys_sched_setaffinity(uint64_t pid, uint64_t size, uint64_t address);
long sys_sched_getaffinity(uint64_t pid, uint64_t size, uint64_t address);
long sys_getcpu(uint64_t cpu, uint64_t node);

/* truncate.c */
long sys_truncate(uint64_t path, uint64_t size);
long sys_ftruncate(uint64_t fd, uint64_t size);

/* attributes.c */
long sys_umask(uint64_t mask);
long sys_statfs(uint64_t path, uint64_t address);
long sys_fstatfs(uint64_t fd, uint64_t address);
long sys_fchmodat(uint64_t directory, uint64_t path, uint64_t mode);
long sys_chmod(uint64_t path, uint64_t mode);
long sys_fchmod(uint64_t fd, uint64_t mode);
long sys_fchownat(uint64_t directory, uint64_t path, uint64_t user, uint64_t group, uint64_t flags);
long sys_chown(uint64_t path, uint64_t user, uint64_t group);
long sys_lchown(uint64_t path, uint64_t user, uint64_t group);
long sys_fchown(uint64_t fd, uint64_t user, uint64_t group);
long sys_utimensat(uint64_t directory, uint64_t path, uint64_t address, uint64_t flags);
long sys_symlinkat(uint64_t target, uint64_t directory, uint64_t address);
long sys_symlink(uint64_t target, uint64_t path);
long sys_linkat(uint64_t from_directory, uint64_t from, uint64_t to_directory, uint64_t to, uint64_t flags);
long sys_link(uint64_t from, uint64_t to);
long sys_mknodat(uint64_t directory, uint64_t address, uint64_t mode);
long sys_mknod(uint64_t path, uint64_t mode);
long sys_sync(void);
long sys_fsync(uint64_t fd);
long sys_fadvise64(uint64_t fd);
