/* Included before everything else: what this project never calls, and what to call instead. */
#ifndef GATE_BASE_BANNED_H
#define GATE_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets
#pragma GCC poison gmtime localtime ctime asctime mktemp tmpnam system popen atoi atol atof

#endif
