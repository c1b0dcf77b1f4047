package tlsprobe

import (
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// vector reads a certificate from testdata/certs.
func vector(t testing.TB, name string) []byte {
	t.Helper()
	return lab.Hex(t, "..", "..", "testdata", "certs", name)
}

// TestChainsOfMLDSA has what no package serves yet: chains of ML-DSA, another
// with a name than without, beside one of Ed25519. The certificates are real,
// and so are their signatures.
func TestChainsOfMLDSA(t *testing.T) {
	leaf, issuer, root := vector(t, "mldsa-leaf.hex"), vector(t, "mldsa-issuer.hex"), vector(t, "mldsa-root.hex")
	ed := signed(t, nil, "lab.test", edKey(t))
	const ed25519, mldsa44, mldsa65 = 0x0807, 0x0904, 0x0905
	choose := func(o offered) (uint16, [][]byte) {
		switch {
		case o.named && slices.Contains(o.schemes, ed25519):
			return ed25519, shows(ed)
		case o.named && slices.Contains(o.schemes, mldsa44):
			return mldsa44, [][]byte{leaf, root, issuer}
		case !o.named && slices.Contains(o.schemes, mldsa65):
			return mldsa65, [][]byte{issuer, root}
		case !o.named && slices.Contains(o.schemes, mldsa44):
			return mldsa44, [][]byte{leaf, issuer}
		}
		return 0, nil
	}
	e := serve13(t, choose)
	anchors, err := pkix.ParseAnchors("root", root)
	if err != nil {
		t.Fatal(err)
	}
	o := New(new(dialer).dial, Options{Anchors: []*pkix.Anchors{anchors}}).Probe(t.Context(), e)
	if o.TLS == nil {
		t.Fatalf("no TLS observed: %+v", o.Failure)
	}
	same(t, "schemes", []string{"ed25519", "mldsa44"}, o.TLS.Versions[5].SignatureSchemes)
	same(t, "incomplete", []string(nil), incomplete(o))
	atFloor(t, o)
	type shown struct {
		name string
		keys []string
		path []int
	}
	var got []shown
	for _, c := range o.TLS.Chains {
		s := shown{name: c.Name, path: c.Path}
		for _, cert := range c.Certificates {
			s.keys = append(s.keys, cert.Key.Algorithm+" by "+cert.SignatureAlgorithm+cert.Problem)
		}
		got = append(got, s)
		if pq := c.Certificates[0].Key.Algorithm != "Ed25519"; pq != (c.Trust[0].Trusted == nil) || pq != (c.Trust[0].Reason == scanner.TrustUncomputable) {
			t.Errorf("trust of %v: %+v", s.keys, c.Trust[0])
		}
	}
	const key44, key65, key87 = "ML-DSA-44 by id-ml-dsa-65", "ML-DSA-65 by id-ml-dsa-87", "ML-DSA-87 by id-ml-dsa-87"
	want := []shown{
		{"lab.test", []string{"Ed25519 by Ed25519"}, []int{0}},
		{"lab.test", []string{key44, key87, key65}, []int{0, 2, 1}},
		{"", []string{key65, key87}, []int{0, 1}},
		{"", []string{key44, key65}, []int{0, 1}},
	}
	if len(got) != len(want) {
		t.Fatalf("%d chains, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		same(t, "name", want[i].name, got[i].name)
		same(t, "keys", want[i].keys, got[i].keys)
		same(t, "way up", want[i].path, got[i].path)
	}
}
