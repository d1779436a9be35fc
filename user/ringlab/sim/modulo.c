// SPDX-License-Identifier: GPL-2.0-only
/*
 * Modulo: a position belongs to the node at index position mod n of a list. A
 * joining node is appended. When a node leaves, the nodes behind it move down.
 *
 * A position stays if its two residues lead to the same node. By the Chinese
 * remainder theorem these positions are one residue class for each node, and so
 * are counted without a loop over positions.
 */
#include <errno.h>
#include <stdlib.h>

#include "sim.h"

static void modulo_lookup(const struct sim *s, const u32 *pos, u32 *place,
			  u32 n)
{
	u32 nr = s->nr, i;

	for (i = 0; i < n; i++)
		place[i] = pos[i] % nr;
}

/* The number of positions with a remainder. */
static u64 residue_class(u64 remainder, u64 modulus)
{
	return remainder < SIM_WHOLE ?
	       (SIM_WHOLE - 1 - remainder) / modulus + 1 : 0;
}

/* Euclid: the greatest common divisor, which is a * x modulo b. */
static u64 divisor(u64 a, u64 b, u64 *x)
{
	s64 r0 = a, r1 = b, x0 = 1, x1 = 0, q, next;

	while (r1) {
		q = r0 / r1;
		next = r0 - q * r1;
		r0 = r1;
		r1 = next;
		next = x0 - q * x1;
		x0 = x1;
		x1 = next;
	}
	*x = x0 < 0 ? x0 + b / r0 : x0;
	return r0;
}

/* The number of positions that are @a modulo @n and also @b modulo @m. */
static u64 both_classes(u64 a, u64 n, u64 b, u64 m)
{
	u64 inverse, gcd = divisor(n, m, &inverse);
	u64 part = m / gcd, steps;

	if (a % gcd != b % gcd)
		return 0;
	/* The remainder is a + n * steps. */
	steps = (b + m - a % m) % m / gcd * (inverse % part) % part;
	return residue_class(a + n * steps, n * part);
}

static int modulo_exact(const struct sim *before, const struct sim *after,
			struct sim_tally *tally)
{
	u32 *place = malloc(before->nodes->nr * sizeof(*place));
	u64 kept = 0;
	u32 i;

	if (!place)
		return -ENOMEM;
	for (i = 0; i < before->nodes->nr; i++)
		place[i] = after->nr;
	for (i = 0; i < after->nr; i++) {
		place[sim_number(after, i)] = i;
		tally->after[sim_number(after, i)] +=
			residue_class(i, after->nr);
	}
	for (i = 0; i < before->nr; i++) {
		u32 to = place[sim_number(before, i)];

		tally->before[sim_number(before, i)] +=
			residue_class(i, before->nr);
		if (to < after->nr)
			kept += both_classes(i, before->nr, to, after->nr);
	}
	tally->moved += SIM_WHOLE - kept;
	free(place);
	return 0;
}

static size_t modulo_bytes(const struct sim *s)
{
	return s->nr * sizeof(u32);
}

const struct sim_ops sim_modulo = {
	.name = "modulo",
	.change = sim_list_change,
	.lookup = modulo_lookup,
	.exact = modulo_exact,
	.bytes = modulo_bytes,
};
