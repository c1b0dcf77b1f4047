package reports

import (
	"testing"

	"github.com/fipsweep/fipsweep/scanner"
)

func TestLocked(t *testing.T) {
	shut := []scanner.Incomplete{{What: "encrypted private key", Reason: scanner.ReasonLocked}}
	key := func(k *scanner.Key, p *scanner.Protection) scanner.Item {
		return scanner.Item{Kind: scanner.ItemPrivateKey, Key: k, Protection: p}
	}
	hidden := key(nil, &scanner.Protection{Scheme: "PBES2"})
	tests := []struct {
		name  string
		items []scanner.Item
		gaps  []scanner.Incomplete
		want  Locked
	}{
		{"a key", []scanner.Item{hidden}, shut, Locked{1, 1}},
		{"two keys under one gap", []scanner.Item{hidden, hidden}, shut, Locked{1, 2}},
		{"of a traditional key the kind alone is known", []scanner.Item{key(&scanner.Key{Algorithm: "RSA"}, &scanner.Protection{Scheme: "PEM-traditional-DEK-Info"})}, shut, Locked{1, 1}},
		{"a secret key", []scanner.Item{{Kind: scanner.ItemSecretKey, Protection: &scanner.Protection{Scheme: "JCEKS"}}}, shut, Locked{1, 1}},
		{"one of two was opened", []scanner.Item{hidden, key(&scanner.Key{SPKISHA256: "aa"}, &scanner.Protection{Scheme: "PBES2", Opened: scanner.OpenedGiven})}, shut, Locked{1, 1}},
		{"a store as a whole", nil, shut, Locked{1, 0}},
		{"an SSH key, whose public half is in the clear", []scanner.Item{key(&scanner.Key{SPKISHA256: "aa"}, &scanner.Protection{Scheme: "OpenSSH-bcrypt"})}, nil, Locked{}},
		{"a cipher that is not computed", []scanner.Item{hidden}, []scanner.Incomplete{{What: "private key", Reason: scanner.ReasonUncomputable}}, Locked{}},
		{"nothing", nil, nil, Locked{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := scanner.Observe(scanner.File("/k"), "store")
			o.Store, o.Incomplete = &scanner.Store{Path: "/k", Items: tt.items}, tt.gaps
			var got Locked
			if got.add(o); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}
