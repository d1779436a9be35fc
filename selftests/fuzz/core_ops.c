// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes from the bytes of an input: most of them are possible, and some are
 * not.
 */
#include <string.h>

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "core/grid.h"
#include "core_ops.h"
#include "model/model.h"

/* Names with a common beginning, and some invalid names. */
static const char *const names[] = {
	"a", "aa", "ab", "b", "b1", "b10", "b2", "c", "c.d", "n0", "n1", "~",
	"123456789012345678901234567890123456789012345678901234567890123",
	"", "-b", "a b", "a;",
	"1234567890123456789012345678901234567890123456789012345678901234",
};

#define NR_NAMES	(sizeof(names) / sizeof(*names))
#define GOOD_NAMES	12

static void take_name(struct bytes *b, char to[HR_MAX_NAME + 1])
{
	u8 byte = take8(b);
	const char *name = names[byte < 0xf0 ? byte % GOOD_NAMES :
				 byte % NR_NAMES];
	size_t len = strlen(name);

	/* A name that is too long has no NUL. */
	memcpy(to, name, len <= HR_MAX_NAME ? len + 1 : HR_MAX_NAME + 1);
}

/* Positions close together, at the borders of index slots, or anywhere. */
u32 take_position(struct bytes *b)
{
	u8 byte = take8(b);

	switch (byte >> 5) {
	case 0:
		return byte & 31;
	case 1:
		return -1 - (byte & 31);
	case 2:
	case 3:
		return ((u32)byte << 26) + take8(b) - 2;
	case 4:
	case 5:
		return (u32)take8(b) * 0x01010101U;
	default:
		return take32(b);
	}
}

static u32 take_figure(struct bytes *b, u32 usual, const u32 *odd, u32 nr_odd)
{
	u8 byte = take8(b);

	return byte < 0xf0 ? byte % usual : odd[byte % nr_odd];
}

static void take_points(struct bytes *b, struct op_room *room, struct hr_op *op)
{
	u8 n = take8(b), i;

	op->nr_points = n < 0xfc ? 1 + n % OP_POINTS : 0;
	op->points = room->points;
	for (i = 0; i < op->nr_points; i++)
		room->points[i] = take_position(b);
}

static void take_cells(struct bytes *b, u32 grid, struct op_room *room,
		       struct hr_op *op)
{
	u32 i, first = 0;

	op->nr_cells = take8(b) % (OP_CELLS + 1);
	op->cells = room->cells;
	for (i = 0; i < op->nr_cells; i++) {
		first += take16(b) % (grid ? grid : 1024);
		room->cells[i] = (struct hr_run) { first, take8(b) };
		first += room->cells[i].count;
	}
}

/* The attributes of an operation, by the bits of a byte. */
static u64 parts_of(u8 flags)
{
	static const u64 parts[] = {
		HR_HAS_ATTR(ID), HR_HAS_ATTR(WEIGHT), HR_HAS_ATTR(STATE),
		HR_HAS_VIA, HR_HAS(POINTS), HR_HAS(SEAT), HR_HAS(CELLS),
		HR_HAS(DEADLINE),
	};
	u64 has = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (flags & BIT(i))
			has |= parts[i];
	return has;
}

static void take_op(struct bytes *b, const struct hr_config *cfg,
		    struct op_room *room, struct hr_op *op)
{
	static const u32 weights[] = { 0, 9, 40, 1000, 1001, 65537, U32_MAX };
	static const u32 states[] = { 0, 1, 2, 3, 4, 255 };
	static const u32 ids[] = { 0, 1, 63, 64, 255, 256, 65536, U32_MAX };
	static const u32 deadlines[] = { 0, 1, HR_MAX_DEADLINE, U32_MAX };
	static const u64 allowed[] = {
		[HASHRING_OP_ADD] = HR_HAS_ATTR(ID) | HR_HAS_ATTR(WEIGHT) |
				    HR_HAS_ATTR(STATE) | HR_HAS_VIA |
				    HR_HAS(SEAT),
		[HASHRING_OP_SET] = HR_HAS_ATTR(WEIGHT) | HR_HAS_ATTR(STATE) |
				    HR_HAS_VIA,
		[HASHRING_OP_DEL] = HR_HAS(NOW),
		[HASHRING_OP_REPLACE] = HR_HAS_ATTR(ID) | HR_HAS_VIA,
	};
	u8 kind = take8(b), flags = take8(b);

	memset(op, 0, sizeof(*op));
	op->kind = kind < 0xfc ? kind % 4 : kind;
	op->has = parts_of(flags);
	if (kind & 0x04)
		op->has |= HR_HAS(NOW);
	/* Without these corrections hardly any operation would be accepted. */
	if (kind < 0xe0) {
		op->has &= allowed[op->kind];
		if (cfg->place->takes_points && op->kind == HASHRING_OP_ADD)
			op->has |= HR_HAS(POINTS);
		if (cfg->place->takes_points && op->kind == HASHRING_OP_SET)
			op->has |= parts_of(flags) & HR_HAS(POINTS);
		if (op->kind == HASHRING_OP_SET && !op->has)
			op->has = HR_HAS_ATTR(STATE);
		/* Seats are rare: they are for restored tables. */
		if (kind & 0x18)
			op->has &= ~HR_HAS(SEAT);
	}
	take_name(b, op->name);
	if (op->kind == HASHRING_OP_REPLACE)
		take_name(b, op->new_name);
	if (op->has & HR_HAS(SEAT))
		take_name(b, op->seat);
	if (op->has & HR_HAS_ATTR(ID))
		op->attrs.id = take_figure(b, 24, ids, ARRAY_SIZE(ids));
	if (op->has & HR_HAS_ATTR(WEIGHT))
		op->attrs.weight =
			1 + take_figure(b, 5, weights, ARRAY_SIZE(weights));
	if (op->has & HR_HAS_ATTR(STATE))
		op->attrs.state = take_figure(b, 3, states, ARRAY_SIZE(states));
	if (op->has & HR_HAS_VIA)
		op->attrs.via = (struct hr_via){ .has4 = true,
						 .addr4 = { 10, take8(b) } };
	if (op->has & HR_HAS(POINTS))
		take_points(b, room, op);
	if (op->has & HR_HAS(CELLS))
		take_cells(b, cfg->grid, room, op);
	if (op->has & HR_HAS(DEADLINE))
		op->deadline = take_figure(b, 240, deadlines,
					   ARRAY_SIZE(deadlines));
}

u32 take_ops(struct bytes *b, const struct hr_config *cfg, struct op_list *list)
{
	u32 n = take8(b), i;

	n = n < 0xfe ? 1 + n % OP_LIST : 0;
	for (i = 0; i < n; i++)
		take_op(b, cfg, &list->room[i], &list->op[i]);
	return n;
}

void take_config(struct bytes *b, struct hr_config *cfg)
{
	u8 kind = take8(b) % 8, figures = take8(b);
	u32 i;

	memset(cfg, 0, sizeof(*cfg));
	if (kind == 6) {
		cfg->place = &hr_place_explicit;
	} else if (kind == 7) {
		cfg->place = &hr_place_balanced;
		cfg->grid = HR_MIN_GRID << (figures & 1);
	} else {
		cfg->place = kind < 2 ? &hr_place_hash :
					&model_narrow[kind - 2];
		cfg->points = 1 + (figures & 3);
		cfg->per = 1 + (figures >> 4) % 3;
	}
	for (i = 0; i < HR_SEED_LEN; i++)
		cfg->seed[i] = figures + 17 * i;
	hr_keys_derive(&cfg->keys, cfg->seed);
}
