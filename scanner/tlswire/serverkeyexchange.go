package tlswire

import (
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// A Shape says how a suite's ServerKeyExchange is laid out, which its bytes do
// not tell.
type Shape struct {
	Params Params
	PSK    bool // an identity hint comes first (RFC 4279 section 2)
	Signed bool // a signature follows the parameters
}

// Params is the kind of parameters in a ServerKeyExchange.
type Params uint8

// The kinds. A suite of another kind has none, or one not read here.
const (
	NoParams    Params = iota
	ECParams           // RFC 8422 section 5.4
	DHParams           // RFC 5246 section 7.4.3
	RSAParams          // export suites, RFC 2246 section 7.4.3
	KeyParams          // CECPQ1: a public key without a word of what it is, as Botan has it
	HintOnly           // plain PSK: nothing but the hint
	OtherParams        // SRP, GOST, ECJPAKE and others: left unread
)

// The kinds of curve in ECParams, RFC 8422 section 5.4.
const (
	CurveExplicitPrime = 1
	CurveExplicitChar2 = 2
	CurveNamed         = 3
)

// ServerKeyExchange is the parameters that the server computes with.
type ServerKeyExchange struct {
	Hint []byte

	CurveType  uint8
	Group      uint16 // named curve
	FieldBits  int    // explicit curve
	Point      []byte
	P, G, Y    []byte // finite field
	Modulus, E []byte // temporary RSA key

	Scheme    uint16 // TLS 1.2: how the parameters are signed
	Signature []byte
}

// ParseServerKeyExchange reads the body of a ServerKeyExchange of SSLv3 to
// TLS 1.2.
func ParseServerKeyExchange(body []byte, shape Shape, version uint16) (ServerKeyExchange, error) {
	var k ServerKeyExchange
	s := cryptobyte.String(body)
	if err := k.parse(&s, shape, version); err != nil {
		return k, fmt.Errorf("server key exchange: %w", err)
	}
	return k, nil
}

func (k *ServerKeyExchange) parse(s *cryptobyte.String, shape Shape, version uint16) error {
	if shape.PSK && !readBytes16(s, &k.Hint) {
		return fmt.Errorf("identity hint: %w", ErrMalformed)
	}
	ok := true
	switch shape.Params {
	case NoParams, OtherParams:
		return nil
	case HintOnly:
	case ECParams:
		ok = k.parseEC(s)
	case DHParams:
		ok = readBytes16(s, &k.P) && readBytes16(s, &k.G) && readBytes16(s, &k.Y) && len(k.P) > 0
	case RSAParams:
		ok = readBytes16(s, &k.Modulus) && readBytes16(s, &k.E)
	case KeyParams:
		ok = readBytes16(s, &k.Point)
	}
	if !ok {
		return fmt.Errorf("parameters: %w", ErrMalformed)
	}
	if !shape.Signed {
		return nil
	}
	if version >= VersionTLS12 && !s.ReadUint16(&k.Scheme) || !readBytes16(s, &k.Signature) {
		return fmt.Errorf("signature: %w", ErrMalformed)
	}
	return nil
}

// parseEC reads ECParameters and the server's point. An explicit curve's
// equation is passed over: that it is explicit is what matters.
func (k *ServerKeyExchange) parseEC(s *cryptobyte.String) bool {
	if !s.ReadUint8(&k.CurveType) {
		return false
	}
	switch k.CurveType {
	case CurveNamed:
		if !s.ReadUint16(&k.Group) {
			return false
		}
	case CurveExplicitPrime:
		var prime cryptobyte.String
		if !s.ReadUint8LengthPrefixed(&prime) {
			return false
		}
		k.FieldBits = 8 * len(prime)
		if !skip8(s, 5) { // a, b, base, order, cofactor
			return false
		}
	case CurveExplicitChar2:
		var m uint16
		var basis uint8
		if !s.ReadUint16(&m) || !s.ReadUint8(&basis) {
			return false
		}
		k.FieldBits = int(m)
		terms := 1 // trinomial: k
		if basis == 2 {
			terms = 3 // pentanomial: k1, k2, k3
		}
		if !skip8(s, terms+5) {
			return false
		}
	default:
		return false
	}
	var point cryptobyte.String
	ok := s.ReadUint8LengthPrefixed(&point)
	k.Point = point
	return ok
}

// skip8 passes over n fields with a length of one byte.
func skip8(s *cryptobyte.String, n int) bool {
	for range n {
		var field cryptobyte.String
		if !s.ReadUint8LengthPrefixed(&field) {
			return false
		}
	}
	return true
}

func readBytes16(s *cryptobyte.String, out *[]byte) bool {
	var field cryptobyte.String
	ok := s.ReadUint16LengthPrefixed(&field)
	*out = field
	return ok
}
