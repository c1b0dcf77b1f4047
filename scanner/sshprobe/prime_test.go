package sshprobe

import (
	"math/big"
	"testing"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

func TestSafePrimeProblem(t *testing.T) {
	named := func(name string) *big.Int {
		p, ok := iana.PrimeByName(name)
		if !ok {
			t.Fatal(name)
		}
		return new(big.Int).SetBytes(p.Value)
	}
	plus := func(p *big.Int, n int64) *big.Int { return new(big.Int).Add(p, big.NewInt(n)) }
	// A prime of 3 modulo 4 whose half is composite without small factors, and a
	// composite of that form: searched for here, so that nobody need trust them.
	loose, composite := new(big.Int).Lsh(big.NewInt(1), 600), new(big.Int)
	for loose.SetBit(loose, 0, 1).SetBit(loose, 1, 1); ; loose.Add(loose, big.NewInt(4)) {
		said := safePrimeProblem(loose)
		if said == "not prime" {
			composite.Set(loose)
		}
		if said == "no safe prime: (p-1)/2 is not prime" && composite.Sign() > 0 {
			break
		}
	}
	half := new(big.Int).Rsh(loose, 1)
	if !loose.ProbablyPrime(20) || half.ProbablyPrime(20) || composite.ProbablyPrime(20) {
		t.Error("math/big says otherwise")
	}
	for _, tt := range []struct {
		name string
		p    *big.Int
		want string
	}{
		{"MODP-2048", named("MODP-2048"), ""}, {"ffdhe3072", named("ffdhe3072"), ""}, {"MODP-8192", named("MODP-8192"), ""},
		{"even", plus(named("MODP-2048"), 1), "even"},
		{"1 modulo 4", plus(named("MODP-2048"), 2), "no safe prime: (p-1)/2 is even"},
		{"zero", new(big.Int), "not tested: too short or too long"},
		{"huge", new(big.Int).Lsh(big.NewInt(1), 100000), "not tested: too short or too long"},
		{"a square", new(big.Int).Mul(half, half), "no safe prime: (p-1)/2 is even"},
	} {
		if got := safePrimeProblem(tt.p); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	var c primes
	for range 2 {
		if got := c.problem("digest", big.NewInt(4)); got == "" || len(c.seen) != 1 {
			t.Errorf("%q, %v", got, c.seen)
		}
	}
}
