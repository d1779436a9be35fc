// SPDX-License-Identifier: GPL-2.0-only
/* The owners of cells before a change of a balanced ring. */
#include <linux/kernel.h>
#include <stdlib.h>

#include "cli/past/past.h"
#include "unit.h"

#define GRID	16U
#define WIDTH	(HASHRING_WHOLE / GRID)

/* Cells @first to @last, across the end of the ring if @last is less. */
static struct hr_past_arc cells_of(u32 first, u32 last, u32 from, u32 to)
{
	return (struct hr_past_arc) {
		.start = first * WIDTH - 1, .end = (last + 1) * WIDTH - 1,
		.from = from, .to = to,
	};
}

static void gives_back(void **state)
{
	u32 cells[GRID] = { 3, 1, 1, 1, 2, 2, 3, 3, 2, 2, 2, 2, 1, 1, 3, 3 };
	u32 before[GRID] = { 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 2, 1 };
	struct hr_past_arc arcs[] = {
		cells_of(6, 7, 2, 3), cells_of(14, 14, 2, 3),
		cells_of(15, 0, 1, 3),
	};

	assert_int_equal(past_cells_return(cells, GRID, arcs, 3, NULL, 0), 0);
	assert_memory_equal(cells, before, sizeof(cells));
}

/* 1 and 2 exchanged their ids; their kept cells have not moved. */
static void other_ids(void **state)
{
	u32 cells[GRID] = { 1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 3, 3, 9, 9, 9, 9 };
	u32 before[GRID] = { 2, 2, 1, 1, 2, 2, 1, 1, 1, 3, 3, 3, 9, 9, 9, 9 };
	struct past_id ids[] = { { 2, 1 }, { 1, 2 } };
	struct hr_past_arc arc = cells_of(8, 8, 1, 3);

	assert_int_equal(past_cells_return(cells, GRID, &arc, 1, ids, 2), 0);
	assert_memory_equal(cells, before, sizeof(cells));
}

static void all_of_it(void **state)
{
	struct hr_past_arc arc = cells_of(0, GRID - 1, HR_NO_ID, 5);
	u32 cells[GRID], i;

	for (i = 0; i < GRID; i++)
		cells[i] = 5;
	assert_int_equal(arc.start, arc.end);
	assert_int_equal(past_cells_return(cells, GRID, &arc, 1, NULL, 0), 0);
	for (i = 0; i < GRID; i++)
		assert_int_equal(cells[i], HR_NO_ID);
}

static void does_not_fit(void **state)
{
	u32 cells[GRID] = { 1, 1, 2 }, before[GRID];
	struct hr_past_arc arcs[] = {
		cells_of(0, 1, 7, 1), cells_of(2, 3, 7, 2),
	};
	struct hr_past_arc odd = { .start = 5, .end = 9, .from = 7, .to = 1 };
	struct past_id id = { 1, 8 };

	memcpy(before, cells, sizeof(before));
	assert_int_equal(past_cells_return(cells, GRID, arcs, 2, &id, 1),
			 -EINVAL);
	assert_int_equal(past_cells_return(cells, GRID, &odd, 1, &id, 1),
			 -EINVAL);
	assert_memory_equal(cells, before, sizeof(cells));
}

/* Random changes of the owners of cells, undone from the last to the first. */
static void all_the_way(void **state)
{
	struct unit_random random = { 5 };
	struct hr_past_arc arcs[32][GRID];
	u32 cells[33][GRID] = { 0 };
	u32 nr[32] = { 0 };
	u32 i, k, now[GRID];

	for (i = 0; i < 32; i++) {
		memcpy(cells[i + 1], cells[i], sizeof(cells[i]));
		for (k = 0; k < GRID; k++) {
			u32 to = unit_below(&random, 4);

			if (unit_below(&random, 3) || to == cells[i][k])
				continue;
			cells[i + 1][k] = to;
			arcs[i][nr[i]++] = cells_of(k, k, cells[i][k], to);
		}
	}
	memcpy(now, cells[32], sizeof(now));
	while (i--) {
		assert_int_equal(past_cells_return(now, GRID, arcs[i], nr[i],
						   NULL, 0), 0);
		assert_memory_equal(now, cells[i], sizeof(now));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back),
		cmocka_unit_test(other_ids),
		cmocka_unit_test(all_of_it),
		cmocka_unit_test(does_not_fit),
		cmocka_unit_test(all_the_way),
	};

	return cmocka_run_group_tests_name("past cells", tests, NULL, NULL);
}
