// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak: remaining memory of the module after its removal
 *
 * The module allocates kmalloc objects, vmalloc areas and per-CPU memory, and
 * has no caches of its own. Other code also uses these kinds. So a level is
 * compared with that of the first cycle, with a tolerance.
 */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "soak.h"
#include "memory.h"

#define SLABS		"/sys/kernel/slab"
#define KMEMLEAK	"/sys/kernel/debug/kmemleak"
#define LOOKS		3
#define LEVELS		4096

/* In kB: tolerance of a cycle above the first level, and of a complete run. */
static const struct kind {
	const char *name;
	unsigned long granted, trend;
} kinds[] = {
	{ "kmalloc", 1024, 512 },
	{ "vmalloc", 256, 64 },
	{ "per-CPU", 1024, 512 },
};

#define KINDS	(sizeof(kinds) / sizeof(*kinds))

static unsigned long level[LEVELS][KINDS];
static unsigned int levels;

/* Objects in a CPU's own list would count as used. */
static void shrink_slabs(void)
{
	DIR *dir = opendir(SLABS);
	struct dirent *entry;
	char path[512];

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "kmalloc", 7))
			continue;
		snprintf(path, sizeof(path), SLABS "/%s/shrink", entry->d_name);
		if (!access(path, W_OK))
			write_file(path, "1");
	}
	if (dir)
		closedir(dir);
}

/* 0 for a kernel with a leak detector, which keeps freed memory for a while. */
static unsigned long kmalloc_kb(void)
{
	FILE *f = fopen("/proc/slabinfo", "re");
	unsigned long active, size, sum = 0;
	char line[512];

	if (f && !access(KMEMLEAK, R_OK)) {
		fclose(f);
		return 0;
	}
	shrink_slabs();
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "kmalloc", 7) &&
		    sscanf(line, "%*s %lu %*u %lu", &active, &size) == 2)
			sum += active * size;
	if (!f)
		die("no /proc/slabinfo");
	fclose(f);
	return sum / 1024;
}

/* Without stacks, which come and go with threads. */
static unsigned long vmalloc_kb(void)
{
	FILE *f = fopen("/proc/vmallocinfo", "re");
	unsigned long size, sum = 0;
	char line[512];

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, " vmalloc") && !strstr(line, "stack") &&
		    !strstr(line, "dup_task") && !strstr(line, "copy_process") &&
		    sscanf(line, "%*s %lu", &size) == 1)
			sum += size;
	if (!f)
		die("no /proc/vmallocinfo");
	fclose(f);
	return sum / 1024;
}

static void look_once(unsigned long kb[KINDS])
{
	kb[0] = kmalloc_kb();
	kb[1] = vmalloc_kb();
	kb[2] = read_number("/proc/meminfo", "Percpu:");
}

/* The minimum of a few looks: much is freed only after a grace period. */
void memory_look(unsigned int cycle)
{
	unsigned long kb[KINDS], *least = level[levels];
	unsigned int i, k;

	if (levels == LEVELS)
		return;
	look_once(least);
	for (i = 0; i < LOOKS; i++) {
		nap_ms(200);
		look_once(kb);
		for (k = 0; k < KINDS; k++)
			if (kb[k] < least[k])
				least[k] = kb[k];
	}
	levels++;
	for (k = 0; k < KINDS; k++)
		if (least[k] > level[0][k] + kinds[k].granted)
			violation("memory",
				  "%s: %lu kB without the module after cycle %u, %lu kB after the first",
				  kinds[k].name, least[k], cycle + 1,
				  level[0][k]);
}

static unsigned long least_of(unsigned int k, unsigned int from, unsigned int to)
{
	unsigned long least = level[from][k];

	for (; from < to; from++)
		if (level[from][k] < least)
			least = level[from][k];
	return least;
}

/* The last third of all levels must not be above the first third. */
void memory_trend(void)
{
	unsigned int third = (levels + 2) / 3, k;
	unsigned long first, last;

	for (k = 0; k < KINDS && levels; k++) {
		first = least_of(k, 0, third);
		last = least_of(k, levels - third, levels);
		printf("# %s without the module: first %lu kB, last %lu kB;",
		       kinds[k].name, level[0][k], level[levels - 1][k]);
		printf(" of %u the least of the first third %lu, of the last %lu\n",
		       levels, first, last);
		if (levels >= 6 && last > first + kinds[k].trend)
			violation("memory", "%s: rises", kinds[k].name);
	}
}

/* Asks kmemleak, if the kernel has it, for memory without references. */
void memory_leaks(void)
{
	char line[512], text[8192] = "";
	bool ours = false;
	unsigned int n = 0;
	FILE *f;

	if (access(KMEMLEAK, W_OK))
		return;
	/* kmemleak reports in the second scan. */
	write_file(KMEMLEAK, "scan");
	nap_ms(1000);
	write_file(KMEMLEAK, "scan");
	f = fopen(KMEMLEAK, "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, "unreferenced", 12)) {
			n += ours;
			ours = false;
		}
		ours |= !!strstr(line, "[hashring]");
		if (strlen(text) + strlen(line) < sizeof(text))
			strcat(text, line);
	}
	n += ours;
	if (f)
		fclose(f);
	if (n)
		violation("memory", "%u objects leaked:\n%s", n, text);
	else
		printf("# kmemleak: nothing of the module's\n");
}
