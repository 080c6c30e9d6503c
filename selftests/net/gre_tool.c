// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gre_tool: raw GRE packets, octet by octet, for tests of what a session believes.
 *
 *	gre_tool SOURCE DESTINATION HEX		one packet; SOURCE need not be an address of the machine
 *
 * HEX is all that follows the IPv4 header.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static size_t hex(const char *text, uint8_t *out, size_t max)
{
	size_t n = 0;

	for (; text[0] && text[1] && n < max; text += 2) {
		if (sscanf(text, "%2hhx", &out[n]) != 1)
			return 0;
		n++;
	}
	return n;
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct {
		struct iphdr ip;
		uint8_t data[2048];
	} packet = { .ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_GRE } };
	size_t len;
	int fd;

	if (argc != 4 || inet_pton(AF_INET, argv[1], &packet.ip.saddr) != 1 ||
	    inet_pton(AF_INET, argv[2], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: gre_tool SOURCE DESTINATION HEX\n");
		return 2;
	}
	packet.ip.daddr = to.sin_addr.s_addr;
	len = sizeof(packet.ip) + hex(argv[3], packet.data, sizeof(packet.data));

	fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0 || sendto(fd, &packet, len, 0, (struct sockaddr *)&to, sizeof(to)) != (ssize_t)len) {
		perror("gre_tool");
		return 1;
	}
	return 0;
}
