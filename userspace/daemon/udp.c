// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/udp.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union endpoint_name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

union packet_info {
	struct cmsghdr head;
	char v4[CMSG_SPACE(sizeof(struct in_pktinfo))];
	char v6[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static socklen_t name_of(union endpoint_name *name, const struct addr *addr, uint16_t port)
{
	memset(name, 0, sizeof(*name));
	if (addr->family == AF_INET6) {
		name->v6.sin6_family = AF_INET6;
		name->v6.sin6_addr = addr->v6;
		name->v6.sin6_port = htons(port);
		return sizeof(name->v6);
	}
	name->v4.sin_family = AF_INET;
	name->v4.sin_addr = addr->v4;
	name->v4.sin_port = htons(port);
	return sizeof(name->v4);
}

static void name_to(const union endpoint_name *name, struct addr *addr, uint16_t *port)
{
	*addr = (struct addr){ .family = (uint8_t)name->any.sa_family };
	if (addr->family == AF_INET6) {
		addr->v6 = name->v6.sin6_addr;
		*port = ntohs(name->v6.sin6_port);
	} else {
		addr->v4 = name->v4.sin_addr;
		*port = ntohs(name->v4.sin_port);
	}
}

int udp_set_mark(int fd, uint32_t fwmark)
{
	return setsockopt(fd, SOL_SOCKET, SO_MARK, &fwmark, sizeof(fwmark)) < 0 ? -errno : 0;
}

static int ask_for_addresses(int fd, int family)
{
	int one = 1;

	if (family == AF_INET)
		return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one));
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) < 0)
		return -1;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof(one));
}

int udp_open(const struct addr *addr, uint16_t port, uint32_t fwmark)
{
	union endpoint_name name;
	socklen_t len = name_of(&name, addr, port);
	int fd, err;

	fd = socket(addr->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (ask_for_addresses(fd, addr->family) < 0) {
		err = -errno;
		goto err_close;
	}
	err = udp_set_mark(fd, fwmark);
	if (err)
		goto err_close;
	if (bind(fd, &name.any, len) < 0) {
		err = -errno;
		goto err_close;
	}
	return fd;

err_close:
	close(fd);
	return err;
}

int udp_connect(int fd, const struct addr *peer, uint16_t port)
{
	union endpoint_name name;
	socklen_t len = name_of(&name, peer, port);

	return connect(fd, &name.any, len) < 0 ? -errno : 0;
}

int udp_bound(int fd, struct addr *addr, uint16_t *port)
{
	union endpoint_name name = { .any.sa_family = 0 };
	socklen_t len = sizeof(name);

	if (getsockname(fd, &name.any, &len) < 0)
		return -errno;
	name_to(&name, addr, port);
	return 0;
}

/* False: to many hosts at once. A host of a link has no address that would do without its link. */
static bool local_of(const struct cmsghdr *c, struct addr *local)
{
	struct in6_pktinfo v6;
	struct in_pktinfo v4;

	if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		memcpy(&v4, CMSG_DATA(c), sizeof(v4));
		*local = (struct addr){ .family = AF_INET, .v4 = v4.ipi_spec_dst };
		return v4.ipi_spec_dst.s_addr == v4.ipi_addr.s_addr;
	}
	if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
		memcpy(&v6, CMSG_DATA(c), sizeof(v6));
		*local = (struct addr){ .family = AF_INET6, .v6 = v6.ipi6_addr };
		return !IN6_IS_ADDR_MULTICAST(&v6.ipi6_addr) &&
		       !IN6_IS_ADDR_LINKLOCAL(&v6.ipi6_addr);
	}
	return false;
}

ssize_t udp_recv(int fd, uint16_t local_port, void *buf, size_t cap, struct udp_path *path)
{
	union endpoint_name name;
	union packet_info info;
	struct iovec iov = { .iov_base = buf, .iov_len = cap };
	struct msghdr mh = {
		.msg_name = &name, .msg_namelen = sizeof(name), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &info, .msg_controllen = sizeof(info),
	};
	struct cmsghdr *c;
	ssize_t n = recvmsg(fd, &mh, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	c = CMSG_FIRSTHDR(&mh);
	if ((mh.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || !c || !local_of(c, &path->local))
		return 0;
	name_to(&name, &path->peer, &path->peer_port);
	path->local_port = local_port;
	return path->peer_port ? n : 0;
}

static void put_local(struct msghdr *mh, union packet_info *info, const struct addr *local)
{
	struct in6_pktinfo v6 = { .ipi6_addr = local->v6 };
	struct in_pktinfo v4 = { .ipi_spec_dst = local->v4 };
	bool six = local->family == AF_INET6;
	struct cmsghdr *c;

	memset(info, 0, sizeof(*info));
	mh->msg_control = info;
	mh->msg_controllen = six ? sizeof(info->v6) : sizeof(info->v4);
	c = CMSG_FIRSTHDR(mh);
	c->cmsg_level = six ? IPPROTO_IPV6 : IPPROTO_IP;
	c->cmsg_type = six ? IPV6_PKTINFO : IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(six ? sizeof(v6) : sizeof(v4));
	memcpy(CMSG_DATA(c), six ? (void *)&v6 : (void *)&v4, six ? sizeof(v6) : sizeof(v4));
}

int udp_send(int fd, const struct udp_path *path, const void *data, size_t len)
{
	union endpoint_name name;
	union packet_info info;
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct msghdr mh = { .msg_name = &name, .msg_iov = &iov, .msg_iovlen = 1 };

	mh.msg_namelen = name_of(&name, &path->peer, path->peer_port);
	put_local(&mh, &info, &path->local);
	return sendmsg(fd, &mh, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}
