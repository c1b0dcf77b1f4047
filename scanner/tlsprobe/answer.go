package tlsprobe

import (
	"errors"
	"fmt"
	"io"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/tlswire"
)

// outcome is what became of one question.
type outcome uint8

const (
	lost    outcome = iota // no answer: timeout, no connection, stopped
	chose                  // the server picked
	refused                // an alert: it wants none of it
	silent                 // closed or reset without a word
	odd                    // an answer that is no TLS, or breaks it
)

// answer is one question's outcome and what was read for it. It is passed from
// hand to hand, on stacks that all probes have at once: what is rare is apart.
type answer struct {
	outcome  outcome
	alert    tlswire.Alert
	mute     bool            // it refused by hanging up or saying nothing
	believed bool            // and was believed at once
	some     bool            // the peer sent at least one byte
	stapled  bool            // an OCSP response came, below TLS 1.3
	whole    bool            // the flight was read to its end
	failure  scanner.Failure // why, unless it chose
	plain    *scanner.Plain  // the endpoint turned out to speak without encryption
	first    []byte          // the first bytes, where they are no TLS

	hello  tlswire.ServerHello
	raw    []byte // the ServerHello message
	chain  [][]byte
	kex    *tlswire.ServerKeyExchange
	broken *scanner.Failure // the flight ended after ServerHello without being whole

	request *tlswire.CertificateRequest // the server asked for a certificate of ours

	// Of TLS 1.3, where the flight was opened.
	opened  bool
	early   bool   // a ticket allows early data
	scheme  uint16 // how the server signed
	tickets int32
	inside  *inside

	ssl2 *tlswire.SSL2ServerHello
}

// inside is the extensions that a server of TLS 1.3 encrypts.
type inside struct {
	extensions []tlswire.Extension // EncryptedExtensions
	leaf       []tlswire.Extension // what came with the leaf certificate
}

// encrypted is what was inside, where anything was opened.
func (a *answer) encrypted() inside {
	if a.inside == nil {
		return inside{}
	}
	return *a.inside
}

// readFlight reads a server's flight up to ServerHelloDone, in TLS 1.3 up to
// its Finished where the hello's share lets one open it, else to its choice. It
// gives what can go on reading, where it was encrypted and is well so far.
func (a *answer) readFlight(d *tlswire.Decoder, r io.Reader, hello []byte) (sealed *opener) {
	var warning *tlswire.Alert
	for {
		m, err := d.Next()
		if errors.Is(err, tlswire.ErrMore) {
			var came []byte
			came, err = d.Fill(r)
			a.keepFirst(came)
			if err != nil && !errors.Is(err, tlswire.ErrTooLarge) {
				a.ended(err, warning)
				return nil
			}
			if err == nil {
				continue
			}
		}
		if err != nil {
			a.strange(err)
			return nil
		}
		if m.Type == tlswire.TypeAlert && !m.Alert.Fatal && a.outcome != chose {
			alert := m.Alert // a warning such as unrecognized_name comes before the answer
			warning = &alert
			continue
		}
		if sealed != nil {
			if done := sealed.take(a, m); done {
				return sealed
			}
			continue
		}
		if done := a.take(m); !done {
			continue
		}
		if sealed = newOpener(d, hello, a); sealed == nil {
			return nil
		}
		a.inside = new(inside)
	}
}

// keepFirst keeps the first bytes for the case that they are no TLS.
func (a *answer) keepFirst(p []byte) {
	a.some = a.some || len(p) > 0
	if a.first == nil {
		a.first = p[:min(len(p), 256):min(len(p), 256)] // the decoder overwrites nothing
		return
	}
	if room := 256 - len(a.first); room > 0 {
		a.first = append(a.first, p[:min(room, len(p))]...)
	}
}

// take reads one message of the flight and tells whether it was the last that
// matters.
func (a *answer) take(m tlswire.Message) bool {
	switch {
	case m.Type == tlswire.TypeAlert && a.outcome == chose:
		return a.brokenOff(scanner.ReasonAlert, m.Alert.String())
	case m.Type == tlswire.TypeAlert:
		a.alarm(m.Alert)
		return true
	case m.Type != tlswire.TypeHandshake:
		return a.strange(errors.New("encrypted data before a server hello"))
	case m.Handshake == tlswire.TypeServerHello && a.outcome != chose:
		return a.takeHello(m)
	case a.outcome != chose:
		return a.strange(fmt.Errorf("handshake message %d before a server hello", m.Handshake))
	}
	return a.takeFlight(m)
}

// takeHello takes a server's choice. Who asks for another hello and names nothing that
// should be in it has no group for this one, as wolfSSL (5.5) says it: a client must
// break off (RFC 8446 section 4.1.4).
func (a *answer) takeHello(m tlswire.Message) bool {
	h, err := tlswire.ParseServerHello(m.Body)
	if err != nil {
		return a.strange(err)
	}
	if _, cookie := h.Extension(tlswire.ExtCookie); h.Retry() && !cookie {
		if _, named := h.Group(); !named {
			a.alarm(tlswire.Alert{Fatal: true, Description: tlswire.AlertHandshakeFailure})
			a.failure.Detail = "a HelloRetryRequest that names no group"
			return true
		}
	}
	a.outcome, a.hello, a.raw = chose, h, m.Raw
	return h.Negotiated() >= tlswire.VersionTLS13 // what follows is encrypted
}

// failed tells whether the server chose, and then found that it cannot go on. Some say
// so by an alert, some by hanging up each time.
func (a *answer) failed() bool {
	return a.broken != nil && a.broken.Reason == scanner.ReasonAlert
}

