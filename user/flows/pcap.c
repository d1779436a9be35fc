// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows from a capture file.
 *
 * libpcap brings nine more libraries, which would take a third of the start of
 * a program: it is loaded when there is a file to read.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "frame.h"
#include "private.h"

/* The functions of libpcap that are used. */
static struct {
	void *handle;
	pcap_t *(*open_offline)(const char *file, char *why);
	void (*close)(pcap_t *pcap);
	int (*next_ex)(pcap_t *pcap, struct pcap_pkthdr **head,
		       const u_char **data);
	char *(*geterr)(pcap_t *pcap);
	FILE *(*file)(pcap_t *pcap);
	int (*datalink)(pcap_t *pcap);
	const char *(*datalink_name)(int link);
	const char *(*datalink_description)(int link);
} lib;

static int load_pcap(struct flow_set *s)
{
	const struct {
		const char *name;
		void *at;
	} wanted[] = {
		{ "pcap_open_offline", &lib.open_offline },
		{ "pcap_close", &lib.close },
		{ "pcap_next_ex", &lib.next_ex },
		{ "pcap_geterr", &lib.geterr },
		{ "pcap_file", &lib.file },
		{ "pcap_datalink", &lib.datalink },
		{ "pcap_datalink_val_to_name", &lib.datalink_name },
		{ "pcap_datalink_val_to_description",
		  &lib.datalink_description },
	};
	void *handle;
	size_t i;

	if (lib.handle)
		return 0;
	/* Debian's name for it, and that of its authors. */
	handle = dlopen("libpcap.so.0.8", RTLD_NOW);
	if (!handle)
		handle = dlopen("libpcap.so.1", RTLD_NOW);
	if (!handle)
		return flow_fail(s, -ENOENT, "captures are read by libpcap: %s",
				 dlerror());
	for (i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		void *symbol = dlsym(handle, wanted[i].name);

		if (!symbol) {
			flow_fail(s, -ENOENT, "captures are read by libpcap: %s",
				  dlerror());
			dlclose(handle);
			return -ENOENT;
		}
		memcpy(wanted[i].at, &symbol, sizeof(symbol));
	}
	lib.handle = handle;
	return 0;
}

static int add_frame(struct flow_set *s, int link, struct frame *frame)
{
	struct hr_flow flow;
	u64 bytes = 0;
	u8 family;
	int ret;

	ret = frame_to_packet(link, frame, &family);
	if (!ret)
		ret = frame_flow(frame, family, s->policy, &flow, &bytes);
	if (ret == -ENOMSG)
		s->left.foreign++;
	else if (ret < 0)
		s->left.broken++;
	if (ret < 0)
		return 0;
	s->portless += !!(ret & FRAME_PORTLESS) && flow_counts(s, &flow);
	return flow_set_add(s, &flow, 1, bytes);
}

/* The size of a pipe is not known. */
static u64 size_of(pcap_t *pcap)
{
	struct stat st;

	if (fstat(fileno(lib.file(pcap)), &st) || !S_ISREG(st.st_mode))
		return 0;
	return st.st_size;
}

static int read_frames(struct flow_set *s, const char *file, pcap_t *pcap)
{
	int link = lib.datalink(pcap);
	u64 all = size_of(pcap), nr = 0;
	struct pcap_pkthdr *head;
	const u_char *data;
	int ret, err;

	while ((ret = lib.next_ex(pcap, &head, &data)) == 1) {
		struct frame frame = { data, head->caplen, head->len };

		err = add_frame(s, link, &frame);
		if (!err && nr++ % FLOW_TICK == 0)
			err = flow_tick(s, all ? ftello(lib.file(pcap)) : nr,
					all);
		if (err)
			return err;
	}
	if (ret == PCAP_ERROR_BREAK)
		return 0;
	return flow_fail(s, -EINVAL, "%s: packet %llu: %s", file, nr + 1,
			 lib.geterr(pcap));
}

static int fail_link(struct flow_set *s, const char *file, int link)
{
	const char *name = lib.datalink_name(link);
	const char *what = lib.datalink_description(link);

	if (!name)
		return flow_fail(s, -EINVAL, "%s: unknown link type %d", file,
				 link);
	return flow_fail(s, -EINVAL, "%s: link type %s (%s) is not read", file,
			 name, what);
}

/**
 * flows_from_pcap() - adds the flows of a capture
 * @s: the set
 * @file: the capture, pcap or pcapng; "-": standard input
 *
 * A packet counts as the module would have seen it: an ICMP error with the flow
 * that it is about, a fragment by its addresses.
 *
 * Return: 0; -EINVAL if the file is no capture, is truncated or comes from an
 * unknown kind of link; -ENOENT without libpcap; -EINTR; -ENOMEM.
 */
int flows_from_pcap(struct flow_set *s, const char *file)
{
	char why[PCAP_ERRBUF_SIZE];
	const char *text = why;
	size_t len = strlen(file);
	pcap_t *pcap;
	int err;

	err = load_pcap(s);
	if (err)
		return err;
	pcap = lib.open_offline(file, why);
	if (!pcap) {
		/* The library names some files, not all. */
		if (!strncmp(why, file, len) && !strncmp(why + len, ": ", 2))
			text = why + len + 2;
		return flow_fail(s, -EINVAL, "%s: not a capture that can be read: %s",
				 file, text);
	}
	if (frame_link_known(lib.datalink(pcap)))
		err = read_frames(s, file, pcap);
	else
		err = fail_link(s, file, lib.datalink(pcap));
	lib.close(pcap);
	return err;
}
