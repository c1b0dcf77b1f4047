package sshprobe

import (
	"context"
	"crypto/fips140"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// extensionsWait is how long we wait for a server that neither says what it
// has nor hangs up when we do.
const extensionsWait = 2 * time.Second

const whatExtensions = "ssh server-sig-algs"

// extInfoMarker among our key exchange algorithms asks for SSH_MSG_EXT_INFO
// (RFC 8308 section 2.1).
const extInfoMarker = "ext-info-c"

// readExtensions reads what the server sends behind its NEWKEYS. It says so at
// once or never (RFC 8308 section 2.4), and it need not hear our NEWKEYS
// first, so that our goodbye may be on its way already: its closing is the
// answer that there is none. nil and no error mean that it sent none.
func (t *talk) readExtensions(s secrets) ([]byte, error) {
	t.doing = "waiting for extensions"
	t.hasten(extensionsWait)
	if _, err := t.receive(sshwire.MsgNewkeys); err != nil {
		return nil, err
	}
	how, mac, ok := chooseSeal(t.offer.EncryptionServerClient, t.offer.MACServerClient)
	if !ok {
		return nil, fmt.Errorf("server's cipher or MAC: %w", errUncomputable)
	}
	var payload []byte
	var err error
	fips140.WithoutEnforcement(func() { payload, err = s.open(t.r, how, mac, t.received) })
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil
	case errors.Is(err, errSeal):
		return nil, fmt.Errorf("first encrypted packet: %w: %w", err, sshwire.ErrMalformed)
	case err != nil || payload[0] != sshwire.MsgExtInfo:
		return nil, err
	}
	return payload, nil
}

// addExtensions records what came of it.
func (s *survey) addExtensions(ctx context.Context, t *talk, a answer) {
	if !a.finished {
		return
	}
	s.extensions = false
	var list []sshwire.Extension
	err := a.extensionsErr
	if err == nil && a.extensions != nil {
		list, err = sshwire.ParseExtInfo(a.extensions)
	}
	if err != nil {
		s.missing(whatExtensions, t.failure(ctx, err))
		return
	}
	s.ssh.ExtInfo = &scanner.SSHExtInfo{Names: []string{}}
	for _, e := range list {
		s.ssh.ExtInfo.Names = append(s.ssh.ExtInfo.Names, scanner.Escape(e.Name))
		if e.Name == "server-sig-algs" {
			s.ssh.ExtInfo.ServerSigAlgs = escaped(e.Names())
		}
	}
	if a.extensions != nil {
		s.evidence("SSH_MSG_EXT_INFO", a.extensions)
	}
}

// prefer is the name alone if it is among names, else the first of these.
func prefer(names []string, name string) []string {
	if slices.Contains(names, name) {
		return []string{name}
	}
	return first(names)
}
