package tlskeys

import (
	"crypto/sha3"
	"slices"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// sharedSecret is the secret of a TLS 1.3 key exchange in which our share was
// Share's. It takes no secret of ours and no group arithmetic. A base
// point times the server's secret is the server's own public value, which it
// sends; an ML-KEM key of nothing but zeros hides the message in no way.
//
// It protects nothing and is not meant to: what it opens is the server's
// answer to a question.
func sharedSecret(group uint16, share []byte) ([]byte, bool) {
	if h, ok := hybrids[group]; ok {
		return h.secret(share)
	}
	if g, ok := iana.GroupByCode(group); ok && g.Kind == "ff" {
		return share, true // RFC 8446 section 7.4.1
	}
	point, ok := points[group]
	size := len(point) / 2
	switch {
	case !ok || len(share) != size:
		return nil, false
	case group == 29 || group == 30:
		return share, true
	}
	return share[1 : 1+size/2], true // the x coordinate: RFC 8446 section 7.4.2
}

func (h hybrid) secret(share []byte) ([]byte, bool) {
	if h.point == 0 {
		return h.kem.secret(share)
	}
	size := len(points[h.point]) / 2
	if len(share) != size+h.kem.ciphertext() {
		return nil, false
	}
	point, ciphertext := share[h.kem.ciphertext():], share[:h.kem.ciphertext()]
	if h.pointFirst {
		point, ciphertext = share[:size], share[size:]
	}
	a, okA := sharedSecret(h.point, point)
	b, okB := h.kem.secret(ciphertext)
	if h.pointFirst {
		return slices.Concat(a, b), okA && okB
	}
	return slices.Concat(b, a), okA && okB
}

// A kem is a parameter set of FIPS 203 section 8: its rank, and the bits to
// which the parts of a ciphertext are compressed.
type kem struct{ k, du, dv int }

// The parameter sets.
var (
	mlkem512  = kem{2, 10, 4}
	mlkem768  = kem{3, 10, 4}
	mlkem1024 = kem{4, 11, 5}
)

// key is an encapsulation key of zeros. It passes the check of FIPS 203
// section 7.2, since zero is less than q.
func (p kem) key() []byte { return make([]byte, 384*p.k+32) }

// keyDigests is the digests of the keys. Never written to.
var keyDigests = digestKeys()

func digestKeys() map[kem][32]byte {
	all := map[kem][32]byte{}
	for _, p := range []kem{mlkem512, mlkem768, mlkem1024} {
		all[p] = sha3.Sum256(p.key())
	}
	return all
}

func (p kem) ciphertext() int { return 32 * (p.du*p.k + p.dv) }

// secret reads the message out of a ciphertext for key. With the key's vector
// zero, what covers the message in FIPS 203 algorithm 14 line 21 is zero too,
// but for a little noise: each coefficient is near 0 or near q/2, and the
// compressed one's nearest half is the bit. The secret follows as in algorithm
// 17 line 1.
func (p kem) secret(ciphertext []byte) ([]byte, bool) {
	if len(ciphertext) != p.ciphertext() {
		return nil, false
	}
	v := ciphertext[32*p.du*p.k:]
	message := make([]byte, 32)
	for i := range 256 {
		c := 0
		for b := range p.dv {
			at := i*p.dv + b
			c |= int(v[at/8]>>(at%8)&1) << b
		}
		quarter := 1 << (p.dv - 2)
		if c >= quarter && c < 3*quarter {
			message[i/8] |= 1 << (i % 8)
		}
	}
	digest := keyDigests[p]
	k := sha3.Sum512(append(message, digest[:]...))
	return k[:32], true
}
