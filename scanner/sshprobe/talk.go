package sshprobe

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshwire"
)

// ourLine is our identification (RFC 4253 section 4.2). It names us, so that
// whoever reads the server's log knows who asked.
const ourLine = "SSH-2.0-fipsweep"

// maxIdle is how many messages that carry nothing we read in a row.
const maxIdle = 32

// A talk is one connection's conversation.
type talk struct {
	conn net.Conn
	r    *bufio.Reader
	end  time.Time
	stop func() bool

	doing        string // what the server's silence is about, for people
	stage        scanner.Stage
	theirs       sshwire.Identification
	theirKexinit []byte
	ourKexinit   []byte
	offer        sshwire.Kexinit
	received     uint32 // packets, by which the next one is numbered
	extensions   bool   // ask for them
	left         bool   // we said goodbye
}

// newTalk bounds the whole conversation in time, by the timeout and by ctx.
func newTalk(ctx context.Context, conn net.Conn, timeout time.Duration) *talk {
	end := time.Now().Add(timeout)
	conn.SetDeadline(end)
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	return &talk{conn: conn, end: end, r: bufio.NewReader(conn), stop: stop, stage: scanner.StageGreeting}
}

// hasten brings the end of the conversation nearer. Where ctx ends in the same
// moment this deadline holds, which is why it is to be a near one.
func (t *talk) hasten(d time.Duration) {
	if end := time.Now().Add(d); end.Before(t.end) {
		t.conn.SetReadDeadline(end)
	}
}

// partWait is how long we wait for a server to hang up when we said goodbye.
const partWait = 500 * time.Millisecond

// part waits until the server has hung up. sshd counts a connection until its
// process has ended, and to one with MaxStartups 1 the next would be too many.
func (t *talk) part() {
	if t.left {
		t.hasten(partWait)
		io.Copy(io.Discard, io.LimitReader(t.r, sshwire.MaxPacket)) // whatever it says, it is over
	}
}

func (t *talk) close() {
	t.stop()
	t.conn.Close()
}

// identify reads the server's identification before it sends ours: a server
// that turns us away says why and closes, and what we had written by then
// could make a reset overtake its words.
func (t *talk) identify() error {
	t.doing = "waiting for the identification"
	var err error
	if t.theirs, err = sshwire.ReadIdentification(t.r); err != nil {
		if len(t.theirs.Preamble) > 0 {
			t.stage = scanner.StageHandshake
		}
		return err
	}
	t.stage = scanner.StageHandshake
	_, err = t.conn.Write([]byte(ourLine + "\r\n"))
	return err
}

func (t *talk) readKexinit() error {
	t.doing = "waiting for KEXINIT"
	var err error
	if t.theirKexinit, err = t.receive(sshwire.MsgKexinit); err != nil {
		return err
	}
	t.offer, err = sshwire.ParseKexinit(t.theirKexinit)
	return err
}

// propose makes the one KEXINIT that the server must answer with the method
// and the host key algorithm: everything else is of its own choosing.
func (t *talk) propose(m method, hostKeyAlgorithm string) []byte {
	k := sshwire.Kexinit{
		KexAlgorithms:           []string{m.name},
		ServerHostKeyAlgorithms: []string{hostKeyAlgorithm},
		EncryptionClientServer:  first(t.offer.EncryptionClientServer),
		EncryptionServerClient:  first(t.offer.EncryptionServerClient),
		MACClientServer:         first(t.offer.MACClientServer),
		MACServerClient:         first(t.offer.MACServerClient),
		CompressionClientServer: prefer(t.offer.CompressionClientServer, "none"),
		CompressionServerClient: prefer(t.offer.CompressionServerClient, "none"),
	}
	if t.extensions {
		k.KexAlgorithms = append(k.KexAlgorithms, extInfoMarker)
	}
	if how, mac, ok := chooseSeal(t.offer.EncryptionServerClient, t.offer.MACServerClient); ok {
		k.EncryptionServerClient, k.MACServerClient = []string{how.cipher}, prefer(t.offer.MACServerClient, mac.name)
	}
	rand.Read(k.Cookie[:]) // fresh, so that the server's signature cannot be an old one
	t.ourKexinit = k.Payload()
	return t.ourKexinit
}

func first(names []string) []string { return names[:min(1, len(names))] }

// send writes payloads as packets in one segment.
func (t *talk) send(payloads ...[]byte) error {
	var b []byte
	for _, p := range payloads {
		b = sshwire.AppendPacket(b, p)
	}
	_, err := t.conn.Write(b)
	return err
}

