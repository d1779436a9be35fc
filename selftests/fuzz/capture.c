// SPDX-License-Identifier: GPL-2.0-only
/*
 * Captures: a bad file is refused with a text. Each packet of a good file is in
 * one flow, or counted as left out.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "flows/flows.h"
#include "fuzz.h"

static const struct hr_keys keys = { .flow = { { 1, 2 } } };

/* Number of packets in a capture, up to the end or the first fault. */
static u64 count_packets(const char *path)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline(path, why);
	struct pcap_pkthdr *head;
	const u_char *data;
	u64 n = 0;

	CHECK(pcap);
	while (pcap_next_ex(pcap, &head, &data) == 1)
		n++;
	pcap_close(pcap);
	return n;
}

static void check_flows(const struct flow_set *s, u64 packets)
{
	char text[FLOW_TEXT];
	u64 n = 0, i;

	for (i = 0; i < s->nr; i++) {
		const struct flow *f = &s->flow[i];

		CHECK(f->packets);
		CHECK(f->position ==
		      hr_flow_position(&s->keys, s->policy, &f->tuple));
		CHECK(*flow_to_text(text, &f->tuple));
		n += f->packets;
	}
	CHECK(n + s->left.filtered + s->left.foreign + s->left.broken == packets);
	CHECK(s->portless <= n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = { data, size };
	u8 policy = take8(&b);
	struct flow_set s;
	char path[32];
	int fd, ret;

	if (policy > HASHRING_KEY_5TUPLE_SYM)
		return -1;
	fd = memfd_create("capture", MFD_CLOEXEC);
	CHECK(fd >= 0 && write(fd, b.at, b.left) == (ssize_t)b.left);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	flow_set_init(&s, &keys, policy);
	ret = flows_from_pcap(&s, path);
	if (ret) {
		CHECK(ret == -EINVAL && strstr(flow_set_error(&s), path));
	} else {
		flow_set_settle(&s);
		check_flows(&s, count_packets(path));
	}
	flow_set_release(&s);
	close(fd);
	return 0;
}
