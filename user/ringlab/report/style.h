/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Style sheets; the Makefile makes strings of drawing.css and report.css.
 */
#ifndef RINGLAB_REPORT_STYLE_H
#define RINGLAB_REPORT_STYLE_H

extern const char drawing_css[];
extern const char report_css[];

#endif
