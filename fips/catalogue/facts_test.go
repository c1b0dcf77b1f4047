package catalogue

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
)

// A fact is a ruling as it was researched: testdata/facts holds all of them.
type fact struct {
	Kind        string         `json:"kind"`
	ID          string         `json:"id"`
	Aliases     []string       `json:"aliases"`
	CodePoint   string         `json:"codepoint"`
	OID         string         `json:"oid"`
	Status      string         `json:"status"`
	Use         string         `json:"use"`
	Strength    *int           `json:"security_strength_bits"`
	Quantum     bool           `json:"quantum_vulnerable"`
	From        string         `json:"from"`
	Until       string         `json:"until"`
	Source      []place        `json:"source"`
	Why         string         `json:"why"`
	Fix         string         `json:"fix"`
	Confidence  string         `json:"confidence"`
	SourceSeen  bool           `json:"source_text_seen"`
	Question    string         `json:"open_question"`
	Transitions []change       `json:"transitions"`
	Params      map[string]any `json:"params"`
	Second      *fips.Reading  `json:"second_reading"`
}

type place struct {
	ID  string `json:"id"`
	Ref string `json:"ref"`
}

type change struct {
	From   string `json:"from"`
	Status string `json:"status"`
	Source place  `json:"source"`
	Draft  bool   `json:"draft"`
	Note   string `json:"note"`
}

// corrected are the facts that are worded otherwise here: one that the registry
// shows to be out of date, and one that flagged what its source allows.
var corrected = map[string]bool{"cipher/ASCON-AEAD128": true, "certificate-property/signature-weaker-than-key": true}

// remedied are the facts whose remedy is too short to be read by itself, as the
// title of a change is, and is written out here.
var remedied = map[string]bool{
	"keystore-protection/PBES2-iterations-1000-to-9999": true, "keystore-protection/BCFKS-scrypt": true, "keystore-protection/NSS-empty-password": true,
	"keystore-protection/OpenSSH-bcrypt-chacha20": true, "keystore-protection/pkcs12-no-mac": true,
	"certificate-property/expired": true, "certificate-property/serial-short-or-negative": true, "certificate-property/rsa-fermat-close-primes": true,
}

func readFacts[T any](t *testing.T, name string) []T {
	t.Helper()
	data, err := os.ReadFile("../../testdata/facts/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var list []T
	if err := strict(data, &list); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return list
}

// No field of any of the 998 rulings was lost on the way into the catalogue.
func TestEveryFactIsThere(t *testing.T) {
	rules := map[string]fips.Rule{}
	for _, r := range load(t).Rules {
		rules[r.Kind+"/"+r.Name+"/"+r.Use] = r
	}
	facts := readFacts[fact](t, "rulings.json")
	if len(facts) != 998 {
		t.Fatalf("%d rulings, want 998", len(facts))
	}
	for _, f := range facts {
		r, ok := rules[f.Kind+"/"+f.ID+"/"+f.Use]
		if !ok {
			t.Errorf("%s/%s (%s) is missing", f.Kind, f.ID, f.Use)
			continue
		}
		back := asFact(r)
		if corrected[r.ID] {
			back.Why = f.Why
		}
		if remedied[r.ID] && r.Remedy != f.Fix {
			back.Fix = f.Fix
		}
		for _, a := range f.Aliases {
			if !slices.Contains(r.Aliases, a) {
				t.Errorf("%s: alias %q is missing", r.ID, a)
			}
		}
		if f.OID != "" && !strings.Contains(r.OID, strings.Split(f.OID, "-")[0]) {
			t.Errorf("%s: OID %q, want %q among it", r.ID, r.OID, f.OID)
		}
		for name, value := range f.Params {
			if value != nil && !holds(r.Bounds, name, value) {
				t.Errorf("%s: bounds %+v do not say %s = %v", r.ID, r.Bounds, name, value)
			}
		}
		f.Aliases, f.OID, f.Params = nil, "", nil // more of these were added
		if diff := cmp.Diff(f, back); diff != "" {
			t.Errorf("%s (-fact +rule):\n%s", r.ID, diff)
		}
	}
}

func asFact(r fips.Rule) fact {
	f := fact{
		Kind: r.Kind, ID: r.Name, CodePoint: r.CodePoints, Status: r.Status.String(), Use: r.Use,
		Strength: r.Strength, Quantum: r.Quantum, From: string(r.From), Until: string(r.Until),
		Why: r.Because, Fix: r.Remedy, Confidence: r.Confidence, SourceSeen: r.SourceRead,
		Question: r.Question, Second: r.Second,
	}
	for _, c := range r.Cite {
		f.Source = append(f.Source, place{c.Document, c.Section})
	}
	for _, t := range r.Transitions {
		f.Transitions = append(f.Transitions, change{
			string(t.From), t.Status.String(), place{t.Cite.Document, t.Cite.Section}, t.Draft, t.Note,
		})
	}
	return f
}

// holds tells whether the bounds say what a parameter of the facts says.
func holds(b *fips.Bounds, name string, value any) bool {
	if b == nil {
		return false
	}
	if date, ok := strings.CutPrefix(name, "max_days_from_"); ok {
		return slices.ContainsFunc(b.Later, func(l fips.Limit) bool {
			return string(l.From) == date && float64(l.MaxDays) == value
		})
	}
	said, _ := json.Marshal(b)
	var fields map[string]any
	_ = json.Unmarshal(said, &fields)
	switch name {
	case "max_key_bits", "max_order_bits":
		name = "max_bits"
	case "min_dk_bits":
		name = "min_derived_bits"
	case "modulus_bits":
		name = "parity"
	case "e_parity":
		name = "exponent_parity"
	case "max_salt_bytes":
		name, value = "max_salt_bits", value.(float64)*8
	case "e_max": // 65535, the greatest below 2^16, has 16 bits
		return value == "2^16" && b.MaxExponentBits == 16
	case "e_min": // 2^256 has 257 bits
		return value == "2^256" && b.MinExponentBits == 257
	}
	return fmt.Sprint(fields[name]) == fmt.Sprint(value)
}

func TestEverySourceIsThere(t *testing.T) {
	type source struct {
		ID, Title, Edition, Date, Access, URL string
		Notes                                 string `json:"section_notes"`
	}
	sources := map[string]source{}
	for _, s := range load(t).Sources {
		sources[s.ID] = source{s.ID, s.Title, s.Edition, s.Date, s.Access, s.URL, s.Notes}
	}
	facts := readFacts[source](t, "sources.json")
	if len(facts) != 175 {
		t.Fatalf("%d sources, want 175", len(facts))
	}
	for _, f := range facts {
		if diff := cmp.Diff(f, sources[f.ID]); diff != "" {
			t.Errorf("%s (-fact +source):\n%s", f.ID, diff)
		}
	}
}
