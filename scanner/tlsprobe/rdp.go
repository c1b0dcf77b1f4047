package tlsprobe

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/starttls"
)

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
		method, insists, err := s.rdpMethod(left)
		switch {
		case err == nil && insists:
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
	if refusal := (*starttls.Declined)(nil); errors.As(err, &refusal) && refusal.Plain == nil {
		return refusal.Failure.Reason
	}
	return s.reason(err)
}

// hangsUp tells a server that ends the connection after it had spoken: there
// is no other way to say no to the methods that are left.
func hangsUp(err error) bool {
	refusal := (*starttls.Declined)(nil)
	if !errors.As(err, &refusal) || refusal.Plain != nil {
		return false
	}
	return refusal.Failure.Reason == scanner.ReasonClosed || refusal.Failure.Reason == scanner.ReasonReset
}

// rdpMethod is the server's choice among the methods. A connection that ends
// without one is tried again, before it counts as a refusal.
func (s *session) rdpMethod(offered uint32) (method uint32, insists bool, err error) {
	c := starttls.RDPChoice{Offered: offered}
	for range 2 {
		if _, err = s.aside("RDP's own security", c.Dialogue); err == nil || !hangsUp(err) {
			break
		}
	}
	return c.Method, c.Insists, err
}
