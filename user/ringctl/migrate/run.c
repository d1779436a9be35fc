// SPDX-License-Identifier: GPL-2.0-only
/*
 * ringctl migrate run: the arguments of the pacer, and its first requests.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ringctl/plan/token.h"
#include "cli/signals.h"
#include "run.h"
#include "ringctl/ringctl.h"

#define HEALTH_TIMEOUT	10000	/* ms */

enum {
	RUN_RING,
	RUN_OPS,
	RUN_FILE,
	RUN_PLAN,
	RUN_BATCH,
	RUN_RATE,
	RUN_INTERVAL,
	RUN_WAIT_IDLE,
	RUN_QUIET,
	RUN_DEADLINE,
	RUN_MAX_MOVED,
	RUN_HEALTH,
	RUN_HEALTH_TIMEOUT,
	RUN_ON_FAIL,
	RUN_NOW,
	RUN_DAMP,
	RUN_NO_FINISH,
};

static const char *on_fail(__u32 value)
{
	static const char *const words[] = {
		"pause",
		"rollback",
	};

	return word_at(words, sizeof(words) / sizeof(*words), value);
}

enum { FAIL_PAUSE, FAIL_ROLLBACK };

const struct arg migrate_run_args[] = {
	[RUN_RING] = { ARG_RING, .meta = "RING", .required = true },
	[RUN_OPS] = { ARG_OPS, .meta = "'{ OPERATION; ... }'" },
	[RUN_FILE] = { ARG_FILE, "-f", "--file", .meta = "FILE" },
	[RUN_PLAN] = { ARG_TEXT, "--plan", .meta = "TOKEN" },
	[RUN_BATCH] = { ARG_TEXT, "--batch", .meta = "SHARE|Nflows" },
	[RUN_RATE] = { ARG_NUMBER, "--rate", .meta = "FLOWS/S", .min = 1 },
	[RUN_INTERVAL] = { ARG_TIME, "--interval", .meta = "TIME" },
	[RUN_WAIT_IDLE] = { ARG_TEXT, "--wait-idle", .meta = "N[,TIME]" },
	[RUN_QUIET] = { ARG_TIME, "--quiet", .meta = "TIME", .min = 1 },
	[RUN_DEADLINE] = { ARG_DEADLINE, "--deadline", .meta = "TIME" },
	[RUN_MAX_MOVED] = { ARG_SHARE, "--max-moved", .meta = "SHARE" },
	[RUN_HEALTH] = { ARG_TEXT, "--health", .meta = "COMMAND" },
	[RUN_HEALTH_TIMEOUT] = { ARG_TIME, "--health-timeout", .meta = "TIME",
				 .min = 1 },
	[RUN_ON_FAIL] = { ARG_ENUM, "--on-fail", .meta = "WHAT",
			  .names = on_fail },
	[RUN_NOW] = { ARG_FLAG, "--now" },
	[RUN_DAMP] = { ARG_TIME, "--damp", .meta = "TIME", .min = 1 },
	[RUN_NO_FINISH] = { ARG_FLAG, "--no-finish" },
	{ }
};

static int take_pace(const struct value *v, struct pace *pace)
{
	*pace = (struct pace) {
		.by = HASHRING_STEP_SHARE,
		.batch = PACE_BATCH,
		.rate = v[RUN_RATE].num,
		.interval = PACE_INTERVAL,
		.budget = HASHRING_ANY,
	};
	if (v[RUN_BATCH].given && pace_batch(v[RUN_BATCH].text, pace))
		return fail_usage("--batch \"%s\": expected a share such as 2%%, or 100flows",
				  v[RUN_BATCH].text);
	if (v[RUN_WAIT_IDLE].given &&
	    pace_wait_idle(v[RUN_WAIT_IDLE].text, pace))
		return fail_usage("--wait-idle \"%s\": expected N or N,TIME, such as 10,5m",
				  v[RUN_WAIT_IDLE].text);
	if (v[RUN_INTERVAL].given)
		pace->interval = v[RUN_INTERVAL].num;
	if (v[RUN_MAX_MOVED].given)
		pace->budget = v[RUN_MAX_MOVED].num;
	return EXIT_DONE;
}

static int take_words(const struct value *v, struct pacer *p)
{
	bool roll_back = v[RUN_ON_FAIL].given &&
			 v[RUN_ON_FAIL].num == FAIL_ROLLBACK;

	if (v[RUN_HEALTH_TIMEOUT].given && !v[RUN_HEALTH].given)
		return fail_usage("--health-timeout wants --health");
	if (v[RUN_ON_FAIL].given && !v[RUN_HEALTH].given)
		return fail_usage("--on-fail wants --health");
	if (v[RUN_NOW].given && !roll_back)
		return fail_usage("--now wants --on-fail rollback");
	p->ring = v[RUN_RING].text;
	p->health = v[RUN_HEALTH].text;
	p->health_timeout = v[RUN_HEALTH_TIMEOUT].given ?
			    v[RUN_HEALTH_TIMEOUT].num : HEALTH_TIMEOUT;
	p->roll_back = roll_back;
	p->roll_back_now = v[RUN_NOW].given;
	p->damp = v[RUN_DAMP].num;
	p->no_finish = v[RUN_NO_FINISH].given;
	p->lease.deadline = v[RUN_DEADLINE].given ? v[RUN_DEADLINE].num :
						    HASHRING_ANY;
	p->lease.quiet = v[RUN_QUIET].given ? v[RUN_QUIET].num : HASHRING_ANY;
	return take_pace(v, &p->pace);
}

