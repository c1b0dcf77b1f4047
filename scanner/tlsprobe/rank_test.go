package tlsprobe

import (
	"slices"
	"testing"
)

// A server that reads the first few dozen schemes of a hello finds those that pass
// among them, and a server that goes by the client's order meets what does not pass
// first.
func TestHearable(t *testing.T) {
	q := newQuestions()
	r := newRanks(&q, *madeUp())
	for i, c := range q.schemes {
		if r.schemes[c] == 0 && i >= 38 {
			t.Errorf("%s is the %dth", schemeName(c), i+1)
		}
	}
	if r.schemes[q.schemes[0]] == 0 {
		t.Errorf("%s stands first and passes", schemeName(q.schemes[0]))
	}
	for _, name := range []string{"rsa_pkcs1_sha1", "ecdsa_sha1", "rsa_md5"} {
		if i := slices.IndexFunc(q.schemes, func(c uint16) bool { return schemeName(c) == name }); i >= 12 {
			t.Errorf("%s is the %dth", name, i+1)
		}
	}
	if sorted := slices.Compact(slices.Sorted(slices.Values(q.schemes))); len(sorted) != len(q.schemes) {
		t.Errorf("%d schemes, %d without doubles", len(q.schemes), len(sorted))
	}
}
