/* SPDX-License-Identifier: MIT */
/*
 * A program with POSIX threads. tests/linux/run.sh compiles it with glibc and with musl, and compares
 * its output in the kernel with that on the host: so the output must not depend on the order in
 * which threads run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 6

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER, emptied = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static sem_t semaphore;
static long counter, items, sum, destroyed, firsts, readers;
static _Thread_local long own = 41;

static struct timespec after(long ms)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	time.tv_nsec += ms * 1000000;
	time.tv_sec += time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

static void *add(void *argument)
{
	for (int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		pthread_mutex_unlock(&mutex);
		own++;
		if (i % 50 == 0)
			sched_yield();
	}
	return (void *)(own + (long)argument);
}

static void *produce(void *argument)
{
	for (long i = 1; i <= 500; i++) {
		pthread_mutex_lock(&mutex);
		while (items)
			pthread_cond_wait(&emptied, &mutex);
		items = i;
		pthread_cond_signal(&filled);
		pthread_mutex_unlock(&mutex);
	}
	return argument;
}

static void *consume(void *argument)
{
	for (long i = 1; i <= 500; i++) {
		pthread_mutex_lock(&mutex);
		while (!items)
			pthread_cond_wait(&filled, &mutex);
		sum += items;
		items = 0;
		pthread_cond_signal(&emptied);
		pthread_mutex_unlock(&mutex);
	}
	return argument;
}

static void *meet(void *argument)
{
	for (int i = 0; i < 20; i++) {
		const int result = pthread_barrier_wait(&barrier);

		if (result == PTHREAD_BARRIER_SERIAL_THREAD)
			__atomic_add_fetch(&firsts, 1, __ATOMIC_SEQ_CST);
	}
	return argument;
}

static void *wait_for_all(void *argument)
{
	pthread_mutex_lock(&mutex);
	items++;
	pthread_cond_signal(&filled);
	while (counter == 0)
		pthread_cond_wait(&emptied, &mutex);
	pthread_mutex_unlock(&mutex);
	return argument;
}

static void destroy(void *value)
{
	destroyed += (long)value;
}

static void make_key(void)
{
	pthread_key_create(&key, destroy);
}

static void *use_key(void *argument)
{
	pthread_once(&once, make_key);
	pthread_setspecific(key, argument);
	return pthread_getspecific(key);
}

static void *read_and_write(void *argument)
{
	for (int i = 0; i < 200; i++) {
		pthread_rwlock_rdlock(&rwlock);
		(void)*(volatile long *)&readers;
		pthread_rwlock_unlock(&rwlock);
		pthread_rwlock_wrlock(&rwlock);
		readers++;
		pthread_rwlock_unlock(&rwlock);
	}
	return argument;
}

static void *post(void *argument)
{
	usleep(1000);
	sem_post(&semaphore);
	return argument;
}

static void clean(void *argument)
{
	*(long *)argument = 1;
}

static void *sleep_for_ever(void *argument)
{
	pthread_cleanup_push(clean, argument);
	for (;;)
		sleep(1000);
	pthread_cleanup_pop(0);
	return NULL;
}

static volatile sig_atomic_t handled;
static pthread_t target;

static void handle(int signal)
{
	handled += signal == SIGUSR1 && pthread_equal(pthread_self(), target);
}

static void *wait_for_signal(void *argument)
{
	while (!handled)
		usleep(500);
	return argument;
}

static void *sigwaiter(void *argument)
{
	int signal = 0;

	sigwait(argument, &signal);
	return (void *)(long)signal;
}

static void *die_with_mutex(void *argument)
{
	pthread_mutex_lock(argument);
	return NULL;
}

static void *close_and_exit(void *argument)
{
	exit((int)(long)argument);
}

static void *run_program(void *argument)
{
	char *const words[] = { argument, (char *)"again", NULL };

	execv(argument, words);
	return NULL;
}

static pthread_t start(void *(*function)(void *), void *argument)
{
	pthread_t thread;
	const int error = pthread_create(&thread, NULL, function, argument);

	if (error) {
		printf("pthread_create: %s\n", strerror(error));
		exit(1);
	}
	return thread;
}

static long join(pthread_t thread)
{
	void *result = NULL;

	pthread_join(thread, &result);
	return result == PTHREAD_CANCELED ? -1 : (long)result;
}

/* Starts THREADS threads with the arguments 1 to THREADS. Returns the sum of their results. */
static long all(void *(*function)(void *))
{
	pthread_t threads[THREADS];
	long results = 0;

	for (long i = 0; i < THREADS; i++)
		threads[i] = start(function, (void *)(i + 1));
	for (long i = 0; i < THREADS; i++)
		results += join(threads[i]);
	return results;
}

