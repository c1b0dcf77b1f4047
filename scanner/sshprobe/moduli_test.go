package sshprobe_test

import (
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshprobe"
)

// TestVerdict leaves out further primes once one is of no published group, and
// not before.
func TestVerdict(t *testing.T) {
	t.Parallel()
	t.Run("its own primes", func(t *testing.T) {
		t.Parallel()
		addr, _, keys := sshd(t, "", "ed25519-256", "rsa-2048")
		o, n := probeBy(t, addr, sshprobe.Options{Verdict: true})
		if o.SSH == nil || n != 2 || o.Incomplete != nil || diffKeys(keys, o.SSH.HostKeys) != "" || len(o.SSH.Primes) != 1 {
			t.Fatalf("%d connections, failure %+v, incomplete %v, %+v", n, o.Failure, o.Incomplete, o.SSH)
		}
		want := []string{"ssh group exchange primes at bits 2048, 3072, 4096, 8192", "ssh group exchange in the old style"}
		if diff := cmp.Diff(want, o.SSH.NotPut); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("published primes", func(t *testing.T) {
		t.Parallel()
		addr, _, _ := sshd(t, "ModuliFile "+moduliFile(t, modp(2048), modp(3072), modp(4096), modp(8192))+"\n", "ed25519-256")
		o, n := probeBy(t, addr, sshprobe.Options{Verdict: true})
		if o.SSH == nil || n != 5 || o.Incomplete != nil || o.SSH.NotPut != nil || len(o.SSH.Groups) != 5 {
			t.Fatalf("%d connections, failure %+v, incomplete %v, %+v", n, o.Failure, o.Incomplete, o.SSH)
		}
	})
	t.Run("a prime of its own among published ones", func(t *testing.T) {
		t.Parallel()
		own := modp(4096)
		own.Sub(own, big.NewInt(16))
		addr, _, _ := sshd(t, "ModuliFile "+moduliFile(t, modp(2048), modp(3072), own, modp(8192))+"\n", "ed25519-256")
		o, n := probeBy(t, addr, sshprobe.Options{Verdict: true})
		want := []string{"ssh group exchange primes at bits 8192", "ssh group exchange in the old style"}
		if o.SSH == nil || n != 4 || !slices.Equal(o.SSH.NotPut, want) {
			t.Fatalf("%d connections, failure %+v, %+v", n, o.Failure, o.SSH)
		}
	})
}

// TestModuli holds what a server sends to a moduli file that is like its own,
// and to one that lacks it.
func TestModuli(t *testing.T) {
	t.Parallel()
	own, other := modp(2048), modp(3072)
	own.Sub(own, big.NewInt(16))
	addr, _, _ := sshd(t, "ModuliFile "+moduliFile(t, own)+"\n", "ed25519-256")
	for _, tt := range []struct {
		name string
		file []*big.Int
		want *bool
	}{
		{"none", nil, nil}, {"has it", []*big.Int{own, other}, new(true)}, {"lacks it", []*big.Int{other}, new(false)},
	} {
		var known map[string]bool
		for _, p := range tt.file {
			if known == nil {
				known = map[string]bool{}
			}
			known[scanner.Digest(p.Bytes())] = true
		}
		o, _ := probeBy(t, addr, sshprobe.Options{Moduli: known})
		if o.SSH == nil || len(o.SSH.Primes) != 1 {
			t.Fatalf("%s: failure %+v, %+v", tt.name, o.Failure, o.SSH)
		}
		if diff := cmp.Diff(tt.want, o.SSH.Primes[0].InModuli); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// TestShortModuli has a moduli file of 1024-bit primes. OpenSSH of since 2016
// sends none below 2048 bits, and with no other the largest fixed one that the
// client takes.
func TestShortModuli(t *testing.T) {
	t.Parallel()
	addr, _, _ := sshd(t, "ModuliFile "+moduliFile(t, modp(1024))+"\n", "ed25519-256")
	o, _ := probe(t, addr, 10*time.Second)
	if o.SSH == nil {
		t.Fatalf("failure %+v", o.Failure)
	}
	var got []string
	for _, p := range o.SSH.Primes {
		got = append(got, p.Group)
	}
	if diff := cmp.Diff([]string{"MODP-8192"}, got); diff != "" {
		t.Error(diff)
	}
}

// moduliFile writes primes as moduli(5) has them, with 2 as their generator.
func moduliFile(t *testing.T, list ...*big.Int) string {
	t.Helper()
	text := ""
	for _, p := range list {
		text += fmt.Sprintf("20260101000000 2 6 100 %d 2 %X\n", p.BitLen()-1, p)
	}
	file := filepath.Join(t.TempDir(), "moduli")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
