/* SPDX-License-Identifier: GPL-2.0-only */
/* Made by vectors.py, an implementation of its own. */
#ifndef HASHRING_KUNIT_VECTORS_H
#define HASHRING_KUNIT_VECTORS_H

static const struct vector_keys {
	const char *seed;
	u64 place[2];
	u64 flow[2];
} vector_keys[] = {
	{
		"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f",
		{ 0x23335a6e361608d2, 0x9a78ee8187750c43 },
		{ 0xb781df1a8a39c6e7, 0x4d258b4758d10270 },
	},
	{
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		{ 0xfafb65aeceeabc00, 0x8015e7104c450535 },
		{ 0x10b86049a5153a61, 0xe02024c474e6de8a },
	},
	{
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		{ 0x516dbe2e10b87a91, 0x8faa6bb642702f7d },
		{ 0x0127d8f00b4ce2e8, 0xb4953ef7bbb12e83 },
	},
	{
		"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
		{ 0xa14156e87da640b2, 0x56c67d9af601c920 },
		{ 0x5632fc1b1aaacc16, 0x88440109cce71240 },
	},
};

/* All that follows is under the first of those seeds. */
static const struct vector_key {
	const char *key;
	u32 position;
} vector_key[] = {
	{ "",
	  0x598b2a63 },
	{ "a",
	  0xf5fd3a09 },
	{ "key_0",
	  0xe9931900 },
	{ "203.0.113.9",
	  0x7ea4dbe1 },
	{ "a key of 16 byte",
	  0x1944104a },
	{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
	  0x29344da6 },
};

static const struct vector_points {
	const char *seat;
	u32 position[4];
} vector_points[] = {
	{ "b1",
	  { 0x9e66c5ab, 0x65e527a7, 0xf40dbd7e, 0xb76807fd } },
	{ "node_0",
	  { 0x44294fc2, 0xe8ad6c73, 0x1809172c, 0xbded2293 } },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	  { 0x5d9b5521, 0xc5c20f5d, 0x267e99fc, 0xd3112bd6 } },
};

static const struct vector_flow {
	u8 family;
	u8 protocol;
	u16 sport;
	u16 dport;
	const char *saddr;	/* 4 or 16 bytes */
	const char *daddr;
	u32 position[3];	/* by policy */
} vector_flow[] = {
	/* 203.0.113.9 to 192.0.2.10 */
	{ 4, 6, 51234, 443,
	  "\xcb\x00\x71\x09",
	  "\xc0\x00\x02\x0a",
	  { 0x3a23c5a4, 0xdd8e405d, 0xea4a5d53 } },
	/* 192.0.2.10 to 203.0.113.9 */
	{ 4, 6, 443, 51234,
	  "\xc0\x00\x02\x0a",
	  "\xcb\x00\x71\x09",
	  { 0x0ad02926, 0xea4a5d53, 0xea4a5d53 } },
	/* 10.0.0.1 to 10.0.0.1 */
	{ 4, 17, 7, 9,
	  "\x0a\x00\x00\x01",
	  "\x0a\x00\x00\x01",
	  { 0x85c7243b, 0x3863a5b3, 0x3863a5b3 } },
	/* 10.0.0.1 to 10.0.0.1 */
	{ 4, 17, 9, 7,
	  "\x0a\x00\x00\x01",
	  "\x0a\x00\x00\x01",
	  { 0x85c7243b, 0x5b8c4968, 0x3863a5b3 } },
	/* 255.255.255.255 to 0.0.0.0 */
	{ 4, 132, 65535, 0,
	  "\xff\xff\xff\xff",
	  "\x00\x00\x00\x00",
	  { 0xb08ed7f1, 0x1650f6e3, 0x8f675fd3 } },
	/* 2001:db8::9 to 2001:db8:1::10 */
	{ 6, 6, 51234, 443,
	  "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09",
	  "\x20\x01\x0d\xb8\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10",
	  { 0x0f916770, 0xfaf20065, 0xfaf20065 } },
	/* 2001:db8:1::10 to 2001:db8::9 */
	{ 6, 6, 443, 51234,
	  "\x20\x01\x0d\xb8\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10",
	  "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09",
	  { 0x9fe3f5a1, 0xf678e2bb, 0xfaf20065 } },
	/* fe80::1 to ff02::1 */
	{ 6, 58, 0, 0,
	  "\xfe\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01",
	  "\xff\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01",
	  { 0x27ab70d8, 0xd4a6fb2b, 0xd4a6fb2b } },
};

#endif
