package sshprobe

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"testing"
)

// TestPoly1305 is the vector of RFC 8439 section 2.5.2.
func TestPoly1305(t *testing.T) {
	key, _ := hex.DecodeString("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b")
	want, _ := hex.DecodeString("a8061dc1305136c6c22b8baf0c0127a9")
	if got := poly1305(key, []byte("Cryptographic Forum Research Group")); !bytes.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}

// FuzzOpen has every way of encryption meet arbitrary bytes: none may be taken
// for good.
func FuzzOpen(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x10" + string(make([]byte, 64))))
	f.Add([]byte("\xff\xff\xff\xff"))
	f.Add(make([]byte, 100))
	s := secrets{hash: crypto.SHA256, k: []byte("k"), h: []byte("h")}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, how := range seals() {
			for _, m := range integrities()[:2] {
				if got, err := s.open(bytes.NewReader(data), how, m, 3); err == nil {
					t.Fatalf("%s opened %x", how.cipher, got)
				}
			}
		}
	})
}

func TestUnpad(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"\x04Xpppp", "X"}, {"\x00X", "X"}, {"\x01X", ""}, {"\xffX", ""}, {"\x04", ""}, {"", ""}, {"\x01pp", "p"},
	} {
		got, err := unpad([]byte(tt.in))
		if string(got) != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q: %q, %v", tt.in, got, err)
		}
	}
}
