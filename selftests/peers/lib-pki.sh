# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Certificates and their authorities, in $TMP: NAME.pem and NAME.key.

# pki_ca NAME: an authority.
pki_ca()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$TMP/$1.key" -out "$TMP/$1.pem" \
		-days 30 -subj "/O=Example/CN=$1" -addext basicConstraints=critical,CA:TRUE \
		-addext keyUsage=critical,keyCertSign,cRLSign 2>>"$TMP/pki.log"
}

# pki_cert CA NAME ALTERNATIVE [ALGORITHM] [DAYS]: a key and a certificate; the algorithm as "openssl req -newkey" has it, or
# ec:CURVE.
pki_cert()
{
	local options=() algorithm=${4:-rsa:2048}

	case $algorithm in
	ec) options=(-pkeyopt ec_paramgen_curve:P-256) ;;
	ec:*) options=(-pkeyopt "ec_paramgen_curve:${algorithm#ec:}") algorithm=ec ;;
	esac
	openssl req -newkey "$algorithm" "${options[@]}" -nodes -keyout "$TMP/$2.key" -out "$TMP/$2.csr" \
		-subj "/O=Example/CN=$2" 2>>"$TMP/pki.log" &&
		printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$3" >"$TMP/$2.ext" &&
		openssl x509 -req -in "$TMP/$2.csr" -CA "$TMP/$1.pem" -CAkey "$TMP/$1.key" -CAcreateserial -days "${5:-20}" \
			-extfile "$TMP/$2.ext" -out "$TMP/$2.pem" 2>>"$TMP/pki.log"
}

# pki_office CA COMMAND...: what an authority does later: "openssl ca" with its books.
pki_office()
{
	local ca=$1

	shift
	[ -e "$TMP/$ca.index" ] || {
		: >"$TMP/$ca.index"
		printf '%s\n' "[ca]" "default_ca = office" "[office]" "database = $TMP/$ca.index" "serial = $TMP/$ca.serial" \
			"new_certs_dir = $TMP" "default_md = sha256" "unique_subject = no" "default_crl_days = 5" \
			"policy = any" "[any]" "organizationName = optional" "commonName = supplied" >"$TMP/$ca.conf"
	}
	openssl ca -batch -config "$TMP/$ca.conf" -cert "$TMP/$ca.pem" -keyfile "$TMP/$ca.key" "$@" 2>>"$TMP/pki.log"
}

# pki_dated CA NAME FROM TO: the certificate of before, for another time: YYYYMMDDHHMMSSZ each.
pki_dated()
{
	pki_office "$1" -rand_serial -notext -in "$TMP/$2.csr" -extfile "$TMP/$2.ext" -startdate "$3" -enddate "$4" \
		-out "$TMP/$2.pem"
}

# swan_pki CA NAME [DIRECTORY]: what strongSwan has of it.
swan_pki()
{
	local dir=$TMP/${3:-swan}

	mkdir -p "$dir"/{x509,x509ca,private}
	cp "$TMP/$1.pem" "$dir/x509ca/"
	cp "$TMP/$2.pem" "$dir/x509/"
	cp "$TMP/$2.key" "$dir/private/"
}
