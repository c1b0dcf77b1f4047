package pkix

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"

	zx509 "github.com/zmap/zcrypto/x509"

	"github.com/fipsweep/fipsweep/scanner"
)

// Certificate tells the facts of an X.509 certificate. It never fails: what
// no parser reads comes back with its digest, a Problem, and as many facts as
// could be had.
func Certificate(der []byte) scanner.Certificate {
	c := scanner.Certificate{SHA256: scanner.Digest(der)}
	walked := certificateFacts(&c, der)
	_, refused := x509.ParseCertificate(der)
	if refused == nil {
		if walked != nil { // the strict parser knows better than our walk
			c.Problem = problem(walked)
		}
		return c
	}
	if _, err := zx509.ParseCertificate(der); err == nil && walked == nil {
		c.Parser = "zcrypto"
		return c
	}
	c.Problem = problem(errors.Join(walked, refused))
	return c
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
