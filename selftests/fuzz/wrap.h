/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions that the linker replaces (--wrap). */
#ifndef HASHRING_FUZZ_WRAP_H
#define HASHRING_FUZZ_WRAP_H

#include <stdio.h>

struct hashring;
struct hashring_change;
struct hashring_receipt;
struct model;
struct model_ring;
struct native_ring;
struct nl_msg;
struct nl_sock;

/* sync.c */
int __real_native_ring_make(struct native_ring *n, const struct model *m,
			    const struct model_ring *r);
int __wrap_native_ring_make(struct native_ring *n, const struct model *m,
			    const struct model_ring *r);

/* grammar.c */
int __wrap_genl_connect(struct nl_sock *sk);
int __wrap_genl_ctrl_resolve(struct nl_sock *sk, const char *name);
int __wrap_nl_send(struct nl_sock *sk, struct nl_msg *msg);
int __real_hashring_change(struct hashring *h,
			   const struct hashring_change *change,
			   struct hashring_receipt *receipt);
int __wrap_hashring_change(struct hashring *h,
			   const struct hashring_change *change,
			   struct hashring_receipt *receipt);
FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);

#endif
