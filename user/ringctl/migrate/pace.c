// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pace of a migration: arithmetic.
 */
#include <stdlib.h>
#include <string.h>

#include "pace.h"
#include "cli/cli.h"

/**
 * pace_batch() - parses the size of a step
 * @word: 2% or 0.02 of the ring, or 100flows
 * @pace: set
 *
 * Return: 0, or -1 for a word that is malformed, or no step.
 */
int pace_batch(const char *word, struct pace *pace)
{
	static const char unit[] = "flows";
	size_t len = strlen(word);
	char digits[16];

	if (len <= strlen(unit) || strcmp(word + len - strlen(unit), unit)) {
		pace->by = HASHRING_STEP_SHARE;
		return get_share(word, &pace->batch) || !pace->batch ? -1 : 0;
	}
	len -= strlen(unit);
	if (len >= sizeof(digits))
		return -1;
	memcpy(digits, word, len);
	digits[len] = '\0';
	pace->by = HASHRING_STEP_FLOWS;
	return get_u64(digits, 1, UINT32_MAX, &pace->batch);
}

/**
 * pace_wait_idle() - parses how few flows a step waits for
 * @word: N or N,TIME
 * @pace: set
 *
 * Return: 0, or -1 for a malformed word.
 */
int pace_wait_idle(const char *word, struct pace *pace)
{
	size_t len = strcspn(word, ",");
	char digits[16];
	__u64 flows;

	if (len >= sizeof(digits))
		return -1;
	memcpy(digits, word, len);
	digits[len] = '\0';
	if (get_u64(digits, 0, UINT32_MAX, &flows))
		return -1;
	pace->wait_idle = true;
	pace->idle_flows = flows;
	pace->idle_wait = HASHRING_ANY;
	return word[len] ? get_time(word + len + 1, &pace->idle_wait) : 0;
}

/* A pause does not count: a resumed pacer begins to measure anew. */
void pace_begin(struct pace_meter *meter, __u64 now)
{
	__u64 spent = meter->spent;

	memset(meter, 0, sizeof(*meter));
	meter->begun = now;
	meter->spent = spent;
}

void pace_count(struct pace_meter *meter, const struct hashring_step *step)
{
	meter->steps++;
	meter->moved += step->moved;
	meter->flows += step->flows;
	meter->spent += step->moved;
}

/* The delay of the next step after @step, by the number of its flows. */
__u64 pace_delay(const struct pace *pace, const struct hashring_step *step)
{
	__u64 ms = 0;

	if (pace->rate)
		ms = (step->flows * 1000ULL + pace->rate - 1) / pace->rate;
	return ms > pace->interval ? ms : pace->interval;
}

/* The share that may still move; HASHRING_ANY: any. */
__u64 pace_allowed(const struct pace *pace, const struct pace_meter *meter)
{
	if (pace->budget == HASHRING_ANY)
		return HASHRING_ANY;
	return pace->budget > meter->spent ? pace->budget - meter->spent : 0;
}

/* Flows a second so far; below 0 while not known. */
double pace_rate(const struct pace_meter *meter, __u64 now)
{
	if (meter->steps < 2 || now <= meter->begun)
		return -1;
	return meter->flows * 1000.0 / (now - meter->begun);
}

/**
 * pace_left() - the time for the rest
 * @pace: the settings
 * @meter: what was done so far
 * @m: the migration
 * @now: the time
 *
 * By the share that has moved since pacing began, and not less than the rate
 * allows for the flows that are noted in arcs still to move.
 *
 * Return: ms, or HASHRING_ANY while not known.
 */
__u64 pace_left(const struct pace *pace, const struct pace_meter *meter,
		const struct hashring_migration *m, __u64 now)
{
	__u64 share = m->total - m->released;
	__u64 by_rate = 0;
	double ms;

	if (!share)
		return 0;
	if (meter->steps < 2 || !meter->moved || now <= meter->begun)
		return HASHRING_ANY;
	ms = (double)share / meter->moved * (now - meter->begun);
	if (pace->rate)
		by_rate = m->noted * 1000ULL / pace->rate;
	return ms > by_rate ? ms : by_rate;
}
