//go:build unix

package sweep

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// What this machine lacks is waited for, and told as such: never as the time
// that the peer took, whoever's patience ends meanwhile.
func TestLacksAreOurOwn(t *testing.T) {
	v4, v6 := netip.MustParseAddrPort("127.0.0.1:1"), netip.MustParseAddrPort("[::1]:1")
	for _, tt := range []struct {
		name  string
		errno syscall.Errno
		to    netip.AddrPort
		waits bool
		want  scanner.Reason
	}{
		{"files of the process", syscall.EMFILE, v4, true, scanner.ReasonLimit},
		{"files of the system", syscall.ENFILE, v4, true, scanner.ReasonLimit},
		{"buffers", syscall.ENOBUFS, v4, true, scanner.ReasonLimit},
		{"memory", syscall.ENOMEM, v6, true, scanner.ReasonLimit},
		{"ports", syscall.EADDRNOTAVAIL, v4, true, scanner.ReasonLimit},
		{"an IPv6 address", syscall.EADDRNOTAVAIL, v6, false, scanner.ReasonUnreachable},
		{"a way", syscall.ENETUNREACH, v4, false, scanner.ReasonUnreachable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := NewDialer(DialLimits{})
				d.net.Control = func(string, string, syscall.RawConn) error {
					return os.NewSyscallError("connect", tt.errno)
				}
				for _, patience := range []time.Duration{time.Minute, time.Second} {
					began := time.Now()
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					_, err := d.Dial(ctx, tt.to)
					cancel()
					took, most := time.Since(began), time.Duration(0)
					if tt.waits {
						most = min(patience, defaultLacking)
					}
					if scanner.ReasonOf(err) != tt.want || took > most || took < most*9/10 {
						t.Errorf("%v after %v with %v to wait", err, took, patience)
					}
				}
				if len(d.slots) != 0 {
					t.Error("a slot is still taken")
				}
			})
		})
	}
}

// A process that has no file left to open waits for one: others than us close
// theirs.
func TestFilesRunOut(t *testing.T) {
	leaks(t)
	const inside = "FIPSWEEP_FEW_FILES"
	if os.Getenv(inside) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFilesRunOut$", "-test.v")
		cmd.Env = append(os.Environ(), inside+"=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestFilesRunOut") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	peer := listen(t, "127.9.9.40:0", greets)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 64, Max: 64}); err != nil {
		t.Fatal(err)
	}
	d := NewDialer(DialLimits{})
	if d.Capacity() != 32 {
		t.Errorf("%d sockets with 64 files", d.Capacity())
	}
	d.lacking = 500 * time.Millisecond
	var others []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if errors.Is(err, syscall.EMFILE) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		others = append(others, f)
	}
	if _, err := d.Dial(t.Context(), peer); scanner.ReasonOf(err) != scanner.ReasonLimit {
		t.Errorf("no file comes free: %v", err)
	}
	time.AfterFunc(200*time.Millisecond, func() {
		for _, f := range others {
			f.Close()
		}
	})
	c, err := d.Dial(t.Context(), peer)
	if err != nil {
		t.Fatalf("files came free: %v", err)
	}
	c.Close()
}
