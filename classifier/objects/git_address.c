#include "classifier/objects/git_address.h"

#include <string.h>
#include <strings.h>

bool gate_span_same(struct gate_span a, struct gate_span b)
{
	return a.n == b.n && (!a.n || strncasecmp(a.s, b.s, a.n) == 0);
}

bool gate_span_is(struct gate_span a, const char *s)
{
	return gate_span_same(a, (struct gate_span){ s, strlen(s) });
}

static struct gate_span behind_user(struct gate_span host)
{
	for (size_t i = host.n; i-- > 0;) {
		if (host.s[i] == '@')
			return (struct gate_span){ host.s + i + 1, host.n - i - 1 };
	}
	return host;
}

static void split_path(const char *s, struct gate_git_address *out)
{
	size_t n = strcspn(s, "?#"), cut;

	while (n && *s == '/') {
		s++;
		n--;
	}
	while (n && s[n - 1] == '/')
		n--;
	if (n > 4 && strncasecmp(s + n - 4, ".git", 4) == 0)
		n -= 4;
	for (cut = n; cut && s[cut - 1] != '/'; cut--)
		;
	out->owner = (struct gate_span){ s, cut ? cut - 1 : 0 };
	out->name = (struct gate_span){ s + cut, n - cut };
}

void gate_git_address(const char *url, struct gate_git_address *out)
{
	const char *sep = strstr(url, "://"), *rest = url;
	size_t colon = strcspn(url, ":/");

	*out = (struct gate_git_address){ 0 };
	if (sep && sep == url + colon) {
		out->scheme = (struct gate_span){ url, (size_t)(sep - url) };
		rest = sep + 3 + strcspn(sep + 3, "/?#");
		out->host = behind_user((struct gate_span){ sep + 3, (size_t)(rest - sep) - 3 });
	} else if (colon && url[colon] == ':' && url[colon + 1] != ':') {
		out->scheme = (struct gate_span){ "ssh", 3 };
		rest = url + colon + 1;
		out->host = behind_user((struct gate_span){ url, colon });
	}
	split_path(rest, out);
}
