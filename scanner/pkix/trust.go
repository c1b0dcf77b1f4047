package pkix

import (
	"bytes"
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

// Anchors is a set of certificates that are trusted to begin with.
type Anchors struct {
	name string
	pool *x509.CertPool
}

// SystemAnchors are those of a machine. It is nil for an empty pool, as a
// machine without a trust store has it: that says nothing of any chain.
func SystemAnchors(pool *x509.CertPool) *Anchors {
	if pool == nil || pool.Equal(x509.NewCertPool()) {
		return nil
	}
	return &Anchors{scanner.AnchorsSystem, pool}
}

// ParseAnchors reads a bundle of certificates in PEM, or one in DER. What is
// not a certificate is left out, such as the text between the blocks; one that
// cannot be read is an error, and every one is told.
func ParseAnchors(name string, data []byte) (*Anchors, error) {
	a := &Anchors{name, x509.NewCertPool()}
	n := 0
	var errs []error
	add := func(der []byte) {
		n++
		c, err := x509.ParseCertificate(der)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: certificate %d cannot be an anchor, take it out: %s", name, n, problem(err)))
			return
		}
		a.pool.AddCert(c)
	}
	if KindOf(data) == scanner.ItemCertificate {
		add(data)
	}
	for rest := data; ; {
		block, more := pem.Decode(rest)
		if block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			add(block.Bytes)
		}
		rest = more
	}
	if n == 0 {
		return nil, fmt.Errorf("%s: holds no certificate; want a bundle in PEM (-----BEGIN CERTIFICATE-----)", name)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return a, nil
}

// Name is what the anchors are told by.
func (a *Anchors) Name() string { return a.name }

// Trust tells whether the first of the certificates leads to an anchor by way
// of the others, in whatever order they stand and whatever else is among them.
// It does by the rules of RFC 5280 section 6 for TLS servers, names left out.
// A chain that is not valid at the moment, but was or will be, is trusted from
// then until then.
func (a *Anchors) Trust(chain [][]byte, at time.Time) scanner.Trust {
	t := scanner.Trust{Anchors: a.name}
	if len(chain) == 0 {
		return unknown(t, "nothing was shown")
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return unknown(t, problem(err))
	}
	options := x509.VerifyOptions{Roots: a.pool, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	for _, der := range chain[:min(len(chain), maxPath)] {
		if c, err := x509.ParseCertificate(der); err == nil { // one that cannot be read leads nowhere
			options.Intermediates.AddCert(c)
		}
	}
	var refused error
	begins, ends := common(chain)
	for _, options.CurrentTime = range []time.Time{at, begins, ends} {
		paths, err := leaf.Verify(options)
		if err == nil {
			return trusted(t, paths)
		}
		if refused == nil || expired(refused) && !expired(err) { // what is wrong beside the date says more
			refused = err
		}
	}
	return distrusted(t, refused, chain)
}

// common is the time that the certificates on the way up have in common; its
// end is before its beginning where they have none.
func common(chain [][]byte) (from, until time.Time) {
	for n, i := range Path(chain) {
		b := newLink(chain[i]).body
		if n == 0 || b.before.After(from) {
			from = b.before
		}
		if n == 0 || b.after.Before(until) {
			until = b.after
		}
	}
	return from, until
}

func unknown(t scanner.Trust, detail string) scanner.Trust {
	t.Reason, t.Detail = scanner.TrustUncomputable, detail
	return t
}

// expired tells whether it is for a date that a path is refused. Of an issuer's
// date Go's library tells in the text of the error only.
func expired(err error) bool {
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) {
		return invalid.Reason == x509.Expired
	}
	return strings.HasPrefix(hint(err), "x509: certificate has expired")
}

// undated is what Go's library says of a date, without the moment to which it
// held the certificate: that is another at each sweep, and what it was held to
// is not.
func undated(text string) string {
	before, rest, _ := strings.Cut(text, "current time ")
	_, rest, found := strings.Cut(rest, " is ")
	if date, after := strings.CutPrefix(rest, "after "); found && after {
		return before + "its time ended at " + date
	}
	if date, early := strings.CutPrefix(rest, "before "); found && early {
		return before + "its time begins at " + date
	}
	return text
}

// hint is what Go's library suspects to be the reason that an authority is
// unknown.
func hint(err error) string {
	_, text, _ := strings.Cut(err.Error(), "(possibly because of \"")
	text, _, _ = strings.Cut(text, " while trying to verify")
	return text
}

// trusted tells the path that holds longest.
func trusted(t scanner.Trust, paths [][]*x509.Certificate) scanner.Trust {
	yes := true
	t.Trusted = &yes
	for i, path := range paths {
		from, until := path[0].NotBefore, path[0].NotAfter
		for _, c := range path {
			if c.NotBefore.After(from) {
				from = c.NotBefore
			}
			if c.NotAfter.Before(until) {
				until = c.NotAfter
			}
		}
		if i > 0 && !until.After(*t.Until) {
			continue
		}
		t.From, t.Until, t.Path = &from, &until, nil
		for _, c := range path {
			t.Path = append(t.Path, scanner.Digest(c.Raw))
		}
	}
	return t
}

// distrusted tells why there is no path. Where a link of it is a signature
// that we cannot compute, nobody knows.
func distrusted(t scanner.Trust, err error, chain [][]byte) scanner.Trust {
	var authority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var critical x509.UnhandledCriticalExtension
	t.Detail = problem(errors.New(undated(err.Error())))
	switch {
	case expired(err):
		t.Reason = scanner.TrustExpired
	case errors.As(err, &authority):
		if why := unverifiable(chain); why != "" {
			return unknown(t, why)
		}
		t.Reason = scanner.TrustUnknownAuthority
		switch why := hint(err); {
		case strings.Contains(why, "insecure"): // "insecure algorithm", "512-bit keys are insecure"
			t.Reason = scanner.TrustInsecureSignature
		case strings.Contains(why, "cannot sign"), strings.Contains(why, "not authorized to sign"), strings.Contains(why, "path length"):
			t.Reason = scanner.TrustConstraint
		}
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		t.Reason = scanner.TrustUsage
	case errors.As(err, &critical):
		t.Reason = scanner.TrustExtension
	case errors.As(err, &invalid):
		t.Reason = scanner.TrustConstraint
	default:
		return unknown(t, t.Detail)
	}
	no := false
	t.Trusted = &no
	return t
}

// unverifiable tells what on the way up Go's library can neither accept nor
// refuse; "" where there is nothing. What a root says of itself is not asked.
func unverifiable(chain [][]byte) string {
	for _, i := range Path(chain) {
		c, err := x509.ParseCertificate(chain[i])
		switch {
		case err != nil:
			return fmt.Sprintf("certificate %d: %s", i, problem(err))
		case bytes.Equal(c.RawIssuer, c.RawSubject):
		case c.SignatureAlgorithm == x509.UnknownSignatureAlgorithm:
			name, oid, _ := newLink(chain[i]).signed.algorithm.signature()
			return "no signature of " + cmp.Or(name, oid) + " can be verified here"
		}
	}
	return ""
}
