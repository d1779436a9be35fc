// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flows from a capture file.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "frame.h"
#include "private.h"

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

/* Of a pipe it is not known how much there is. */
static u64 size_of(pcap_t *pcap)
{
	struct stat st;

	if (fstat(fileno(pcap_file(pcap)), &st) || !S_ISREG(st.st_mode))
		return 0;
	return st.st_size;
}

static int read_frames(struct flow_set *s, const char *file, pcap_t *pcap)
{
	int link = pcap_datalink(pcap);
	u64 all = size_of(pcap), nr = 0;
	struct pcap_pkthdr *head;
	const u_char *data;
	int ret, err;

	while ((ret = pcap_next_ex(pcap, &head, &data)) == 1) {
		struct frame frame = { data, head->caplen, head->len };

		err = add_frame(s, link, &frame);
		if (!err && nr++ % FLOW_TICK == 0)
			err = flow_tick(s, all ? ftello(pcap_file(pcap)) : nr,
					all);
		if (err)
			return err;
	}
	if (ret == PCAP_ERROR_BREAK)
		return 0;
	return flow_fail(s, -EINVAL, "%s: packet %llu: %s", file, nr + 1,
			 pcap_geterr(pcap));
}

static int fail_link(struct flow_set *s, const char *file, int link)
{
	const char *name = pcap_datalink_val_to_name(link);
	const char *what = pcap_datalink_val_to_description(link);

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
 * A packet counts where the module would have seen it: an ICMP error with the
 * flow that it is about, a fragment by its addresses.
 *
 * Return: 0; -EINVAL for what is no capture, is cut short or comes from an
 * unknown kind of link; -EINTR; -ENOMEM.
 */
int flows_from_pcap(struct flow_set *s, const char *file)
{
	char why[PCAP_ERRBUF_SIZE];
	const char *text = why;
	size_t len = strlen(file);
	pcap_t *pcap;
	int err;

	pcap = pcap_open_offline(file, why);
	if (!pcap) {
		/* The library names some files, not all. */
		if (!strncmp(why, file, len) && !strncmp(why + len, ": ", 2))
			text = why + len + 2;
		return flow_fail(s, -EINVAL, "%s: not a capture that can be read: %s",
				 file, text);
	}
	if (frame_link_known(pcap_datalink(pcap)))
		err = read_frames(s, file, pcap);
	else
		err = fail_link(s, file, pcap_datalink(pcap));
	pcap_close(pcap);
	return err;
}
