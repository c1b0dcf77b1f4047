package sshprobe_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
)

// TestHostCertificate has ssh-keygen sign host keys, and sshd show key and
// certificate.
func TestHostCertificate(t *testing.T) {
	t.Parallel()
	day := func(year int) *time.Time {
		d := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		return &d
	}
	for _, tt := range []struct {
		name, host, ca string
		sign           []string
		want           scanner.SSHCertificate // what the names above leave open
		unsigned       bool                   // the signature is one that we do not verify
	}{
		{name: "Ed25519 by Ed25519", host: "ed25519-256", ca: "ed25519-256", sign: []string{"-n", "localhost,ssh.example"},
			want: scanner.SSHCertificate{Type: "ssh-ed25519-cert-v01@openssh.com", Serial: "0", Signature: "ssh-ed25519", Principals: []string{"localhost", "ssh.example"}}},
		{name: "RSA by RSA with SHA-1", host: "rsa-2048", ca: "rsa-2048", sign: []string{"-t", "ssh-rsa", "-z", "18446744073709551615"},
			want: scanner.SSHCertificate{Type: "ssh-rsa-cert-v01@openssh.com", Serial: "18446744073709551615", Signature: "ssh-rsa"}},
		{name: "RSA by RSA 1024", host: "rsa-2048", ca: "rsa-1024", sign: []string{"-t", "rsa-sha2-256"},
			want: scanner.SSHCertificate{Type: "ssh-rsa-cert-v01@openssh.com", Serial: "0", Signature: "rsa-sha2-256"}},
		{name: "ECDSA by ECDSA 521, for a time", host: "ecdsa-384", ca: "ecdsa-521", sign: []string{"-V", "20200101000000Z:20400101000000Z", "-n", "a"},
			want: scanner.SSHCertificate{Type: "ecdsa-sha2-nistp384-cert-v01@openssh.com", Serial: "0", Signature: "ecdsa-sha2-nistp521",
				Principals: []string{"a"}, ValidAfter: day(2020), ValidBefore: day(2040)}},
		{name: "ended, by DSA", host: "ecdsa-256", ca: "dsa-1024", sign: []string{"-V", "20200101000000Z:20210101000000Z"}, unsigned: true,
			want: scanner.SSHCertificate{Type: "ecdsa-sha2-nistp256-cert-v01@openssh.com", Serial: "0", Signature: "ssh-dss", ValidAfter: day(2020), ValidBefore: day(2021)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			public, err := os.ReadFile(keys.file(t, tt.host) + ".pub")
			if err != nil {
				t.Fatal(err)
			}
			host := filepath.Join(dir, "host.pub")
			if err := os.WriteFile(host, public, 0o600); err != nil {
				t.Fatal(err)
			}
			lab.Run(t, lab.Program(t, "ssh-keygen"), append(append([]string{"-q", "-s", keys.file(t, tt.ca), "-I", "a name", "-h"}, tt.sign...), host)...)
			certificate := filepath.Join(dir, "host-cert.pub")
			addr, _, want := sshd(t, "RequiredRSASize 1024\nCASignatureAlgorithms +ssh-rsa,ssh-dss\nHostCertificate "+certificate+"\n", tt.host)
			o, n := probe(t, addr, 10*time.Second)
			if o.SSH == nil || n != 5 || o.Incomplete != nil {
				t.Fatalf("failure %+v, %d connections, incomplete %v", o.Failure, n, o.Incomplete)
			}
			tt.want.Kind, tt.want.ID, tt.want.SHA256 = "host", "a name", scanner.Digest(blob(t, certificate))
			tt.want.CA = keyFile(t, keys.file(t, tt.ca)+".pub")
			tt.want.CA.Proven = !tt.unsigned
			want[0].Certificate = &tt.want
			if diff := cmp.Diff(want, o.SSH.HostKeys, cmpopts.IgnoreFields(scanner.HostKey{}, "SPKI")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// blob is what a public key file holds.
func blob(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := base64.StdEncoding.DecodeString(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return b
}
