/* look prints what names lead to, as the C library finds them: see ../main.go. Beside those questions,
 * RCODE:<type>:<name> asks for the response code of DNS.
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { MOST = 32, LENGTH = 1200 };

static char found[MOST][LENGTH];
static int count;

static int compare(const void *a, const void *b) { return strcmp(a, b); }

static char *next(void) {
	if (count == MOST) {
		fputs("too many answers\n", stderr);
		exit(1);
	}
	return found[count++];
}

static void addresses(const char *name, int family) {
	struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM}, *list, *at;
	int failed = getaddrinfo(name, NULL, &hints, &list);
	if (failed == EAI_NONAME
#ifdef EAI_NODATA
	    || failed == EAI_NODATA
#endif
	    || failed == -5 /* EAI_NODATA, for which glibc wants _GNU_SOURCE */) {
		return;
	}
	if (failed) {
		snprintf(next(), LENGTH, "error: %s", gai_strerror(failed));
		return;
	}
	for (at = list; at; at = at->ai_next) {
		const void *address = family == AF_INET ? (const void *)&((struct sockaddr_in *)at->ai_addr)->sin_addr
		                                        : (const void *)&((struct sockaddr_in6 *)at->ai_addr)->sin6_addr;
		inet_ntop(family, address, next(), LENGTH);
	}
	freeaddrinfo(list);
}

static int ask(const char *name, int type, unsigned char *answer, int size) {
	unsigned char question[512];
	int length = res_mkquery(ns_o_query, name, ns_c_in, type, NULL, 0, NULL, question, sizeof question);
	return length < 0 ? -1 : res_send(question, length, answer, size);
}

static void record(ns_msg message, ns_rr r) {
	char target[NS_MAXDNAME];
	const unsigned char *data = ns_rr_rdata(r);
	int before = ns_rr_type(r) == ns_t_srv ? 6 : 0;
	if (ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), data + before, target, sizeof target) < 0) {
		snprintf(next(), LENGTH, "error: a target");
	} else if (before) {
		snprintf(next(), LENGTH, "%d/%d/%d/%s.", ns_get16(data), ns_get16(data + 2), ns_get16(data + 4), target);
	} else {
		snprintf(next(), LENGTH, "%s.", target);
	}
}

static void records(const char *name, int type, int codeOnly) {
	static const char *codes[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
	unsigned char answer[65535];
	ns_msg message;
	ns_rr r;
	int length = ask(name, type, answer, sizeof answer), i;
	if (length < 0 || ns_initparse(answer, length, &message) < 0) {
		snprintf(next(), LENGTH, "error: no answer");
		return;
	}
	if (codeOnly) {
		snprintf(next(), LENGTH, "%s", codes[ns_msg_getflag(message, ns_f_rcode) % 6]);
		return;
	}
	for (i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		if (ns_parserr(&message, ns_s_an, i, &r) < 0) {
			snprintf(next(), LENGTH, "error: a record");
		} else if (ns_rr_type(r) == type) {
			record(message, r);
		}
	}
}

static int type(const char *kind) {
	return !strcmp(kind, "A") ? ns_t_a : !strcmp(kind, "AAAA") ? ns_t_aaaa : !strcmp(kind, "SRV") ? ns_t_srv : ns_t_cname;
}

int main(int argc, char **argv) {
	int i, j;
	for (i = 1; i < argc; i++) {
		char *kind = strdup(argv[i]), *name = strchr(kind, ':');
		*name++ = 0;
		count = 0;
		if (!strcmp(kind, "RCODE")) {
			char *of = name;
			name = strchr(name, ':');
			*name++ = 0;
			records(name, type(of), 1);
		} else if (!strcmp(kind, "A")) {
			addresses(name, AF_INET);
		} else if (!strcmp(kind, "AAAA")) {
			addresses(name, AF_INET6);
		} else {
			records(name, type(kind), 0);
		}
		qsort(found, count, LENGTH, compare);
		printf("%s", argv[i]);
		for (j = 0; j < count; j++) {
			printf(" %s", found[j]);
		}
		puts(count ? "" : " none");
	}
	return 0;
}
