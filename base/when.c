#include "base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t gate_now(void)
{
	return (int64_t)time(NULL);
}

int64_t gate_monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void gate_when_format(int64_t t, char out[GATE_WHEN_SIZE])
{
	time_t tt = (time_t)t;
	struct tm tm;

	if (!gmtime_r(&tt, &tm) || strftime(out, GATE_WHEN_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		memcpy(out, "0000-00-00T00:00:00Z", 21);
}

static bool digits(const char *s, int n, int *value)
{
	*value = 0;
	for (int i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		*value = *value * 10 + (s[i] - '0');
	}
	return true;
}

static bool make_time(struct tm *tm, bool utc, int64_t *t)
{
	struct tm want = *tm;
	time_t got;

	tm->tm_isdst = -1;
	got = utc ? timegm(tm) : mktime(tm);
	if (tm->tm_year != want.tm_year || tm->tm_mon != want.tm_mon || tm->tm_mday != want.tm_mday)
		return false; /* 31 February and the like were normalised away */
	*t = (int64_t)got;
	return true;
}

bool gate_when_parse(const char *s, int64_t *t)
{
	struct tm tm = { 0 };
	char again[GATE_WHEN_SIZE];

	if (strlen(s) != 20 || !digits(s, 4, &tm.tm_year) || !digits(s + 5, 2, &tm.tm_mon) ||
	    !digits(s + 8, 2, &tm.tm_mday) || !digits(s + 11, 2, &tm.tm_hour) || !digits(s + 14, 2, &tm.tm_min) ||
	    !digits(s + 17, 2, &tm.tm_sec))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	if (!make_time(&tm, true, t))
		return false;
	gate_when_format(*t, again);
	return strcmp(again, s) == 0;
}

bool gate_when_parse_ssh(const char *s, size_t len, int64_t *t)
{
	bool utc = len > 0 && s[len - 1] == 'Z';
	struct tm tm = { 0 };

	if (utc)
		len--;
	if ((len != 8 && len != 12 && len != 14) || !digits(s, 4, &tm.tm_year) || !digits(s + 4, 2, &tm.tm_mon) ||
	    !digits(s + 6, 2, &tm.tm_mday))
		return false;
	if (len >= 12 && (!digits(s + 8, 2, &tm.tm_hour) || !digits(s + 10, 2, &tm.tm_min)))
		return false;
	if (len == 14 && !digits(s + 12, 2, &tm.tm_sec))
		return false;
	if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 ||
	    tm.tm_sec > 60)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return make_time(&tm, utc, t);
}
