// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints a ring that was made from a file.
 */
#include <jansson.h>

#include "ringctl/file/sync.h"

void print_made(const struct model_ring *r,
		const struct hashring_receipt *receipt, bool planned)
{
	json_t *o;

	if (opt.json) {
		if (*receipt->ring) {
			o = receipt_to_json(receipt);
		} else {
			o = json_object();
			json_set_text(o, "ring", r->name);
		}
		json_object_set_new(o, "made", json_true());
		json_list_item(o);
		return;
	}
	printf("%s %s\n", r->name, planned ? "would be made" : "made");
	if (*receipt->ring)
		print_receipt(stdout, receipt, planned);
}
