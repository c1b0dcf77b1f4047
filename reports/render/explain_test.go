package render_test

import (
	"bytes"
	"testing"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports/render"
)

func explanations() []fips.Explanation {
	cite := []fips.Citation{{Document: "SP800-131Ar2", Section: "Table 5"}, {Document: "UNKNOWN", Section: "Sec. 1", Note: "quoted by others"}}
	return []fips.Explanation{
		{Name: "x25519", Rule: "named-group/x25519", Subject: "x25519", Kind: "named-group", Status: fips.NotApproved, Use: "key agreement",
			Because: "Curve25519 key agreement is not in SP 800-56A Rev. 3, and NIST said in July 2025 that it does not propose to add it.",
			Remedy:  "Use secp256r1, secp384r1 or SecP256r1MLKEM768.", Cite: cite, Confidence: "high", SourceRead: true, Quantum: true},
		{Name: "TLS_RSA_WITH_AES_128_CBC_SHA", Rule: "key-exchange/RSA", Subject: "TLS_RSA_WITH_AES_128_CBC_SHA", Kind: "tls-cipher-suite", Status: fips.Disallowed, Use: "any",
			From: "2024-01-01", Parts: []fips.Part{{Kind: "key-exchange", Name: "RSA", Status: fips.Disallowed}, {Kind: "mac", Name: "HMAC-SHA1", Status: fips.Deprecated}},
			Because: "RSA PKCS#1 v1.5 key transport is disallowed.", Remedy: "Use ECDHE.", Cite: cite[:1], Confidence: "high"},
		{Name: "RSA 2048", Subject: "RSA-2048", Kind: "public-key", Status: fips.Approved, Use: "sign", Until: "2030-12-31",
			Transitions: []fips.Transition{{From: "2031-01-01", Status: fips.Deprecated, Draft: true, Cite: fips.Citation{Document: "IR8547", Section: "Table 2"}, Note: "The final table disallows."}},
			Because:     "112 bits suffice until 2030.", Remedy: "Plan for RSA 3072.", Cite: cite[:1], Confidence: "medium", Contested: "Others read it otherwise.", Question: "Which draft becomes final?"},
	}
}

func TestExplainGolden(t *testing.T) {
	var b bytes.Buffer
	if err := render.Explain(&b, sources(), explanations(), render.TextOptions{UTF8: true}); err != nil {
		t.Fatal(err)
	}
	tooWide(t, b.String(), 80)
	golden(t, "explain.txt", b.Bytes())
}

// Every rule of the catalogue is explained within 80 columns, with its reason
// and a citation, on any terminal.
func TestExplainWholeCatalogue(t *testing.T) {
	c := loadCatalogue(t)
	for _, day := range []fips.Date{c.Since, "2026-11-22", "2036-01-01"} {
		j, err := fips.NewJudge(c, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range c.Rules {
			list, _ := j.Explain(r.ID)
			if len(list) == 0 {
				t.Errorf("%s: %s is not explained", day, r.ID)
				continue
			}
			var b bytes.Buffer
			if err := render.Explain(&b, c, list, render.TextOptions{}); err != nil {
				t.Fatal(err)
			}
			tooWide(t, b.String(), 80)
			for _, want := range []string{"because", "remedy", "cited"} {
				if !bytes.Contains(b.Bytes(), []byte(want)) {
					t.Errorf("%s: %s has no %s:\n%s", day, r.ID, want, b.Bytes())
				}
			}
		}
		var b bytes.Buffer
		if err := render.Rules(&b, j, c, render.TextOptions{UTF8: true, Color: true}); err != nil {
			t.Fatal(err)
		}
		tooWide(t, b.String(), 80)
		if n := bytes.Count(b.Bytes(), []byte("\n")); n < len(c.Rules) {
			t.Errorf("%s: %d lines for %d rules", day, n, len(c.Rules))
		}
	}
}
