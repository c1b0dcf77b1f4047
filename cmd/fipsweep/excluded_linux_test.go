package main

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// TestNothingLeavesForTheExcluded sweeps a network of its own, all silent but
// for one host, which is excluded. Each packet to that one would be answered by
// a reset, and the kernel counts what it sends of these. Without the exclusion
// there are some.
func TestNothingLeavesForTheExcluded(t *testing.T) {
	own := append(lab.Unshared(t, "n"), "sh", "-ec")
	lab.Program(t, "ip")
	const script = `ip link set lo up; ip link add v0 type veth peer name v1; ip link set v0 arp off
		ip addr add 10.9.0.1/16 dev v0; ip link set v0 up; ip link set v1 up; ip addr add 10.9.1.2/32 dev lo
		"$0" scan -q --state "$1" --timeout 500ms --fail-on never -o text=/dev/null 10.9.1.0/29 $2 2>/dev/null || true
		grep ^Tcp: /proc/net/snmp`
	resets := func(exclude string) string {
		out, err := exec.CommandContext(t.Context(), own[0], append(own[1:], script, binary(t), t.TempDir(), exclude)...).CombinedOutput()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if err != nil || len(lines) != 2 {
			t.Fatalf("%v\n%s", err, out)
		}
		values := strings.Fields(lines[1])
		for i, name := range strings.Fields(lines[0]) {
			if name == "OutRsts" {
				return values[i]
			}
		}
		t.Fatalf("no resets are counted:\n%s", out)
		return ""
	}
	if n := resets("--exclude=10.9.1.2"); n != "0" {
		t.Errorf("%s packets went to the excluded host", n)
	}
	if n := resets(""); n == "0" {
		t.Error("no packet went to a host that is not excluded")
	}
}
