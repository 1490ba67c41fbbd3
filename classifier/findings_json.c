#include "classifier/findings_json.h"

#include "classifier/classify.h"

void gate_finding_json(struct gate_jw *w, const char *key, const struct gate_finding *f)
{
	gate_jw_open(w, key);
	gate_jw_str(w, "id", f->id);
	gate_jw_text(w, "class", f->id, gate_finding_class(f->id));
	gate_jw_str(w, "tier", gate_tier_name(f->deny ? GATE_TIER_CRITICAL : f->floor));
	gate_jw_points(w, "points", f->points);
	gate_jw_bool(w, "deny", f->deny);
	gate_jw_strn(w, "path", f->path);
	if (f->line)
		gate_jw_int(w, "line", f->line);
	else
		gate_jw_null(w, "line");
	gate_jw_strn(w, "commit", f->commit);
	gate_jw_strn(w, "subject", f->subject);
	gate_jw_strn(w, "old", f->old_value);
	gate_jw_strn(w, "new", f->new_value);
	gate_jw_strn(w, "message", f->message);
	gate_jw_close(w);
}

void gate_findings_json(struct gate_jw *w, const char *key, const struct gate_findings *f, uint32_t change)
{
	gate_jw_array(w, key);
	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i].change == change)
			gate_finding_json(w, NULL, &f->v[i]);
	}
	gate_jw_end(w);
}
