#!/bin/sh
# Installs the real programs of peers.txt, or of the list in the argument, where
# this machine may install Debian packages; elsewhere says what is absent and
# what is therefore not tested. No service is started. With CI=true an absent
# program fails.
set -u
peers=${1:-$(dirname "$0")/peers.txt}
PATH=$PATH:/usr/sbin

absent() {
	grep -v '^#' "$peers" | while read -r command package what; do
		command -v "$command" >/dev/null 2>&1 || [ -f "$command" ] || echo "$command $package $what"
	done
}

missing=$(absent)
if [ -n "$missing" ] && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
	# A package must not start its daemon: tests start their own, on ports of
	# their own.
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
		chmod 755 /usr/sbin/policy-rc.d
		trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	fi
	packages=$(echo "$missing" | cut -d' ' -f2 | tr ',' '\n' | sort -u | tr '\n' ' ')
	echo "installing: $packages"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
	missing=$(absent)
fi
[ -n "$missing" ] || exit 0
echo "$missing" | while read -r command package what; do
	echo "absent: $command (package $package); not tested: $what"
done
[ "${CI:-}" = true ] && exit 1
exit 0
