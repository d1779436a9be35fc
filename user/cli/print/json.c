// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON: keys are the spec's attribute names with underscores, numbers are raw,
 * enum values and addresses are strings.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "output.h"
#include "cli/model/node_attrs.h"

/* Whether the list that is being printed has an item yet. */
static bool list_begun;

static size_t json_format(void)
{
	return opt.pretty ? JSON_INDENT(4) : JSON_COMPACT;
}

void json_print(json_t *value)
{
	json_dumpf(value, stdout, json_format() | JSON_ENCODE_ANY);
	fputc('\n', stdout);
	json_decref(value);
}

static void print_key(const char *key)
{
	printf(opt.pretty ? "\n    \"%s\": " : "\"%s\":", key);
}

void json_open(json_t *object, const char *key)
{
	char *text = json_dumps(object, json_format());
	size_t len = text ? strlen(text) : 0;

	/* All but the brace at its end, and its line. */
	len -= !!len;
	while (len && text[len - 1] == '\n')
		len--;
	printf("%.*s", (int)len, text ?: "");
	if (json_object_size(object))
		fputc(',', stdout);
	print_key(key);
	free(text);
	json_decref(object);
}

void json_list_member(const char *key)
{
	fputc(',', stdout);
	print_key(key);
	json_list_begin();
}

void json_list_close(void)
{
	fputs(list_begun && opt.pretty ? "\n]" : "]", stdout);
}

void json_close(void)
{
	fputs(opt.pretty ? "\n}" : "}", stdout);
}

void json_list_begin(void)
{
	list_begun = false;
	fputc('[', stdout);
}

void json_list_item(json_t *item)
{
	if (list_begun)
		fputc(',', stdout);
	if (opt.pretty)
		fputc('\n', stdout);
	list_begun = true;
	json_dumpf(item, stdout, json_format());
	json_decref(item);
}

void json_list_end(void)
{
	json_list_close();
	fputc('\n', stdout);
}

void json_set_u64(json_t *object, const char *key, __u64 value)
{
	json_object_set_new(object, key, json_integer(value));
}

void json_set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_string(text));
}

void json_set_flag(json_t *object, const char *key, bool value)
{
	json_object_set_new(object, key, json_boolean(value));
}

void json_set_enum(json_t *object, const char *key,
		   hashring_name_fn name, __u32 value)
{
	json_set_text(object, key, hashring_enum_name(name, value));
}

/* As text: it has all 64 bits, which numbers of JSON commonly do not have. */
json_t *json_digest(__u64 digest)
{
	return json_sprintf("%016llx", digest);
}

static void set_seed(json_t *object, const __u8 *seed)
{
	char text[2 * HASHRING_SEED_LEN + 1];
	int i;

	for (i = 0; i < HASHRING_SEED_LEN; i++)
		sprintf(text + 2 * i, "%02x", seed[i]);
	json_set_text(object, "seed", text);
}

static void set_via(json_t *object, const struct hashring_via *via)
{
	char text[INET6_ADDRSTRLEN];

	if (via->has4)
		json_set_text(object, "via4", inet_ntop(AF_INET, &via->addr4,
							text, sizeof(text)));
	if (via->has6)
		json_set_text(object, "via6", inet_ntop(AF_INET6, &via->addr6,
							text, sizeof(text)));
}

void json_set_node_attrs(json_t *object,
			 const struct hashring_node_attrs *attrs)
{
	const struct node_attr *attr;

	for (attr = node_attrs; attr->name; attr++) {
		__u32 value = node_attr_get(attr, attrs);

		if (attr->type == HASHRING_A_NODE_ATTRS_STATE)
			/* also a state that cannot be set */
			json_set_enum(object, attr->name,
				      hashring_node_state_name, value);
		else
			json_set_u64(object, attr->name, value);
	}
	set_via(object, &attrs->via);
}

