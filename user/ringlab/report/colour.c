// SPDX-License-Identifier: GPL-2.0-only
/*
 * Colours of nodes: any number of them, in Oklab, where equal steps look equal.
 * Hues turn by the golden angle, so that successive hues are far apart. The
 * lightness alternates, so that colours also differ for readers who distinguish
 * hues less well. All colours have a contrast of 3:1 to a white page and to a
 * black page.
 */
#include <math.h>

#include "report.h"

#define GOLDEN_ANGLE	2.39996322972865332	/* of a full turn of 2 pi */
#define FIRST_HUE	4.40			/* blue */
#define CHROMA		0.13

/* Up to this lightness letters on a colour are white, above it black. */
#define LIGHT		0.57

static const double lightness[] = { 0.54, 0.65, 0.50, 0.60 };

static double lightness_of(__u32 index)
{
	return lightness[index % (sizeof(lightness) / sizeof(*lightness))];
}

bool colour_is_light(__u32 index)
{
	return lightness_of(index) > LIGHT;
}

/* A channel of sRGB from a linear one. */
static double encoded(double linear)
{
	if (linear <= 0.0031308)
		return 12.92 * linear;
	return 1.055 * pow(linear, 1 / 2.4) - 0.055;
}

/* By Björn Ottosson's matrices; false when sRGB does not have the colour. */
static bool screen_colour(double light, double chroma, double hue,
			  double rgb[3])
{
	double a = chroma * cos(hue), b = chroma * sin(hue);
	double l = pow(light + 0.3963377774 * a + 0.2158037573 * b, 3);
	double m = pow(light - 0.1055613458 * a - 0.0638541728 * b, 3);
	double s = pow(light - 0.0894841775 * a - 1.2914855480 * b, 3);
	int i;

	rgb[0] = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
	rgb[1] = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
	rgb[2] = -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s;
	for (i = 0; i < 3; i++)
		if (rgb[i] < 0 || rgb[i] > 1)
			return false;
	return true;
}

/**
 * colour_of() - the colour of a node
 * @text: set to #rrggbb
 * @index: the node's index
 *
 * Return: @text.
 */
const char *colour_of(char text[COLOUR_LEN], __u32 index)
{
	double hue = fmod(FIRST_HUE + index * GOLDEN_ANGLE, 2 * M_PI);
	double chroma = CHROMA;
	double rgb[3];

	while (!screen_colour(lightness_of(index), chroma, hue, rgb))
		chroma -= 0.005;
	snprintf(text, COLOUR_LEN, "#%02x%02x%02x",
		 (int)(255 * encoded(rgb[0]) + 0.5),
		 (int)(255 * encoded(rgb[1]) + 0.5),
		 (int)(255 * encoded(rgb[2]) + 0.5));
	return text;
}
