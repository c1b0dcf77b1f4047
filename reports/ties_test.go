package reports

import (
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

func TestHalf(t *testing.T) {
	for _, tt := range []struct {
		name string
		item scanner.Item
		want bool
	}{
		{"a locked key", scanner.Item{Kind: scanner.ItemPrivateKey}, true},
		{"one whose kind alone is known", scanner.Item{Kind: scanner.ItemPrivateKey, Key: &scanner.Key{Algorithm: "Ed448"}}, true},
		{"a locked key with its certificate beside it", scanner.Item{Kind: scanner.ItemPrivateKey, Pair: "aa"}, false},
		{"a key with its public half", scanner.Item{Kind: scanner.ItemPrivateKey, Key: &scanner.Key{SPKISHA256: "aa"}}, false},
		{"a secret key has none", scanner.Item{Kind: scanner.ItemSecretKey}, false},
		{"a certificate", scanner.Item{Kind: scanner.ItemCertificate, Certificate: &scanner.Certificate{}}, false},
	} {
		if got := half(&tt.item); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}
