# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# libreswan: pluto on its kernel's own IPsec. One a namespace; what it says is in the log NAME. Its package is unpacked beside
# the system (selftests/vm/rootfs-peers.sh), so each has a view of its own of the two places where its files have to be.

PLUTO_ROOT=/opt/libreswan

# In front of a command: libreswan's programs and libraries.
PLUTO_ENV=(env LD_LIBRARY_PATH="$PLUTO_ROOT/usr/lib/x86_64-linux-gnu"
	PATH="$PLUTO_ROOT/usr/sbin:$PLUTO_ROOT/usr/bin:/usr/libexec/ipsec:$PATH")

# pluto_conf NAME SECRETS: ipsec.conf's connections from standard input, and the lines of ipsec.secrets. What is in a section
# has to be indented, which here documents cannot do.
pluto_conf()
{
	local dir=$TMP/$1-pluto

	mkdir -p "$dir/ipsec.d/policies"
	{
		printf '%s\n' "config setup" dnssec-enable=no nhelpers=1 ikev1-policy=accept \
			virtual-private=%v4:192.168.0.0/16
		cat
	} | sed -E '/^(config|conn) /!s/./\t&/' >"$dir/ipsec.conf"
	cp "$dir/ipsec.conf" "$TMP/$1-ipsec.conf"
	printf '%s\n' "$2" >"$dir/secrets"
	[ -e "$dir/nss/key4.db" ] || pluto_keys "$1"
}

# pluto_keys NAME: where its certificates are, none yet.
pluto_keys()
{
	mkdir -p "$TMP/$1-pluto/nss"
	"${PLUTO_ENV[@]}" certutil -N -d "sql:$TMP/$1-pluto/nss" --empty-password
}

# pluto_start NAMESPACE NAME
pluto_start()
{
	local dir=$TMP/$2-pluto

	# shellcheck disable=SC2016 # for the shell inside
	background "$2" "${PLUTO_ENV[@]}" ip netns exec "$1" unshare -m sh -c 'mount -t tmpfs none /run && mkdir /run/pluto &&
		mount --bind '"$PLUTO_ROOT"'/usr/libexec /usr/libexec && exec "$@"' sh /usr/libexec/ipsec/pluto --nofork \
		--stderrlog --config "$dir/ipsec.conf" --secretsfile "$dir/secrets" --ipsecdir "$dir/ipsec.d" --nssdir "$dir/nss"
	wait_for 60 pluto_loads "$2" || {
		echo "# libreswan does not come up"
		log_of "$2" | tail -n 40 | sed 's/^/# /'
		exit 1
	}
}

# pluto_inside NAME COMMAND...: sees what that pluto sees.
pluto_inside()
{
	local name=$1

	shift
	"${PLUTO_ENV[@]}" nsenter -t "$(pid_of "$name")" -m -n "$@"
}

whack()
{
	local name=$1

	shift
	pluto_inside "$name" timeout $((60 * TIME_FACTOR)) whack "$@"
}

# pluto_loads NAME: connections and secrets, those that it had before too.
pluto_loads()
{
	running "$1" && whack "$1" --listen && whack "$1" --rereadall &&
		pluto_inside "$1" addconn --config "$TMP/$1-pluto/ipsec.conf" --autoall
}

# pluto_pki NAME CA CERTIFICATE: what it has of those that pki_ca and pki_cert made.
pluto_pki()
{
	local nss=sql:$TMP/$1-pluto/nss

	[ -e "${nss#sql:}/key4.db" ] || pluto_keys "$1"
	openssl pkcs12 -export -in "$TMP/$3.pem" -inkey "$TMP/$3.key" -certfile "$TMP/$2.pem" -name "$3" -passout pass:x \
		-out "$TMP/$3.p12" && "${PLUTO_ENV[@]}" pk12util -i "$TMP/$3.p12" -d "$nss" -W x &&
		"${PLUTO_ENV[@]}" certutil -A -d "$nss" -n "$2" -t CT,, -a -i "$TMP/$2.pem"
}
