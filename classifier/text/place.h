/* What a text is, as far as it decides how much a hidden character in it can do: told by its path alone. */
#ifndef GATE_CLASSIFIER_TEXT_PLACE_H
#define GATE_CLASSIFIER_TEXT_PLACE_H

#include <stdbool.h>

enum gate_place {
	GATE_PLACE_CODE,	/* programs, builds, rules, agents' instructions: each character has an effect */
	GATE_PLACE_DATA,
	GATE_PLACE_PROSE,
	GATE_PLACE_TRANSLATION, /* texts of a program in other languages */
	GATE_PLACE_MESSAGE	/* of a commit or a tag, names */
};

enum gate_place gate_place_of(const char *path);
/* Kinds of files that code reviews are about, by their ending: what source is for GIT-DEL, GIT-ATTR, GIT-GEN. */
bool gate_place_is_source(const char *path);
/* Pictures, sounds, fonts, videos, by their ending. */
bool gate_place_is_media(const char *path);
/* Test files and lock files, by name. */
bool gate_place_is_test(const char *path);
bool gate_place_is_lock(const char *path);
/* Code where a mixed-up name opens a door: login, keys, permissions. */
bool gate_place_is_auth(const char *path);

#endif
