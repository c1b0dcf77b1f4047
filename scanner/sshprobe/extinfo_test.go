package sshprobe_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// TestExtensions opens what sshd encrypts, by each key exchange, each cipher
// and each MAC that it has, one alone each time.
func TestExtensions(t *testing.T) {
	t.Parallel()
	var configs []string
	for _, kex := range strings.Fields(lab.Run(t, lab.Program(t, "ssh"), "-Q", "kex")) {
		if !strings.HasPrefix(kex, "sntrup") && !strings.Contains(kex, "group-exchange") {
			configs = append(configs, "KexAlgorithms "+kex)
		}
	}
	for _, cipher := range strings.Fields(lab.Run(t, lab.Program(t, "ssh"), "-Q", "cipher")) {
		if cipher != "rijndael-cbc@lysator.liu.se" { // a second name of aes256-cbc
			configs = append(configs, "Ciphers "+cipher)
		}
	}
	for _, mac := range strings.Fields(lab.Run(t, lab.Program(t, "ssh"), "-Q", "mac")) {
		if !strings.HasPrefix(mac, "umac") {
			configs = append(configs, "Ciphers aes128-ctr\nMACs "+mac)
		}
	}
	if len(configs) < 25 {
		t.Errorf("only %q", configs)
	}
	want := signaturesOf(t)
	for _, config := range configs {
		t.Run(config, func(t *testing.T) {
			t.Parallel()
			addr, said, _ := sshd(t, config+"\nKexAlgorithms curve25519-sha256\n", "ed25519-256") // of two lines the first holds
			o, n := probe(t, addr, 10*time.Second)
			if o.SSH == nil || o.SSH.ExtInfo == nil || n != 1 || o.Incomplete != nil {
				t.Fatalf("%d connections, incomplete %v, %+v", n, o.Incomplete, o.SSH)
			}
			if !slices.Equal(o.SSH.ExtInfo.ServerSigAlgs, want) {
				t.Errorf("server-sig-algs %q, want %q", o.SSH.ExtInfo.ServerSigAlgs, want)
			}
			listsAsConfigured(t, o.SSH, said)
		})
	}
	t.Run("a MAC that we do not have", func(t *testing.T) {
		t.Parallel()
		addr, _, keys := sshd(t, "KexAlgorithms curve25519-sha256\nCiphers aes128-ctr\nMACs umac-64@openssh.com\n", "ed25519-256")
		o, n := probe(t, addr, 10*time.Second)
		if o.SSH == nil || o.SSH.ExtInfo != nil || n != 1 || diffKeys(keys, o.SSH.HostKeys) != "" ||
			fmt.Sprint(o.Incomplete) != "[{ssh server-sig-algs uncomputable server's cipher or MAC: cannot be computed}]" {
			t.Errorf("%d connections, incomplete %v, %+v", n, o.Incomplete, o.SSH)
		}
	})
}

// signaturesOf is what OpenSSH of this machine says it takes from clients.
func signaturesOf(t *testing.T) []string {
	return strings.Fields(lab.Run(t, lab.Program(t, "ssh"), "-Q", "sig"))
}
