package hostfile

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

func TestCipherString(t *testing.T) {
	const rc4, des3, gcm = "TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
	tests := []struct {
		name, text string
		in, open   []string
	}{
		{"named", "RC4-SHA:DES-CBC3-SHA:@SECLEVEL=0", []string{rc4, des3}, []string{"@SECLEVEL=0"}},
		{"by the registry's name", "TLS_AES_128_GCM_SHA256 " + gcm, []string{"TLS_AES_128_GCM_SHA256", gcm}, nil},
		{"struck out by name", "RC4-SHA,ECDHE-RSA-AES128-GCM-SHA256,!RC4-SHA", []string{gcm}, nil},
		{"struck out for good", "!RC4:RC4-SHA", nil, nil},
		{"taken out and put back", "RC4-SHA:-RC4-SHA:RC4-SHA", []string{rc4}, nil},
		{"put last", "RC4-SHA:DES-CBC3-SHA:+RC4:@STRENGTH", []string{rc4, des3}, nil},
		{"struck out by what it is of", "RC4-SHA:DES-CBC3-SHA:!kRSA+RC4", []string{des3}, nil},
		{"struck out by some", "RC4-SHA:DES-CBC3-SHA:!MEDIUM", nil, []string{"DES-CBC3-SHA"}},
		{"forbidden by some", "!HIGH:DES-CBC3-SHA", nil, []string{"DES-CBC3-SHA"}},
		{"struck out by nobody knows what", "RC4-SHA:!NEW", nil, []string{"RC4-SHA"}},
		{"keywords", "ALL:!aNULL:kRSA+AES", nil, []string{"ALL", "kRSA+AES"}},
		{"no name", "RC5-SHA", nil, []string{"RC5-SHA"}},
		{"perhaps struck out", "RC4-SHA:DES-CBC3-SHA:?RC4", []string{des3}, []string{"RC4-SHA"}},
		{"signs alone", "!:-:+", nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in, open := cipherString(list(tt.text))
			if !slices.Equal(in, tt.in) || !slices.Equal(open, tt.open) {
				t.Errorf("%q and %q, want %q and %q", in, open, tt.in, tt.open)
			}
		})
	}
}

// printed is what openssl makes of a string, but for the suites of TLS 1.3,
// which no string changes.
func printed(t *testing.T, text string) map[string]string {
	out := lab.Run(t, lab.Program(t, "openssl"), "ciphers", "-stdname", text+":@SECLEVEL=0")
	names := map[string]string{}
	for line := range strings.Lines(out) {
		if w := strings.Fields(line); len(w) > 3 && w[3] != "TLSv1.3" {
			names[w[2]] = w[0]
		}
	}
	return names
}

// TestNamesAreOpenSSLs: the table has every name that the installed OpenSSL
// has, for the same suite, and is in order.
func TestNamesAreOpenSSLs(t *testing.T) {
	all := printed(t, "ALL:COMPLEMENTOFALL")
	if len(all) < 100 {
		t.Fatalf("%d suites", len(all))
	}
	for name, registry := range all {
		if s, ok := iana.SuiteByOpenSSL(name); !ok || s.Name != registry {
			t.Errorf("%s is %q, to OpenSSL %s", name, s.Name, registry)
		}
	}
	if !slices.IsSortedFunc(iana.OpenSSLSuites(), func(a, b iana.OpenSSLSuite) int { return strings.Compare(a.OpenSSL, b.OpenSSL) }) {
		t.Error("out of order")
	}
	for _, s := range iana.OpenSSLSuites() {
		if _, ok := iana.SuiteByName(s.Name); !ok {
			t.Errorf("%s: no suite %s", s.OpenSSL, s.Name)
		}
	}
}

// TestAsOpenSSLReads holds what each keyword strikes out of all suites, named
// one by one, to what OpenSSL leaves of them.
func TestAsOpenSSLReads(t *testing.T) {
	var all []string
	for name := range printed(t, "ALL:COMPLEMENTOFALL") {
		all = append(all, name)
	}
	slices.Sort(all)
	words := []string{"HIGH", "MEDIUM", "LOW", "TLSv1.2", "TLSv1", "SSLv3", "kRSA+AES", "ECDHE+AESGCM", "AES128-SHA", "aRSA", "NONSENSE"}
	for w := range keywords {
		words = append(words, w)
	}
	slices.Sort(words)
	for _, w := range words {
		for _, text := range []string{strings.Join(all, ":") + ":!" + w, "!" + w + ":" + strings.Join(all, ":"), strings.Join(all, ":") + ":-" + w} {
			in, open := cipherString(list(text))
			want := printed(t, text+":PSK-AES128-CBC-SHA") // one is left, whatever goes
			var missing, invented []string
			for name, registry := range want {
				if !slices.Contains(in, registry) && !slices.Contains(open, name) && name != "PSK-AES128-CBC-SHA" {
					missing = append(missing, name)
				}
			}
			for _, registry := range in {
				found := false
				for _, r := range want {
					found = found || r == registry
				}
				if !found {
					invented = append(invented, registry)
				}
			}
			slices.Sort(missing)
			if diff := cmp.Diff([2][]string{}, [2][]string{missing, invented}); diff != "" {
				t.Errorf("%.8s… %s: missing and invented (-none +got):\n%s", text, w, diff)
			}
			if _, exact := keywords[w]; exact && len(open) > 0 {
				t.Errorf("%s leaves open %q", w, open)
			}
		}
	}
}
