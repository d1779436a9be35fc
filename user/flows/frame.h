/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Captured frames: their packet, and its flow.
 */
#ifndef HASHRING_FLOWS_FRAME_H
#define HASHRING_FLOWS_FRAME_H

#include <core/key.h>

/**
 * struct frame - a captured frame
 * @data: its bytes
 * @captured: number of @data
 * @length: its length on the wire
 */
struct frame {
	const u8 *data;
	u32 captured;
	u32 length;
};

enum frame_flags {
	FRAME_PORTLESS = 1,	/* counts by its addresses: a fragment */
};

bool frame_link_known(int link);
int frame_to_packet(int link, struct frame *frame, u8 *family);
int frame_flow(const struct frame *packet, u8 family,
	       enum hashring_key_policy policy, struct hr_flow *flow,
	       u64 *bytes);

#endif
