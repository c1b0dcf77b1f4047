package sshprobe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"syscall"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/iana"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// groupSizes are what we ask primes for, smallest first, since that is the one
// to judge a server by. Servers draw from many of a size: this is a sample.
func groupSizes() []uint32 { return []uint32{1024, 2048, 3072, 4096, 8192} }

// A groupQuestion asks for a prime.
type groupQuestion struct {
	bits     uint32
	oldStyle bool // first ask as before RFC 4419, and go on if the server does not know how
	only     bool // the prime, and no host key
}

func whatPrimes(bits ...uint32) string {
	sizes := strings.Trim(fmt.Sprint(bits), "[]")
	return "ssh group exchange primes at bits " + strings.ReplaceAll(sizes, " ", ", ")
}

// request leaves the server its freedom, as a client would: it may send a
// larger prime than was asked for (RFC 4419 section 3).
func (q groupQuestion) request() sshwire.GroupRequest {
	return sshwire.GroupRequest{Min: 1024, Preferred: q.bits, Max: maxPrimeBits}
}

// exchangeByGroup is the exchange of RFC 4419, in which the server picks the
// group.
func (t *talk) exchangeByGroup(m method, kexinit []byte, ask groupQuestion) (answer, error) {
	var a answer
	if ask.oldStyle {
		group, err := t.oldStyle(kexinit)
		took := group != nil
		if took || refuses(err) {
			a.old = &took
		}
		if a.group = group; took {
			t.leave()
			return a, nil
		}
		if !errors.Is(err, errUnimplemented) {
			return a, err
		}
		if ask.bits == 0 {
			t.leave()
			return a, nil
		}
		kexinit = nil // it is sent, and the connection goes on
	}
	group, err := t.askGroup(kexinit, ask.request().Payload())
	if err != nil {
		return a, err
	}
	a.group = group
	if ask.only {
		t.leave()
		return a, nil
	}
	// math/big takes a modulus of zero for none and would fill the memory.
	if n := group.P.BitLen(); n < minPrimeBits || n > maxPrimeBits {
		return a, fmt.Errorf("prime of %d bits: %w", n, errUncomputable)
	}
	if group.G.Cmp(big.NewInt(2)) < 0 || group.G.Cmp(group.P) >= 0 {
		return a, fmt.Errorf("generator outside the group: %w", errUncomputable)
	}
	ours := primeShare(group.P, group.G)
	if err := t.send(sshwire.KexPublic(sshwire.MsgKexGroupInit, ours.public)); err != nil {
		return a, err
	}
	extra := sshwire.AppendMpint(ask.request().Encoded(), group.P)
	extra = sshwire.AppendMpint(extra, group.G)
	return t.finish(m, ours, extra, sshwire.MsgKexGroupReply, a)
}

// oldStyle asks with one size only, as the drafts before RFC 4419 had it.
func (t *talk) oldStyle(kexinit []byte) (*sshwire.Group, error) {
	return t.askGroup(kexinit, sshwire.OldGroupRequest(oldStyleBits))
}

// oldStyleBits is what old clients asked for.
const oldStyleBits = 1024

func (t *talk) askGroup(kexinit, request []byte) (*sshwire.Group, error) {
	payloads := [][]byte{kexinit, request}
	if kexinit == nil {
		payloads = payloads[1:]
	}
	if err := t.send(payloads...); err != nil {
		return nil, err
	}
	t.doing = "waiting for a group"
	payload, err := t.receive(sshwire.MsgKexGroup)
	if err != nil {
		return nil, err
	}
	group, err := sshwire.ParseGroup(payload)
	return &group, err
}

// refuses tells whether an error is the server's answer, and not its silence.
func refuses(err error) bool {
	bye := (*disconnected)(nil)
	return errors.Is(err, errUnimplemented) || errors.As(err, &bye) || errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)
}

