#!/bin/sh
# Installs the real servers and tools that the tests talk to, where this
# machine may install Debian packages; elsewhere says what is absent and what
# is therefore not tested. No service is started. With CI=true an absent peer
# fails.
set -u

# command, package, what is not tested without it
peers='
nginx nginx TLS-as-most-sites-serve-it
openssl openssl every-suite-and-group-of-OpenSSL,odd-certificates
gnutls-serv gnutls-bin TLS-by-GnuTLS-priority-strings
/usr/sbin/sshd openssh-server SSH-lists-and-host-keys-of-OpenSSH
ssh-keygen openssh-client SSH-key-files
dropbear dropbear-bin SSH-lists-and-host-keys-of-Dropbear
tinysshd tinysshd SSH-lists-of-TinySSH
vsftpd vsftpd what-speaks-on-a-port:-FTP
java openjdk-17-jre-headless SSLv3,RC4,DES,export-and-anonymous-suites
javac openjdk-17-jdk-headless SSLv3,RC4,DES,export-and-anonymous-suites
chromium chromium the-HTML-report-in-a-browser
'

absent() {
	echo "$peers" | while read -r command package what; do
		[ -n "$command" ] || continue
		command -v "$command" >/dev/null 2>&1 || echo "$command $package $what"
	done
}

missing=$(absent)
if [ -n "$missing" ] && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
	# A package must not start its daemon: tests start their own, on ports of their own.
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
		chmod 755 /usr/sbin/policy-rc.d
		trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	fi
	echo "installing test peers: $(echo "$missing" | cut -d' ' -f2 | sort -u | tr '\n' ' ')"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		$(echo "$missing" | cut -d' ' -f2 | sort -u) >/dev/null
	missing=$(absent)
fi
[ -n "$missing" ] || exit 0
echo "$missing" | while read -r command package what; do
	echo "absent: $command (package $package); not tested: $what"
done
[ "${CI:-}" = true ] && exit 1
exit 0
