// SPDX-License-Identifier: GPL-2.0-only
#include "report_style.h"

const char drawing_css[] =
#include "ringctl/drawing.css.h"
;

const char report_css[] =
#include "ringctl/report.css.h"
;
