/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one table of limits: enforced by the code that names the constant, shown
 * by `ringctl limits` from this same list.
 */
#ifndef HASHRING_CORE_LIMITS_H
#define HASHRING_CORE_LIMITS_H

/* constant, value, name on the wire, what it bounds */
#define HR_LIMITS(X)							\
	X(HR_MAX_RINGS, 1024, "rings", "rings in a network namespace")	\
	X(HR_MAX_NODES, 65535, "nodes", "nodes in a ring")		\
	X(HR_MAX_POINTS, 16777216, "points", "points in a ring")	\
	X(HR_MAX_NODE_POINTS, 16000, "node-points",			\
	  "explicit points given in one operation")			\
	X(HR_MAX_GRID, 1048576, "grid", "cells in a balanced ring")	\
	X(HR_MAX_NODE_RUNS, 8000, "node-runs",				\
	  "runs of cells given in one operation")			\
	X(HR_MAX_WEIGHT, 1000, "weight", "weight of a node")		\
	X(HR_MAX_NAME, 63, "name", "bytes in a name")			\
	X(HR_MAX_KEY, 4096, "key", "bytes in a looked-up key")		\
	X(HR_MAX_LOOKUP, 15000, "lookup", "positions in one lookup")	\
	X(HR_MAX_OPS, 131072, "operations", "operations in one change")	\
	X(HR_MAX_STAGED, 16, "staged",					\
	  "staged changes open in a network namespace")			\
	X(HR_MAX_ATTACH, 64, "attachments",				\
	  "attachments in a network namespace")				\
	X(HR_MAX_RECEIPTS, 64, "receipts", "receipts kept for a ring")	\
	X(HR_MAX_MOVES, 65536, "moves",					\
	  "from-to rows kept for all receipts of a ring")		\
	X(HR_MAX_HISTORY, 4194304, "history",				\
	  "bytes of rows and operations kept for all receipts of a ring") \
	X(HR_MAX_STEPS, 512, "steps",					\
	  "steps of migrations kept for a ring")			\
	X(HR_MAX_ENTRIES, 1048576, "entries",				\
	  "flows that a migration can track")				\
	X(HR_MAX_NET_ENTRIES, 4194304, "net-entries",			\
	  "flows that can be tracked in a network namespace")		\
	X(HR_MAX_ALL_ENTRIES, 16777216, "all-entries",			\
	  "flows that can be tracked in all")				\
	X(HR_MAX_USER_ENTRIES, 4194304, "user-entries",			\
	  "of these, in network namespaces that users have made for themselves")

#define HR_LIMIT_ENUM(constant, value, name, what) constant = (value),
enum hr_limit { HR_LIMITS(HR_LIMIT_ENUM) };
#undef HR_LIMIT_ENUM

#endif
