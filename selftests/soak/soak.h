/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * soak - everything at once, for any time
 *
 * Workers are independent. Some move rings under traffic (stage.c, udp.c,
 * tcp.c). Some have rings and namespaces without this traffic (namespaces.c).
 * Some take memory and CPUs away (pressure.c). One removes the module and loads
 * it again (cycle.c). Each ring has an expected state, which the core makes by
 * the same moves (expected.c). The kernel's state is compared with it.
 */
#ifndef SELFTESTS_SOAK_H
#define SELFTESTS_SOAK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/slab.h>

#include <hashring/hashring.h>

#define __printf(a, b)	__attribute__((__format__(printf, a, b)))
#define __noreturn	__attribute__((__noreturn__))

#define BACKENDS	6	/* without that of the plain route */
#define PLAIN		BACKENDS
#define WORKERS_MAX	32

/* The counted events. */
enum figure {
	FIG_PACKETS,
	FIG_MET,
	FIG_CONNECTIONS,
	FIG_EXCHANGES,
	FIG_CHANGES,
	FIG_MIGRATIONS,
	FIG_STEPS,
	FIG_JOINED,
	FIG_ROLLBACKS,
	FIG_UNDONE,
	FIG_FINISHED,
	FIG_DIGESTS,
	FIG_LOOKUPS,
	FIG_COUNTERS,
	FIG_CYCLES,
	FIG_DETOURS,
	FIG_NAMESPACES,
	FIG_RINGS,
	FIG_REFUSED,
	FIG_RECLAIMS,
	FIG_OFFLINE,
	FIG_EXCUSED,
	FIG_VIOLATIONS,
	FIG_NR
};

/**
 * struct worker - one thread or process that must progress
 * @name: name of the worker
 * @progress: counts steps of the worker
 * @parked: value of the gate when the worker stopped there
 * @gated: the worker uses the module, and so stops at the gate
 * @seen: of the watchdog: @progress at its last look
 * @still: of the watchdog: looks without progress
 */
struct worker {
	char name[24];
	atomic_ulong progress;
	atomic_uint parked;
	bool gated;
	unsigned long seen;
	unsigned int still;
};

/**
 * struct shared - shared by all processes
 * @figure: by &enum figure
 * @worker: all workers
 * @nr_workers: number of @worker
 * @stop: the run ends
 * @gate: odd: closed, users of the module stop and release it
 * @life: counts loads of the module; rings of earlier loads are gone
 */
struct shared {
	atomic_ulong figure[FIG_NR];
	struct worker worker[WORKERS_MAX];
	unsigned int nr_workers;
	atomic_bool stop;
	atomic_uint gate;
	atomic_uint life;
};

extern struct shared *shared;
extern unsigned int run_seed;
extern const char *client, *ringctl, *module_path, *work_dir;
extern const char *directors[2], *backend_ns[BACKENDS + 1];
extern struct hashring_via backend_via[BACKENDS];

/* main.c */
__printf(1, 2) __noreturn
void die(const char *format, ...);
__printf(2, 3)
void violation(const char *kind, const char *format, ...);
struct worker *new_worker(const char *name, bool gated);
void start_worker(struct worker *w, void *(*run)(void *), void *arg);
void start_alone(const char *name, bool gated, void *(*run)(void *));

static inline void count(enum figure figure, unsigned long n)
{
	atomic_fetch_add(&shared->figure[figure], n);
}

static inline bool stopped(void)
{
	return atomic_load(&shared->stop);
}

static inline void got_on(struct worker *w)
{
	atomic_fetch_add(&w->progress, 1);
}

/* util.c */
unsigned int below(unsigned int *seed, unsigned int n);
void nap_ms(unsigned int ms);
void enter_netns(const char *netns);
void new_netns(void);
void write_file(const char *path, const char *text);
unsigned long read_number(const char *path, const char *key);
struct hashring *open_kernel(const char *netns);
bool gate_closed(void);
void gate_park(struct worker *w);
bool gate_shut(void);
void gate_open(void);

/* workers */
void start_namespaces(void);
void fork_pressure(void);
void start_pressure(void);
void look_after_pressure(void);
void start_cycle(void);
void check_leaks(void);
void last_cycle(void);

#endif
