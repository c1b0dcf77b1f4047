package tlsprobe

import (
	"bytes"
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

func TestQuestionsHoldEveryCodePoint(t *testing.T) {
	q := newQuestions()
	for _, s := range iana.Suites() {
		if slices.Contains(q.suites, s.Code) == s.TLS13 || slices.Contains(q.suites13, s.Code) != s.TLS13 {
			t.Errorf("%s is not offered in its versions alone", s.Name)
		}
	}
	// TLS_FALLBACK_SCSV in a hello of an old version makes a newer server
	// refuse it (RFC 7507 section 3).
	for _, s := range iana.Signals() {
		if slices.Contains(q.suites, s.Code) || slices.Contains(q.suites13, s.Code) {
			t.Errorf("%s is offered among the suites", s.Name)
		}
	}
	for _, g := range iana.Groups() {
		if !slices.Contains(q.groups, g.Code) {
			t.Errorf("%s is not offered", g.Name)
		}
	}
	if len(q.schemes) != len(iana.Schemes()) || len(q.kinds) != len(iana.SSL2Kinds()) {
		t.Errorf("%d schemes, %d kinds", len(q.schemes), len(q.kinds))
	}
	// The first piece of a split list has what most servers share.
	for _, name := range []string{"TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_RC4_128_MD5"} {
		if s, _ := iana.SuiteByName(name); !slices.Contains(q.suites[:pieceSize], s.Code) {
			t.Errorf("%s is not in the first piece", name)
		}
	}
}

func TestAskedIsTheSameEverywhere(t *testing.T) {
	a, b := New(nil, Options{}), New(nil, Options{})
	if a.Asked().SHA256 != b.Asked().SHA256 || a.Questions() != b.Questions() {
		t.Error("two probers ask unlike questions")
	}
	if n := strings.Count(a.Questions(), "\n"); n != 12 {
		t.Errorf("%d lists", n)
	}
}

func TestFixedShares(t *testing.T) {
	for code, curve := range map[uint16]ecdh.Curve{23: ecdh.P256(), 24: ecdh.P384(), 25: ecdh.P521()} {
		one := make([]byte, (len(points[code])/2-1)/2)
		one[len(one)-1] = 1
		key, err := curve.NewPrivateKey(one)
		if err != nil {
			t.Fatal(err)
		}
		if want := hex.EncodeToString(key.PublicKey().Bytes()); points[code] != want {
			t.Errorf("%s: the base point is %s", groupName(code), want)
		}
	}
	for i, code := range shareOrder {
		value, ok := fixedShare(code)
		if !ok || len(value) == 0 || (len(value) < 200) != (i < longShares) {
			t.Errorf("%s: a share of %d bytes at place %d", groupName(code), len(value), i)
		}
	}
}

// Whoever answers a fixed share has the secret that sharedSecret reads off the
// answer.
func TestSharedSecret(t *testing.T) {
	for code, curve := range map[uint16]ecdh.Curve{23: ecdh.P256(), 24: ecdh.P384(), 25: ecdh.P521(), 29: ecdh.X25519()} {
		share, _ := fixedShare(code)
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
			t.Errorf("%s: %x, want %x", groupName(code), got, want)
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
			t.Errorf("%s: a secret out of one byte", groupName(code))
		}
	}
}

func TestSRPSuitesStandTogether(t *testing.T) {
	for _, s := range iana.Suites() {
		if isSRP(s.Code) != (s.KeyExchange == "SRP") {
			t.Errorf("%s: %v", s.Name, isSRP(s.Code))
		}
	}
}
