package sweep

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// inNamespace runs the test that calls it again, in a network of its own that
// the script sets up, and tells whether this is that run. Where the machine
// gives nobody a network of his own, the test is skipped with the reason; a
// network that lacks something fails in CI.
func inNamespace(t *testing.T, script string) bool {
	t.Helper()
	if os.Getenv("FIPSWEEP_NAMESPACE") == t.Name() {
		return true
	}
	own := append(lab.Unshared(t, "n"), "sh", "-ec")
	lab.Program(t, "ip")
	if out, err := exec.Command(own[0], append(own[1:], script)...).CombinedOutput(); err != nil {
		lab.Absent(t, fmt.Sprintf("this machine does not allow it: %s: %v %s", script, err, bytes.TrimSpace(out)))
	}
	cmd := exec.Command(own[0], append(own[1:], script+`; exec "$0" -test.v -test.run "^$1$"`, os.Args[0], t.Name())...)
	cmd.Env = append(os.Environ(), "FIPSWEEP_NAMESPACE="+t.Name())
	out, err := cmd.CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "_test.go:") {
			t.Log(strings.TrimSpace(line))
		}
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in the namespace: %v\n%s", err, out)
	}
	return false
}

// dropping has the system send what goes to 10.9.0.0/16 to a peer that throws
// it away in silence.
const dropping = `ip link set lo up; ip link add v0 type veth peer name v1; ip link set v0 arp off; ` +
	`ip addr add 10.9.0.1/16 dev v0; ip link set v0 up; ip link set v1 up`

// With the default limits, 256 addresses whose every packet is lost are done
// within one timeout, and so is a host with as many ports as are asked
// usually.
func TestDropped(t *testing.T) {
	if !inNamespace(t, dropping) {
		return
	}
	leaks(t)
	var ports []uint16
	for p := range uint16(27) {
		ports = append(ports, 400+p)
	}
	for _, tt := range []struct {
		name  string
		hosts int
		ports []uint16
	}{
		{"256 addresses", 256, ports[:1]},
		{"a host of 27 ports", 1, ports},
		{"16 hosts of 27 ports", 16, ports},
	} {
		var targets []scanner.Target
		for a := netip.MustParseAddr("10.9.1.0"); len(targets) < tt.hosts; a = a.Next() {
			targets = append(targets, scanner.Target{Addr: a, Ports: tt.ports})
		}
		d := NewDialer(DialLimits{})
		began := time.Now()
		got, err := gather(t, t.Context(), Config{Dialer: d, Prober: reading(d, 0)}, just(targets...))
		took := time.Since(began)
		t.Logf("%s, every packet lost: %v", tt.name, took.Round(10*time.Millisecond))
		if err != nil || len(got) != tt.hosts*len(tt.ports) || took > 2*defaultConnect-time.Second {
			t.Errorf("%s: %d observations in %v, %v; want one timeout of %v", tt.name, len(got), took, err, defaultConnect)
		}
		for name, o := range got {
			if f := o.Failure; f == nil || f.Stage != scanner.StageConnect || f.Reason != scanner.ReasonTimeout {
				t.Fatalf("%s: %+v", name, f)
			}
		}
	}
}
