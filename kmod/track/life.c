// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow state: a track's life. All of its memory is allocated when it is made.
 */
#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "entry.h"

#define HR_CPU_LOCKS		32		/* of chains, for each CPU */
#define HR_TURNED_BITS		4		/* for each entry */
#define HR_TURNED_MIN		1024U

static LIST_HEAD(hr_tracks);
static DEFINE_MUTEX(hr_tracks_lock);	/* hr_tracks, and what they hold in all */
static struct dentry *hr_track_folder;	/* in debugfs */

static int pool_alloc(struct hr_track *track, gfp_t gfp)
{
	u32 bits = max(roundup_pow_of_two(track->max * HR_TURNED_BITS),
		       HR_TURNED_MIN);
	u32 chains = roundup_pow_of_two(track->max);
	u32 i;

	track->pool = kvcalloc(track->max, sizeof(*track->pool), gfp);
	track->table = kvcalloc(chains, sizeof(*track->table), gfp);
	track->cpu = alloc_percpu_gfp(struct hr_track_cpu, gfp);
	if (!track->pool || !track->table || !track->cpu ||
	    alloc_bucket_spinlocks(&track->locks, &track->lock_mask, chains,
				   HR_CPU_LOCKS, gfp))
		return -ENOMEM;
	track->table_mask = chains - 1;
	for (i = 0; i < ARRAY_SIZE(track->turned_away); i++) {
		track->turned_away[i] = kvcalloc(BITS_TO_LONGS(bits),
						 sizeof(long), gfp);
		if (!track->turned_away[i])
			return -ENOMEM;
	}
	track->turned_mask = bits - 1;
	for_each_possible_cpu(i)
		u64_stats_init(&per_cpu_ptr(track->cpu, i)->syncp);
	/* the first entries last, so that they are taken first */
	for (i = track->max; i--;) {
		struct hr_entry *entry = &track->pool[i];

		entry->word = HR_ENTRY_GONE;
		entry->next = track->free;
		track->free = entry;
		if (!(i % 4096))
			cond_resched();
	}
	track->nr_free = track->max;
	return 0;
}

static void track_free(struct hr_track *track)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(track->turned_away); i++)
		kvfree(track->turned_away[i]);
	free_percpu(track->cpu);
	free_bucket_spinlocks(track->locks);
	kvfree(track->table);
	kvfree(track->pool);
	kfree(track);
}

/*
 * Reserves a track's entries, if the limits of the namespace and of all allow
 * it. Namespaces of the first user namespace belong to the machine: the others
 * leave them enough.
 */
static bool tracks_reserve(struct hr_track *new)
{
	const struct hr_track *track;
	u64 all = new->max, here = new->max, users = new->user ? new->max : 0;
	bool room;

	mutex_lock(&hr_tracks_lock);
	list_for_each_entry(track, &hr_tracks, list) {
		all += track->max;
		if (track->net_cookie == new->net_cookie)
			here += track->max;
		if (new->user && track->user)
			users += track->max;
	}
	room = all <= HR_MAX_ALL_ENTRIES && here <= HR_MAX_NET_ENTRIES &&
	       users <= HR_MAX_USER_ENTRIES;
	if (room)
		list_add_tail(&new->list, &hr_tracks);
	mutex_unlock(&hr_tracks_lock);
	return room;
}

/* Others may have its entries. */
static void track_unlist(struct hr_track *track)
{
	mutex_lock(&hr_tracks_lock);
	list_del(&track->list);
	mutex_unlock(&hr_tracks_lock);
}

/**
 * hr_track_create() - allocate flow state for a migration
 * @ring: the ring, which outlives the track
 * @settings: the ring's settings, which outlive it too; max_entries is at least
 *	1, and its present value counts
 * @gfp: for all allocations
 *
 * Context: may sleep.
 * Return: the track with one reference, or -ENOMEM; -E2BIG beyond the limit of
 * the namespace or of all.
 */
struct hr_track *hr_track_create(struct hr_ring *ring,
				 const struct hr_settings *settings, gfp_t gfp)
{
	struct hr_track *track;
	int ret;

	track = kzalloc(sizeof(*track), gfp);
	if (!track)
		return ERR_PTR(-ENOMEM);
	track->ring = ring;
	track->settings = settings;
	track->max = READ_ONCE(settings->max_entries);
	track->user = ring->net->user_ns != &init_user_ns;
	track->netns = ring->net->ns.inum;
	track->net_cookie = ring->net->net_cookie;
	track->secret = get_random_u64() | 1;
	track->window = true;
	track->since = jiffies;
	track->turned = jiffies;
	spin_lock_init(&track->lock);
	refcount_set(&track->refs, 1);
	INIT_DELAYED_WORK(&track->gc, hr_track_gc);

	ret = -E2BIG;
	if (!tracks_reserve(track))
		goto err_free;
	/* This may take long if memory is short: hr_tracks_lock is free. */
	ret = pool_alloc(track, gfp);
	if (ret)
		goto err_unlist;
	mutex_lock(&hr_tracks_lock);
	track->ready = true;
	mutex_unlock(&hr_tracks_lock);
	queue_delayed_work(hr_wq, &track->gc, HR_TRACK_PERIOD);
	return track;

err_unlist:
	track_unlist(track);
err_free:
	track_free(track);
	return ERR_PTR(ret);
}

/**
 * hr_track_get() - take a reference
 * @track: the track, or NULL
 *
 * Context: any.
 * Return: @track.
 */
struct hr_track *hr_track_get(struct hr_track *track)
{
	if (track)
		refcount_inc(&track->refs);
	return track;
}

/**
 * hr_track_put() - put a reference
 * @track: the track, or NULL
 *
 * Context: may sleep. A view puts its reference when it has no users any more,
 * a grace period after it was replaced, and before its ring goes.
 */
void hr_track_put(struct hr_track *track)
{
	if (!track || !refcount_dec_and_test(&track->refs))
		return;
	track_unlist(track);
	cancel_delayed_work_sync(&track->gc);
	track_free(track);
}

/**
 * hr_track_max() - the number of flows that can be tracked
 * @track: the track
 *
 * Context: any.
 * Return: the number of its entries.
 */
u32 hr_track_max(const struct hr_track *track)
{
	return track->max;
}

static int forget_set(void *data, u64 value)
{
	struct hr_track *track;

	mutex_lock(&hr_tracks_lock);
	list_for_each_entry(track, &hr_tracks, list)
		if (track->ready)
			hr_track_forget(track);
	mutex_unlock(&hr_tracks_lock);
	return 0;
}

DEFINE_DEBUGFS_ATTRIBUTE(forget_fops, NULL, forget_set, "%llu\n");

/**
 * hr_track_init() - create a file in debugfs for tests
 *
 * Any write to hashring/forget_flows makes all rings lose the flows that they
 * track; these count as evicted.
 *
 * Context: module init. Without debugfs there is no file.
 */
void __init hr_track_init(void)
{
	hr_track_folder = debugfs_create_dir("hashring", NULL);
	debugfs_create_file_unsafe("forget_flows", 0200, hr_track_folder, NULL,
				   &forget_fops);
}

/* Removes the file. Context: module exit. */
void hr_track_exit(void)
{
	debugfs_remove(hr_track_folder);
}
