// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migrations, steps and tracked flows, in words.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include "migrate.h"

/* The part of the moving share that has moved, from 0 to 1. */
double migration_part(const struct hashring_migration *m)
{
	if (m->total)
		return (double)m->released / m->total;
	return m->frontier == HASHRING_WHOLE;
}

/* There is no migration, or none any more. */
bool migration_ended(const struct hashring_migration *m)
{
	return m->state == HASHRING_MIGRATION_NONE ||
	       m->state == HASHRING_MIGRATION_DONE;
}

/* It has ended where it began. */
bool migration_undone(const struct hashring_migration *m)
{
	return migration_ended(m) && m->has_step &&
	       m->step.kind == HASHRING_STEP_UNDONE;
}

void print_state(FILE *f, __u32 state, const char *reason)
{
	fputs(hashring_enum_name(hashring_migration_state_name, state), f);
	if (*reason)
		fprintf(f, " (%s)", reason);
}

void print_position(FILE *f, __u64 frontier)
{
	if (frontier)
		fprintf(f, "0x%08llx", frontier);
	else
		fputc('0', f);
}

/* The frontier before and after, and what moved. */
void print_way(FILE *f, const struct hashring_step *step)
{
	char share[FIGURE_LEN];

	fprintf(f, "%s ", hashring_enum_name(hashring_step_kind_name, step->kind));
	if (step->frontier != step->frontier_before) {
		print_position(f, step->frontier_before);
		fputs(" -> ", f);
	}
	print_position(f, step->frontier);
	if (step->moved || step->frontier != step->frontier_before)
		fprintf(f, "  moved %s in %u arc%s  flows %u",
			figure_share(share, step->moved), step->arcs,
			step->arcs == 1 ? "" : "s", step->flows);
	else if (step->flows)
		fprintf(f, "  flows %u", step->flows);
}

/* A step or a transition, after the ring's name. */
void print_step(FILE *f, const struct hashring_step *step)
{
	print_way(f, step);
	fprintf(f, "  epoch %llu  ", step->epoch);
	print_state(f, step->state, step->reason);
}

static void print_tracking(FILE *f, const struct hashring_migration *m)
{
	if (!m->max_entries) {
		fputs("  established flows move", f);
		return;
	}
	fprintf(f, "  pinned(seen) %u  noted %u  entries %u of %u", m->pinned,
		m->noted, m->entries, m->max_entries);
}

static void print_pacing(FILE *f, const struct hashring_migration *m)
{
	char text[FIGURE_LEN];

	if (*m->holder)
		fprintf(f, "  holder %s", m->holder);
	if (m->has_deadline)
		fprintf(f, "  deadline %s", figure_ms(text, m->deadline));
	fprintf(f, "  quiet %s  window %s", figure_ms(text, m->quiet),
		m->window ? "open" : "closed");
	if (m->grace)
		fprintf(f, "  udp-grace %s", figure_ms(text, m->grace));
	fputc('\n', f);
}

static void print_stats(FILE *f, const struct hashring_track_stats *s)
{
	fprintf(f, " started %llu  seen %llu  ended %llu  half-open %llu  idle %llu",
		s->started, s->seen, s->ended, s->half_open, s->idle);
	fprintf(f, "  expired %llu  evicted %llu\n", s->expired, s->evicted);
	fprintf(f, " no-entry %llu  not-noted %llu  unknown %llu  unknown-late %llu\n",
		s->no_entry, s->not_noted, s->unknown, s->unknown_late);
}

static void print_node_flows(FILE *f, const struct hashring_node_flows *node)
{
	char text[FIGURE_LEN];

	fprintf(f, " node %s  flows %u  pinned %u", node->name, node->flows,
		node->pinned);
	if (node->leaving)
		fputs("  leaving", f);
	if (node->has_deadline)
		fprintf(f, "  deadline %s", figure_ms(text, node->deadline));
	fputc('\n', f);
}

/* All but the first line. */
void print_migration_body(FILE *f, const struct hashring_migration *m)
{
	char a[FIGURE_LEN], b[FIGURE_LEN];
	__u32 i;

	fprintf(f, " moved %s of %s  arcs %u of %u", figure_share(a, m->released),
		figure_share(b, m->total), m->arcs_released, m->arcs);
	print_tracking(f, m);
	fprintf(f, "\n generation %llu -> %llu  changes %u", m->origin,
		m->generation, m->changes);
	print_pacing(f, m);
	if (!opt.stats)
		return;
	if (m->has_stats)
		print_stats(f, &m->stats);
	for (i = 0; i < m->nr_nodes; i++)
		print_node_flows(f, &m->nodes[i]);
}

void print_migration(FILE *f, const struct hashring_migration *m)
{
	fprintf(f, "%s ", m->ring);
	print_state(f, m->state, m->reason);
	if (migration_ended(m)) {
		fputc('\n', f);
		return;
	}
	fprintf(f, " %.1f%% at ", 100 * migration_part(m));
	print_position(f, m->frontier);
	fprintf(f, "%s  epoch %llu\n", m->back ? ", going back" : "", m->epoch);
	print_migration_body(f, m);
}

static void print_end(FILE *f, int family, const void *addr, __u16 port)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(family, addr, text, sizeof(text));
	if (!port)
		fputs(text, f);
	else if (family == AF_INET6)
		fprintf(f, "[%s]:%u", text, port);
	else
		fprintf(f, "%s:%u", text, port);
}

void print_tracked(FILE *f, const struct hashring_tracked *t)
{
	const struct protoent *p = getprotobynumber(t->flow.protocol);
	char a[FIGURE_LEN], b[FIGURE_LEN];

	if (p)
		fprintf(f, "%s ", p->p_name);
	else
		fprintf(f, "%u ", t->flow.protocol);
	print_end(f, t->flow.family, &t->flow.saddr, t->flow.sport);
	fputs(" -> ", f);
	print_end(f, t->flow.family, &t->flow.daddr, t->flow.dport);
	fprintf(f, "  position 0x%08x  node %s  owner %s%s%s  idle %s  left %s\n",
		t->position, t->node, *t->owner ? t->owner : "none",
		t->half_open ? "  half-open" : "", t->closing ? "  closing" : "",
		figure_ms(a, t->idle), figure_ms(b, t->left));
}
