# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Kinds of tunnel. One kind is one line of the table and one function make_NAME, which makes both ends of $N sessions
# between the namespaces c and g, so that what c sends from 10.$K.0.1 + i to 10.$((100 + K)).0.1 + i goes by session i.
# K is a number of its own for every tunnel; what a function prints is JSON about the cost of the set-up, or nothing.
# Everything goes with the namespaces, and with the processes that keep() started.

# HALF: in-tree before the in-tree pptp module is removed, ours after it; policies: between them, because the IPsec
# policies of a namespace are looked up for every packet of it, which would make everything else dearer; all: in each.
# MODULES: what it needs.
# MANY: most sessions that it is measured with.
KIND_TABLE="
# NAME           HALF     MANY   MODULES
floor            all      10000  -
gre              in-tree  1      ip_gre
pptp             in-tree  1000   pptp,ppp_generic
pptp-128s        in-tree  1      pptp,ppp_generic,ppp_mppe
pptp-128         in-tree  1      pptp,ppp_generic,ppp_mppe
l2tp-ppp         in-tree  1      l2tp_ppp
l2tp-eth         in-tree  1      l2tp_eth
esp-null         policies 1      esp4,authenc,echainiv,adit_hollow
esp-hmac         policies 1      esp4,authenc,echainiv
esp-gcm          policies 1      esp4
esp-cbc          policies 1      esp4,authenc,echainiv
esp-chacha       policies 1      esp4
esp-udp-gcm      policies 1      esp4
xfrmi-gcm        policies 1      esp4,xfrm_interface
l2tp-esp         policies 1      esp4,l2tp_ppp
xfrm-setup       in-tree  10000  esp4
wireguard        in-tree  1      wireguard
adit-pptp        ours     1000   adit
adit-pptp-128s   ours     1      adit
adit-pptp-128    ours     1      adit
adit-pptp-many   ours     10000  adit
adit-pptp-many-128 ours   10000  adit
adit-l2tp        ours     1      adit
adit-l2tp-eth    ours     1      adit
adit-l2tp-many   ours     10000  adit
adit-esp-null    ours     1      adit,adit_hollow
adit-esp-hmac    ours     1      adit
adit-esp-gcm     ours     1      adit
adit-esp-cbc     ours     1      adit
adit-esp-chacha  ours     1      adit
adit-esp-udp-gcm ours     1      adit
adit-l2tp-esp    ours     1      adit
adit-esp-many    ours     10000  adit
adit-esp-setup   ours     10000  adit
"

# kinds HALF: names of the table.
kinds()
{
	awk -v half="$1" '$1 !~ /^#/ && ($2 == half || $2 == "all") { print $1 }' <<<"$KIND_TABLE"
}

# kind_field NAME COLUMN
kind_field()
{
	awk -v name="$1" -v column="$2" '$1 == name { print $column }' <<<"$KIND_TABLE"
}

# MTU of every tunnel device: room for any of the encapsulations on the wires' 1500.
TUNNEL_MTU=1400

C_OUT=192.0.2.1
G_OUT=192.0.2.2

# address PREFIX I: address i + 1 of PREFIX.0.0/16.
address()
{
	echo "$1.$((($2 + 1) / 256)).$((($2 + 1) % 256))"
}

# devices_up NS NAME FIRST PREFIX: devices NAME + FIRST to NAME + FIRST + N - 1, each with a route to one address.
devices_up()
{
	local i

	for ((i = 0; i < N; i++)); do
		echo "link set $2$(($3 + i)) mtu $TUNNEL_MTU up"
		echo "route add $(address "$4" $i)/32 dev $2$(($3 + i))"
	done | ip -n "$1" -batch -
}

# device_up NAME: one device for everything, called the same at both ends.
device_up()
{
	ip -n c link set "$1" mtu $TUNNEL_MTU up
	ip -n g link set "$1" mtu $TUNNEL_MTU up
	ip -n c route add "10.$((100 + K)).0.0/16" dev "$1"
	ip -n g route add "10.$K.0.0/16" dev "$1"
}

# keep COMMAND...: runs until the half is over; returns when it has said its line, and prints it.
keep()
{
	local out=$TMP/keep.$HALF.$KIND.$K line

	mkfifo "$out"
	"$@" >"$out" &
	KEPT+=($!)
	read -r line <"$out" || return
	echo "$line" >"$TMP/kept"
}

make_floor()
{
	ip -n c route add "10.$((100 + K)).0.0/16" via $G_OUT
	ip -n g route add "10.$K.0.0/16" via $C_OUT
}

make_gre()
{
	ip -n c link add "gre$K" type gre local $C_OUT remote $G_OUT
	ip -n g link add "gre$K" type gre local $G_OUT remote $C_OUT
	device_up "gre$K"
}

# ppp PROTOCOL ID MPPE
ppp()
{
	keep "$HERE/ppp_pair" "$1" c=c c-addr=$C_OUT g=g g-addr=$G_OUT "id=$2" "count=$N" "mppe=$3" || return
	SETUP=$(<"$TMP/kept")
	devices_up c ppp "$(sed 's/.*"c_unit": \([0-9]*\).*/\1/' <<<"$SETUP")" "10.$((100 + K))"
	devices_up g ppp "$(sed 's/.*"g_unit": \([0-9]*\).*/\1/' <<<"$SETUP")" "10.$K"
}

