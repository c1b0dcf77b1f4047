package tlsprobe

import (
	"strings"
	"sync"
	"time"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/pkix"
)

// A library works out the facts of certificates and the trust in chains, and
// keeps some of both: a fleet shows one chain at many endpoints, and many
// chains one issuer, whose signatures need not be verified at each again. What
// it gives is shared, and never written to.
type library struct {
	anchors []*pkix.Anchors
	known   *pkix.KnownKeys

	mu     sync.Mutex
	facts  map[string]scanner.Certificate // by digest
	judged map[string]judgement           // by the digests of all of a chain
}

// What a library keeps at most: so many certificates and chains, and none of
// the certificates that are longer than those in use, in bytes.
const (
	shelf   = 256
	longest = 8 << 10
)

// freshFor is how long a judgement holds where no date of the chain or of its
// path is passed. For what the anchors' own dates would change beside those, it
// may be so much late.
const freshFor = time.Minute

// A judgement is what is told of a chain as a whole at one time.
type judgement struct {
	at    time.Time
	path  []int
	trust []scanner.Trust
}

func newLibrary(anchors []*pkix.Anchors, known *pkix.KnownKeys) *library {
	return &library{anchors: anchors, known: known, facts: map[string]scanner.Certificate{}, judged: map[string]judgement{}}
}

// certificate gives the facts of the certificate with this digest.
func (l *library) certificate(digest string, der []byte) scanner.Certificate {
	l.mu.Lock()
	facts, ok := l.facts[digest]
	l.mu.Unlock()
	if ok {
		return facts
	}
	facts = pkix.Certificate(der)
	facts.Key.Weak = append(facts.Key.Weak, l.known.Of(der)...)
	if len(der) <= longest {
		l.mu.Lock()
		keep(l.facts, digest, facts)
		l.mu.Unlock()
	}
	return facts
}

// chain tells of a chain which way leads up from its leaf, and whether to an
// anchor.
func (l *library) chain(raw [][]byte, facts []scanner.Certificate, at time.Time) judgement {
	var digests strings.Builder
	for _, c := range facts {
		digests.WriteString(c.SHA256)
	}
	key := digests.String()
	l.mu.Lock()
	j, ok := l.judged[key]
	l.mu.Unlock()
	if ok && j.holds(facts, at) {
		return j
	}
	j = judgement{at: at, path: pkix.Path(raw)}
	for _, a := range l.anchors {
		j.trust = append(j.trust, a.Trust(raw, at))
	}
	l.mu.Lock()
	keep(l.judged, key, j)
	l.mu.Unlock()
	return j
}

// holds tells whether the judgement is good for that time, too.
func (j judgement) holds(facts []scanner.Certificate, at time.Time) bool {
	if at.Sub(j.at).Abs() >= freshFor {
		return false
	}
	same := func(date time.Time) bool {
		return date.Before(j.at) == date.Before(at) && date.After(j.at) == date.After(at)
	}
	for _, c := range facts {
		if !same(c.NotBefore) || !same(c.NotAfter) {
			return false
		}
	}
	for _, t := range j.trust {
		if t.From != nil && !same(*t.From) || t.Until != nil && !same(*t.Until) {
			return false
		}
	}
	return true
}

// keep puts a value on a shelf, in the place of any other where there are too many.
func keep[V any](kept map[string]V, key string, value V) {
	if _, there := kept[key]; !there && len(kept) >= shelf {
		for other := range kept {
			delete(kept, other)
			break
		}
	}
	kept[key] = value
}
