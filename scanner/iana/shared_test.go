package iana_test

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

func TestSharedPrimes(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "iana", "shared-primes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		name, digits, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		n++
		modulus, err := hex.DecodeString(digits)
		if err != nil {
			t.Fatal(err)
		}
		if got := iana.SharedPrime(modulus); got != name {
			t.Errorf("%q, want %q", got, name)
		}
		if got := iana.SharedPrime(append([]byte{0}, modulus...)); got != name {
			t.Errorf("with a leading zero %q, want %q", got, name)
		}
		if iana.PrimeName(modulus) != "" {
			t.Errorf("%s is of an RFC", name)
		}
		modulus[len(modulus)-1] ^= 2
		if got := iana.SharedPrime(modulus); got != "" {
			t.Errorf("another modulus is %q", got)
		}
	}
	if n < 25 {
		t.Errorf("%d moduli", n)
	}
}
