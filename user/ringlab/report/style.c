// SPDX-License-Identifier: GPL-2.0-only
#include "style.h"

const char drawing_css[] =
#include "ringlab/report/drawing.css.h"
;

const char report_css[] =
#include "ringlab/report/report.css.h"
;
