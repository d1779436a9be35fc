// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tokens of plans.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "token.h"

#define DIGITS	8	/* of the digest */

void token_make(char text[TOKEN_LEN], __u64 generation, __u64 digest)
{
	snprintf(text, TOKEN_LEN, "%llu-%0*x", generation, DIGITS,
		 (__u32)(digest >> 32));
}

/**
 * token_parse() - parses a token
 * @text: the word
 * @token: set
 *
 * Return: 0, or -1 for a word that token_make() does not make.
 */
int token_parse(const char *text, struct token *token)
{
	char again[TOKEN_LEN];
	char *end;

	if (!isdigit(*text))
		return -1;
	errno = 0;
	token->generation = strtoull(text, &end, 10);
	if (errno || *end++ != '-')
		return -1;
	token->digest = strtoul(end, NULL, 16);
	token_make(again, token->generation, (__u64)token->digest << 32);
	return strcmp(again, text) ? -1 : 0;
}
