package pkix

import (
	"math/big"
	"strconv"
	"strings"
)

// The ASN.1 tags that the structures here are made of (X.690 section 8.1.2).
const (
	tagBoolean     = 0x01
	tagInteger     = 0x02
	tagBitString   = 0x03
	tagOctetString = 0x04
	tagNull        = 0x05
	tagOID         = 0x06
	tagUTF8String  = 0x0c
	tagUTCTime     = 0x17
	tagGenTime     = 0x18
	tagUniversal   = 0x1c
	tagBMPString   = 0x1e
	tagSequence    = 0x30
	tagSet         = 0x31
)

// implicit is the tag [n] IMPLICIT of something primitive.
func implicit(n byte) byte { return 0x80 | n }

// explicit is the tag [n] EXPLICIT, or IMPLICIT of something constructed.
func explicit(n byte) byte { return 0xa0 | n }

// A reader walks DER from the front. It is more patient than a strict parser:
// a length may be written longer than it has to be, since issuers do that and
// the facts are still plain. It is not so patient as to take an indefinite
// length. Every method consumes only when it succeeds.
type reader []byte

// element is one tag, length and value.
type element struct {
	tag  byte
	body reader // the value
	full []byte // header and value
}

// any reads the next element, whatever its tag.
func (r *reader) any() (element, bool) {
	in := *r
	if len(in) < 2 || in[0]&0x1f == 0x1f { // a tag number above 30 occurs nowhere in PKIX
		return element{}, false
	}
	size, header := int(in[1]), 2
	if size >= 0x80 {
		n := size & 0x7f
		if n == 0 || n > 8 || len(in) < 2+n {
			return element{}, false
		}
		size, header = 0, 2+n
		for _, b := range in[2:header] {
			if size > len(in) { // already too long, and the shift must not overflow
				return element{}, false
			}
			size = size<<8 | int(b)
		}
	}
	if size > len(in)-header {
		return element{}, false
	}
	e := element{in[0], in[header : header+size], in[:header+size]}
	*r = in[header+size:]
	return e, true
}

// peek tells whether an element of the tag comes next.
func (r reader) peek(tag byte) bool { return len(r) > 0 && r[0] == tag }

// read reads the next element if it has the tag.
func (r *reader) read(tag byte) (element, bool) {
	if !r.peek(tag) {
		return element{}, false
	}
	return r.any()
}

// integer reads an INTEGER. The encoding may have needless leading octets.
func (r *reader) integer() (*big.Int, bool) {
	e, ok := r.read(tagInteger)
	if !ok || len(e.body) == 0 {
		return nil, false
	}
	n := new(big.Int).SetBytes(e.body)
	if e.body[0]&0x80 != 0 { // two's complement
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(e.body))*8))
	}
	return n, true
}

// small reads an INTEGER that fits an int, such as a version or a count.
func (r *reader) small() (int, bool) {
	n, ok := r.integer()
	if !ok || !n.IsInt64() || n.Int64() > 1<<31-1 || n.Int64() < -1<<31 {
		return 0, false
	}
	return int(n.Int64()), true
}

// boolean reads a BOOLEAN; any octet but zero is true, as in BER.
func (r *reader) boolean() (value, ok bool) {
	e, ok := r.read(tagBoolean)
	if !ok || len(e.body) != 1 {
		return false, false
	}
	return e.body[0] != 0, true
}

// bits reads a BIT STRING and drops the count of unused bits.
func (r *reader) bits() ([]byte, bool) {
	e, ok := r.read(tagBitString)
	if !ok || len(e.body) == 0 {
		return nil, false
	}
	return e.body[1:], true
}

// oid reads an OBJECT IDENTIFIER into its dotted form.
func (r *reader) oid() (string, bool) {
	e, ok := r.read(tagOID)
	if !ok {
		return "", false
	}
	return dotted(e.body)
}

// dotted decodes the subidentifiers of X.690 section 8.19.
func dotted(body []byte) (string, bool) {
	if len(body) == 0 || body[len(body)-1]&0x80 != 0 || len(body) > 128 {
		return "", false
	}
	var b strings.Builder
	arc, first := new(big.Int), true
	for _, c := range body {
		arc.Lsh(arc, 7).Or(arc, big.NewInt(int64(c&0x7f)))
		if c&0x80 != 0 {
			continue
		}
		if first {
			// The first two arcs share one number.
			top := min(2, new(big.Int).Div(arc, big.NewInt(40)).Uint64())
			if arc.BitLen() > 32 {
				top = 2
			}
			b.WriteString(strconv.FormatUint(top, 10))
			arc.Sub(arc, new(big.Int).SetUint64(40*top))
			first = false
		}
		b.WriteByte('.')
		b.WriteString(arc.String())
		arc.SetInt64(0)
	}
	return b.String(), true
}
