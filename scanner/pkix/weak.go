package pkix

import (
	_ "embed"
	"fmt"
	"math/big"

	"github.com/fipsweep/fipsweep/scanner"
)

// maxWeakBits bounds the moduli that are looked at, and so the work that a
// hostile one can ask for.
const maxWeakBits = 16384

// Weaknesses tells by what the factors of an RSA modulus can be had at once.
// It is far from factoring: each test costs microseconds. That it finds
// nothing says nothing of the key.
func Weaknesses(n *big.Int) []scanner.Weakness {
	if n.Sign() <= 0 || n.BitLen() > maxWeakBits || n.BitLen() < 2 {
		return nil
	}
	var found []scanner.Weakness
	if p := smallFactor(n); p > 0 {
		found = append(found, scanner.Weakness{Name: scanner.WeakSmallFactor, Detail: fmt.Sprintf("divisible by %d", p)})
	}
	if closePrimes(n) {
		found = append(found, scanner.Weakness{Name: scanner.WeakClosePrimes})
	}
	if roca(n) {
		found = append(found, scanner.Weakness{Name: scanner.WeakROCA})
	}
	return found
}

// factorBound is where trial division ends. Partial validation of a public key
// asks for no factor below 752 (SP 800-89 section 5.3.3, SP 800-56B Rev. 2
// section 6.4.2.2); moduli with a flipped bit, as faulty memory leaves them,
// have factors of any size, and going on costs little.
const factorBound = 1 << 16

// smallFactor is the least prime below factorBound that divides n, or 0. One
// greatest common divisor with the product of all of them says whether there
// is any.
func smallFactor(n *big.Int) int64 {
	common := new(big.Int).GCD(nil, nil, new(big.Int).Mod(smallProduct, n), n)
	if common.BitLen() == 1 {
		return 0
	}
	return leastPrime(n)
}

// leastPrime is smallFactor by division. It is apart from it for the sieve,
// which is compiled into its 64 KiB of stack: each probe would have a stack of
// twice that, for one key in millions.
func leastPrime(n *big.Int) int64 {
	rest := new(big.Int)
	for _, p := range primesBelow(factorBound) {
		if rest.Mod(n, big.NewInt(p)).Sign() == 0 {
			return p
		}
	}
	return 0
}

// smallProduct is the primes below factorBound multiplied, some 94,000 bits. A
// test multiplies them again: at each start that would be felt.
var smallProduct = new(big.Int).SetBytes(smallProductBytes)

//go:embed primes.bin
var smallProductBytes []byte

// primesBelow is Eratosthenes' sieve.
func primesBelow(bound int) []int64 {
	var primes []int64
	composite := make([]bool, bound)
	for i := 2; i < bound; i++ {
		if composite[i] {
			continue
		}
		primes = append(primes, int64(i))
		for j := i * i; j < bound; j += i {
			composite[j] = true
		}
	}
	return primes
}

// fermatSteps is how many of Fermat's steps are tried, as many as public
// checkers of CVE-2022-26320 try. Primes that FIPS 186-5 appendix A.1.3 lets
// pass differ in their first 100 bits, and would take 2^800 of them.
const fermatSteps = 100

// closePrimes tells whether n = a² - b² with a hardly above n's root: the
// primes a+b and a-b lie close together. A square is b = 0.
func closePrimes(n *big.Int) bool {
	a := new(big.Int).Sqrt(n)
	b := new(big.Int).Mul(a, a)
	if b.Cmp(n) == 0 {
		return true
	}
	if n.Bit(0) == 0 {
		return false // an even number is told by its factor
	}
	a.Add(a, big.NewInt(1))
	b.Mul(a, a).Sub(b, n)
	step := new(big.Int).Lsh(a, 1) // (a+1)² - a² = 2a + 1
	step.Add(step, big.NewInt(1))
	one, two := new(big.Int), big.NewInt(2)
	for range fermatSteps {
		if square(b) {
			// a - b = 1 is the trivial parting of any odd number.
			return one.Sub(a, new(big.Int).Sqrt(b)).Cmp(big.NewInt(1)) != 0
		}
		b.Add(b, step)
		step.Add(step, two)
		a.Add(a, big.NewInt(1))
	}
	return false
}

// squares64 has a bit set for each square modulo 64.
const squares64 = 1<<0 | 1<<1 | 1<<4 | 1<<9 | 1<<16 | 1<<17 | 1<<25 | 1<<33 | 1<<36 | 1<<41 | 1<<49 | 1<<57

// square tells whether n is one. Nearly all others show it in their remainders,
// and need no root.
func square(n *big.Int) bool {
	if n.Sign() < 0 {
		return false
	}
	if n.Sign() == 0 {
		return true
	}
	if squares64>>(n.Bits()[0]&63)&1 == 0 {
		return false
	}
	rest := new(big.Int).Mod(n, big.NewInt(squareMod)).Int64()
	for _, p := range []int64{3, 5, 7, 11, 13, 17, 19, 23, 29, 31} {
		if big.Jacobi(big.NewInt(rest%p), big.NewInt(p)) < 0 {
			return false
		}
	}
	root := new(big.Int).Sqrt(n)
	return root.Mul(root, root).Cmp(n) == 0
}

// squareMod is 3·5·7·11·13·17·19·23·29·31.
const squareMod = 100280245065
