// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes: one message for a small change, else staged on the socket.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

#define SMALL_CHANGE	(16 * 1024)	/* bytes of a change in one message */
#define STAGED_MESSAGE	(32 * 1024)	/* bytes of operations in a message */

static size_t string_size(const char *string)
{
	return string ? NLA_HDRLEN + NLA_ALIGN(strlen(string) + 1) : 0;
}

/* An upper bound of what the operation takes in a message. */
static size_t op_size(const struct hashring_op *op)
{
	/* At most one attribute, and the same for kind and the two nests. */
	const size_t small = NLA_HDRLEN + sizeof(struct in6_addr);

	return string_size(op->name) + string_size(op->new_name) +
	       string_size(op->seat) +
	       (__builtin_popcountll(op->has) + 1) * small +
	       op->nr_points * sizeof(*op->points) +
	       op->nr_cells * sizeof(*op->cells);
}

static void encode_op(struct request *req, const struct hashring_op *op)
{
	struct nest nest;

	request_nest(req, &nest, HASHRING_A_CHANGE_OP);
	request_u32(req, HASHRING_A_OP_KIND, op->kind);
	request_string(req, HASHRING_A_OP_NAME, op->name);
	if (op->new_name)
		request_string(req, HASHRING_A_OP_NEW_NAME, op->new_name);
	if (op->seat)
		request_string(req, HASHRING_A_OP_SEAT, op->seat);
	request_attrs(req, HASHRING_A_OP_ATTRS, &op->attrs, op->has);
	if (op->has & HASHRING_HAS(POINTS))
		request_data(req, HASHRING_A_OP_POINTS, op->points,
			     op->nr_points * sizeof(*op->points));
	if (op->has & HASHRING_HAS(CELLS))
		request_data(req, HASHRING_A_OP_CELLS, op->cells,
			     op->nr_cells * sizeof(*op->cells));
	if (op->has & HASHRING_HAS(DEADLINE))
		request_u64(req, HASHRING_A_OP_DEADLINE, op->deadline);
	request_flag(req, HASHRING_A_OP_NOW, op->has & HASHRING_HAS(NOW));
	request_nest_end(req, &nest);
}

static void encode_change(struct request *req,
			  const struct hashring_change *change)
{
	request_string(req, HASHRING_A_CHANGE_RING, change->ring);
	if (change->expect_generation != HASHRING_ANY)
		request_u64(req, HASHRING_A_CHANGE_EXPECT_GENERATION,
			    change->expect_generation);
	if (change->max_moved != HASHRING_ANY)
		request_u64(req, HASHRING_A_CHANGE_MAX_MOVED,
			    change->max_moved);
	request_flag(req, HASHRING_A_CHANGE_HOLD, change->hold);
}

static int take_receipt(struct hashring *h, struct nlmsghdr *nlh, void *arg)
{
	struct hashring_receipt *receipt = arg;

	hashring_receipt_release(receipt);
	return decode_change(h, nlh, receipt);
}

static int change_small(struct hashring *h,
			const struct hashring_change *change,
			struct hashring_receipt *receipt)
{
	struct request req;
	__u32 i;

	request_begin(h, &req, HASHRING_CMD_CHANGE);
	encode_change(&req, change);
	for (i = 0; i < change->nr_ops; i++)
		encode_op(&req, &change->ops[i]);
	request_flag(&req, HASHRING_A_CHANGE_DRY_RUN, change->dry_run);
	return request_do(&req, take_receipt, receipt);
}

/* As many operations as fit into a message, from *next on. */
static int stage_some(struct hashring *h, const struct hashring_change *change,
		      __u32 *next)
{
	struct request req;
	size_t size = 0;

	request_begin(h, &req, HASHRING_CMD_CHANGE_ADD);
	do {
		size += op_size(&change->ops[*next]);
		encode_op(&req, &change->ops[(*next)++]);
	} while (*next < change->nr_ops &&
		 size + op_size(&change->ops[*next]) <= STAGED_MESSAGE);
	return request_do(&req, NULL, NULL);
}

/* Drops what was staged; the first error is kept. */
static void abort_staged(struct hashring *h, const char *ring)
{
	char error[sizeof(h->error)];
	char attr[sizeof(h->attr)];
	struct request req;

	memcpy(error, h->error, sizeof(error));
	memcpy(attr, h->attr, sizeof(attr));
	request_begin(h, &req, HASHRING_CMD_CHANGE_ABORT);
	request_string(&req, HASHRING_A_CHANGE_RING, ring);
	request_do(&req, NULL, NULL);
	memcpy(h->error, error, sizeof(error));
	memcpy(h->attr, attr, sizeof(attr));
}

static int change_staged(struct hashring *h,
			 const struct hashring_change *change,
			 struct hashring_receipt *receipt)
{
	struct request req;
	__u32 next = 0;
	int err;

	request_begin(h, &req, HASHRING_CMD_CHANGE_BEGIN);
	encode_change(&req, change);
	err = request_do(&req, NULL, NULL);
	if (err)
		return err;
	while (next < change->nr_ops) {
		err = stage_some(h, change, &next);
		if (err) {
			abort_staged(h, change->ring);
			return err;
		}
	}
	/* After this nothing is staged, refused or not. */
	request_begin(h, &req, HASHRING_CMD_CHANGE_COMMIT);
	request_flag(&req, HASHRING_A_CHANGE_DRY_RUN, change->dry_run);
	return request_do(&req, take_receipt, receipt);
}

/**
 * hashring_change() - carries out all operations of a change, or none
 * @h: the connection
 * @change: the change as requested
 * @receipt: set to the receipt, to be released by hashring_receipt_release()
 *
 * Return: 0; -EINPROGRESS when a migration has still to move and the change is
 * not to be held; -ESTALE when another generation than the expected one is in force;
 * -EDQUOT when more would move than allowed; another negative errno. With an
 * error nothing was changed, and @receipt is empty.
 */
int hashring_change(struct hashring *h, const struct hashring_change *change,
		    struct hashring_receipt *receipt)
{
	size_t size = 0;
	__u32 i;
	int err;

	memset(receipt, 0, sizeof(*receipt));
	for (i = 0; i < change->nr_ops && size <= SMALL_CHANGE; i++)
		size += op_size(&change->ops[i]);
	if (size <= SMALL_CHANGE)
		err = change_small(h, change, receipt);
	else
		err = change_staged(h, change, receipt);
	if (err)
		hashring_receipt_release(receipt);
	return err;
}
