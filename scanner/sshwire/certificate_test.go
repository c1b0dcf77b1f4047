package sshwire_test

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// TestParseCertificate reads what ssh-keygen signed.
func TestParseCertificate(t *testing.T) {
	for _, tt := range []struct {
		file, key string
		want      sshwire.Certificate
	}{
		{"rsa-1024-cert", "rsa-1024", sshwire.Certificate{Type: "ssh-rsa-cert-v01@openssh.com"}},
		{"dsa-1024-cert", "dsa-1024", sshwire.Certificate{Type: "ssh-dss-cert-v01@openssh.com"}},
		{"ecdsa-256-cert", "ecdsa-256", sshwire.Certificate{Type: "ecdsa-sha2-nistp256-cert-v01@openssh.com"}},
		{"ed25519-256-cert", "ed25519-256", sshwire.Certificate{Type: "ssh-ed25519-cert-v01@openssh.com"}},
		{"user-cert", "ed25519-256", sshwire.Certificate{Type: "ssh-ed25519-cert-v01@openssh.com", Kind: sshwire.CertificateUser, ID: "user",
			Principals: []string{"root"}, ValidBefore: math.MaxUint64, Critical: []string{"force-command", "source-address"},
			Extensions: []string{"permit-X11-forwarding", "permit-agent-forwarding", "permit-port-forwarding", "permit-pty", "permit-user-rc"}}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			if tt.want.Kind == 0 {
				tt.want.Kind, tt.want.Serial, tt.want.ID = sshwire.CertificateHost, 7, tt.key+" of the tests"
				tt.want.Principals = []string{"localhost", "ssh.example"}
				tt.want.ValidAfter, tt.want.ValidBefore = 1735689600, 2051222400
			}
			tt.want.KeyBlob = publicBlob(t, tt.key)
			whole := publicBlob(t, tt.file)
			got, err := sshwire.ParseCertificate(whole)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.IgnoreFields(sshwire.Certificate{}, "Key", "CA", "Signature", "Signed")); diff != "" {
				t.Error(diff)
			}
			if plain, err := sshwire.ParsePublicKey(tt.want.KeyBlob); err != nil || !bytes.Equal(plain.SPKI(), got.Key.SPKI()) {
				t.Errorf("key %+v, %v", got.Key, err)
			}
			ca, err := sshwire.ParsePublicKey(got.CA)
			if err != nil || ca.Type != "ssh-ed25519" || got.Signature.Format != "ssh-ed25519" || !bytes.HasPrefix(whole, got.Signed) {
				t.Errorf("signed by %+v, %v: %+v", ca, err, got.Signature)
			}
			for n := range len(whole) {
				if _, err := sshwire.ParseCertificate(whole[:n]); !errors.Is(err, sshwire.ErrMalformed) {
					t.Fatalf("cut to %d bytes: %v", n, err)
				}
			}
			if _, err := sshwire.ParseCertificate(append(bytes.Clone(whole), 0)); !errors.Is(err, sshwire.ErrMalformed) {
				t.Errorf("with a byte after it: %v", err)
			}
		})
	}
}

func TestPlainType(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		ok         bool
	}{
		{"ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519", true},
		{"rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-512", true},
		{"sk-ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", true},
		{"ssh-ed25519", "ssh-ed25519", false},
		{"ssh-rsa-cert-v00@openssh.com", "ssh-rsa-cert-v00@openssh.com", false},
	} {
		if got, ok := sshwire.PlainType(tt.name); ok != tt.ok || got != tt.want {
			t.Errorf("%s: %q, %v", tt.name, got, ok)
		}
	}
}

func TestParseCertificateRefuses(t *testing.T) {
	for _, name := range []string{"ssh-ed25519", "ssh-new-cert-v01@openssh.com", strings.Repeat("x", 1000)} {
		blob := sshwire.AppendString(sshwire.AppendString(nil, name), strings.Repeat("n", 32))
		if _, err := sshwire.ParseCertificate(append(blob, make([]byte, 200)...)); !errors.Is(err, sshwire.ErrMalformed) {
			t.Errorf("%.20s: %v", name, err)
		}
	}
}

func TestValidity(t *testing.T) {
	after, before := sshwire.Certificate{ValidBefore: math.MaxUint64}.Validity()
	if !after.IsZero() || !before.IsZero() {
		t.Errorf("always is from %v to %v", after, before)
	}
	after, before = sshwire.Certificate{ValidAfter: 1735689600, ValidBefore: math.MaxUint64 - 1}.Validity()
	if !after.Equal(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)) || before.Year() != 9999 {
		t.Errorf("from %v to %v", after, before)
	}
}

func FuzzCertificate(f *testing.F) {
	for _, name := range []string{"rsa-1024-cert", "dsa-1024-cert", "ecdsa-256-cert", "user-cert", "ed25519-256"} {
		f.Add(publicBlob(f, name))
	}
	f.Fuzz(func(t *testing.T, blob []byte) {
		c, err := sshwire.ParseCertificate(blob)
		if err != nil {
			return
		}
		c.Validity()
		if _, err := sshwire.ParsePublicKey(c.KeyBlob); err != nil {
			t.Fatalf("the key beneath: %v", err)
		}
	})
}