// nextGroup is the question for the next prime. The old style is asked for
// last and without a host key, since a server may hang up on it.
func (s *survey) nextGroup() groupQuestion {
	q := groupQuestion{only: len(s.keys) == 0}
	if len(s.sizes) > 0 {
		q.bits = s.sizes[0]
	}
	q.oldStyle = s.oldStyle && q.only && len(s.sizes) < 2
	return q
}

// addGroup records what an exchange says of the group that was asked for, and
// whether the question is done with.
func (s *survey) addGroup(q groupQuestion, a answer) {
	if a.old != nil {
		s.oldStyle = false
		s.ssh.OldGroupRequest = *a.old
	}
	if a.group == nil {
		return
	}
	sent := scanner.SSHGroup{Asked: int(q.bits), SHA256: scanner.Digest(a.group.P.Bytes())}
	if a.old != nil && *a.old {
		sent.Asked, sent.OldStyle = oldStyleBits, true
	} else {
		s.sizes = s.sizes[1:]
	}
	s.ssh.Groups = append(s.ssh.Groups, sent)
	s.addPrime(*a.group)
}

// lostGroup gives up what a failed exchange was to bring, and groups as a way
// to a host key. A server that hung up on the old style is asked once more.
func (s *survey) lostGroup(q groupQuestion, a answer, f scanner.Failure) {
	s.groupFails = true
	switch {
	case q.oldStyle && a.old == nil:
		s.oldStyle = false
		s.missing(whatOldStyle, f)
	case q.oldStyle, a.group != nil:
	default:
		s.sizes = s.sizes[1:]
		s.missing(whatPrimes(q.bits), f)
	}
}

const whatOldStyle = "ssh group exchange in the old style"

// askGroup asks for a prime and no more.
func (s *survey) askGroup(ctx context.Context, t *talk) {
	m, ok := chooseMethod(t.offer.KexAlgorithms, true)
	keys := t.offer.ServerHostKeyAlgorithms
	if !ok || !m.isGroupExchange() || len(keys) == 0 { // another server than the first time
		s.stop(scanner.Failure{Reason: scanner.ReasonUncomputable, Detail: "no group exchange this time"})
		return
	}
	q := s.nextGroup()
	a, err := t.exchange(m, keys[0], q)
	s.addGroup(q, a)
	if err == nil {
		return
	}
	if f := t.failure(ctx, err); final(f.Reason) {
		s.stop(f)
	} else {
		s.lostGroup(q, a, f)
	}
}

// addPrime records a prime of group exchange once.
func (s *survey) addPrime(g sshwire.Group) {
	digest := scanner.Digest(g.P.Bytes())
	for _, p := range s.ssh.Primes {
		if p.SHA256 == digest && p.Generator == g.G.Text(16) {
			return
		}
	}
	prime := scanner.Prime{
		Bits:      g.P.BitLen(),
		Group:     iana.PrimeName(g.P.Bytes()),
		Shared:    iana.SharedPrime(g.P.Bytes()),
		SHA256:    digest,
		Generator: g.G.Text(16),
	}
	if prime.Group == "" {
		prime.Problem = s.prober.primes.problem(digest, g.P)
	}
	if known := s.prober.moduli; known != nil {
		in := known[digest]
		prime.InModuli = &in
	}
	s.ssh.Primes = append(s.ssh.Primes, prime)
	s.evidence("ssh group exchange prime", g.P.Bytes())
	if s.prober.verdict && prime.Group == "" {
		s.leaveGroups()
	}
}

// leaveGroups gives up the primes that are still to be asked for.
func (s *survey) leaveGroups() {
	if len(s.sizes) > 0 {
		s.ssh.NotPut = append(s.ssh.NotPut, whatPrimes(s.sizes...))
	}
	if s.oldStyle {
		s.ssh.NotPut = append(s.ssh.NotPut, whatOldStyle)
	}
	s.sizes, s.oldStyle = nil, false
}