// hungUp tells whether the server chose, and then hung up.
func (a *answer) hungUp() bool {
	return a.outcome == chose && a.broken != nil && (a.broken.Reason == scanner.ReasonClosed || a.broken.Reason == scanner.ReasonReset)
}

// brokenOff ends a flight that was not whole.
func (a *answer) brokenOff(reason scanner.Reason, detail string) bool {
	a.broken = &scanner.Failure{Stage: scanner.StageHandshake, Reason: reason, Detail: detail}
	return true
}

// takeFlight reads what follows a ServerHello up to TLS 1.2.
func (a *answer) takeFlight(m tlswire.Message) bool {
	var err error
	switch m.Handshake {
	case tlswire.TypeCertificate:
		a.chain, err = tlswire.ParseCertificate(m.Body)
	case tlswire.TypeServerKeyEx:
		var k tlswire.ServerKeyExchange
		if k, err = tlswire.ParseServerKeyExchange(m.Body, shapeOf(a.hello.Suite), a.hello.Version); err == nil {
			a.kex = &k
		}
	case tlswire.TypeCertificateReq:
		var r tlswire.CertificateRequest
		if r, err = tlswire.ParseCertificateRequest(m.Body, a.hello.Version); err == nil {
			a.request = &r
		}
	case tlswire.TypeCertStatus:
		a.stapled = true
	case tlswire.TypeServerDone:
		a.whole = true
		return true
	}
	if err != nil {
		return a.brokenOff(scanner.ReasonGarbage, err.Error())
	}
	return false
}

// alarm sorts an alert: most mean no, a few mean something else.
func (a *answer) alarm(alert tlswire.Alert) {
	a.alert = alert
	a.failure = scanner.Failure{Stage: scanner.StageHandshake, Reason: scanner.ReasonAlert, Detail: alert.String()}
	switch alert.Description {
	case tlswire.AlertCloseNotify, tlswire.AlertUserCanceled:
		a.outcome = silent
	case tlswire.AlertUnrecognizedName:
		a.outcome = lost // it is the name that it does not want
	default:
		a.outcome = refused
	}
}

// internal tells whether the server refused because it failed, which may be
// chance.
func (a *answer) internal() bool {
	return a.outcome == refused && a.alert.Description == tlswire.AlertInternalError
}

// unnamed tells whether the server refused the name that was asked for.
func (a *answer) unnamed() bool {
	return a.outcome == lost && a.alert.Description == tlswire.AlertUnrecognizedName
}

// ended is a connection that ended before the flight did.
func (a *answer) ended(err error, warning *tlswire.Alert) {
	reason := scanner.ReasonOf(err)
	f := scanner.Failure{Stage: scanner.StageGreeting, Reason: reason}
	if a.some {
		f.Stage = scanner.StageHandshake
	}
	gone := reason == scanner.ReasonClosed || reason == scanner.ReasonReset
	switch {
	case a.outcome == chose:
		a.broken = &f
		return
	case warning != nil && gone:
		a.alarm(*warning) // its last word, at the wrong level
		return
	case gone && a.some:
		a.outcome = odd // half a record
		f.Detail = "the answer breaks off: " + scanner.Escape(a.first[:min(len(a.first), 48)])
	case gone:
		a.outcome = silent
	default:
		a.outcome = lost
	}
	a.failure = f
}

// strange is an answer that is not understood. It is always true.
func (a *answer) strange(err error) bool {
	reason := scanner.ReasonGarbage
	if errors.Is(err, tlswire.ErrTooLarge) {
		reason = scanner.ReasonTooLarge
	}
	f := scanner.Failure{Stage: scanner.StageHandshake, Reason: reason, Detail: err.Error() + ": " + scanner.Escape(a.first[:min(len(a.first), 48)])}
	if a.outcome == chose {
		a.broken = &f
		return true
	}
	a.outcome, a.failure = odd, f
	return true
}

// shapeOf says how a suite's ServerKeyExchange is laid out.
func shapeOf(code uint16) tlswire.Shape {
	s, ok := iana.SuiteByCode(code)
	if !ok {
		return tlswire.Shape{Params: tlswire.OtherParams}
	}
	switch s.KeyExchange {
	case "ECDHE":
		return tlswire.Shape{Params: tlswire.ECParams, Signed: true}
	case "ECDH_anon":
		return tlswire.Shape{Params: tlswire.ECParams}
	case "ECDHE_PSK":
		return tlswire.Shape{Params: tlswire.ECParams, PSK: true}
	case "DHE", "DHE_EXPORT":
		return tlswire.Shape{Params: tlswire.DHParams, Signed: true}
	case "DH_anon":
		return tlswire.Shape{Params: tlswire.DHParams}
	case "DHE_PSK":
		return tlswire.Shape{Params: tlswire.DHParams, PSK: true}
	case "RSA_EXPORT":
		return tlswire.Shape{Params: tlswire.RSAParams, Signed: true}
	case "CECPQ1":
		return tlswire.Shape{Params: tlswire.KeyParams, Signed: true}
	case "PSK", "RSA_PSK":
		return tlswire.Shape{Params: tlswire.HintOnly, PSK: true}
	case "RSA":
		if s.Export {
			return tlswire.Shape{Params: tlswire.RSAParams, Signed: true}
		}
		return tlswire.Shape{}
	case "DH", "ECDH", "KRB5":
		return tlswire.Shape{}
	}
	return tlswire.Shape{Params: tlswire.OtherParams}
}