// receive returns the next message, which must have the number. Messages that
// mean nothing are passed over (RFC 4253 section 11), and one wrong guess of
// a server that sends its first key exchange packet unasked (section 7).
func (t *talk) receive(number byte) ([]byte, error) {
	for range maxIdle {
		payload, err := sshwire.ReadPacket(t.r)
		if err != nil {
			return nil, err
		}
		t.received++
		switch got := payload[0]; got {
		case number:
			return payload, nil
		case sshwire.MsgIgnore, sshwire.MsgDebug:
		case sshwire.MsgUnimplemented:
			return nil, errUnimplemented
		case sshwire.MsgDisconnect:
			m, err := sshwire.ParseDisconnect(payload)
			if err != nil {
				return nil, err
			}
			return nil, &disconnected{m}
		default:
			if !t.offer.FirstKexPacketFollows {
				return nil, fmt.Errorf("message %d in place of %d: %w", got, number, sshwire.ErrMalformed)
			}
			t.offer.FirstKexPacketFollows = false
		}
	}
	return nil, fmt.Errorf("messages that mean nothing: %w", sshwire.ErrTooLarge)
}

// errUnimplemented is the server's SSH_MSG_UNIMPLEMENTED.
var errUnimplemented = fmt.Errorf("the server does not know our message: %w", sshwire.ErrMalformed)

// leave says goodbye, so that the server need not wait for us.
func (t *talk) leave() {
	bye := sshwire.Disconnect{Code: sshwire.DisconnectByApplication, Text: []byte("done")}
	t.send(bye.Payload()) // nothing depends on it
	t.left = true
}

// disconnected is the server's SSH_MSG_DISCONNECT.
type disconnected struct{ message sshwire.Disconnect }

func (d *disconnected) Error() string {
	return fmt.Sprintf("disconnected with code %d: %s", d.message.Code, scanner.Escape(d.message.Text))
}

// tooManyConnections is SSH_DISCONNECT_TOO_MANY_CONNECTIONS (RFC 4253 section
// 11.1).
const tooManyConnections = 12

// failure says what an error of the conversation means. Its detail is the same
// in each run: no ports, no times.
func (t *talk) failure(ctx context.Context, err error) scanner.Failure {
	f := scanner.Failure{Stage: t.stage, Detail: t.doing}
	bye := (*disconnected)(nil)
	switch {
	case errors.As(err, &bye):
		f.Reason, f.Detail = scanner.ReasonClosed, bye.Error()
		if bye.message.Code == tooManyConnections {
			f.Reason = scanner.ReasonThrottled
		}
	case throttling(t.theirs):
		f.Reason, f.Detail = scanner.ReasonThrottled, scanner.Escape(t.theirs.Preamble)
	case errors.Is(err, sshwire.ErrTooLarge):
		f.Reason, f.Detail = scanner.ReasonTooLarge, err.Error()
	case errors.Is(err, sshwire.ErrMalformed):
		f.Reason, f.Detail = scanner.ReasonGarbage, err.Error()
	case errors.Is(err, errUncomputable):
		f.Reason, f.Detail = scanner.ReasonUncomputable, err.Error()
	default:
		f.Reason = reasonOf(ctx, err)
		// A peer that said something else and closed does not speak SSH.
		if f.Reason == scanner.ReasonClosed && len(t.theirs.Line) == 0 && len(t.theirs.Preamble) > 0 {
			f.Reason, f.Detail = scanner.ReasonGarbage, scanner.Escape(t.theirs.Preamble)
		}
	}
	return f
}

// reasonOf knows that a done context is why a deadline passed.
func reasonOf(ctx context.Context, err error) scanner.Reason {
	if ctx.Err() != nil {
		return scanner.ReasonOf(ctx.Err())
	}
	return scanner.ReasonOf(err)
}

// throttling recognises what OpenSSH says in place of an identification, by
// MaxStartups and since 9.8 by PerSourcePenalties.
func throttling(id sshwire.Identification) bool {
	return busy(id) || len(id.Line) == 0 && strings.Contains(string(id.Preamble), "Not allowed at this time")
}

// busy recognises the former alone. It is no word against us: the server drops
// some of all that come while it has many, and one of them may be the last of
// ours, whose process it has not buried yet.
func busy(id sshwire.Identification) bool {
	return len(id.Line) == 0 && strings.Contains(string(id.Preamble), "Exceeded MaxStartups")
}

// busyPause is how long a busy server is left alone, once in a probe.
const busyPause = time.Second

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// turnedAwayLater reads a failure before the identification differently once
// the server has talked to us: it is there, and no longer wants to.
func turnedAwayLater(f scanner.Failure) scanner.Failure {
	switch f.Reason {
	case scanner.ReasonClosed, scanner.ReasonReset, scanner.ReasonRefused:
		f.Detail = "after an answer: " + string(f.Reason)
		f.Reason = scanner.ReasonThrottled
	}
	return f
}
