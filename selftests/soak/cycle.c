// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: unloads the module under traffic, checks for remains, and loads it
 * again
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "stage.h"
#include "memory.h"

#define TRIES	3000	/* naps of 10 ms until the last namespace has gone */
#define DETOUR	50	/* minimum of packets of each stage by the plain route */

static unsigned int cycles;

static void unload(void)
{
	unsigned int tries = 0;

	while (syscall(SYS_delete_module, "hashring", O_NONBLOCK)) {
		if (errno != EWOULDBLOCK)
			die("hashring does not unload: %s", strerror(errno));
		/* A kernel worker removes a namespace after its last user. */
		if (++tries == TRIES)
			die("hashring does not unload: somebody uses it");
		nap_ms(10);
	}
}

static void load(void)
{
	int fd = open(module_path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		die("%s does not load: %s", module_path, strerror(errno));
	close(fd);
}

static __u64 config_digest(struct stage *s)
{
	__u64 digest = 0, generation;

	if (hashring_digest(s->expected.h, s->expected.ring, true, &digest,
			    &generation) && !stopped())
		violation("state", "%s: no digest: %s", s->expected.ring,
			  hashring_error(s->expected.h));
	return digest;
}

static void run_ringctl(unsigned int director, const char *verb)
{
	char command[1024];

	snprintf(command, sizeof(command),
		 "%s -n %s %s %s/rings%u >%s/said 2>&1 || { cat %s/said; false; }",
		 ringctl, directors[director], verb, work_dir, director,
		 work_dir, work_dir);
	if (system(command) && !stopped())
		violation("state", "ringctl %s failed", verb);
}

/* Traffic continues meanwhile. */
static void wait_detour(struct worker *w)
{
	unsigned int i, naps = 0;

	for (i = 0; i < STAGES; i++) {
		struct stage *s = &stages[i];

		while (atomic_load(&s->at[PLAIN]) < s->plain_seen + DETOUR &&
		       !stopped()) {
			nap_ms(10);
			got_on(w);
			if (++naps == TRIES)
				violation("stuck", "stage %u: nothing by the plain route",
					  i);
		}
	}
}

/* Only the stages' rings still use the module. */
static void cycle(struct worker *w)
{
	__u64 before[STAGES];
	unsigned int i;

	for (i = 0; i < 2; i++)
		run_ringctl(i, "save");
	for (i = 0; i < STAGES; i++) {
		before[i] = config_digest(&stages[i]);
		stage_detach(&stages[i]);
		/* The module removes its rings. */
		if (cycles % 2)
			hashring_ring_del(stages[i].expected.h, stages[i].expected.ring);
	}
	got_on(w);
	unload();
	wait_detour(w);
	stages_hush(true);
	memory_look(cycles++);
	stages_hush(false);
	load();
	atomic_fetch_add(&shared->life, 1);
	for (i = 0; i < STAGES; i++)
		stage_attaching(&stages[i]);
	for (i = 0; i < 2; i++)
		run_ringctl(i, "sync");
	for (i = 0; i < STAGES; i++)
		stage_attached(&stages[i]);
	for (i = 0; i < STAGES; i++)
		if (config_digest(&stages[i]) != before[i] && !stopped())
			violation("digest", "stage %u: another one after insmod and sync",
				  i);
	count(FIG_DIGESTS, STAGES);
	count(FIG_CYCLES, 1);
}

static void *cycle_on(void *arg)
{
	struct worker *w = arg;
	unsigned int i;

	while (!stopped()) {
		/*
		 * The first cycles come soon, so that later ones have a
		 * comparison.
		 */
		for (i = cycles < 2 ? 40 : 150; i && !stopped(); i--) {
			nap_ms(100);
			got_on(w);
		}
		if (gate_shut())
			cycle(w);
		gate_open();
	}
	return NULL;
}

void start_cycle(void)
{
	start_alone("cycle", false, cycle_on);
}

/*
 * Called after the end of all workers: removes the rings, and then the module.
 */
void last_cycle(void)
{
	unsigned int i;

	for (i = 0; i < STAGES; i++) {
		struct expected *t = &stages[i].expected;

		expected_reconnect(t);
		/* If the run ended in mid-cycle, both may be absent. */
		hashring_attach_del(t->h, stages[i].attach.id);
		hashring_ring_del(t->h, t->ring);
	}
	memory_leaks();
	unload();
	memory_look(cycles);
	memory_trend();
}
