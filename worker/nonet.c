/* libgit2's archive holds transports for ssh, https and git; a worker that can open no socket has no use for them, and linked
 * in they cost three milliseconds at each start (the CA bundle, the libraries' own set-up). Here stand the few symbols that
 * would pull those members out of the archive; the linker takes ours, and the network code stays out of the program. Used in
 * static links only. Fits libgit2 1.5; a newer one that asks for another symbol fails to link, or links it in, which
 * tests/lint notices by the program's size. */
#include <stddef.h>

/* Called by git_libgit2_init: nothing to set up. */
#define NOTHING(name) \
	int name(void); \
	int name(void) \
	{ \
		return 0; \
	}
/* Called by nobody here: an attempt to reach the network fails. */
#define REFUSED(name) \
	int name(void); \
	int name(void) \
	{ \
		return -1; \
	}

NOTHING(git_transport_ssh_global_init)
NOTHING(git_mbedtls_stream_global_init)

REFUSED(git_mbedtls__set_cert_location)
REFUSED(git_mbedtls_stream_new)
REFUSED(git_mbedtls_stream_wrap)
REFUSED(git_smart_subtransport_ssh)
REFUSED(git_transport_ssh_with_paths)
REFUSED(git_smart_subtransport_http)
REFUSED(git_smart_subtransport_git)
REFUSED(git_transport_smart)
REFUSED(git_transport_local)
REFUSED(git_transport_smart_certificate_check)
REFUSED(git_transport_remote_connect_options)
REFUSED(git_transport_smart_credentials)

extern int git_http__expect_continue, git_smart__ofs_delta_enabled;
int git_http__expect_continue;
int git_smart__ofs_delta_enabled;
