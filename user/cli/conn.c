// SPDX-License-Identifier: GPL-2.0-only
/*
 * The connection to the kernel, and the options before the object.
 */
#include "cli.h"

struct options opt;

static struct hashring *connection;

struct hashring *conn(void)
{
	int err;

	if (connection)
		return connection;
	err = hashring_open(&connection, opt.netns);
	if (err) {
		refused(err);
		conn_close();
	}
	return connection;
}

void conn_close(void)
{
	hashring_close(connection);
	connection = NULL;
}

int refused(int err)
{
	return refused_by(connection, err);
}
