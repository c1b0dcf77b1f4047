package scanner_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
)

func TestReasonOf(t *testing.T) {
	sys := func(errno syscall.Errno) error {
		return fmt.Errorf("asking: %w", &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", errno)})
	}
	for _, tt := range []struct {
		name string
		err  error
		want scanner.Reason
	}{
		{"nil", nil, ""},
		{"refused", sys(syscall.ECONNREFUSED), scanner.ReasonRefused},
		{"reset", sys(syscall.ECONNRESET), scanner.ReasonReset},
		{"broken pipe", sys(syscall.EPIPE), scanner.ReasonReset},
		{"no route", sys(syscall.EHOSTUNREACH), scanner.ReasonUnreachable},
		{"no network", sys(syscall.ENETUNREACH), scanner.ReasonUnreachable},
		{"no IPv6", sys(syscall.EADDRNOTAVAIL), scanner.ReasonUnreachable},
		{"kernel timeout", sys(syscall.ETIMEDOUT), scanner.ReasonTimeout},
		{"too many files", sys(syscall.EMFILE), scanner.ReasonLimit},
		{"too many files in the system", sys(syscall.ENFILE), scanner.ReasonLimit},
		{"firewall says no", sys(syscall.EACCES), scanner.ReasonDenied},
		{"deadline of the connection", &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, scanner.ReasonTimeout},
		{"deadline of the context", context.DeadlineExceeded, scanner.ReasonTimeout},
		{"cancelled", fmt.Errorf("dialing: %w", context.Canceled), scanner.ReasonInterrupted},
		{"cancelled and refused", errors.Join(syscall.ECONNREFUSED, context.Canceled), scanner.ReasonInterrupted},
		{"closed", io.EOF, scanner.ReasonClosed},
		{"closed half-way", fmt.Errorf("packet: %w", io.ErrUnexpectedEOF), scanner.ReasonClosed},
		{"closed by us", &net.OpError{Op: "read", Err: net.ErrClosed}, scanner.ReasonInterrupted},
		{"permission", &fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, scanner.ReasonDenied},
		{"no file", &fs.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}, scanner.ReasonNotFound},
		{"no such name", &net.DNSError{Err: "no such host", IsNotFound: true}, scanner.ReasonNoName},
		{"resolver slow", &net.DNSError{Err: "i/o timeout", IsTimeout: true}, scanner.ReasonTimeout},
		{"anything else", errors.New("odd"), scanner.ReasonInternal},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := scanner.ReasonOf(tt.err); got != tt.want {
				t.Errorf("ReasonOf(%v) = %q, want %q", tt.err, got, tt.want)
			}
		})
	}
}

// TestReasonOfReal takes the errors from the kernel, not from our own table.
func TestReasonOfReal(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	_, err = net.Dial("tcp", addr)
	if got := scanner.ReasonOf(err); got != scanner.ReasonRefused {
		t.Errorf("dialing a closed port: %v is %q, want refused", err, got)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if got := scanner.ReasonOf(err); got != scanner.ReasonInterrupted {
		t.Errorf("dialing with a cancelled context: %v is %q, want interrupted", err, got)
	}

	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	a.SetReadDeadline(time.Now().Add(-time.Second))
	_, err = a.Read(make([]byte, 1))
	if got := scanner.ReasonOf(err); got != scanner.ReasonTimeout {
		t.Errorf("reading past the deadline: %v is %q, want timeout", err, got)
	}

	_, err = os.Open(filepath.Join(t.TempDir(), "absent"))
	if got := scanner.ReasonOf(err); got != scanner.ReasonNotFound {
		t.Errorf("opening an absent file: %v is %q, want not-found", err, got)
	}
}
