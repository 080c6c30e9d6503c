# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The rights that dist/aditd.service leaves the gateway: of what it forbids the part that needs no systemd, which no
# guest has.

UNIT=/usr/lib/systemd/system/aditd.service
# What stands before aditd.
GW_LIMITS=()

# gw_as_unit: the gateway is started with the unit's capabilities from now on, and with no other.
gw_as_unit()
{
	local caps

	caps=$(sed -n 's/^CapabilityBoundingSet=//p' $UNIT | xargs | tr '[:upper:] ' '[:lower:],')
	case $caps in
	cap_*) GW_LIMITS=(setpriv "--bounding-set=-all,${caps//cap_/+}" --no-new-privs) ;;
	*) echo "# $UNIT says nothing of capabilities" && exit 1 ;;
	esac
}

bounding_set_of()
{
	sed -n 's/^CapBnd:[[:space:]]*//p' "/proc/$1/status"
}

# gw_has_limits: as many rights as the unit leaves, which are fewer than ours.
gw_has_limits()
{
	local has unit ours

	has=$(bounding_set_of "$(pid_of gateway)")
	unit=$("${GW_LIMITS[@]}" sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
	ours=$(bounding_set_of self)
	[ "$has" = "$unit" ] && [ "$has" != "$ours" ] && return
	echo "it has $has, the unit leaves $unit, and ours are $ours"
	return 1
}
