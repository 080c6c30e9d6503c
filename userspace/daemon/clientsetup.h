/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few packets of a client that are ours to answer: router solicitations and DHCPINFORM. */
#ifndef ADIT_DAEMON_CLIENTSETUP_H
#define ADIT_DAEMON_CLIENTSETUP_H

#include <stddef.h>
#include <stdint.h>

struct session;

void clientsetup_init(struct session *s);
/* IPv6 is open: tell the client its network now and, as no router is for ever, from time to time. */
void clientsetup_start(struct session *s);
void clientsetup_stop(struct session *s);
/* protocol is PPP's number of IPv4 or IPv6. What is no question is dropped. */
void clientsetup_frame(struct session *s, uint16_t protocol, const uint8_t *data, size_t len);

#endif /* ADIT_DAEMON_CLIENTSETUP_H */