make_pptp() { ppp pptp $((K * 2048)) none; }
make_pptp-128s() { ppp pptp $((K * 2048)) 128s; }
make_pptp-128() { ppp pptp $((K * 2048)) 128; }

l2tp_tunnel()
{
	ip -n c l2tp add tunnel "tunnel_id" "$K" peer_tunnel_id "$K" encap udp local $C_OUT remote $G_OUT \
		udp_sport $((1700 + K)) udp_dport $((1700 + K))
	ip -n g l2tp add tunnel "tunnel_id" "$K" peer_tunnel_id "$K" encap udp local $G_OUT remote $C_OUT \
		udp_sport $((1700 + K)) udp_dport $((1700 + K))
}

make_l2tp-ppp()
{
	l2tp_tunnel
	ppp l2tp "$K" none
}

make_l2tp-eth()
{
	l2tp_tunnel
	ip -n c l2tp add session name "l2tp$K" tunnel_id "$K" session_id "$K" peer_session_id "$K"
	ip -n g l2tp add session name "l2tp$K" tunnel_id "$K" session_id "$K" peer_session_id "$K"
	ethernet_up "l2tp$K"
}

# ethernet_up NAME: as device_up, for a device that resolves addresses.
ethernet_up()
{
	ip -n c addr add "172.16.$K.1/24" dev "$1"
	ip -n g addr add "172.16.$K.2/24" dev "$1"
	ip -n c link set "$1" mtu $TUNNEL_MTU up
	ip -n g link set "$1" mtu $TUNNEL_MTU up
	ip -n c route add "10.$((100 + K)).0.0/16" via "172.16.$K.2"
	ip -n g route add "10.$K.0.0/16" via "172.16.$K.1"
}

# xfrm_state NAMESPACE FROM TO SPI ALGORITHM...
xfrm_state()
{
	ip -n "$1" xfrm state add src "$2" dst "$3" proto esp spi "$4" mode "${XFRM_MODE:-tunnel}" reqid "$K" \
		replay-window 32 "${@:5}"
}

# xfrm_policy NAMESPACE DIR INNER-FROM INNER-TO FROM TO WORD...
xfrm_policy()
{
	ip -n "$1" xfrm policy add dir "$2" src "$3" dst "$4" "${@:7}" tmpl src "$5" dst "$6" proto esp mode tunnel \
		reqid "$K"
}

# esp INTERFACE ALGORITHM...: states and policies both ways; INTERFACE: words that bind them to one, or nothing.
esp()
{
	local c=10.$K.0.0/16 s=10.$((100 + K)).0.0/16 ns words

	read -r -a words <<<"$1"
	for ns in c g; do
		xfrm_state $ns $C_OUT $G_OUT $((256 + K)) "${words[@]}" "${@:2}"
		xfrm_state $ns $G_OUT $C_OUT $((512 + K)) "${words[@]}" "${@:2}"
	done
	xfrm_policy c out "$c" "$s" $C_OUT $G_OUT "${words[@]}"
	xfrm_policy c in "$s" "$c" $G_OUT $C_OUT "${words[@]}"
	xfrm_policy g out "$s" "$c" $G_OUT $C_OUT "${words[@]}"
	xfrm_policy g in "$c" "$s" $C_OUT $G_OUT "${words[@]}"
	xfrm_policy g fwd "$c" "$s" $C_OUT $G_OUT "${words[@]}"
	[ -n "$1" ] || make_floor # the routes are those of no tunnel
}

key()
{
	printf "0x%0$((2 * $1))d" 7
}

# Of adit_hollow, which makes it cost nothing: what is left is what goes on around an algorithm.
make_esp-null() { esp "" auth-trunc "hmac(sha384)" "$(key 48)" 192 enc "ecb(cipher_null)" ""; }
make_esp-hmac() { esp "" auth-trunc "hmac(sha256)" "$(key 32)" 128 enc "ecb(cipher_null)" ""; }
make_esp-gcm() { esp "" aead "rfc4106(gcm(aes))" "$(key 20)" 128; }
make_esp-cbc() { esp "" auth-trunc "hmac(sha256)" "$(key 32)" 128 enc "cbc(aes)" "$(key 16)"; }
make_esp-chacha() { esp "" aead "rfc7539esp(chacha20,poly1305)" "$(key 36)" 128; }

make_esp-udp-gcm()
{
	keep "$HERE/xfrm_pair" encap c=c c-addr=$C_OUT g=g g-addr=$G_OUT port=4500 || return
	esp "" aead "rfc4106(gcm(aes))" "$(key 20)" 128 encap espinudp 4500 4500 0.0.0.0
}

