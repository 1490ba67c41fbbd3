#include "gate/shadows.h"

#include "base/fold.h"
#include "gate/refnames.h"

#include <string.h>

/* One line for each name, "<folded short name>\x01<full name>", and one for each folder, "<folded short folder>/\x01<full name of a ref
 * in it>": once sorted, what could be taken for each other stands side by side, and whatever is asked is one binary search. */

#define NAME "\x01"
#define FOLDER "/\x01"

static size_t head_of(const char *ref)
{
	return (size_t)(gate_ref_short(ref) - ref);
}

/* The folding of the first n bytes of a ref, without its room. */
static int stem(const char *ref, size_t n, const char *kind, struct gate_buf *out, struct gate_err *err)
{
	size_t head = head_of(ref);

	gate_buf_reset(out);
	if (gate_fold(out, ref + head, n - head, err) < 0)
		return -(int)err->code;
	gate_buf_str(out, kind);
	return gate_buf_check(out, err);
}

/* ---- loading ---- */

struct loading {
	struct gate_strs *keys;
	struct gate_buf key;
	char last[GATE_REF_MAX]; /* names come sorted: its folders are there already */
	struct gate_err *err;
};

static int add(struct loading *l, const char *ref, size_t n, const char *kind)
{
	if (stem(ref, n, kind, &l->key, l->err) < 0)
		return -(int)l->err->code;
	gate_buf_str(&l->key, ref);
	return gate_buf_check(&l->key, l->err) < 0 ? -(int)l->err->code : gate_strs_addn(l->keys, l->key.s, l->key.len, l->err);
}

static int load_one(const char *name, const struct gate_ref *ref, void *arg)
{
	struct loading *l = arg;

	(void)ref;
	if (add(l, name, strlen(name), NAME) < 0)
		return 1;
	for (const char *p = strchr(name + head_of(name), '/'); p; p = strchr(p + 1, '/')) {
		size_t n = (size_t)(p - name);

		if (strncmp(l->last, name, n + 1) != 0 && add(l, name, n, FOLDER) < 0)
			return 1;
	}
	gate_copy(l->last, sizeof(l->last), name);
	return 0;
}

static int load_pushed(struct loading *l, const struct gate_strs *names)
{
	l->last[0] = '\0';
	for (size_t i = 0; i < names->n; i++) {
		if (load_one(names->v[i], NULL, l) != 0)
			return -(int)l->err->code;
	}
	return 0;
}

/* "refs/notes/" of refs/notes/x: a room that the policy opened. */
static int add_room(const char *ref, struct gate_strs *rooms, struct gate_err *err)
{
	const char *end = strchr(ref + strlen("refs/"), '/');
	gate_autofree char *room = end ? strndup(ref, (size_t)(end + 1 - ref)) : NULL;

	return room ? gate_strs_add_new(rooms, room, err) : 0;
}

static void loading_clear(struct loading *l)
{
	gate_buf_clear(&l->key);
}

