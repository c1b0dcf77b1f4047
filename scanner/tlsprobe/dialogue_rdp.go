package tlsprobe

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
)

// What an RDP client can ask for, [MS-RDPBCGR] section 2.2.1.1.1.
const (
	rdpOwnSecurity = 0
	rdpTLS         = 1 | 2 // TLS, with and without CredSSP
)

// rdp is the negotiation of [MS-RDPBCGR] section 2.2.1.1 within an X.224
// connection request. A server without TLS has RDP's own security.
func rdp(t *talk) error {
	answer, err := t.rdpNegotiate(rdpTLS)
	if err == nil && answer == rdpTakesOwn {
		return t.none()
	}
	return err
}

// rdpAnswer is what a server will go on with.
type rdpAnswer int

const (
	rdpTakesOwn rdpAnswer = iota // RDP's own security
	rdpTakesTLS
	rdpInsists // it wants TLS, which was not asked for
)

// rdpNegotiate asks for these protocols.
func (t *talk) rdpNegotiate(protocols byte) (rdpAnswer, error) {
	request := []byte{3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, protocols, 0, 0, 0}
	if err := t.say(string(request)); err != nil {
		return 0, err
	}
	body, err := t.tpkt()
	if err != nil {
		return 0, err
	}
	if len(body) < 7 || body[1]&0xf0 != 0xd0 {
		return 0, t.lost(string(body))
	}
	// Responses and failures are sections 2.2.1.2.1 and 2.2.1.2.2.
	const response, failure = 2, 3
	const required, notAllowed, noCertificate, requiredHybrid, requiredUser = 1, 2, 3, 5, 6
	negotiation := body[7:]
	if len(negotiation) < 8 { // of before negotiation
		return rdpTakesOwn, nil
	}
	switch kind, code := negotiation[0], negotiation[4]; {
	case kind == response && code == rdpOwnSecurity:
		return rdpTakesOwn, nil
	case kind == response && protocols != rdpOwnSecurity: // 1, 2 and 8 are TLS
		return rdpTakesTLS, nil
	case kind == failure && protocols != rdpOwnSecurity && (code == notAllowed || code == noCertificate):
		return rdpTakesOwn, nil
	case kind == failure && protocols == rdpOwnSecurity && (code == required || code == requiredHybrid || code == requiredUser),
		kind == response && protocols == rdpOwnSecurity: // some name TLS though nobody asked for it
		return rdpInsists, nil
	}
	return 0, t.lost(string(body))
}

// tpkt reads one packet of RFC 1006 section 6, without its header.
func (t *talk) tpkt() ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(t.r, head); err != nil {
		return nil, fmt.Errorf("reading %s's confirmation: %w", t.protocol, err)
	}
	n := int(binary.BigEndian.Uint16(head[2:]))
	if head[0] != 3 || n < 6 || n > maxLine {
		return nil, t.lost(string(head))
	}
	body := make([]byte, n-4)
	if _, err := io.ReadFull(t.r, body); err != nil {
		return nil, fmt.Errorf("reading %s's confirmation: %w", t.protocol, err)
	}
	return body, nil
}

// rdpMethods is RDP's own ciphers, [MS-RDPBCGR] section 2.2.1.3.3, by the
// names of the rules. Never written to.
var rdpMethods = []struct {
	bit  uint32
	name string
}{{2, "RC4-128"}, {8, "RC4-56"}, {1, "RC4-40"}, {0x10, "3DES-EDE-CBC"}}

// ownSecurity asks an RDP server for the security of its own, and with which
// ciphers: it picks one of those offered, and what it picked is struck out. It
// tells whether the answer is known.
func (s *session) ownSecurity() (ciphers []string, known bool) {
	if s.endpoint.Scheme != "rdp" || s.stopped != nil {
		return nil, false
	}
	var left uint32
	for _, m := range rdpMethods {
		left |= m.bit
	}
	for left != 0 {
		answer, method, err := s.rdpMethod(left)
		switch {
		case err == nil && answer == rdpInsists:
			return nil, true
		case err != nil && len(ciphers) > 0 && hangsUp(err):
			return ciphers, true
		case err != nil:
			s.missed("RDP's own security", scanner.Failure{Reason: s.reasonOf(err), Detail: err.Error()})
			return ciphers, false
		case method != 0 && method&left == 0 && slices.Contains(ciphers, rdpMethodName(method)):
			return ciphers, true // it has but one, whatever is offered, as xrdp
		case rdpMethodName(method) == "":
			s.strangely("RDP's own security", fmt.Sprintf("method %#x", method))
			return ciphers, false
		}
		ciphers = append(ciphers, rdpMethodName(method))
		if left &^= method; method == 0 {
			break // level "none": it encrypts for nobody
		}
	}
	return ciphers, true
}

func rdpMethodName(method uint32) string {
	if method == 0 {
		return "NULL"
	}
	for _, m := range rdpMethods {
		if m.bit == method {
			return m.name
		}
	}
	return ""
}

// reasonOf is reason for a dialogue's own words too.
func (s *session) reasonOf(err error) scanner.Reason {
	if refusal := (*declined)(nil); errors.As(err, &refusal) && refusal.plain == nil {
		return refusal.failure.Reason
	}
	return s.reason(err)
}

// hangsUp tells a server that ends the connection after it had spoken: there
// is no other way to say no to the methods that are left.
func hangsUp(err error) bool {
	refusal := (*declined)(nil)
	if !errors.As(err, &refusal) || refusal.plain != nil {
		return false
	}
	return refusal.failure.Reason == scanner.ReasonClosed || refusal.failure.Reason == scanner.ReasonReset
}

// rdpMethod is the server's choice among the methods. A connection that ends
// without one is tried again, before it counts as a refusal.
func (s *session) rdpMethod(offered uint32) (answer rdpAnswer, method uint32, err error) {
	for range 2 {
		err = s.aside("RDP's own security", func(t *talk) error {
			answer, err = t.rdpNegotiate(rdpOwnSecurity)
			if err == nil && answer == rdpTakesOwn {
				method, err = t.rdpConnect(offered)
			}
			return err
		})
		if err == nil || !hangsUp(err) {
			break
		}
	}
	return answer, method, err
}
