/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which TCP segments belong to a connection: they fit the numbers of the client's last
 * fitting segment. A forged packet has to guess both numbers to be believed. Tests
 * compile this file natively.
 */
#ifndef HASHRING_TRACK_TCP_H
#define HASHRING_TRACK_TCP_H

#include <net/tcp.h>

#include "flow.h"

/*
 * How far the numbers of a segment may lie from those that were seen: beyond most
 * windows. A guess of both numbers succeeds with a probability of 2^-22, as one of a
 * sequence number within a window does (RFC 5961).
 */
#define HR_TCP_REACH	((u32)BIT(20))	/* sums wrap at 2^32 */

/* As far away as can be, in both numbers. */
#define HR_TCP_FAR	(BIT_ULL(63) | BIT_ULL(31))

/* The end of a segment's sequence and its ACK, as one word; 0: none was seen. */
static inline u64 hr_tcp_seen(const struct hr_segment *segment)
{
	return (u64)segment->end << 32 | segment->ack;
}

static inline bool hr_tcp_near(u32 a, u32 b)
{
	return a - b + HR_TCP_REACH <= 2 * HR_TCP_REACH;
}

/**
 * hr_tcp_fits() - whether a segment belongs to a connection
 * @seen: hr_tcp_seen() of the client's last fitting segment; not 0
 * @segment: the segment
 * @flags: its TCPHDR_*
 * @reply: the segment comes from the other end
 *
 * Without an ACK only an RST fits, at the very next sequence number.
 *
 * Context: any.
 * Return: true if the segment fits.
 */
static inline bool hr_tcp_fits(u64 seen, const struct hr_segment *segment,
			       int flags, bool reply)
{
	u32 end = seen >> 32, ack = seen;
	u32 ours = reply ? ack : end, theirs = reply ? end : ack;

	if (unlikely(!(flags & TCPHDR_ACK)))
		return flags & TCPHDR_RST && segment->seq == ours;
	return hr_tcp_near(segment->seq, ours) &&
	       hr_tcp_near(segment->ack, theirs);
}

/**
 * hr_tcp_reopens() - whether a connection that seemed to end goes on
 * @seen: as in hr_tcp_fits(), of the client's FIN or before
 * @segment: a fitting segment without FIN and RST
 * @flags: its TCPHDR_*, and HR_FLOW_TCP_DATA
 * @reply: the segment comes from the other end
 *
 * A client that has sent its FIN acknowledges the FIN of the other end, which counts
 * as one byte. Where it acknowledges more, data still comes. Data of the client that
 * ends before what was seen is sent again, or comes late.
 *
 * Context: any.
 * Return: true if it goes on.
 */
static inline bool hr_tcp_reopens(u64 seen, const struct hr_segment *segment,
				  int flags, bool reply)
{
	s32 more = segment->end - (u32)(seen >> 32);
	s32 answered = segment->ack - (u32)seen;

	if (flags & HR_FLOW_TCP_DATA && (reply || more > 0))
		return true;
	return !reply && answered > 1;
}

#endif