static void set_settings(json_t *object, const struct hashring_settings *s)
{
	json_set_enum(object, "established", hashring_established_name,
		      s->established);
	json_set_u64(object, "tcp_timeout", s->tcp_timeout);
	json_set_u64(object, "syn_timeout", s->syn_timeout);
	json_set_u64(object, "fin_timeout", s->fin_timeout);
	json_set_u64(object, "udp_timeout", s->udp_timeout);
	json_set_u64(object, "max_entries", s->max_entries);
	json_set_u64(object, "udp_grace", s->udp_grace);
}

json_t *ring_to_json(const struct hashring_ring *ring)
{
	json_t *o = json_object();

	json_set_text(o, "name", ring->name);
	json_set_enum(o, "placement", hashring_placement_name, ring->placement);
	if (ring->points) {
		json_set_u64(o, "points", ring->points);
		json_set_u64(o, "per", ring->per);
	}
	if (ring->has_seed)
		set_seed(o, ring->seed);
	json_set_u64(o, "algorithm", ring->algorithm);
	json_set_u64(o, "generation", ring->generation);
	json_set_u64(o, "nodes", ring->nodes);
	json_set_u64(o, "active_nodes", ring->active_nodes);
	json_set_u64(o, "table_points", ring->table_points);
	json_set_u64(o, "table_bytes", ring->table_bytes);
	json_set_u64(o, "weight", ring->weight);
	json_set_u64(o, "peak", ring->peak);
	json_set_u64(o, "trough", ring->trough);
	json_set_u64(o, "attachments", ring->attachments);
	json_set_u64(o, "receipts", ring->receipts);
	if (ring->grid)
		json_set_u64(o, "grid", ring->grid);
	json_set_u64(o, "epoch", ring->epoch);
	json_set_enum(o, "migration", hashring_migration_state_name,
		      ring->migration);
	set_settings(o, &ring->settings);
	return o;
}

/* As in the spec: the first cell of a run, its length, then the next run. */
json_t *runs_to_json(const struct hashring_run *runs, __u32 nr)
{
	json_t *list = json_array();
	__u32 i;

	for (i = 0; i < nr; i++) {
		json_array_append_new(list, json_integer(runs[i].first));
		json_array_append_new(list, json_integer(runs[i].count));
	}
	return list;
}

json_t *node_to_json(const struct hashring_node *node)
{
	json_t *o = json_object();
	json_t *points;
	__u32 i;

	json_set_text(o, "name", node->name);
	json_set_text(o, "seat", node->seat);
	json_set_node_attrs(o, &node->attrs);
	if (node->nr_given) {
		points = json_array();
		for (i = 0; i < node->nr_given; i++)
			json_array_append_new(points,
					      json_integer(node->points[i]));
		json_object_set_new(o, "points", points);
	}
	json_set_u64(o, "nr_points", node->nr_points);
	json_set_u64(o, "share", node->share);
	json_set_u64(o, "packets", node->packets);
	json_set_u64(o, "bytes", node->bytes);
	json_set_u64(o, "generation", node->generation);
	if (node->nr_home)
		json_object_set_new(o, "home",
				    runs_to_json(node->home, node->nr_home));
	if (node->has_deadline)
		json_set_u64(o, "deadline", node->deadline);
	return o;
}

json_t *move_to_json(const struct hashring_move *move)
{
	json_t *o = json_object();

	json_set_text(o, "from", move->from);
	json_set_text(o, "to", move->to);
	json_set_u64(o, "share", move->share);
	json_set_u64(o, "arcs", move->arcs);
	return o;
}

/* The moved shares of a receipt. */
void json_set_impact(json_t *object, const struct hashring_receipt *r)
{
	json_set_u64(object, "moved", r->moved);
	json_set_u64(object, "gained", r->gained);
	json_set_u64(object, "lost", r->lost);
	json_set_u64(object, "required", r->required);
	json_set_u64(object, "collateral", r->collateral);
	json_set_u64(object, "ideal", r->ideal);
	json_set_u64(object, "peak_before", r->peak_before);
	json_set_u64(object, "peak_after", r->peak_after);
	json_set_u64(object, "arcs", r->arcs);
}

