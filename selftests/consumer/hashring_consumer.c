// SPDX-License-Identifier: GPL-2.0-only
/*
 * A consumer of rings: holds one ring, of the namespace that it was loaded in,
 * and says in debugfs who owns which positions. Write an array of u32 to
 * hashring_consumer, at most a page, and read as many ids from the same file.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "compat.h"
#include "hashring.h"

static char *ring = "";
module_param(ring, charp, 0444);
MODULE_PARM_DESC(ring, "name of the ring");

static struct hr_ring *consumer_ring;
static struct dentry *consumer_file;

static ssize_t consumer_write(struct file *file, const char __user *from,
			      size_t size, loff_t *pos)
{
	u32 *word;
	size_t i;

	if (size % sizeof(*word))
		return -EINVAL;
	/* A buffer that is read from afterwards. */
	word = (u32 *)simple_transaction_get(file, from, size);
	if (IS_ERR(word))
		return PTR_ERR(word);

	rcu_read_lock();
	for (i = 0; i < size / sizeof(*word); i++)
		word[i] = hashring_lookup(consumer_ring, word[i]);
	rcu_read_unlock();

	simple_transaction_set(file, size);
	return size;
}

static const struct file_operations consumer_fops = {
	.owner		= THIS_MODULE,
	.write		= consumer_write,
	.read		= simple_transaction_read,
	.release	= simple_transaction_release,
};

static int __init consumer_init(void)
{
	consumer_ring = hashring_get(current->nsproxy->net_ns, ring);
	if (!consumer_ring)
		return -ENODEV;
	consumer_file = debugfs_create_file("hashring_consumer", 0600, NULL,
					    NULL, &consumer_fops);
	if (IS_ERR(consumer_file)) {
		hashring_put(consumer_ring);
		return PTR_ERR(consumer_file);
	}
	return 0;
}

static void __exit consumer_exit(void)
{
	debugfs_remove(consumer_file);
	hashring_put(consumer_ring);
}

module_init(consumer_init);
module_exit(consumer_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("The hashring authors");
MODULE_DESCRIPTION("A consumer of hashring, for its selftests");
MODULE_IMPORT_NS(HR_EXPORT_NS);
