package scanner

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"syscall"
)

// ReasonOf maps an error of the network, the file system or a context to why
// something was not learned. It is "" for nil, and internal for an error that
// nobody outside of us causes.
func ReasonOf(err error) Reason {
	if err == nil {
		return ""
	}
	if r := contextReason(err); r != "" {
		return r
	}
	for _, m := range errnoReasons {
		if errors.Is(err, m.err) {
			return m.reason
		}
	}
	// A name that does not resolve comes as one type with flags: there is none,
	// or the resolver does not say.
	if dns := (*net.DNSError)(nil); errors.As(err, &dns) && !dns.IsTimeout {
		return ReasonNoName
	}
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		return ReasonTimeout
	}
	return ReasonInternal
}

// contextReason goes first: a dial that was cancelled may wrap a system call's
// error as well, and the cancelling is the cause.
func contextReason(err error) Reason {
	switch {
	case errors.Is(err, context.Canceled):
		return ReasonInterrupted
	case errors.Is(err, context.DeadlineExceeded):
		return ReasonTimeout
	}
	return ""
}

// errnoReasons is read in order. The file system's sentinels come last, since
// syscall.Errno answers to them too.
var errnoReasons = []struct {
	err    error
	reason Reason
}{
	{syscall.ECONNREFUSED, ReasonRefused},
	{syscall.ECONNRESET, ReasonReset},
	{syscall.ECONNABORTED, ReasonReset},
	{syscall.EPIPE, ReasonReset}, // the reset arrived before our write
	{syscall.EHOSTUNREACH, ReasonUnreachable},
	{syscall.ENETUNREACH, ReasonUnreachable},
	{syscall.EHOSTDOWN, ReasonUnreachable},
	{syscall.ENETDOWN, ReasonUnreachable},
	{syscall.EADDRNOTAVAIL, ReasonUnreachable}, // no address of ours reaches it, as without IPv6
	{syscall.EAFNOSUPPORT, ReasonUnreachable},
	{syscall.ETIMEDOUT, ReasonTimeout},
	{syscall.EMFILE, ReasonLimit},
	{syscall.ENFILE, ReasonLimit},
	{syscall.ENOBUFS, ReasonLimit},
	{syscall.ENOMEM, ReasonLimit},
	{io.EOF, ReasonClosed},
	{io.ErrUnexpectedEOF, ReasonClosed},
	{net.ErrClosed, ReasonInterrupted}, // closed under our reading, which only stopping does
	{fs.ErrPermission, ReasonDenied},
	{fs.ErrNotExist, ReasonNotFound},
}
