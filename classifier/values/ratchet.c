#include "classifier/values/ratchet.h"

#include "classifier/tests/counts.h"
#include "classifier/values/item.h"

#include <string.h>

/* How much stricter a is than b; a value that was switched off is further away than any number. */
static int64_t apart(int64_t a, int64_t b)
{
	int64_t d;

	return __builtin_sub_overflow(a, b, &d) ? INT64_MAX : d;
}

static bool is_count(const struct gate_finding *f)
{
	return strcmp(f->id, "TST-NDEC") == 0;
}

/* "jest:global:lines": a numeric row of jest, for lines where it says which. */
static bool is_row_of(const struct gate_rule *r, const struct gate_value_row *row, const char *subject)
{
	const char *tool = row->tool ? row->tool : r->id;
	size_t n = strlen(tool);

	return gate_value_is_number(row) && strncmp(subject, tool, n) == 0 && subject[n] == ':' &&
	       (!row->metric || gate_ends_with(subject, row->metric));
}

/* The first row that reads both values so that the new one is worse, and what the heaviest such row weighs. */
static const struct gate_value_row *row_of(const struct gate_policy *p, const struct gate_finding *f, struct gate_weight *most)
{
	const struct gate_rule *r = gate_policy_rule(p, f->id);
	const struct gate_value_row *found = NULL;

	*most = (struct gate_weight){ GATE_TIER_LOW, 0, false };
	for (size_t i = 0; r && i < r->n_values; i++) {
		const struct gate_value_row *row = &r->values[i];
		uint32_t points = row->weighed && row->points < r->points ? row->points : r->points;
		int64_t old;

		if (!is_row_of(r, row, f->subject) || !gate_value_strict(row, f->old_value, &old))
			continue;
		most->points = points > most->points ? points : most->points;
		found = found ? found : row;
	}
	return found;
}

bool gate_ratchet_takes(const struct gate_policy *p, const struct gate_finding *f)
{
	struct gate_weight most;
	int64_t old, new;

	if (!*f->old_value || !f->points)
		return false;
	if (!is_count(f))
		return row_of(p, f, &most) != NULL;
	/* many tests that became a table of cases are low whatever their number: no step of anything */
	return gate_value_number(f->old_value, &old) && gate_value_number(f->new_value, &new) &&
	       !(f->floor == GATE_TIER_LOW && apart(old, new) >= 2000000);
}

static void at_least(struct gate_weight *w, enum gate_tier floor, uint32_t points)
{
	w->floor = floor > w->floor ? floor : w->floor;
	w->points = points > w->points ? points : w->points;
}

static bool weigh_count(const struct gate_finding *f, const char *base, struct gate_weight *w)
{
	int64_t from, old, new;
	uint32_t gone;

	if (!gate_value_number(base, &from) || !gate_value_number(f->old_value, &old) || !gate_value_number(f->new_value, &new) ||
	    from <= old)
		return false;
	gone = (uint32_t)(apart(from, new) / 1000000 < UINT32_MAX ? apart(from, new) / 1000000 : UINT32_MAX);
	at_least(w, gone < 2 ? GATE_TIER_LOW : GATE_TIER_MEDIUM, gate_test_points(gone));
	return true;
}

bool gate_ratchet_weigh(const struct gate_policy *p, const struct gate_finding *f, const char *base, struct gate_weight *w)
{
	const struct gate_value_row *row;
	struct gate_weight most;
	int64_t from, old, new;

	*w = (struct gate_weight){ f->floor, f->points, f->deny };
	if (is_count(f))
		return weigh_count(f, base, w);
	row = row_of(p, f, &most);
	if (!row || !gate_value_strict(row, base, &from) || !gate_value_strict(row, f->old_value, &old) || from <= old)
		return false;
	/* section 8: a floor that lost five points of a percentage weighs more than one that lost less */
	if (w->floor == GATE_TIER_HIGH && gate_value_strict(row, f->new_value, &new) && apart(from, new) >= 5000000)
		at_least(w, w->floor, most.points);
	return true;
}

bool gate_ratchet_counts(const struct gate_policy *p, const char *id)
{
	const struct gate_rule *r = gate_policy_rule(p, id);

	for (size_t i = 0; r && i < r->n_values; i++) {
		if (r->values[i].text && r->values[i].worse == GATE_WORSE_ADDED)
			return true;
	}
	return false;
}