int gate_shadows_load(const struct gate_server *s, const struct gate_changes *all, struct gate_strs *keys, struct gate_err *err)
{
	gate_auto(loading) struct loading l = { .keys = keys, .err = err };
	gate_auto(gate_strs) struct gate_strs rooms = { 0 }, pushed = { 0 };
	bool makes = false;

	for (size_t i = 0; i < all->n; i++) {
		const struct gate_change *c = &all->v[i];

		if (gate_is_zero_oid(c->new) || gate_ref_room(c->ref, &s->policy->namespaces) != GATE_ROOM_CONTENT)
			continue;
		makes |= gate_is_zero_oid(c->old);
		if (gate_strs_add(&pushed, c->ref, err) < 0 || (head_of(c->ref) == 0 && add_room(c->ref, &rooms, err) < 0))
			return -(int)err->code;
	}
	if (!makes)
		return 0;
	gate_strs_sort(&pushed);
	if (gate_strs_add(&rooms, "refs/heads/", err) < 0 || gate_strs_add(&rooms, "refs/tags/", err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < rooms.n; i++) {
		if (gate_refs_each(s->refs, rooms.v[i], load_one, &l, err) < 0 || err->code != GATE_OK)
			return -(int)err->code;
	}
	if (load_pushed(&l, &pushed) < 0)
		return -(int)err->code;
	gate_strs_sort(keys);
	return 0;
}

/* ---- asking ---- */

/* The first key that is not below the first n bytes of this one. */
static size_t first_key(const struct gate_strs *keys, const char *key, size_t n)
{
	size_t lo = 0, hi = keys->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strncmp(keys->v[mid], key, n) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The refs of all keys that begin with `begin`, one after the other; NULL at the end. */
static const char *next_of(const struct gate_strs *keys, const struct gate_buf *begin, size_t *at)
{
	if (*at == 0)
		*at = first_key(keys, begin->s, begin->len) + 1;
	else
		++*at;
	if (*at > keys->n || strncmp(keys->v[*at - 1], begin->s, begin->len) != 0)
		return NULL;
	return strchr(keys->v[*at - 1], '\x01') + 1;
}

/* A name as it may be shown; the other one must fit beside it. */
static const char *shown(const char *ref, struct gate_buf *out)
{
	size_t n = strlen(ref);

	gate_escape(out, ref, n < 240 ? n : 240);
	if (n > 240)
		gate_buf_str(out, "...");
	return gate_buf_cstr(out);
}

static int refuse(const char *fmt_between, const char *ref, const char *other, const char *then, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf a = { 0 }, b = { 0 };

	return gate_err_set(err, GATE_E_REF, "%s %s %s%s", shown(ref, &a), fmt_between, shown(other, &b), then);
}

/* What git would refuse after all was decided is refused here, so that the pusher gets our line (HOLES 4); and what a store without
 * letter case, in some clone, could not hold. */
static int beside(const char *ref, const char *other, struct gate_err *err)
{
	return refuse("and", ref, other, " cannot both exist, since one name is a folder of the other (letter case aside); delete the other "
					 "first, in a push of its own, or choose another name", err);
}

static int check_name(const char *ref, const struct gate_strs *keys, struct gate_buf *key, struct gate_err *err)
{
	const char *other;

	if (stem(ref, strlen(ref), NAME, key, err) < 0)
		return -(int)err->code;
	for (size_t at = 0; (other = next_of(keys, key, &at));) {
		if (strcmp(other, ref) != 0)
			return refuse("would be taken for", ref, other, "; choose another name", err);
	}
	return 0;
}

/* Is there a ref in the folder of the first n bytes of `ref`, as git has it now? */
static int note(const char *name, const struct gate_ref *ref, void *arg)
{
	(void)name;
	(void)ref;
	*(bool *)arg = true;
	return 1;
}

static int folder_stands(const struct gate_server *s, const char *ref, size_t n, bool *stands, struct gate_err *err)
{
	gate_autofree char *prefix = strndup(ref, n + 1);

	*stands = false;
	return prefix ? gate_refs_each(s->refs, prefix, note, stands, err) : gate_err_set(err, GATE_E_NOMEM, "out of memory");
}

/* Release/2.0 beside release/1.0: on a store without letter case both would be one folder, and a person does not see that the pattern
 * of the policy, which knows letter case, covers only one of them. Where both spellings stand already, both may grow. */
static int check_spelling(const struct gate_server *s, const char *ref, size_t n, const struct gate_strs *keys, struct gate_buf *key,
			  struct gate_err *err)
{
	const char *other;
	bool stands;

	if (stem(ref, n, FOLDER, key, err) < 0)
		return -(int)err->code;
	gate_buf_add(key, ref, head_of(ref));
	for (size_t at = 0; (other = next_of(keys, key, &at));) {
		if (strncmp(other, ref, n + 1) == 0)
			continue;
		if (folder_stands(s, ref, n, &stands, err) < 0)
			return -(int)err->code;
		return stands ? 0 :
				refuse("would lie in a folder that is taken for that of", ref, other, "; spell the folder the same way", err);
	}
	return 0;
}

static int check_folders(const struct gate_server *s, const char *ref, const struct gate_strs *keys, struct gate_buf *key,
			 struct gate_err *err)
{
	size_t head = head_of(ref), at = 0;
	const char *other;

	if (stem(ref, strlen(ref), FOLDER, key, err) < 0)
		return -(int)err->code;
	gate_buf_add(key, ref, head);
	other = next_of(keys, key, &at);
	if (other)
		return beside(ref, other, err);
	for (const char *p = strchr(ref + head, '/'); p; p = strchr(p + 1, '/')) {
		if (stem(ref, (size_t)(p - ref), NAME, key, err) < 0)
			return -(int)err->code;
		gate_buf_add(key, ref, head);
		at = 0;
		other = next_of(keys, key, &at);
		if (other)
			return beside(ref, other, err);
		if (check_spelling(s, ref, (size_t)(p - ref), keys, key, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int gate_shadows_check(const struct gate_server *s, const char *ref, const struct gate_strs *keys, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf key = { 0 };

	return check_name(ref, keys, &key, err) < 0 ? -(int)err->code : check_folders(s, ref, keys, &key, err);
}

int gate_shadows_squat(const char *ref, const char *reserved, bool *takes, struct gate_err *err)
{
	gate_auto(gate_buf) struct gate_buf a = { 0 }, b = { 0 };
	size_t head = head_of(ref);
	bool one_room = head == head_of(reserved) && strncmp(ref, reserved, head) == 0;

	*takes = false;
	if (stem(ref, strlen(ref), "/", &a, err) < 0 || stem(reserved, strlen(reserved), "/", &b, err) < 0)
		return -(int)err->code;
	if (a.len == b.len)
		*takes = strcmp(a.s, b.s) == 0 && strcmp(ref, reserved) != 0;
	else
		*takes = one_room && strncmp(a.s, b.s, a.len < b.len ? a.len : b.len) == 0;
	return 0;
}
