package tlsprobe

import (
	"crypto/rand"
	"errors"
	"io"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

func (s *session) helloSSL2() ([]byte, error) {
	h := tlswire.SSL2ClientHello{Kinds: s.p.questions.kinds}
	_, _ = rand.Read(h.Challenge[:]) // never fails (crypto/rand)
	return h.Marshal()
}

// enumerateSSL2 asks for SSLv2. One answer lists every kind of cipher.
func (s *session) enumerateSSL2() {
	a := s.opened(ssl2)
	found := s.found[ssl2]
	switch {
	case a.outcome == refused, a.outcome == odd: // whatever it said was no SERVER-HELLO
		found.Accepted = yes(false)
		s.belief.denies(ssl2)
	case a.outcome == chose:
		found.Accepted = yes(true)
		s.o.Evidence = append(s.o.Evidence, scanner.EvidenceOf("SERVER-HELLO SSLv2", a.ssl2.Raw))
		for _, k := range a.ssl2.Kinds {
			found.Suites = add(found.Suites, kindName(k))
		}
		if len(a.ssl2.Certificate) > 0 {
			s.certs.see(ssl2, "", "", [][]byte{a.ssl2.Certificate})
		}
	default:
		s.missed(ssl2.name, a.failure)
	}
}

// readSSL2 reads a SERVER-HELLO of SSLv2. A server that does not speak it
// answers in TLS, if at all.
func (a *answer) readSSL2(d *tlswire.Decoder, r io.Reader) {
	var in []byte
	for {
		came, err := d.Fill(r)
		in = append(in, came...)
		a.keepFirst(came)
		hello, bad := tlswire.ParseSSL2ServerHello(in)
		switch {
		case bad == nil:
			a.outcome, a.ssl2 = chose, &hello
			return
		case errors.Is(bad, tlswire.ErrSSL2Declined):
			a.outcome = refused
			return
		case errors.Is(bad, tlswire.ErrNotTLS):
			a.otherThanSSL2(in, bad)
			return
		case !errors.Is(bad, tlswire.ErrMore):
			a.strange(bad)
			return
		case err != nil:
			a.ended(err, nil)
			return
		}
	}
}

// otherThanSSL2 sorts an answer that is none of SSLv2: whatever a TLS record
// holds, SSLv2 is not spoken.
func (a *answer) otherThanSSL2(in []byte, bad error) {
	d := new(tlswire.Decoder)
	if _, err := d.Write(in); err != nil {
		a.strange(err)
		return
	}
	if _, err := d.Next(); err != nil && !errors.Is(err, tlswire.ErrMore) {
		a.strange(bad)
		return
	}
	a.outcome = refused
	a.failure = scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonAlert}
}
