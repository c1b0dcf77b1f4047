#!/bin/sh
# Makes the corpus of odd certificates with openssl (3.0 or later) and nothing
# else: odd.pem, a few hundred certificates, each below a line that says what is
# odd about it. Keys are thrown away. Run it in an empty folder; the golden file
# of scanner/certstore's TestCorpus is of the odd.pem that lies here, since keys,
# serials and days come out different each time. TestCorpusMade runs it and
# compares the rest. What openssl refuses is said and left out.
set -eu
out=$PWD/odd.pem
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
: >"$out"

# key NAME ARGS...: a private key in NAME.key
key() { name=$1; shift; [ -s "$name.key" ] || openssl genpkey -quiet "$@" -out "$name.key" 2>/dev/null || openssl genpkey "$@" -out "$name.key" 2>/dev/null; }
# cert WHAT KEY ARGS...: a self-signed certificate, or nothing where this openssl refuses
cert() {
	what=$1 k=$2; shift 2
	if openssl req -x509 -new -key "$k.key" -subj "/CN=$(echo "$what" | cut -c1-60)" "$@" -outform PEM -out c.pem 2>err; then
		{ echo "# $what"; cat c.pem; } >>"$out"
	else
		echo "refused: $what: $(head -1 err)" >&2
	fi
}
# dated WHAT KEY FROM TO: by openssl ca, which takes dates as they are
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=optional\n' >ca.cnf
: >index
dated() {
	openssl rand -hex 8 >serial
	openssl req -new -key "$2.key" -subj "/CN=$1" -out r.pem
	if openssl ca -batch -config ca.cnf -selfsign -keyfile "$2.key" -in r.pem -startdate "$3" -enddate "$4" -notext -out c.pem 2>err; then
		{ echo "# $1"; cat c.pem; } >>"$out"
	else
		echo "refused: $1: $(head -1 err)" >&2
	fi
}

key ec -algorithm EC -pkeyopt ec_paramgen_curve:P-256
for bits in 512 513 640 768 1000 1023 1024 1025 1536 2047 2048 2049 3072 4096; do
	key rsa$bits -algorithm RSA -pkeyopt rsa_keygen_bits:$bits
	cert "RSA of $bits bits" rsa$bits
done
for e in 3 5 17 257 65539 4294967297; do
	key rsae$e -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -pkeyopt rsa_keygen_pubexp:$e
	cert "RSA with the exponent $e" rsae$e
done
# every curve this openssl has, named and spelt out
for curve in $(openssl ecparam -list_curves | sed -n 's/^ *\([A-Za-z0-9-]*\) *:.*/\1/p'); do
	for form in named_curve explicit; do
		key $curve-$form -algorithm EC -pkeyopt ec_paramgen_curve:$curve -pkeyopt ec_param_enc:$form || continue
		cert "EC on $curve, $form" $curve-$form
	done
done
for a in ED25519 ED448; do key $a -algorithm $a; cert "$a" $a; done
for d in "512 160" "1024 160" "2048 256"; do
	set -- $d
	openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:$1 -pkeyopt dsa_paramgen_q_bits:$2 -out p.pem 2>/dev/null || continue
	openssl genpkey -paramfile p.pem -out dsa$1-$2.key 2>/dev/null || continue
	for h in sha1 sha224 sha256; do cert "DSA of $1 bits, q of $2, $h" dsa$1-$2 -$h; done
done
for h in md4 md5 ripemd160 sha1 sha224 sha256 sha384 sha512 sha512-224 sha512-256 sha3-224 sha3-256 sha3-384 sha3-512 sm3 mdc2; do
	cert "RSA signed with $h" rsa1024 -$h
	cert "ECDSA signed with $h" ec -$h
done
for h in sha1 sha224 sha256 sha384 sha512 sha3-256; do
	for salt in 0 20 32 -2; do cert "PSS with $h and a salt of $salt" rsa1024 -$h -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:$salt; done
	cert "PSS with $h, MGF1 of SHA-1" rsa1024 -$h -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha1
	key pss$h -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024 -pkeyopt rsa_pss_keygen_md:$h -pkeyopt rsa_pss_keygen_mgf1_md:$h -pkeyopt rsa_pss_keygen_saltlen:20 || continue
	cert "a key for PSS with $h alone" pss$h -$h
done
for serial in 0 -1 -128 -18446744073709551616 127 128 0x7fffffffffffffffffffffffffffffffffffffff 0xffffffffffffffffffffffffffffffffffffffff 0x$(printf 'ab%.0s' $(seq 64)); do
	cert "serial $(echo $serial | cut -c1-40)" ec -set_serial $serial
done
dated "expired long ago" ec 19500101000000Z 19991231235959Z
dated "expired in 2020" ec 20190101000000Z 20200101000000Z
dated "not yet valid" ec 20990101000000Z 21000101000000Z
dated "valid for a second" ec 20260101000000Z 20260101000000Z
dated "ends before it begins" ec 20300101000000Z 20200101000000Z
dated "no end" ec 20200101000000Z 99991231235959Z
dated "from the year zero" ec 00000101000000Z 20300101000000Z
dated "a leap second" ec 20161231235960Z 20300101000000Z
dated "turn of UTCTime" ec 20491231235959Z 20500101000000Z
for days in 1 397 398 825 826 3650 36500; do cert "valid for $days days" ec -days $days; done
for ext in basicConstraints=CA:TRUE basicConstraints=critical,CA:TRUE,pathlen:0 basicConstraints=CA:FALSE keyUsage=keyCertSign keyUsage=critical,digitalSignature,encipherOnly \
	extendedKeyUsage=serverAuth extendedKeyUsage=1.2.3.4 extendedKeyUsage=anyExtendedKeyUsage subjectAltName=DNS:localhost subjectAltName=IP:127.0.0.1,IP:::1 \
	subjectAltName=email:a@localhost,URI:urn:x:y subjectAltName=otherName:1.2.3.4\;UTF8:x subjectAltName=RID:1.2.3.4 'subjectAltName=DNS:*' subjectAltName=DNS: \
	subjectAltName=dirName:d nameConstraints=permitted\;DNS:.localhost crlDistributionPoints=URI:urn:crl authorityInfoAccess=OCSP\;URI:urn:ocsp \
	certificatePolicies=1.2.3.4 tlsfeature=status_request 1.2.3.4=critical,ASN1:NULL 1.2.3.5=DER:ff noCheck=ignored; do
	case $ext in *dirName*) printf '[req]\ndistinguished_name=n\n[n]\n[d]\nCN=inside\n' >d.cnf; cert "extension $ext" ec -config d.cnf -addext "$ext" ;; *) cert "extension $ext" ec -addext "$ext" ;; esac
done
for subj in / "/CN=" "/C=XX/ST=a/L=b/O=c/OU=d/CN=e/emailAddress=f@localhost" "/CN=$(printf 'x%.0s' $(seq 64))" "/CN=a/CN=b" "/CN=a\\/b" "/DC=a/DC=b" "/serialNumber=1"; do
	cert "subject $(echo "$subj" | cut -c1-30)" ec -subj "$subj"
done
cert "subject in UTF-8" ec -utf8 -subj "/CN=žluť/O=日本"
