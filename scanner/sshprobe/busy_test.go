package sshprobe_test

import (
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
)

// TestBusy meets sshd's own limits: a server that takes one connection at a
// time is still asked everything, and one that another client keeps busy says
// so.
func TestBusy(t *testing.T) {
	t.Parallel()
	for _, config := range []string{"MaxStartups 1\n", "PerSourceMaxStartups 1\n"} {
		t.Run(config, func(t *testing.T) {
			t.Parallel()
			addr, _, keys := sshd(t, config, "ed25519-256", "rsa-2048")
			for range 3 {
				time.Sleep(200 * time.Millisecond) // whoever waited for it to listen has left
				o, n := probe(t, addr, 10*time.Second)
				if o.SSH == nil || o.Incomplete != nil || len(o.SSH.Groups) != 5 || diffKeys(keys, o.SSH.HostKeys) != "" {
					t.Fatalf("failure %+v, incomplete %v, %+v", o.Failure, o.Incomplete, o.SSH)
				}
				if n > 6 { // one was perhaps too early
					t.Errorf("%d connections", n)
				}
			}
			other, err := net.Dial("tcp", addr.String())
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			other.Read(make([]byte, 1)) // it is counted from its first word on
			o, n := probe(t, addr, 10*time.Second)
			want := &scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonThrottled, Detail: `Exceeded MaxStartups\r\n`}
			if diff := cmp.Diff(want, o.Failure); diff != "" || n != 1 {
				t.Errorf("%d connections %s", n, diff)
			}
		})
	}
}
