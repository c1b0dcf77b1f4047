#!/bin/sh
# Installs the real programs of peers.txt, or of the list in the argument, where
# this machine may install Debian packages; elsewhere says what is absent and
# what is therefore not tested. What Debian has not, of versions long gone or yet
# to come, is npm's (npm:NAME@VERSION), in a folder of its own. No service is
# started. With CI=true an absent program fails.
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
	packages=$(echo "$missing" | cut -d' ' -f2 | grep -v '^npm:' | tr ',' '\n' | sort -u | tr '\n' ' ')
	others=$(echo "$missing" | grep ' npm:')
	[ -z "$others" ] || command -v npm >/dev/null 2>&1 || packages="$packages npm"
	if [ -n "$packages" ]; then
		echo "installing: $packages"
		apt-get update -qq
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
	fi
	[ -z "$others" ] || echo "$others" | while read -r command package what; do
		echo "installing: ${package#npm:}"
		mkdir -p "${command%/node_modules/*}" # a folder that is not there is a link to this one
		npm install --silent --no-save --ignore-scripts --prefix "${command%/node_modules/*}" "${package#npm:}" </dev/null >/dev/null
	done
	missing=$(absent)
fi
[ -n "$missing" ] || exit 0
echo "$missing" | while read -r command package what; do
	echo "absent: $command (package $package); not tested: $what"
done
[ "${CI:-}" = true ] && exit 1
exit 0
