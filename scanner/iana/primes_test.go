package iana_test

import (
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// offsets are the constants of the formulas
//
//	MODP-n  2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) * pi) + offset)
//	ffdhe-n 2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) * e) + offset)
//
// of RFC 2409 section 6, RFC 3526 and RFC 7919 appendix A.
var offsets = map[string]int64{
	"MODP-768": 149686, "MODP-1024": 129093, "MODP-1536": 741804, "MODP-2048": 124476,
	"MODP-3072": 1690314, "MODP-4096": 240904, "MODP-6144": 929484, "MODP-8192": 4743158,
	"ffdhe2048": 560316, "ffdhe3072": 2625351, "ffdhe4096": 5736041, "ffdhe6144": 15705020, "ffdhe8192": 10965728,
}

// subgroups are the prime orders q of RFC 5114 section 2, with the bits of p.
var subgroups = map[string]struct {
	bits int
	q    string
}{
	"RFC5114-22": {1024, "F518AA8781A8DF278ABA4E7D64B7CB9D49462353"},
	"RFC5114-23": {2048, "801C0D34C58D93FE997177101F80535A4738CEBCBF389A99B36371EB"},
	"RFC5114-24": {2048, "8CF83642A709A097B447997640129DA299B1A47D1EB3750BA308B0FE64F5FBD3"},
}

func TestPrimes(t *testing.T) {
	primes := iana.Primes()
	if want := len(offsets) + len(subgroups); len(primes) != want {
		t.Fatalf("%d primes, want %d", len(primes), want)
	}
	for _, p := range primes {
		t.Run(p.Name, func(t *testing.T) {
			value := new(big.Int).SetBytes(p.Value)
			if group, ok := subgroups[p.Name]; ok {
				matchesSubgroup(t, value, group.bits, group.q)
			} else {
				matchesFormula(t, p.Name, value)
			}
			if got := iana.PrimeName(p.Value); got != p.Name {
				t.Errorf("PrimeName of it is %q", got)
			}
			if got := iana.PrimeName(append([]byte{0, 0}, p.Value...)); got != p.Name {
				t.Errorf("PrimeName with leading zeros is %q", got)
			}
			if got, ok := iana.PrimeByName(p.Name); !ok || got.Name != p.Name {
				t.Errorf("PrimeByName gives %q, %v", got.Name, ok)
			}
		})
	}
}

func matchesSubgroup(t *testing.T, p *big.Int, bits int, hexQ string) {
	t.Helper()
	q, _ := new(big.Int).SetString(hexQ, 16)
	if p.BitLen() != bits || !p.ProbablyPrime(5) || !q.ProbablyPrime(5) {
		t.Errorf("%d bits, want a prime of %d", p.BitLen(), bits)
	}
	rest := new(big.Int).Sub(p, big.NewInt(1))
	if rest.Mod(rest, q).Sign() != 0 {
		t.Error("p-1 is not divisible by q")
	}
}

func matchesFormula(t *testing.T, name string, p *big.Int) {
	t.Helper()
	offset, ok := offsets[name]
	if !ok {
		t.Fatal("no formula for it")
	}
	bits, err := strconv.Atoi(strings.TrimLeft(name, "MODP-fdhe"))
	if err != nil {
		t.Fatal(err)
	}
	constant := pi
	if strings.HasPrefix(name, "ffdhe") {
		constant = e
	}
	want := new(big.Int).Add(constant(uint(bits-130)), big.NewInt(offset))
	want.Lsh(want, 64)
	want.Add(want, power(bits)).Sub(want, power(bits-64)).Sub(want, big.NewInt(1))
	if p.Cmp(want) != 0 {
		t.Errorf("prime is\n%x, the formula gives\n%x", p, want)
	}
}

func TestPrimeNameUnknown(t *testing.T) {
	p, _ := iana.PrimeByName("MODP-2048")
	p.Value[100] ^= 1
	for name, value := range map[string][]byte{"nil": nil, "zero": {0}, "one bit off": p.Value} {
		if got := iana.PrimeName(value); got != "" {
			t.Errorf("%s: PrimeName is %q, want none", name, got)
		}
	}
	if _, ok := iana.PrimeByName("MODP-2047"); ok {
		t.Error("PrimeByName knows MODP-2047")
	}
}

func power(n int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(n)) }

// guard is how many bits more than asked for pi and e are computed with, so
// that truncated terms do not reach the result.
const guard = 64

// pi is floor(2^shift * pi) by Machin's formula, 16 arctan(1/5) - 4 arctan(1/239).
func pi(shift uint) *big.Int {
	sum := new(big.Int).Mul(big.NewInt(16), arctan(5, shift+guard))
	sum.Sub(sum, new(big.Int).Mul(big.NewInt(4), arctan(239, shift+guard)))
	return sum.Rsh(sum, guard)
}

// arctan is 2^shift * arctan(1/x) by its series.
func arctan(x int64, shift uint) *big.Int {
	term := new(big.Int).Div(power(int(shift)), big.NewInt(x))
	sum := new(big.Int).Set(term)
	for n := int64(3); term.Sign() != 0; n += 2 {
		term.Div(term, big.NewInt(x*x))
		part := new(big.Int).Div(term, big.NewInt(n))
		if n%4 == 3 {
			part.Neg(part)
		}
		sum.Add(sum, part)
	}
	return sum
}

// e is floor(2^shift * e) by the sum of 1/n!.
func e(shift uint) *big.Int {
	term, sum := power(int(shift+guard)), new(big.Int)
	for n := int64(1); term.Sign() != 0; n++ {
		sum.Add(sum, term)
		term.Div(term, big.NewInt(n))
	}
	return sum.Rsh(sum, guard)
}
