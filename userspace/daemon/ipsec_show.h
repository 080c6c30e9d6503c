/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the control socket shows of IPsec: Documentation/control-socket.md. */
#ifndef ADIT_DAEMON_IPSEC_SHOW_H
#define ADIT_DAEMON_IPSEC_SHOW_H

#include <jansson.h>

#include "daemon/site.h"

json_t *ipsec_show_site(struct site *s);
json_t *ipsec_show_sites(struct ipsec *ipsec);
json_t *ipsec_show_sas(struct ipsec *ipsec);
/* How much there is, and what came of strangers; null where there is no IPsec. */
json_t *ipsec_show_status(const struct ipsec *ipsec);

#endif /* ADIT_DAEMON_IPSEC_SHOW_H */
