package render

import (
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

func TestKeeping(t *testing.T) {
	pbes2 := scanner.Protection{Scheme: "PBES2", KDF: "PBKDF2", PRF: "HMAC-SHA256", Cipher: "AES-256-CBC", Iterations: 2048, SaltBits: 64, Opened: scanner.OpenedGiven}
	for _, test := range []struct {
		name string
		item scanner.Item
		want string
	}{
		{"nothing", scanner.Item{Kind: scanner.ItemCertificate}, ""},
		{"in clear", scanner.Item{Kind: scanner.ItemPrivateKey, Protection: &scanner.Protection{Scheme: "none"}}, "protection none"},
		{"PBES2 with its certificate", scanner.Item{Kind: scanner.ItemPrivateKey, Protection: &pbes2, Pair: "abc"},
			"protection PBES2 (PBKDF2, HMAC-SHA256, AES-256-CBC, 2,048 iterations, salt of 64 bits), opened with a given password; its certificate beside it"},
		{"JKS", scanner.Item{Kind: scanner.ItemPrivateKey, Protection: &scanner.Protection{Scheme: "JKS", KDF: "SHA-1", PRF: "SHA-1", Opened: scanner.OpenedDefault}},
			"protection JKS (SHA-1), opened with a default password"},
		{"a MAC", scanner.Item{Protection: &scanner.Protection{Scheme: "pkcs12-mac-pbmac1", MAC: "HMAC-SHA256", Iterations: 1, Opened: scanner.OpenedEmpty}},
			"protection pkcs12-mac-pbmac1 (HMAC-SHA256, 1 iteration), opened without a password"},
		{"half a chain", scanner.Item{Kind: scanner.ItemCertificate, Chain: scanner.ChainIncomplete}, "chain incomplete"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := strings.Join(keeping(test.item), "; "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
