package pkix

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	zx509 "github.com/zmap/zcrypto/x509"

	"github.com/fipsweep/fipsweep/scanner"
)

// Certificate tells the facts of an X.509 certificate. It never fails: what
// no parser reads comes back with its digest, a Problem, and as many facts as
// could be had.
func Certificate(der []byte) scanner.Certificate {
	c := scanner.Certificate{SHA256: scanner.Digest(der)}
	walked := certificateFacts(&c, der)
	parser, refused := parserOf(der)
	if refused != nil && walked == nil && c.Key.Algorithm == "EC" && c.Key.Curve != curveExplicit && c.Key.Curve != curveImplicit {
		if _, err := parserOf(onKnownCurve(der)); err == nil { // they lack the curve, and the certificate nothing
			parser, refused = scanner.ParserOwn, nil
		}
	}
	switch {
	case walked == nil && refused == nil:
		c.Parser = parser
	case refused == nil && parser == "": // the strict parser knows better than our walk
		c.Problem = problem(walked)
	default:
		_, refused = x509.ParseCertificate(der)
		c.Problem = problem(errors.Join(walked, refused))
	}
	return c
}

// parserOf is the first parser that takes a certificate: "" for Go's, which is
// the strictest. The error is Go's.
func parserOf(der []byte) (parser string, err error) {
	if _, err = x509.ParseCertificate(der); err == nil {
		return "", nil
	}
	if _, errZ := zx509.ParseCertificate(der); errZ == nil {
		return scanner.ParserZcrypto, nil
	}
	return "", err
}

// onKnownCurve is a certificate with another key, on a curve that every parser
// knows: by which it is told whether they mind anything but the curve.
func onKnownCurve(der []byte) []byte {
	s, errOuter := openSigned(der)
	b, err := walk(s.tbs.body)
	strict := bytes.Equal(s.tbs.full, appendElement(nil, tagSequence, s.tbs.body)) // else they mind how it is written
	if errOuter != nil || err != nil || !strict {
		return nil
	}
	g := elliptic.P256().Params()
	point := append([]byte{4}, append(g.Gx.FillBytes(make([]byte, 32)), g.Gy.FillBytes(make([]byte, 32))...)...)
	key := publicKeyInfo(algorithm{oid: oidEC, params: appendOID(nil, oidP256)}, point)
	before, after, _ := bytes.Cut(s.tbs.body, b.spki.full)
	tbs := appendElement(nil, tagSequence, slices.Concat(before, key, after))
	_, rest, _ := bytes.Cut(der, s.tbs.full)
	outer := der[:len(der)-len(rest)-len(s.tbs.full)]
	if whole := appendElement(nil, tagSequence, der[len(outer):]); !bytes.Equal(whole, der) {
		return nil
	}
	return appendElement(nil, tagSequence, append(tbs, rest...))
}

// certificateFacts walks the DER and writes down what it finds, and returns
// why it went no further.
func certificateFacts(c *scanner.Certificate, der []byte) error {
	s, err := openSigned(der)
	if s.algorithm.oid != "" {
		c.SignatureAlgorithm, c.SignatureOID, c.PSS = s.algorithm.signature()
	}
	if len(s.tbs.full) == 0 {
		return fmt.Errorf("no certificate: %w", err)
	}
	b, errBody := walk(s.tbs.body)
	errFacts := b.facts(c)
	for _, e := range []error{err, errBody, errFacts} {
		if e != nil {
			return fmt.Errorf("no certificate: %w", e)
		}
	}
	c.SelfSigned = bytes.Equal(b.issuer.full, b.subject.full) && verify(b.spki.full, s) != refuted
	return nil
}

// problem is the first line of an error, without bytes that a peer chose
// freely and not longer than a report can show.
func problem(err error) string {
	text := printable(string(bytes.ReplaceAll([]byte(err.Error()), []byte("\n"), []byte("; "))))
	const most = 200
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return text
}
