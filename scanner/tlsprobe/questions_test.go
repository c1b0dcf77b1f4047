package tlsprobe

import (
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
		kem := g.Kind == "kem" || g.Kind == "hybrid" // of which no ServerKeyExchange tells
		explicit := g.Code == explicitPrime || g.Code == explicitChar2
		if slices.Contains(q.groups, g.Code) == kem || slices.Contains(q.groups13, g.Code) == explicit {
			t.Errorf("%s is not offered in its versions alone", g.Name)
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

func TestSRPSuitesStandTogether(t *testing.T) {
	for _, s := range iana.Suites() {
		if isSRP(s.Code) != (s.KeyExchange == "SRP") {
			t.Errorf("%s: %v", s.Name, isSRP(s.Code))
		}
	}
}
