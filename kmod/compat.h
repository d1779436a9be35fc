/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All differences between kernel versions, and nothing else.
 */
#ifndef HASHRING_COMPAT_H
#define HASHRING_COMPAT_H

#include <linux/netlink.h>
#include <linux/version.h>
#include <net/addrconf.h>
#include <net/genetlink.h>
#include <net/ip.h>
#include <net/ip6_fib.h>
#include <net/route.h>

/* 6.5 moved GSO out of skbuff.h. Sparse does not know __has_include(). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#endif

/* Since 6.6 a dump has the genl_info of its request. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#define hr_dump_attrs(cb)	(genl_info_dump(cb)->attrs)
#else
#define hr_dump_attrs(cb)	(genl_dumpit_info(cb)->attrs)
#endif

/* Since 6.13 the namespace of an exported symbol is a string. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define HR_EXPORT_NS	"HASHRING"
#else
#define HR_EXPORT_NS	HASHRING
#endif

/* Since 6.10 __assign_str() takes its source from __string(). */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define hr_assign_str(dst, src)	__assign_str(dst)
#else
#define hr_assign_str(dst, src)	__assign_str(dst, src)
#endif

/* Since 6.7 IPsec is given the namespace, because a packet may have no device. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define hr_xfrm_decode_session(net, skb, fl, family)			\
	xfrm_decode_session(net, skb, fl, family)
#else
#define hr_xfrm_decode_session(net, skb, fl, family)			\
	xfrm_decode_session(skb, fl, family)
#endif

/* Since 6.12 input routing uses the whole DSCP; since 6.18 flowi4_dscp has it. */
static inline void hr_flow4_dscp(struct flowi4 *fl4, const struct iphdr *iph)
{
#ifdef flowi4_dscp
	fl4->flowi4_dscp = ip4h_dscp(iph);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	fl4->flowi4_tos = iph->tos & INET_DSCP_MASK;
#else
	fl4->flowi4_tos = iph->tos & IPTOS_RT_MASK;
#endif
}

/* Since 6.10 dst_rt6_info() gets an IPv6 route from the route of a packet. */
#ifdef dst_rt6_info
#define hr_rt6(dst)	dst_rt6_info(dst)
#else
#define hr_rt6(dst)	((const struct rt6_info *)(dst))
#endif

/* Since 6.17 a device can have IPv6 forward the packets that come in by the device. */
static inline bool hr_forwards6(const struct net *net,
				const struct net_device *in)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	const struct inet6_dev *idev;

	if (READ_ONCE(net->ipv6.devconf_all->forwarding))
		return true;
	idev = __in6_dev_get_safely(in);
	return idev && READ_ONCE(idev->cnf.force_forwarding);
#else
	return READ_ONCE(net->ipv6.devconf_all->forwarding);
#endif
}

/*
 * Whether a route was made for its caller alone. The answer is true only as long as
 * the device of the route is there. In 6.3 the list of such routes moved.
 */
static inline bool hr_rt6_uncached(const struct rt6_info *rt)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return !list_empty(&rt->dst.rt_uncached);
#else
	return !list_empty(&rt->rt6i_uncached);
#endif
}

/*
 * In 6.3 the text of a refusal got a buffer. Before, a text is a constant: what
 * differs from case to case is left out.
 */
#ifdef NL_SET_ERR_MSG_FMT
#define hr_extack_msg(extack, what, format, ...)			\
	NL_SET_ERR_MSG_FMT(extack, format, ##__VA_ARGS__)
#else
#define hr_extack_msg(extack, what, format, ...) do {			\
	struct netlink_ext_ack *__extack = (extack);			\
	const char *__what = (what);					\
									\
	no_printk(format, ##__VA_ARGS__);				\
	do_trace_netlink_extack(__what);				\
	if (__extack)							\
		__extack->_msg = __what;				\
} while (0)
#endif

/* Since 6.9 __uninitialized says that a variable need not be zeroed first. */
#ifndef __uninitialized
#define __uninitialized
#endif

#ifndef NL_ASSERT_DUMP_CTX_FITS
#define NL_ASSERT_DUMP_CTX_FITS(type_name)				\
	BUILD_BUG_ON(sizeof(type_name) >				\
		     sizeof_field(struct netlink_callback, ctx))
#endif

#endif
