/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the proofs need and no common tool does: many short connections from many processes that
 * each say what their sockets counted, and bytes that pass through pipes and files.
 *
 *   traffic connections ADDRESS PORT PROCESSES EACH AT_ONCE
 *   traffic pipes BYTES
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static struct sockaddr_in address_of(const char *host, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, host, &address.sin_addr);
	return address;
}

static int port_of(int fd)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &length))
		fail("getsockname");
	return ntohs(address.sin_port);
}

static struct tcp_info counters_of(int fd)
{
	struct tcp_info info = {};
	socklen_t length = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length))
		fail("TCP_INFO");
	return info;
}

static const char *const kinds[] = { "ok", "missing", "moved", "broken", "file", "posted", "head" };

/* One request over one connection; a line of what was said and counted. */
static int once(struct sockaddr_in address, int number, char *line, size_t room)
{
	const char *kind = kinds[number % 7];
	const char *method = !strcmp(kind, "posted") ? "POST" : !strcmp(kind, "head") ? "HEAD" : "GET";
	char request[4096], response[16384];
	long long began = now(), received = 0;
	int fd = socket(AF_INET, SOCK_STREAM, 0), length, status = 0, port;
	struct tcp_info counters;
	ssize_t got;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		fail("connect");
	port = port_of(fd);
	length = snprintf(request, sizeof(request),
		"%s /%s/%d/%d HTTP/1.1\r\nHost: proof\r\nConnection: close\r\n", method, kind, getpid(), number);
	if (!strcmp(method, "POST")) {
		int body = 1 + number * 13 % 1500;

		length += snprintf(request + length, sizeof(request) - length, "Content-Length: %d\r\n\r\n", body);
		memset(request + length, 'x', body);
		length += body;
	} else {
		length += snprintf(request + length, sizeof(request) - length, "\r\n");
	}
	if (write(fd, request, length) != length)
		fail("write");
	while ((got = read(fd, response, sizeof(response))) > 0) {
		if (!received && got > 12)
			status = atoi(response + 9);
		received += got;
	}
	if (got < 0)
		fail("read");
	counters = counters_of(fd);
	close(fd);
	return snprintf(line, room, "%d %d %lld %s /%s/%d/%d %d %d %lld %llu %llu\n", getpid(), port, began, method,
		kind, getpid(), number, status, length, received, (unsigned long long)counters.tcpi_bytes_acked,
		(unsigned long long)counters.tcpi_bytes_received);
}

static int connections(char **argv)
{
	struct sockaddr_in address = address_of(argv[2], atoi(argv[3]));
	int processes = atoi(argv[4]), each = atoi(argv[5]), at_once = atoi(argv[6]), alive = 0, status, bad = 0;
	size_t room = 160;

	for (int i = 0; i < processes || alive; ) {
		if (i < processes && alive < at_once) {
			pid_t child = fork();

			if (child < 0)
				fail("fork");
			if (!child) {
				char *lines = malloc(room * each);
				int filled = 0;

				for (int j = 0; j < each; j++)
					filled += once(address, j, lines + filled, room);
				for (int written = 0; written < filled; ) {
					/* a pipe takes this much without mixing it with what others write */
					char *end = memrchr(lines + written, '\n',
						filled - written < 4096 ? filled - written : 4096);
					int part = end + 1 - (lines + written);

					if (write(1, lines + written, part) != part)
						_exit(1);
					written += part;
				}
				_exit(0);
			}
			i++;
			alive++;
			continue;
		}
		if (wait(&status) < 0)
			fail("wait");
		bad |= status;
		alive--;
	}
	return bad ? 1 : 0;
}

/* The client takes what comes by splice alone, after a look and a read that finds nothing. */
static void take(struct sockaddr_in address, long long bytes)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), ends[2], nowhere = open("/dev/null", O_WRONLY);
	long long taken = 0;
	char some[16];

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) || pipe(ends))
		fail("connect");
	if (recv(fd, some, sizeof(some), MSG_DONTWAIT) != -1 || errno != EAGAIN)
		fail("there was something to read");
	if (write(fd, "go", 2) != 2 || recv(fd, some, sizeof(some), MSG_PEEK) <= 0)
		fail("peek");
	while (1) {
		ssize_t part = splice(fd, 0, ends[1], 0, 65536, 0);

		if (part < 0)
			fail("splice from the socket");
		if (!part)
			break;
		taken += part;
		while (part > 0) {
			ssize_t passed = splice(ends[0], 0, nowhere, 0, part, 0);

			if (passed <= 0)
				fail("splice to nowhere");
			part -= passed;
		}
	}
	printf("client %d %d %lld\n", getpid(), port_of(fd), taken);
	fflush(stdout);
	close(fd);
	_exit(taken == bytes ? 0 : 1);
}

static int pipes(char **argv)
{
	long long bytes = atoll(argv[2]), half = bytes / 2;
	struct sockaddr_in address = address_of("127.0.0.1", 0);
	int listener = socket(AF_INET, SOCK_STREAM, 0), file = memfd_create("bytes", 0), fd, ends[2], status;
	char order[2];

	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 1) ||
	    ftruncate(file, bytes) || pipe(ends))
		fail("listen");
	address.sin_port = htons(port_of(listener));
	if (!fork())
		take(address, bytes);
	fd = accept(listener, 0, 0);
	if (fd < 0 || read(fd, order, 2) != 2)
		fail("accept");
	/* One half by sendfile, the other by splice. */
	for (long long sent = 0; sent < half; ) {
		ssize_t part = sendfile(fd, file, 0, half - sent);

		if (part <= 0)
			fail("sendfile");
		sent += part;
	}
	for (long long sent = half; sent < bytes; ) {
		ssize_t part = splice(file, 0, ends[1], 0, bytes - sent < 65536 ? bytes - sent : 65536, 0);

		if (part <= 0)
			fail("splice from the file");
		sent += part;
		while (part > 0) {
			ssize_t passed = splice(ends[0], 0, fd, 0, part, 0);

			if (passed <= 0)
				fail("splice to the socket");
			part -= passed;
		}
	}
	printf("server %d %d %lld\n", getpid(), port_of(fd), bytes);
	fflush(stdout);
	close(fd);
	if (wait(&status) < 0)
		fail("wait");
	return status ? 1 : 0;
}

int main(int argc, char **argv)
{
	if (argc == 7 && !strcmp(argv[1], "connections"))
		return connections(argv);
	if (argc == 3 && !strcmp(argv[1], "pipes"))
		return pipes(argv);
	fprintf(stderr, "usage: traffic connections ADDRESS PORT PROCESSES EACH AT_ONCE | traffic pipes BYTES\n");
	return 2;
}
