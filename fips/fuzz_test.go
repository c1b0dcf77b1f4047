package fips_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// FuzzAssess judges whatever reads as an observation. The facts of one come
// from peers and files, so nothing in them may break the judge, whose rulings
// must hold together.
func FuzzAssess(f *testing.F) {
	for _, fill := range []func(*scanner.Observation){
		served("www.example", goodLeaf(), root()),
		inFile(certItem(goodLeaf()), scanner.Item{Kind: scanner.ItemPrivateKey, Key: &scanner.Key{Algorithm: "RSA", Bits: 2048, Exponent: "3"}, Protection: &scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", Cipher: "AES-128-CBC"}}),
		version(scanner.TLSVersion{Version: "TLSv1.2", Suites: []string{"TLS_RSA_WITH_RC4_128_SHA", "0x4242"}, Groups: []string{"x25519"}, Primes: []scanner.Prime{{Bits: 1024, SHA256: "ab"}}, ExtendedMasterSecret: no()}),
		func(o *scanner.Observation) {
			o.SSH = &scanner.SSH{Banner: "SSH-1.99-x", Kexinit: &scanner.Kexinit{KexAlgorithms: []string{"diffie-hellman-group-exchange-sha256"}}, HostKeys: []scanner.HostKey{{Type: "ecdsa-sha2-nistb233"}}}
		},
		func(o *scanner.Observation) { o.Plain = &scanner.Plain{Protocol: "ftp"} },
	} {
		var o scanner.Observation
		fill(&o)
		data, err := json.Marshal(o)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	j := judge(f, today)
	f.Fuzz(func(t *testing.T, data []byte) {
		var o scanner.Observation
		if json.Unmarshal(data, &o) != nil {
			return
		}
		a := j.Assess(o)
		if !reflect.DeepEqual(a, j.Assess(o)) {
			t.Error("the same observation is judged in two ways")
		}
		if !slices.IsSortedFunc(a.Rulings, func(x, y fips.Ruling) int { return int(y.Status - x.Status) }) {
			t.Error("rulings are not worst first")
		}
		for _, r := range a.Rulings {
			if r.Status == fips.Unobserved || r.Class == "" || r.Because == "" || r.Remedy == "" || r.Cite == nil || (r.Rule == "") != (r.Status == fips.Unclassified) {
				t.Errorf("half a ruling: %+v", r)
			}
		}
		if len(a.Findings) > 0 && a.Findings[0].Status != a.Worst {
			t.Errorf("worst %s, first finding %s", a.Worst, a.Findings[0].Status)
		}
	})
}

// FuzzExplain asks for whatever a person may type.
func FuzzExplain(f *testing.F) {
	for _, s := range []string{"RSA 1024", "0xC02F", "named-group/x25519", "ec secp256r1", "1.2.840.113549.1.1.5", "*", "DSA-1-2"} {
		f.Add(s)
	}
	j := judge(f, today)
	f.Fuzz(func(t *testing.T, s string) {
		found, alike := j.Explain(s)
		if len(found) > 0 && len(alike) > 0 {
			t.Errorf("%q is known and unknown", s)
		}
		for _, e := range found {
			if e.Name != s || e.Status == fips.Unobserved {
				t.Errorf("%q: %+v", s, e)
			}
		}
	})
}
