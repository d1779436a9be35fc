// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migrations and tracked flows, as JSON.
 */
#include <arpa/inet.h>
#include <sys/socket.h>

#include "migrate.h"

static json_t *stats_to_json(const struct hashring_track_stats *s)
{
	json_t *o = json_object();

	json_set_u64(o, "started", s->started);
	json_set_u64(o, "seen", s->seen);
	json_set_u64(o, "ended", s->ended);
	json_set_u64(o, "half_open", s->half_open);
	json_set_u64(o, "idle", s->idle);
	json_set_u64(o, "expired", s->expired);
	json_set_u64(o, "evicted", s->evicted);
	json_set_u64(o, "no_entry", s->no_entry);
	json_set_u64(o, "not_noted", s->not_noted);
	json_set_u64(o, "unknown", s->unknown);
	json_set_u64(o, "unknown_late", s->unknown_late);
	return o;
}

static json_t *nodes_to_json(const struct hashring_migration *m)
{
	const struct hashring_node_flows *node;
	json_t *list = json_array();
	json_t *o;

	for (node = m->nodes; node < m->nodes + m->nr_nodes; node++) {
		o = json_object();
		json_set_text(o, "name", node->name);
		json_set_u64(o, "flows", node->flows);
		json_set_u64(o, "pinned", node->pinned);
		json_set_flag(o, "leaving", node->leaving);
		if (node->has_deadline)
			json_set_u64(o, "deadline", node->deadline);
		json_array_append_new(list, o);
	}
	return list;
}

static void set_progress(json_t *o, const struct hashring_migration *m)
{
	json_set_u64(o, "origin", m->origin);
	json_set_u64(o, "changes", m->changes);
	json_set_u64(o, "undone", m->undone);
	json_set_u64(o, "frontier", m->frontier);
	json_set_u64(o, "total", m->total);
	json_set_u64(o, "released", m->released);
	json_set_u64(o, "arcs", m->arcs);
	json_set_u64(o, "arcs_released", m->arcs_released);
	json_set_flag(o, "back", m->back);
	if (*m->holder)
		json_set_text(o, "holder", m->holder);
	if (m->has_deadline)
		json_set_u64(o, "deadline", m->deadline);
	json_set_u64(o, "quiet", m->quiet);
	json_set_flag(o, "window", m->window);
	json_set_u64(o, "grace", m->grace);
	json_set_u64(o, "max_entries", m->max_entries);
	json_set_u64(o, "entries", m->entries);
	json_set_u64(o, "pinned", m->pinned);
	json_set_u64(o, "noted", m->noted);
}

json_t *migration_to_json(const struct hashring_migration *m)
{
	json_t *o = json_object();

	json_set_text(o, "ring", m->ring);
	json_set_enum(o, "state", hashring_migration_state_name, m->state);
	if (*m->reason)
		json_set_text(o, "reason", m->reason);
	json_set_u64(o, "generation", m->generation);
	json_set_u64(o, "epoch", m->epoch);
	if (!migration_ended(m))
		set_progress(o, m);
	if (m->has_stats)
		json_object_set_new(o, "stats", stats_to_json(&m->stats));
	if (m->nr_nodes)
		json_object_set_new(o, "node", nodes_to_json(m));
	if (m->has_step)
		json_object_set_new(o, "step", step_to_json(&m->step));
	if (m->has_receipt)
		json_object_set_new(o, "receipt", figures_to_json(&m->receipt));
	return o;
}

static json_t *flow_to_json(const struct hashring_flow *flow)
{
	bool v4 = flow->family == AF_INET;
	char text[INET6_ADDRSTRLEN];
	json_t *o = json_object();

	json_set_u64(o, "protocol", flow->protocol);
	json_set_text(o, v4 ? "saddr4" : "saddr6",
		      inet_ntop(flow->family, &flow->saddr, text, sizeof(text)));
	json_set_text(o, v4 ? "daddr4" : "daddr6",
		      inet_ntop(flow->family, &flow->daddr, text, sizeof(text)));
	json_set_u64(o, "sport", flow->sport);
	json_set_u64(o, "dport", flow->dport);
	json_set_enum(o, "key_policy", hashring_key_policy_name, flow->policy);
	return o;
}

json_t *tracked_to_json(const struct hashring_tracked *t)
{
	json_t *o = json_object();

	json_object_set_new(o, "flow", flow_to_json(&t->flow));
	json_set_u64(o, "position", t->position);
	json_set_text(o, "node", t->node);
	if (*t->owner)
		json_set_text(o, "owner", t->owner);
	json_set_flag(o, "half_open", t->half_open);
	json_set_flag(o, "closing", t->closing);
	json_set_u64(o, "idle", t->idle);
	json_set_u64(o, "left", t->left);
	return o;
}
