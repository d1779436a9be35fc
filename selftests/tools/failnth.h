/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interfaces of failnth's files: messages, answers, and injected failures.
 */
#ifndef FAILNTH_H
#define FAILNTH_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

#define ANSWER_MAX	(128 * 1024)	/* bytes of all messages of an answer */

/* In messages: stands for the number of the latest attachment. */
#define LAST_ATTACH	0xa77ac41dU

/**
 * struct message - a request
 * @cmd: command of the family; 0: packets instead of a message
 * @dump: the request is a dump
 * @loose: packets may not change this part of the state either
 * @len: length of @attrs; of packets their number
 * @attrs: the attributes
 */
struct message {
	__u8 cmd;
	bool dump;
	bool loose;
	size_t len;
	unsigned char *attrs;
};

/**
 * struct answer - the result of a request
 * @err: negative errno, 0: done
 * @unsent: the request did not leave the socket
 * @unknown: the socket has lost the answer
 * @text: the kernel's reason
 * @len: length of @data
 * @data: commands and attributes of all messages, with zeros for values that
 *	change with time
 */
struct answer {
	int err;
	bool unsent;
	bool unknown;
	char text[256];
	size_t len;
	unsigned char *data;
};

/* failnth_inject.c */
void inject_open(void);
void inject_arm(unsigned int nth, bool all_from);
bool inject_disarm(void);

/* failnth_wire.c */
void wire_mask(__u8 cmd, const unsigned short *path, size_t depth);
void wire_open(void);
bool wire_there(void);
void wire_renew(void);
void wire_drain(void);
void wire_ask(const struct message *m, struct answer *a);
void wire_look(const struct message *m, struct answer *a);
void wire_heard(struct answer *a);
void wire_forget(const struct message *list);

/* failnth_packets.c */
void packets_open(void);
void packets_send(size_t nr);

/* failnth_start.c */
int start_module(const char *path, bool all_from);
int start_namespaces(bool all_from);

void die(const char *what) __attribute__((noreturn));

#endif
