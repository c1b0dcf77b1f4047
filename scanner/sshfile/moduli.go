package sshfile

import (
	"bytes"
	"math/big"
	"strconv"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
)

// A Modulus is a line of a moduli file (moduli(5)), from which sshd draws the
// primes of group exchange.
type Modulus struct {
	Line  int
	Time  string // when it was made: YYYYMMDDHHMMSS
	Type  int    // 2: a safe prime, 4: a Sophie Germain prime, ...
	Tests int    // bits: 2 sieved, 4 tested by Miller and Rabin, ...
	Tries int
	Prime scanner.Prime
}

// Safe tells whether the file says of it that it is a safe prime and was
// tested, which sshd asks of those that it takes.
func (m Modulus) Safe() bool { return m.Type == 2 && m.Tests&1 == 0 && m.Tests&^1 != 0 }

// maxModulus is the longest number, in hexadecimal digits, that is read.
const maxModulus = 16384 / 4

// ParseModuli reads a moduli file. The size there is that of the highest bit's
// number, one less than the length.
func ParseModuli(data []byte) (list []Modulus, problems []Problem) {
	for n, line := range entries(data) {
		m, what := modulus(line)
		if m.Line = n; what != "" {
			problems = append(problems, Problem{n, what})
			continue
		}
		list = append(list, m)
	}
	return list, problems
}

func modulus(line []byte) (m Modulus, problem string) {
	fields := bytes.Fields(line)
	if len(fields) != 7 {
		return m, "want seven fields: time, type, tests, tries, size, generator, modulus"
	}
	m.Time = scanner.Escape(fields[0])
	var size int
	for i, number := range []*int{&m.Type, &m.Tests, &m.Tries, &size} {
		v, err := strconv.ParseUint(string(fields[1+i]), 10, 31)
		if err != nil {
			return m, "field " + strconv.Itoa(2+i) + " is no number"
		}
		*number = int(v)
	}
	if len(fields[5]) > maxModulus || len(fields[6]) > maxModulus {
		return m, "number of more than 16384 bits"
	}
	g, okG := new(big.Int).SetString(string(fields[5]), 16)
	p, okP := new(big.Int).SetString(string(fields[6]), 16)
	if !okG || !okP || g.Sign() < 0 || p.Sign() <= 0 {
		return m, "generator or modulus is no number"
	}
	m.Prime = scanner.Prime{Bits: p.BitLen(), Group: iana.PrimeName(p.Bytes()), SHA256: scanner.Digest(p.Bytes()), Generator: g.Text(16)}
	if size+1 != m.Prime.Bits {
		return m, "it says a size of " + strconv.Itoa(size) + ", and the modulus has " + strconv.Itoa(m.Prime.Bits) + " bits"
	}
	return m, ""
}