static int status_of_child(void *(*function)(void *), void *argument)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		start(sleep_for_ever, &items);
		start(function, argument);
		pause();
	}
	waitpid(pid, &status, 0);
	return status;
}

static void synchronization(void)
{
	pthread_t first, second;
	struct timespec time = after(5);
	long results;

	results = all(add);
	printf("mutex: %ld, results %ld, own %ld\n", counter, results, own);
	first = start(produce, NULL);
	second = start(consume, NULL);
	join(first);
	join(second);
	printf("condition: %ld\n", sum);
	pthread_barrier_init(&barrier, NULL, THREADS);
	results = all(meet);
	printf("barrier: %ld, %ld\n", results, firsts);
	counter = items = 0;
	pthread_mutex_lock(&mutex);
	printf("time-out: %s\n", strerror(pthread_cond_timedwait(&filled, &mutex, &time)));
	first = start(wait_for_all, NULL);
	second = start(wait_for_all, NULL);
	while (items < 2)
		pthread_cond_wait(&filled, &mutex);
	counter = 1;
	pthread_cond_broadcast(&emptied);
	pthread_mutex_unlock(&mutex);
	join(first);
	join(second);
	printf("broadcast: %ld\n", items);
	results = all(use_key);
	printf("keys: %ld, %ld\n", results, destroyed);
	all(read_and_write);
	printf("readers and writers: %ld\n", readers);
	sem_init(&semaphore, 0, 0);
	first = start(post, NULL);
	sem_wait(&semaphore);
	join(first);
	printf("semaphore: %s\n", sem_trywait(&semaphore) ? strerror(errno) : "not empty");
}

static void ends(const char *program)
{
	pthread_mutexattr_t robust;
	pthread_mutex_t owned;
	pthread_t thread;
	sigset_t set;
	long cleaned = 0;
	int status;

	thread = start(sleep_for_ever, &cleaned);
	usleep(1000);
	pthread_cancel(thread);
	printf("cancelled: %ld", join(thread));
	printf(", cleaned %ld\n", cleaned);
	signal(SIGUSR1, handle);
	target = start(wait_for_signal, NULL);
	pthread_kill(target, SIGUSR1);
	join(target);
	printf("signal: %d\n", (int)handled);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	thread = start(sigwaiter, &set);
	kill(getpid(), SIGUSR2);
	printf("sigwait: %d\n", join(thread) == SIGUSR2);
	pthread_mutexattr_init(&robust);
	pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&owned, &robust);
	join(start(die_with_mutex, &owned));
	status = pthread_mutex_lock(&owned);
	printf("robust: %s", strerror(status));
	printf(", %s\n", strerror(pthread_mutex_consistent(&owned)));
	status = status_of_child(close_and_exit, (void *)23L);
	printf("exit in a thread: %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	status = status_of_child(run_program, (void *)program);
	printf("exec in a thread: %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		printf("again: %s\n", argv[1]);
		return 24;
	}
	synchronization();
	ends(argv[0]);
	printf("%ld threads were created\n", THREADS * 4L + 10);
	start(sleep_for_ever, &items);
	return 5;
}
