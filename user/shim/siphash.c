// SPDX-License-Identifier: GPL-2.0-only
#include <asm/byteorder.h>
#include <linux/siphash.h>
#include <sodium.h>

u64 siphash(const void *data, size_t len, const siphash_key_t *key)
{
	__le64 k[2] = { cpu_to_le64(key->key[0]), cpu_to_le64(key->key[1]) };
	__le64 hash;

	crypto_shorthash_siphash24((unsigned char *)&hash, data, len,
				   (const unsigned char *)k);
	return le64_to_cpu(hash);
}

u64 siphash_1u64(u64 a, const siphash_key_t *key)
{
	const __le64 word = cpu_to_le64(a);

	return siphash(&word, sizeof(word), key);
}

u64 siphash_2u64(u64 a, u64 b, const siphash_key_t *key)
{
	__le64 words[2] = { cpu_to_le64(a), cpu_to_le64(b) };

	return siphash(words, sizeof(words), key);
}

u64 siphash_3u64(u64 a, u64 b, u64 c, const siphash_key_t *key)
{
	__le64 words[3] = { cpu_to_le64(a), cpu_to_le64(b), cpu_to_le64(c) };

	return siphash(words, sizeof(words), key);
}
