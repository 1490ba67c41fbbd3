#include "cli/policy_dir.h"

#include "base/io.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

int gate_cli_read_policy_dir(const char *root, struct gate_files *out, struct gate_err *err)
{
	gate_auto(gate_strs) struct gate_strs dirs = { 0 };

	if (gate_strs_add(&dirs, "", err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < dirs.n; i++) {
		gate_autofree char *dir = gate_fmt("%s/%s", root, dirs.v[i]);
		DIR *d = dir ? opendir(dir) : NULL;
		const struct dirent *e;

		if (!d)
			return gate_err_errno(err, "%s", root);
		while (err->code == GATE_OK && (e = readdir(d))) {
			gate_autofree char *name = dirs.v[i][0] ? gate_fmt("%s/%s", dirs.v[i], e->d_name) : strdup(e->d_name);
			gate_autofree char *full = gate_fmt("%s/%s", root, name ? name : "");
			gate_auto(gate_buf) struct gate_buf b = { 0 };
			struct stat st;

			if (e->d_name[0] == '.' || !name || !full || lstat(full, &st) < 0)
				continue;
			if (S_ISDIR(st.st_mode))
				gate_strs_add(&dirs, name, err);
			else if (S_ISREG(st.st_mode) && gate_read_file(full, 1 << 20, &b, err) == 0)
				gate_files_add(out, name, gate_buf_cstr(&b), b.len, err);
		}
		closedir(d);
	}
	return err->code == GATE_OK ? 0 : -(int)err->code;
}
