// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the tracepoints of trace.h are made.
 */
#include <net/net_namespace.h>

#include "history.h"
#include "ring.h"
#include "steer.h"
#include "track_entry.h"

#define CREATE_TRACE_POINTS
#include "trace.h"