/**
 * migrate_run_check() - checks the options of a pacer whose change others make
 * @a: the arguments of migrate run
 *
 * Return: an exit status; errors are reported.
 */
int migrate_run_check(struct args *a)
{
	struct pacer p = { 0 };

	if (a->v[RUN_OPS].given || a->v[RUN_FILE].given || a->v[RUN_PLAN].given)
		return fail_usage("--migrate: expected how to pace, no change and no plan");
	return take_words(a->v, &p);
}

static int open_pacer(struct pacer *p)
{
	int err;

	err = hashring_open(&p->h, opt.netns);
	if (err)
		return refused_by(p->h, err);
	err = hashring_open(&p->events, opt.netns);
	if (!err)
		err = hashring_subscribe(p->events);
	return err ? refused_by(p->events, err) : EXIT_DONE;
}

/* Holds the change that is to be paced. */
static int hold(struct pacer *p, const struct value *v)
{
	struct hashring_receipt receipt;
	struct ops ops = { 0 };
	int status;
	int err;

	status = ops_from_args(&ops, &v[RUN_OPS], &v[RUN_FILE]);
	if (!status) {
		struct hashring_change change = {
			.ring = p->ring,
			.ops = ops.op,
			.nr_ops = ops.nr,
			.expect_generation = HASHRING_ANY,
			.max_moved = HASHRING_ANY,
			.hold = true,
		};

		if (v[RUN_PLAN].given)
			status = check_plan(p->ring, v[RUN_PLAN].text,
					    &change.expect_generation);
		err = status ? 0 : hashring_change(p->h, &change, &receipt);
		if (err)
			status = refused_by(p->h, err);
	}
	ops_release(&ops);
	if (status)
		return status;
	if (opt.json)
		json_print(receipt_to_json(&receipt));
	else
		print_receipt(stdout, &receipt, false);
	fflush(stdout);
	hashring_receipt_release(&receipt);
	return EXIT_DONE;
}

/*
 * Checks that the migration began on the state that a plan was made on. Its map
 * is still in force while nothing has moved.
 */
static int check_origin(struct pacer *p, const char *word)
{
	struct token token;
	__u64 digest;
	int err;

	if (token_parse(word, &token))
		return fail_usage("--plan \"%s\": expected a token of plan, such as 5-8f2c31d0",
				  word);
	if (migration_ended(&p->m))
		return EXIT_DONE;
	if (p->m.origin != token.generation)
		return fail(EXIT_STALE,
			    "plan %s is stale: the migration of %s began in generation %llu",
			    word, p->ring, p->m.origin);
	if (p->m.frontier || p->m.changes > 1)
		return EXIT_DONE;
	err = hashring_digest(p->h, p->ring, false, &digest, NULL);
	if (err)
		return refused_by(p->h, err);
	if (digest >> 32 != token.digest)
		return fail(EXIT_STALE,
			    "plan %s is of another ring: digest of %s is %016llx",
			    word, p->ring, digest);
	return EXIT_DONE;
}

/* Nothing is held if the pacer would be refused. */
static int prepare(struct pacer *p, const struct value *v)
{
	bool ops = v[RUN_OPS].given || v[RUN_FILE].given;
	int err;

	err = hashring_migrate_get(p->h, p->ring, &p->m);
	if (err)
		return refused_by(p->h, err);
	if (*p->m.holder) {
		err = hashring_migrate_run(p->h, p->ring, &p->lease, NULL);
		if (err)
			return refused_by(p->h, err);
	}
	if (ops)
		return hold(p, v);
	return v[RUN_PLAN].given ? check_origin(p, v[RUN_PLAN].text) :
				   EXIT_DONE;
}

int migrate_run(struct args *a)
{
	struct pacer p = { .signal_fd = -1 };
	int status = take_words(a->v, &p);
	char holder[64];
	sigset_t ending;

	if (status)
		return status;
	snprintf(holder, sizeof(holder), "ringctl, process %d", getpid());
	p.lease.holder = holder;
	signals_hold();
	signals_ending(&ending);
	p.signal_fd = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
	status = p.signal_fd < 0 ? fail(EXIT_REFUSED, "%s", strerror(errno)) :
				   open_pacer(&p);
	if (!status)
		status = prepare(&p, a->v);
	if (!status)
		status = pacer_run(&p);
	hashring_migration_release(&p.m);
	hashring_close(p.events);
	hashring_close(p.h);
	fflush(stdout);
	/* A signal that came is answered by the exit status. */
	signals_drop(p.signal_fd);
	signals_release();
	return status;
}
