// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tracepoints of trace.h are made here.
 */
#include <net/net_namespace.h>

#include "ring/history.h"
#include "ring/ring.h"
#include "steer/steer.h"
#include "track/entry.h"

#define CREATE_TRACE_POINTS
#include "trace.h"
