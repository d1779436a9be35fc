// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arrays that grow.
 */
#include <stdlib.h>
#include <string.h>

#include "model.h"

/*
 * Room for one more element, which is zeroed. NULL without memory: the array
 * stays as it is. Arrays have room for powers of two.
 */
void *model_grow(void *array, __u32 nr, size_t size)
{
	if (!(nr & (nr - 1))) {
		array = realloc(array, (nr ? 2 * nr : 1) * size);
		if (!array)
			return NULL;
	}
	memset((char *)array + nr * size, 0, size);
	return array;
}