# L2TP's port alone is protected, in transport mode.
make_l2tp-esp()
{
	local ns ends dir

	for ns in c g; do
		for ends in "$C_OUT $G_OUT $((256 + K))" "$G_OUT $C_OUT $((512 + K))"; do
			read -r from to spi <<<"$ends"
			XFRM_MODE=transport xfrm_state $ns "$from" "$to" "$spi" aead "rfc4106(gcm(aes))" "$(key 20)" 128
			dir=in
			[ "$ns$from" != c$C_OUT ] && [ "$ns$from" != g$G_OUT ] || dir=out
			ip -n $ns xfrm policy add dir $dir src "$from" dst "$to" proto udp sport $((1700 + K)) \
				dport $((1700 + K)) tmpl src "$from" dst "$to" proto esp mode transport reqid "$K"
		done
	done
	make_l2tp-ppp
}

make_xfrm-setup()
{
	SETUP=$("$HERE/xfrm_pair" setup c=c c-addr=$C_OUT g=g g-addr=$G_OUT "count=$N" "c-inner=10.$K.0.1" \
		"g-inner=10.$((100 + K)).0.1" "mark=$MARK") || return
	make_floor
}

make_xfrmi-gcm()
{
	ip -n c link add "xfrm$K" type xfrm dev wan0 if_id "$K"
	ip -n g link add "xfrm$K" type xfrm dev wan0 if_id "$K"
	esp "if_id $K" aead "rfc4106(gcm(aes))" "$(key 20)" 128
	device_up "xfrm$K"
}

make_wireguard()
{
	local ns

	for ns in c g; do
		ip -n $ns link add "wg$K" type wireguard
		(umask 077 && wg genkey >"$TMP/$ns.$K")
	done
	ip netns exec c wg set "wg$K" private-key "$TMP/c.$K" listen-port $((1800 + K)) peer \
		"$(wg pubkey <"$TMP/g.$K")" allowed-ips "10.$((100 + K)).0.0/16" endpoint $G_OUT:$((1800 + K))
	ip netns exec g wg set "wg$K" private-key "$TMP/g.$K" listen-port $((1800 + K)) peer \
		"$(wg pubkey <"$TMP/c.$K")" allowed-ips "10.$K.0.0/16" endpoint $C_OUT:$((1800 + K))
	device_up "wg$K"
}

# adit_words PROTOCOL MPPE: what both ends of ours are made with. Call ids are one after another over all kinds.
adit_words()
{
	WORDS=("$1" c=c "c-addr=$C_OUT" g=g "g-addr=$G_OUT" "id=$LAST_ID" "port=$((1700 + K))" "count=$N" "mppe=$2"
		"name=adit$K-" "c-inner=10.$K.0.1" "g-inner=10.$((100 + K)).0.1")
	LAST_ID=$((LAST_ID + N))
}

# adit_p2p PROTOCOL MPPE [WORD...]: a device for each session.
adit_p2p()
{
	adit_words "$@"
	WORDS+=("${@:3}")
	SETUP=$("$HERE/adit_pair" p2p "${WORDS[@]}") || return
	if [ "$1" = l2tp-eth ]; then
		ethernet_up "adit$K-0"
		return
	fi
	devices_up c "adit$K-" 0 "10.$((100 + K))"
	devices_up g "adit$K-" 0 "10.$K"
}

# adit_many PROTOCOL MPPE [WORD...]: one for all.
adit_many()
{
	adit_words "$@"
	WORDS+=("${@:3}")
	if [ "$1" = l2tp ] || [[ $* == *udp=* ]]; then
		keep "$HERE/adit_pair" concentrator "${WORDS[@]}" || return
		SETUP=$(<"$TMP/kept")
	else
		SETUP=$("$HERE/adit_pair" concentrator "${WORDS[@]}") || return
	fi
	device_up "adit$K-0"
}

make_adit-pptp() { adit_p2p pptp none; }
make_adit-pptp-128s() { adit_p2p pptp 128s; }
make_adit-pptp-128() { adit_p2p pptp 128; }
make_adit-pptp-many() { adit_many pptp none; }
make_adit-pptp-many-128() { adit_many pptp 128; }
make_adit-l2tp() { adit_p2p l2tp none; }
make_adit-l2tp-eth() { adit_p2p l2tp-eth none; }
make_adit-l2tp-many() { adit_many l2tp none; }
make_adit-esp-null() { adit_p2p esp none alg=null; }
make_adit-esp-hmac() { adit_p2p esp none alg=hmac; }
make_adit-esp-gcm() { adit_p2p esp none alg=gcm; }
make_adit-esp-cbc() { adit_p2p esp none alg=cbc; }
make_adit-esp-chacha() { adit_p2p esp none alg=chacha; }
make_adit-esp-udp-gcm() { adit_many esp none alg=gcm udp=4500; }
make_adit-esp-many() { adit_many esp none alg=gcm; }

make_adit-l2tp-esp()
{
	adit_many l2tp-esp none alg=gcm || return
	ip -n c link set "adit$K-e" up
	ip -n g link set "adit$K-e" up
}

# Children made and removed; nothing is left but the routes of no tunnel.
make_adit-esp-setup()
{
	adit_words esp none
	SETUP=$("$HERE/adit_pair" concentrator "${WORDS[@]}" alg=gcm del=1 "mark=$MARK") || return
	make_floor
}
