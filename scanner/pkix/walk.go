package pkix

import (
	"encoding/hex"
	"errors"
	"math/big"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// signed is the outermost form that certificates, requests and revocation
// lists share: SEQUENCE { tbs, signatureAlgorithm, signature }.
type signed struct {
	tbs       element
	algorithm algorithm
	signature []byte
}

// openSigned takes the outer form apart. It tolerates nothing behind it.
func openSigned(der []byte) (signed, error) {
	in := reader(der)
	outer, ok := in.read(tagSequence)
	if !ok {
		return signed{}, errors.New("the outer sequence is cut short or is none")
	}
	if len(in) > 0 {
		return signed{}, errors.New("there is data behind the outer sequence")
	}
	var s signed
	if s.tbs, ok = outer.body.read(tagSequence); !ok {
		return s, errors.New("the signed part is unreadable")
	}
	if s.algorithm, ok = outer.body.algorithm(); !ok {
		return s, errors.New("the signature algorithm is unreadable")
	}
	if s.signature, ok = outer.body.bits(); !ok {
		return s, errors.New("the signature is unreadable")
	}
	return s, nil
}

// body is the parts of a TBSCertificate (RFC 5280 section 4.1).
type body struct {
	version       int
	serial        *big.Int
	issuer        element
	before, after time.Time
	subject       element
	spki          element
	extensions    reader
}

// walk reads as much of a TBSCertificate as is there. On an error, b holds
// what came before it.
func walk(tbs reader) (b body, err error) {
	b.version = 1
	if v, ok := tbs.read(explicit(0)); ok {
		n, ok := v.body.small()
		if !ok {
			return b, errors.New("the version is unreadable")
		}
		b.version = n + 1
	}
	var ok bool
	if b.serial, ok = tbs.integer(); !ok {
		return b, errors.New("the serial number is unreadable")
	}
	if _, ok = tbs.algorithm(); !ok {
		return b, errors.New("the inner signature algorithm is unreadable")
	}
	if b.issuer, ok = tbs.read(tagSequence); !ok {
		return b, errors.New("the issuer is unreadable")
	}
	validity, ok := tbs.read(tagSequence)
	if !ok {
		return b, errors.New("the validity is unreadable")
	}
	var okBefore, okAfter bool
	b.before, okBefore = validity.body.time()
	b.after, okAfter = validity.body.time()
	if b.subject, ok = tbs.read(tagSequence); !ok {
		return b, errors.New("the subject is unreadable")
	}
	if b.spki, ok = tbs.read(tagSequence); !ok {
		return b, errors.New("the public key is unreadable")
	}
	tbs.read(implicit(1)) // issuerUniqueID
	tbs.read(implicit(2)) // subjectUniqueID
	if wrapped, ok := tbs.read(explicit(3)); ok {
		list, ok := wrapped.body.read(tagSequence)
		if !ok {
			return b, errors.New("the extensions are unreadable")
		}
		b.extensions = list.body
	}
	if !okBefore || !okAfter {
		return b, errors.New("the validity holds no date")
	}
	return b, nil
}

// facts writes the parts into a certificate.
func (b body) facts(c *scanner.Certificate) (err error) {
	c.Version = b.version
	c.NotBefore, c.NotAfter = b.before, b.after
	if b.serial != nil {
		c.Serial = serialText(b.serial)
	}
	var okIssuer, okSubject bool
	c.Issuer, _, okIssuer = distinguishedName(b.issuer.body)
	c.Subject, c.CommonName, okSubject = distinguishedName(b.subject.body)
	c.CommonName = printable(c.CommonName)
	if len(b.spki.full) > 0 {
		c.Key, err = PublicKey(b.spki.full)
	}
	extensions(c, b.extensions)
	switch {
	case !okIssuer:
		return errors.New("the issuer is unreadable")
	case !okSubject:
		return errors.New("the subject is unreadable")
	}
	return err
}

// serialText writes a serial number as pairs of hexadecimal digits.
func serialText(n *big.Int) string {
	text := hex.EncodeToString(n.Bytes()) // of the absolute value
	switch {
	case text == "":
		return "00"
	case n.Sign() < 0:
		return "-" + text
	}
	return text
}

// timeLayouts are the forms of UTCTime and GeneralizedTime that occur: RFC
// 5280 allows the first of each, X.680 the others.
var timeLayouts = map[byte][]string{
	tagUTCTime: {"060102150405Z0700", "0601021504Z0700"},
	tagGenTime: {"20060102150405Z0700", "20060102150405.999999999Z0700", "200601021504Z0700", "20060102150405"},
}

// time reads a UTCTime or GeneralizedTime in UTC, and consumes the element
// even when it holds no date.
func (r *reader) time() (time.Time, bool) {
	e, ok := r.any()
	if !ok {
		return time.Time{}, false
	}
	for _, layout := range timeLayouts[e.tag] {
		t, err := time.Parse(layout, string(e.body))
		if err != nil {
			continue
		}
		// Two digits stand for 1950 to 2049 (RFC 5280 section 4.1.2.5.1);
		// Go's parser puts 50 to 68 a century later.
		if e.tag == tagUTCTime && t.Year() >= 2050 {
			t = t.AddDate(-100, 0, 0)
		}
		return t.UTC(), true
	}
	return time.Time{}, false
}
