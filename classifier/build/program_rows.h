/* What a program of the build may gain, by language. */
#ifndef GATE_CLASSIFIER_BUILD_PROGRAM_ROWS_H
#define GATE_CLASSIFIER_BUILD_PROGRAM_ROWS_H

#include "classifier/values/risk.h"

extern const struct gate_risk_table gate_rows_python, gate_rows_pytest, gate_rows_rust, gate_rows_go, gate_rows_toolexec, gate_rows_make,
	gate_rows_jvm, gate_rows_net, gate_rows_ruby, gate_rows_elixir, gate_rows_start, gate_rows_shell, gate_rows_image;

/* A path of tests, fixtures or examples. */
bool gate_path_is_test(const char *path);

#endif
