package keystore

import (
	"context"
	"errors"
	"fmt"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// Why something was not opened. An attempt ends in exactly one of them, or in
// nil.
var (
	errPassword = errors.New("the password does not fit")
	errDamaged  = errors.New("damaged")
	errUnknown  = errors.New("uncomputable")
	errWork     = errors.New("asks for more work than one file may")
)

// DefaultMaxWork bounds the work that the parameters in one file can ask for,
// in iterations of a hash: some ten to thirty seconds.
const DefaultMaxWork = 50_000_000

// An Opener reads stores with passwords that it holds. It is safe for use by
// several goroutines.
type Opener struct {
	passwords []Password
	known     *pkix.KnownKeys
	maxWork   int
	memory    chan struct{} // a place for each scrypt that runs
}

// NewOpener returns an opener that tries the well-known passwords and then the
// given ones, and that knows keys which others have; nil for none. Parameters
// in one file can ask for maxWork iterations of a hash; 0 means DefaultMaxWork.
func NewOpener(given []Password, known *pkix.KnownKeys, maxWork int) *Opener {
	if maxWork <= 0 {
		maxWork = DefaultMaxWork
	}
	o := &Opener{wellKnown(), known, maxWork, make(chan struct{}, scrypts)}
	for _, p := range given {
		if text := p.text(); text != defaultPassword && text != "" {
			o.passwords = append(o.passwords, p)
		}
	}
	return o
}

// Contents is what a store shows.
type Contents struct {
	Protection []scanner.Protection // of the store as a whole
	Entries    []Entry
	Gaps       []scanner.Incomplete
}

// An Entry is one certificate or key.
type Entry struct {
	Kind        string // as in scanner.Item
	Alias       string
	Certificate []byte       // DER
	Key         *scanner.Key // of a private key its public half; nil where a password hides it
	Protection  *scanner.Protection
	Problem     string
}

func (c *Contents) gap(what string, reason scanner.Reason, detail string) {
	c.Gaps = append(c.Gaps, scanner.Incomplete{What: what, Reason: reason, Detail: detail})
}

// locked says why something stayed shut; alias is "" for a store as a whole.
func (c *Contents) locked(what, alias string, err error, tried int) {
	reason, detail := locked(err, tried)
	if alias != "" {
		detail = scanner.Escape(alias) + ": " + detail
	}
	c.gap(what, reason, detail)
}

// errAmbiguous: a wrong password and a changed file look alike.
var errAmbiguous = errors.New("a password opens a key and does not fit the store: the store has another one, or was altered")

// ambiguous is why the integrity of a store was not confirmed, now that its
// keys were tried.
func (s *session) ambiguous(err error) error {
	if errors.Is(err, errPassword) && s.first != nil {
		return errAmbiguous
	}
	return err
}

func locked(err error, tried int) (scanner.Reason, string) {
	switch {
	case errors.Is(err, errAmbiguous):
		return scanner.ReasonLocked, err.Error()
	case errors.Is(err, errPassword):
		if tried == 0 {
			return scanner.ReasonLocked, "a password is needed; name a file of passwords with --passwords"
		}
		return scanner.ReasonLocked, fmt.Sprintf("none of the %d passwords given opens it", tried)
	case errors.Is(err, errUnknown):
		return scanner.ReasonUncomputable, err.Error()
	case errors.Is(err, errWork):
		return scanner.ReasonTooLarge, err.Error()
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return scanner.ReasonOf(err), "stopped before all passwords were tried"
	}
	return scanner.ReasonGarbage, err.Error()
}

// damaged is an error about bytes that are not as the format says.
func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errDamaged, fmt.Sprintf(format, args...))
}

func unknown(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errUnknown, fmt.Sprintf(format, args...))
}

// A session is the opening of one file.
type session struct {
	*Opener
	ctx   context.Context
	work  int
	first *Password // the one that opened something of the file
}

func (o *Opener) session(ctx context.Context) *session { return &session{Opener: o, ctx: ctx} }

// given is how many passwords the operator named.
func (o *Opener) given() int {
	n := 0
	for _, p := range o.passwords {
		if p.origin == scanner.OpenedGiven {
			n++
		}
	}
	return n
}

// spend takes iterations off what the file may ask for.
func (s *session) spend(iterations int) error {
	if iterations < 0 || iterations > s.maxWork-s.work {
		return fmt.Errorf("its key derivation %w: %d iterations", errWork, iterations)
	}
	s.work += iterations
	return nil
}

// try finds the password with which attempt succeeds, beginning with the one
// that opened another part of the file. It stops at the first error that is no
// wrong password.
func (s *session) try(attempt func(Password) error) (*Password, error) {
	if s.first != nil {
		if err := attempt(*s.first); err == nil {
			return s.first, nil
		} else if !errors.Is(err, errPassword) {
			return nil, err
		}
	}
	for i := range s.passwords {
		p := s.passwords[i]
		if s.first != nil && p == *s.first {
			continue
		}
		if err := s.ctx.Err(); err != nil {
			return nil, err
		}
		err := attempt(p)
		if err == nil {
			if s.first == nil {
				s.first = &p
			}
			return &p, nil
		}
		if !errors.Is(err, errPassword) {
			return nil, err
		}
	}
	return nil, errPassword
}

// private reduces a decrypted PKCS#8 or traditional key to its facts. The
// parser's complaint may stay: it never quotes.
func (s *session) private(e *Entry, der []byte) {
	facts, err := pkix.PrivateKey(der)
	if err != nil {
		e.Problem = err.Error()
	}
	if facts.Key == nil {
		return
	}
	facts.Key.Weak = append(facts.Key.Weak, s.known.Of(der)...)
	e.Key = facts.Key
}
