// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a request was refused is read when the acknowledgment is written, which
 * is after the operation has returned. Where the kernel has a buffer for
 * formatted texts it has 80 bytes, too few for two names. So the texts live
 * here. Each belongs to the thread whose request was refused: that thread
 * writes the acknowledgment before it can make another request, and when it is
 * gone its text's place goes to another.
 */
#include <linux/capability.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "extack.h"
#include "gfp.h"

#define HR_TEXTS	4096	/* threads that have one at a time */
#define HR_TEXTS_ROOT	256	/* of these, for the machine's administrators alone */

/**
 * struct hr_text - the last text of one thread
 * @list: in hr_texts, the last used first
 * @thread: whose it is
 * @text: the text
 */
struct hr_text {
	struct list_head list;
	struct pid *thread;
	char text[256];
};

static LIST_HEAD(hr_texts);
static u32 hr_nr_texts;
static DEFINE_MUTEX(hr_texts_lock);

static bool thread_is_gone(struct pid *thread)
{
	bool gone;

	rcu_read_lock();
	gone = !pid_task(thread, PIDTYPE_PID);
	rcu_read_unlock();
	return gone;
}

/* Anybody can have many threads that are refused something. */
static bool texts_left_locked(void)
{
	lockdep_assert_held(&hr_texts_lock);

	return hr_nr_texts < HR_TEXTS - HR_TEXTS_ROOT ||
	       (hr_nr_texts < HR_TEXTS && capable(CAP_NET_ADMIN));
}

/* The thread's own buffer, that of one that is gone, or a new one. */
static struct hr_text *text_get_locked(struct pid *thread)
{
	struct hr_text *text, *free = NULL;

	lockdep_assert_held(&hr_texts_lock);

	list_for_each_entry(text, &hr_texts, list) {
		if (text->thread == thread)
			goto found;
		if (!free && thread_is_gone(text->thread))
			free = text;
	}
	text = free;
	if (text) {
		put_pid(text->thread);
	} else {
		if (!texts_left_locked())
			return NULL;
		text = kzalloc(sizeof(*text), HR_GFP);
		if (!text)
			return NULL;
		list_add(&text->list, &hr_texts);
		hr_nr_texts++;
	}
	text->thread = get_pid(thread);
found:
	list_move(&text->list, &hr_texts);
	return text;
}

/**
 * hr_extack() - say why a request is refused
 * @extack: the request's; may be NULL
 * @attr: the attribute that is to blame, or NULL
 * @error: negative errno
 * @format: of the text, as for printk()
 *
 * Context: the thread that made the request, in its system call. May sleep.
 * Return: @error.
 */
int hr_extack(struct netlink_ext_ack *extack, const struct nlattr *attr,
	      int error, const char *format, ...)
{
	struct hr_text *text;
	va_list args;

	if (!extack)
		return error;
	if (attr)
		NL_SET_BAD_ATTR(extack, attr);

	mutex_lock(&hr_texts_lock);
	text = text_get_locked(task_pid(current));
	mutex_unlock(&hr_texts_lock);
	if (!text) {
		NL_SET_ERR_MSG(extack, "refused; no memory to say why");
		return error;
	}
	va_start(args, format);
	vsnprintf(text->text, sizeof(text->text), format, args);
	va_end(args);
	extack->_msg = text->text;
	return error;
}

/**
 * hr_extack_exit() - free all texts
 *
 * Context: the family is unregistered: no acknowledgment is being written.
 */
void hr_extack_exit(void)
{
	struct hr_text *text, *next;

	list_for_each_entry_safe(text, next, &hr_texts, list) {
		put_pid(text->thread);
		kfree(text);
	}
}
