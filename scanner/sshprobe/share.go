package sshprobe

import (
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/rand"
	"math/big"

	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// A share is our half of a key exchange.
type share struct {
	public []byte // encoded as in the message and in the exchange hash
	// secret computes the shared secret, encoded as in the exchange hash; nil
	// if the other half is no good, or if we cannot compute.
	secret func(theirs []byte) []byte
}

// share makes our half.
func (m method) share() (share, error) {
	switch {
	case m.kem.public > 0:
		return m.hybridShare()
	case m.curve != nil:
		return curveShare(m.curve)
	}
	prime, _ := iana.PrimeByName(m.prime)
	return primeShare(new(big.Int).SetBytes(prime.Value), big.NewInt(2)), nil
}

func curveShare(curve ecdh.Curve) (share, error) {
	key, err := curve.GenerateKey(rand.Reader)
	if err != nil {
		return share{}, err
	}
	return share{
		public: sshwire.AppendString(nil, key.PublicKey().Bytes()),
		secret: func(theirs []byte) []byte {
			secret := agree(key, theirs)
			if secret == nil {
				return nil
			}
			return sshwire.AppendMpint(nil, new(big.Int).SetBytes(secret)) // RFC 8731 section 3.1: X25519's too, big-endian
		},
	}, nil
}

// agree is what a curve's two halves make; nil if theirs is no good.
func agree(key *ecdh.PrivateKey, theirs []byte) []byte {
	point, err := key.Curve().NewPublicKey(theirs)
	if err != nil {
		return nil
	}
	secret, err := key.ECDH(point)
	if err != nil {
		return nil
	}
	return secret
}

// primeShare has an exponent of 256 bits: enough for the value to pass the
// server's checks, and nothing secret hangs on it.
func primeShare(p, g *big.Int) share {
	var exponent [32]byte
	rand.Read(exponent[:])
	x := new(big.Int).SetBytes(exponent[:])
	return share{
		public: sshwire.AppendMpint(nil, new(big.Int).Exp(g, x, p)),
		secret: func(theirs []byte) []byte {
			if len(theirs) > maxPrimeBits/8+1 {
				return nil
			}
			f := new(big.Int).SetBytes(theirs)
			if f.Cmp(big.NewInt(1)) <= 0 || f.Cmp(new(big.Int).Sub(p, big.NewInt(1))) >= 0 {
				return nil
			}
			return sshwire.AppendMpint(nil, f.Exp(f, x, p))
		},
	}
}

// A kem is a key encapsulation, whose public key we send.
type kem struct {
	public, ciphertext int // lengths in bytes
	// generate returns a public key and what opens a ciphertext made with it; nil
	// for a mechanism that we cannot compute.
	generate func() (public []byte, open func(ciphertext []byte) ([]byte, error), err error)
}

func mlkem768() kem {
	return kem{mlkem.EncapsulationKeySize768, mlkem.CiphertextSize768, func() ([]byte, func([]byte) ([]byte, error), error) {
		key, err := mlkem.GenerateKey768()
		if err != nil {
			return nil, nil, err
		}
		return key.EncapsulationKey().Bytes(), key.Decapsulate, nil
	}}
}

func mlkem1024() kem {
	return kem{mlkem.EncapsulationKeySize1024, mlkem.CiphertextSize1024, func() ([]byte, func([]byte) ([]byte, error), error) {
		key, err := mlkem.GenerateKey1024()
		if err != nil {
			return nil, nil, err
		}
		return key.EncapsulationKey().Bytes(), key.Decapsulate, nil
	}}
}

// opaque is a mechanism of which we know only how long a public key is. Any
// bytes look like one of Streamlined NTRU Prime's, and the reply carries the
// host key all the same; what it was signed over stays unknown.
func opaque(public int) kem { return kem{public: public} }

// hybridShare is one string: the public key of the mechanism and then the
// curve's point (RFC 10042; sntrup761x25519-sha512 does the same). The secret is the hash over both secrets, as a
// string.
func (m method) hybridShare() (share, error) {
	public, open := make([]byte, m.kem.public), (func([]byte) ([]byte, error))(nil)
	rand.Read(public)
	if m.kem.generate != nil {
		var err error
		if public, open, err = m.kem.generate(); err != nil {
			return share{}, err
		}
	}
	if m.curve == nil {
		return share{sshwire.AppendString(nil, public), func([]byte) []byte { return nil }}, nil
	}
	key, err := m.curve.GenerateKey(rand.Reader)
	if err != nil {
		return share{}, err
	}
	return share{
		public: sshwire.AppendString(nil, append(public, key.PublicKey().Bytes()...)),
		secret: func(theirs []byte) []byte {
			if open == nil || len(theirs) < m.kem.ciphertext {
				return nil
			}
			first, err := open(theirs[:m.kem.ciphertext])
			second := agree(key, theirs[m.kem.ciphertext:])
			if err != nil || second == nil {
				return nil
			}
			return sshwire.AppendString(nil, digest(m.hash, append(first, second...)))
		},
	}, nil
}
