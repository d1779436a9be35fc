/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Style sheets; the Makefile makes strings of drawing.css and report.css.
 */
#ifndef RINGCTL_REPORT_STYLE_H
#define RINGCTL_REPORT_STYLE_H

extern const char drawing_css[];
extern const char report_css[];

#endif