json_t *figures_to_json(const struct hashring_receipt *r)
{
	json_t *o = json_object();
	json_t *moves;
	__u32 i;

	json_set_enum(o, "kind", hashring_receipt_kind_name, r->kind);
	json_set_u64(o, "generation", r->generation);
	json_set_u64(o, "time", r->time);
	json_set_u64(o, "added", r->added);
	json_set_u64(o, "removed", r->removed);
	json_set_u64(o, "set", r->set);
	json_set_u64(o, "replaced", r->replaced);
	json_set_u64(o, "nodes_before", r->nodes_before);
	json_set_u64(o, "nodes_after", r->nodes_after);
	json_set_impact(o, r);
	json_set_u64(o, "bytes_before", r->bytes_before);
	json_set_u64(o, "bytes_after", r->bytes_after);
	json_set_u64(o, "build_ns", r->build_ns);
	json_set_u64(o, "impact_ns", r->impact_ns);
	if (r->has_cut)
		json_set_u64(o, "cut", r->cut);
	json_set_u64(o, "nr_moves", r->nr_moves);
	moves = json_array();
	for (i = 0; i < r->nr_rows; i++)
		json_array_append_new(moves, move_to_json(&r->rows[i]));
	json_object_set_new(o, "move", moves);
	return o;
}

json_t *receipt_to_json(const struct hashring_receipt *receipt)
{
	json_t *o = json_object();
	json_t *ops, *op;
	__u32 i;

	json_set_text(o, "ring", receipt->ring);
	if (receipt->nr_assigned) {
		ops = json_array();
		for (i = 0; i < receipt->nr_assigned; i++) {
			op = json_object();
			json_set_text(op, "name", receipt->assigned[i].name);
			json_set_u64(op, "id", receipt->assigned[i].id);
			json_array_append_new(ops, op);
		}
		json_object_set_new(o, "op", ops);
	}
	json_object_set_new(o, "receipt", figures_to_json(receipt));
	return o;
}

static json_t *attach_stats_to_json(const struct hashring_attach *attach)
{
	const struct attach_counter *c;
	json_t *o = json_object();

	for (c = attach_counters; c->name; c++)
		json_set_u64(o, c->name, attach_counted(attach, c));
	return o;
}

json_t *attach_to_json(const struct hashring_attach *attach)
{
	json_t *o = json_object();

	json_set_u64(o, "id", attach->id);
	json_set_text(o, "ring", attach->ring);
	json_set_enum(o, "hook", hashring_hook_name, attach->hook);
	json_object_set_new(o, "priority", json_integer(attach->priority));
	json_set_u64(o, "mark", attach->mark);
	json_set_u64(o, "mark_mask", attach->mark_mask);
	json_set_u64(o, "node_mask", attach->node_mask);
	json_set_enum(o, "key_policy", hashring_key_policy_name, attach->key_policy);
	json_set_enum(o, "none_policy", hashring_none_policy_name, attach->none_policy);
	json_set_enum(o, "mode", hashring_attach_mode_name, attach->mode);
	json_object_set_new(o, "stats", attach_stats_to_json(attach));
	return o;
}

json_t *limit_to_json(const struct hashring_limit *limit)
{
	json_t *o = json_object();

	json_set_text(o, "name", limit->name);
	json_set_u64(o, "value", limit->value);
	json_set_text(o, "what", limit->what);
	return o;
}

/* A position without an owner has no node and no arc. */
json_t *owner_to_json(const char *ring, const struct hashring_owner *owner)
{
	json_t *o = json_object();

	json_set_text(o, "ring", ring);
	json_set_u64(o, "generation", owner->generation);
	json_set_u64(o, "epoch", owner->epoch);
	json_set_u64(o, "position", owner->position);
	json_set_u64(o, "id", owner->id);
	if (owner->id) {
		json_set_text(o, "node", owner->node);
		json_set_u64(o, "arc_start", owner->arc_start);
		json_set_u64(o, "arc_end", owner->arc_end);
	}
	if (!owner->migrating)
		return o;
	if (*owner->before)
		json_set_text(o, "old", owner->before);
	if (*owner->after)
		json_set_text(o, "new", owner->after);
	json_set_flag(o, "released", owner->released);
	if (*owner->pinned)
		json_set_text(o, "pinned", owner->pinned);
	return o;
}
