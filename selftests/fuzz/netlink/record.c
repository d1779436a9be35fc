// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the last messages of each stream, from before their sending: in a file
 * that survives the kernel, if there is one. The file may be memory of a device
 * that the host shares.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

#include "fuzz.h"

static struct record_file *records;
static __thread u32 next;

void record_open(const char *path, u64 seed)
{
	int fd = -1;

	if (path) {
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			die(path);
	}
	records = mmap(NULL, sizeof(*records), PROT_READ | PROT_WRITE,
		       MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
	if (records == MAP_FAILED)
		die(path ? path : "memory for records");
	if (fd >= 0)
		close(fd);
	memset(records, 0, sizeof(*records));
	records->seed = seed;
}

void record_keep(u32 worker, u32 session, u32 thread,
		 const struct message *message)
{
	struct record *record =
		&records->record[worker][thread][next++ % RECORDS];

	record->number = 0;
	record->worker = worker;
	record->session = session;
	record->thread = thread;
	record->len = message->len;
	memcpy(record->bytes, message->bytes,
	       message->len < RECORD_BYTES ? message->len : RECORD_BYTES);
	record->number = counted(&totals->sent);
}

static int compare(const void *a, const void *b)
{
	const struct record *const *one = a, *const *other = b;

	return (*one)->number < (*other)->number ? -1 :
	       (*one)->number > (*other)->number;
}

/* Prints the @last messages of all streams, the latest at the end. */
static void say(FILE *to, struct record_file *file, u32 last)
{
	u32 all = (WORKERS + 1) * THREADS * RECORDS, nr = 0, i;
	struct record *record = &file->record[0][0][0];
	struct record **found = calloc(all, sizeof(*found));

	if (!found)
		die("records");
	for (i = 0; i < all; i++)
		if (record[i].number)
			found[nr++] = &record[i];
	qsort(found, nr, sizeof(*found), compare);
	fprintf(to, "seed %llu, the last messages:\n", file->seed);
	for (i = nr > last ? nr - last : 0; i < nr; i++) {
		fprintf(to, "%llu: worker %u session %u thread %u: ",
			found[i]->number, found[i]->worker, found[i]->session,
			found[i]->thread);
		show_message(to, found[i]->bytes,
			     found[i]->len < RECORD_BYTES ? found[i]->len :
							    RECORD_BYTES);
	}
	free(found);
}

/* Prints the messages of this run. */
void record_say(FILE *to, u32 last)
{
	say(to, records, last);
}

/* Prints the messages of an earlier run, from its file. */
void record_show(const char *path, u32 last)
{
	struct record_file *file = malloc(sizeof(*file));
	FILE *in = fopen(path, "r");

	if (!in || !file || fread(file, sizeof(*file), 1, in) != 1)
		die(path);
	fclose(in);
	say(stdout, file, last);
	free(file);
}
