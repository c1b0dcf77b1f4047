package sshprobe

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// TestWeakHostKey: a host key is held to what any key is, and to the list that
// knows it by SSH's own fingerprint.
func TestWeakHostKey(t *testing.T) {
	n := new(big.Int).Lsh(big.NewInt(1), 2047)
	n.Add(n, big.NewInt(1)) // 2^2047 + 1 is divisible by 3
	var blob []byte
	for _, part := range [][]byte{[]byte("ssh-rsa"), {1, 0, 1}, append([]byte{0}, n.Bytes()...)} {
		blob = append(binary.BigEndian.AppendUint32(blob, uint32(len(part))), part...)
	}
	sum := md5.Sum(blob)
	var known pkix.KnownKeys
	if err := known.Read("debian", []byte(hex.EncodeToString(sum[6:]))); err != nil {
		t.Fatal(err)
	}
	want := []scanner.Weakness{{Name: scanner.WeakSmallFactor, Detail: "divisible by 3"}}
	for _, row := range []struct {
		known *pkix.KnownKeys
		want  []scanner.Weakness
	}{{nil, want}, {&known, append(want, scanner.Weakness{Name: scanner.WeakListed, Detail: "debian"})}} {
		key, err := hostKey(blob, row.known)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(row.want, key.Weak); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}
