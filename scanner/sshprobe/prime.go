package sshprobe

import (
	"math/big"
	"sync"
)

// primes remembers what was found of primes: a distribution's servers draw
// from one file, and testing a prime is the dearest thing that we do.
type primes struct {
	mu   sync.Mutex
	seen map[string]string
}

// maxPrimesSeen bounds what servers can make us remember.
const maxPrimesSeen = 4096

// problem says by the digest of a prime what is wrong with it; "" for nothing.
func (c *primes) problem(digest string, p *big.Int) string {
	c.mu.Lock()
	said, known := c.seen[digest]
	c.mu.Unlock()
	if known {
		return said
	}
	said = safePrimeProblem(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil || len(c.seen) >= maxPrimesSeen {
		c.seen = map[string]string{}
	}
	c.seen[digest] = said
	return said
}

// maxTested is the size up to which a prime's half is tested by the full test
// of math/big, which for 8192 bits would take most of a second.
const maxTested = 4096

// safePrimeProblem tells why a modulus is no safe prime, as RFC 4419 section 3
// wants it to be: p and (p-1)/2 are prime. Above maxTested bits only small
// factors and a Fermat test to the base 2 speak against it.
func safePrimeProblem(p *big.Int) string {
	switch {
	case p.BitLen() < minPrimeBits || p.BitLen() > maxPrimeBits:
		return "not tested: too short or too long"
	case p.Bit(0) == 0:
		return "even"
	case p.Bit(1) == 0:
		return "no safe prime: (p-1)/2 is even"
	}
	q := new(big.Int).Rsh(p, 1)
	for d := int64(3); d < 2000; d += 2 {
		switch small := big.NewInt(d); {
		case new(big.Int).Mod(p, small).Sign() == 0:
			return "not prime: it has a small factor"
		case new(big.Int).Mod(q, small).Sign() == 0:
			return "no safe prime: (p-1)/2 has a small factor"
		}
	}
	// By Euler's criterion 2 to the power of (p-1)/2 is 1 or -1.
	e := new(big.Int).Exp(big.NewInt(2), q, p)
	if e.Cmp(big.NewInt(1)) != 0 && e.Add(e, big.NewInt(1)).Cmp(p) != 0 {
		return "not prime"
	}
	if p.BitLen() <= maxTested && !q.ProbablyPrime(0) {
		return "no safe prime: (p-1)/2 is not prime"
	}
	return ""
}
