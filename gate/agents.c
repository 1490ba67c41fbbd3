#include "gate/agents.h"

#include <string.h>

/* `end` matches the end of a lower-cased address, so that numeric prefixes of noreply addresses do not matter. */
static const struct {
	const char *end;
	const char *agent;
} signs[] = {
	{ "cursoragent@cursor.com", "Cursor" },
	{ "cursor[bot]@users.noreply.github.com", "Cursor" },
	{ "+copilot@users.noreply.github.com", "Copilot" },
	{ "copilot-swe-agent[bot]@users.noreply.github.com", "Copilot" },
	{ "+devin-ai-integration[bot]@users.noreply.github.com", "Devin" },
	{ "noreply@anthropic.com", "Claude" },
	{ "noreply@openai.com", "Codex" },
	{ "roomote@roocode.com", "Roo" },
	{ "factory-droid[bot]@users.noreply.github.com", "Factory" },
	{ "noreply@windsurf.com", "Windsurf" },
	{ "noreply@codeium.com", "Windsurf" },
};

const char *gate_agent_sign(const struct gate_strs *mails)
{
	for (size_t m = 0; m < mails->n; m++) {
		for (size_t i = 0; i < GATE_ARRAY_LEN(signs); i++) {
			if (gate_ends_with(mails->v[m], signs[i].end))
				return signs[i].agent;
		}
	}
	return NULL;
}
