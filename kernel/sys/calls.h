/* SPDX-License-Identifier: MIT */
/*
 * The system calls, as cpu/entry.asm calls them through the table of sys/syscall.c: at most six numbers in the registers of the C
 * ABI. They are Linux's (man 2), with its numbers, structures and errors; what differs stands where they are defined. Every
 * address is the program's word only, and checked by the copies.
 */
#pragma once

#include <stdint.h>

/* cpu/entry.asm */
long sys_fork(void);
long sys_clone(void); /* its arguments are on the stack */

/* memory.c */
long sys_mmap(uint64_t address, uint64_t size, uint64_t protection, uint64_t flags, uint64_t fd,
              uint64_t offset);
long sys_munmap(uint64_t address, uint64_t size);
long sys_mprotect(uint64_t address, uint64_t size, uint64_t protection);
long sys_brk(uint64_t address);
long sys_mremap(uint64_t address, uint64_t old_size, uint64_t new_size, uint64_t flags, uint64_t to);
long sys_madvise(uint64_t address, uint64_t size, uint64_t advice);
long sys_msync(uint64_t address, uint64_t size, uint64_t flags);
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
long sys_lseek(uint64_t fd, uint64_t offset, uint64_t whence);
long sys_close(uint64_t fd);
long sys_dup(uint64_t fd);
long sys_dup2(uint64_t fd, uint64_t to);
long sys_dup3(uint64_t fd, uint64_t to, uint64_t flags);
long sys_pipe2(uint64_t address, uint64_t flags);
long sys_pipe(uint64_t address);
long sys_fcntl(uint64_t fd, uint64_t command, uint64_t value);
/* paths.c */
long sys_openat(uint64_t directory, uint64_t address, uint64_t flags, uint64_t mode);
long sys_open(uint64_t address, uint64_t flags, uint64_t mode);
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
long sys_ftruncate(uint64_t fd, uint64_t size);
long sys_getdents64(uint64_t fd, uint64_t buffer, uint64_t size);

/* process.c */
long sys_arch_prctl(uint64_t code, uint64_t address);
long sys_gettid(void);
long sys_set_tid_address(void);
long sys_set_robust_list(uint64_t head, uint64_t size);
long sys_getrandom(uint64_t buffer, uint64_t size, uint64_t flags);
long sys_uname(uint64_t address);
long sys_prlimit64(uint64_t pid, uint64_t resource, uint64_t new, uint64_t old);
long sys_umask(uint64_t mask);
long sys_ioctl(uint64_t fd, uint64_t request, uint64_t address);
