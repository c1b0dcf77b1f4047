package tlskeys

import (
	"bytes"
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/rand"
	"encoding/hex"
	"testing"
)

func TestFixedShares(t *testing.T) {
	for code, curve := range map[uint16]ecdh.Curve{23: ecdh.P256(), 24: ecdh.P384(), 25: ecdh.P521()} {
		one := make([]byte, (len(points[code])/2-1)/2)
		one[len(one)-1] = 1
		key, err := curve.NewPrivateKey(one)
		if err != nil {
			t.Fatal(err)
		}
		if want := hex.EncodeToString(key.PublicKey().Bytes()); points[code] != want {
			t.Errorf("group %d: the base point is %s", code, want)
		}
	}
	for i, code := range shareOrder {
		value, ok := Share(code)
		if !ok || len(value) == 0 || (len(value) < 200) != (i < longShares) {
			t.Errorf("group %d: a share of %d bytes at place %d", code, len(value), i)
		}
	}
}

// Whoever answers a fixed share has the secret that sharedSecret reads off the
// answer.
func TestSharedSecret(t *testing.T) {
	for code, curve := range map[uint16]ecdh.Curve{23: ecdh.P256(), 24: ecdh.P384(), 25: ecdh.P521(), 29: ecdh.X25519()} {
		share, _ := Share(code)
		ours, err := curve.NewPublicKey(share)
		if err != nil {
			t.Fatal(err)
		}
		server, err := curve.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		want, err := server.ECDH(ours)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := sharedSecret(code, server.PublicKey().Bytes()); !ok || !bytes.Equal(got, want) {
			t.Errorf("group %d: %x, want %x", code, got, want)
		}
	}
	for range 20 {
		a, _ := mlkem.NewEncapsulationKey768(mlkem768.key())
		b, _ := mlkem.NewEncapsulationKey1024(mlkem1024.key())
		want, ciphertext := a.Encapsulate()
		if got, ok := sharedSecret(513, ciphertext); !ok || !bytes.Equal(got, want) {
			t.Errorf("MLKEM768: %x, want %x", got, want)
		}
		want, ciphertext = b.Encapsulate()
		if got, ok := sharedSecret(514, ciphertext); !ok || !bytes.Equal(got, want) {
			t.Errorf("MLKEM1024: %x, want %x", got, want)
		}
	}
	for _, code := range shareOrder {
		if _, ok := sharedSecret(code, []byte{4}); ok && code >= 512 || ok && code < 256 {
			t.Errorf("group %d: a secret out of one byte", code)
		}
	}
}

// The schedule begins as RFC 8448 section 3 has it.
func TestDerived(t *testing.T) {
	if got := hex.EncodeToString(derived256); got != "6f2615a108c702c5678f54fc9dbab69716c076189c48250cebeac3576c3611ba" {
		t.Error(got)
	}
}

func FuzzSharedSecret(f *testing.F) {
	for _, g := range shareOrder {
		share, _ := Share(g)
		f.Add(g, share)
	}
	f.Fuzz(func(t *testing.T, group uint16, share []byte) {
		if secret, ok := sharedSecret(group, share); ok && len(share) > 0 && len(secret) == 0 {
			t.Errorf("group %d: no secret out of %x", group, share)
		}
	})
}
