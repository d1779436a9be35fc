/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What save, restore and sync share.
 */
#ifndef RINGCTL_FILE_SYNC_H
#define RINGCTL_FILE_SYNC_H

#include "cli/model/model.h"
#include "cli/print/output.h"

enum attach_action {
	ATTACH_DEL,
	ATTACH_REPLACE,
	ATTACH_ADD,
};

/**
 * struct attach_step - what is to be done to an attachment
 * @action: what
 * @is: the attachment as it is, or for ATTACH_ADD as it will be
 * @ring: the ring that it will steer by; NULL for ATTACH_DEL
 * @done: the step is done; @is.id is then the kernel's
 */
struct attach_step {
	enum attach_action action;
	struct hashring_attach is;
	const char *ring;
	bool done;
};

/**
 * struct attach_plan - how attachments become those of a file
 * @step: steps, in order
 * @nr: number of @step
 */
struct attach_plan {
	struct attach_step *step;
	__u32 nr;
};

/* sync_attach.c; all return an exit status; errors are reported. */
int attach_plan_make(struct attach_plan *plan, const struct model *m,
		     bool prune);
int attach_plan_run(struct attach_plan *plan);
void attach_plan_undo(struct attach_plan *plan);
void attach_plan_print(const struct attach_plan *plan);
void attach_plan_release(struct attach_plan *plan);

/* restore.c: makes a ring with its nodes. */
int ring_make(const struct model_ring *r, struct hashring_receipt *receipt);
void ring_unmake(const struct model_ring *r);
void print_made(const struct model_ring *r,
		const struct hashring_receipt *receipt, bool planned);

#endif
