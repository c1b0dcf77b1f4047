package aesccm_test

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"testing"

	"github.com/fipsweep/fipsweep/scanner/aesccm"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// SP 800-38C appendix C, examples 1 to 3.
func TestCCM(t *testing.T) {
	block, err := aes.NewCipher(unhex(t, "404142434445464748494a4b4c4d4e4f"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name                             string
		nonce, additional, plain, sealed string
		tag                              int
	}{
		{"example 1", "10111213141516", "0001020304050607", "20212223", "7162015b4dac255d", 4},
		{"example 2", "1011121314151617", "000102030405060708090a0b0c0d0e0f", "202122232425262728292a2b2c2d2e2f", "d2a1f0e051ea5f62081a7792073d593d1fc64fbfaccd", 6},
		{"example 3", "101112131415161718191a1b", "000102030405060708090a0b0c0d0e0f10111213", "202122232425262728292a2b2c2d2e2f3031323334353637",
			"e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951", 8},
	} {
		t.Run(test.name, func(t *testing.T) {
			nonce, additional, plain, sealed := unhex(t, test.nonce), unhex(t, test.additional), unhex(t, test.plain), unhex(t, test.sealed)
			c, err := aesccm.New(block, len(nonce), test.tag)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Seal(nil, nonce, plain, additional); !bytes.Equal(got, sealed) {
				t.Errorf("sealed %x, want %x", got, sealed)
			}
			got, err := c.Open(nil, nonce, sealed, additional)
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("opened %x, %v, want %x", got, err, plain)
			}
			sealed[3] ^= 1
			if _, err := c.Open(nil, nonce, sealed, additional); err == nil {
				t.Error("opened what was changed")
			}
		})
	}
	for _, bad := range [][2]int{{6, 8}, {14, 8}, {12, 3}, {12, 18}, {12, 5}} {
		if _, err := aesccm.New(block, bad[0], bad[1]); err == nil {
			t.Errorf("took a nonce of %d bytes and a tag of %d", bad[0], bad[1])
		}
	}
}
