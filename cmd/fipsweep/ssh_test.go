package main

import (
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// The primes that a real server sends are told to stand in its own moduli file,
// and not in another; either way they are of no published group.
func TestScanModuli(t *testing.T) {
	const machine = "/etc/ssh/moduli"
	if _, err := os.Stat(machine); err != nil {
		lab.Absent(t, "no moduli file: apt-get install openssh-server")
	}
	published, _ := iana.PrimeByName("MODP-2048")
	other := filepath.Join(t.TempDir(), "moduli")
	write(t, other, fmt.Appendf(nil, "20260101000000 2 6 100 2047 2 %X\n", new(big.Int).SetBytes(published.Value)))
	where := serveSSH(t, lab.Program(t, "sshd"), t.TempDir())
	for _, tt := range []struct {
		name string
		args []string
		in   *bool
		says string
	}{
		{"no file", nil, nil, ""},
		{"its own", []string{"--moduli", machine, "--moduli", other}, new(true), "in the moduli file"},
		{"another", []string{"--moduli", other}, new(false), "in no moduli file that was named"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			html := filepath.Join(t.TempDir(), "r.html")
			r := runScan(t, append(tt.args, "-o", "html="+html, "ssh://"+where)...)
			o := r.at(t, where)
			if o.SSH == nil || len(o.SSH.Groups) != 5 || o.SSH.Connections != 5 || o.Incomplete != nil {
				t.Fatalf("incomplete %v, %+v", o.Incomplete, o.SSH)
			}
			for _, p := range o.SSH.Primes {
				if (p.InModuli == nil) != (tt.in == nil) || tt.in != nil && *p.InModuli != *tt.in {
					t.Errorf("prime %+v", p)
				}
			}
			if found := rulesOf(t, r); !slices.Contains(found, "key-exchange/DHE-unknown-group") {
				t.Errorf("found %v", found)
			}
			page, err := os.ReadFile(html)
			if err != nil {
				t.Fatal(err)
			}
			for _, says := range []string{tt.says, "not exposed, to a client that counts packets strictly too", "kex-strict-s-v00@openssh.com", "server-sig-algs", "asked for 8192 bits"} {
				if !strings.Contains(string(page), says) {
					t.Errorf("the page does not say %q", says)
				}
			}
			if told := strings.Contains(r.stdout, "sent a prime that no moduli file has"); told != (tt.in != nil && !*tt.in) {
				t.Errorf("the summary:\n%s", r.stdout)
			}
		})
	}
}

// At depth verdict one prime of a server's own is enough, and the verdict is
// that of full depth.
func TestScanSSHAtDepthVerdict(t *testing.T) {
	where := serveSSH(t, lab.Program(t, "sshd"), t.TempDir())
	full, verdict := runScan(t, "ssh://"+where), runScan(t, "--depth", "verdict", "ssh://"+where)
	f, v := full.at(t, where).SSH, verdict.at(t, where).SSH
	if f == nil || v == nil || f.NotPut != nil || len(v.NotPut) != 2 || v.Connections != 3 || f.Connections != 5 {
		t.Fatalf("full %+v\nverdict %+v", f, v)
	}
	if full.status != verdict.status {
		t.Errorf("exit status %d at full depth, %d at verdict", full.status, verdict.status)
	}
	some := rulesOf(t, full)
	for _, rule := range rulesOf(t, verdict) {
		if !slices.Contains(some, rule) {
			t.Errorf("%s is found at verdict alone", rule)
		}
	}
}
