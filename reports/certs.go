package reports

import (
	"cmp"
	"container/heap"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// Bounds of what is known of certificates. All are counted.
const (
	maxCertificates = 5000 // whose facts are kept
	maxCertPlaces   = 64   // named for one certificate
	maxKeys         = 1000 // sorts of key
)

// certs gathers certificates by digest. Each distinct one takes some bytes;
// the facts are kept of those that end closest to the day of judging.
type certs struct {
	day      time.Time
	byDigest map[[sha256.Size]byte]*mark
	kept     farthest
	keys     map[string]*KeyCount
	words    map[string]string // issuers and algorithms, each once
	expiring [len(expiries)]int
	served   int
	stored   int
	unread   int
}

// A mark is a certificate that was met.
type mark struct {
	*cert          // nil where the facts are not kept
	key            *KeyCount
	served, stored bool
}

// A cert is a certificate whose facts are kept.
type cert struct {
	Certificate
	mark *mark
	last int // the assessment that was counted last
}

// farthest is a heap with the certificate on top that ends, or ended, farthest
// from the day of judging.
type farthest []*cert

func (f farthest) Len() int           { return len(f) }
func (f farthest) Less(i, j int) bool { return f[i].distance() > f[j].distance() }
func (f farthest) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *farthest) Push(x any)        { *f = append(*f, x.(*cert)) }
func (f *farthest) Pop() any {
	last := len(*f) - 1
	x := (*f)[last]
	(*f)[last] = nil
	*f = (*f)[:last]
	return x
}

func (c *cert) distance() int { return max(c.Days, -c.Days) }

// newCerts counts days from the day of judging.
func newCerts(asOf fips.Date) *certs {
	day, _ := time.Parse(time.DateOnly, string(asOf)) // the zero time for a day that is none
	return &certs{day: day, byDigest: map[[sha256.Size]byte]*mark{}, keys: map[string]*KeyCount{}, words: map[string]string{}}
}

// add takes every certificate of an assessment; n numbers the assessment.
func (c *certs) add(a fips.Assessment, n int) {
	o := a.Observation
	if o.TLS != nil {
		for _, chain := range o.TLS.Chains {
			for i := range chain.Certificates {
				c.one(&chain.Certificates[i], o.Endpoint, true, n)
			}
		}
	}
	if o.Store != nil {
		for _, item := range o.Store.Items {
			if item.Certificate != nil {
				c.one(item.Certificate, o.Endpoint, false, n)
			}
		}
		c.links(o, n)
	}
	for r, counts := range Counted(a) {
		if r.Certificate == "" || !counts {
			continue
		}
		m := c.byDigest[digestOf(r.Certificate)]
		if m == nil {
			continue
		}
		if m.cert != nil {
			m.Status = max(m.Status, r.Status)
		}
		if k := m.key; k != nil && r.Class == fips.ClassCertKey {
			k.Status = max(k.Status, r.Status)
			if k.Next == nil {
				k.Next = r.Next
			}
		}
	}
}

func (c *certs) one(x *scanner.Certificate, e scanner.Endpoint, served bool, n int) {
	if x.Problem != "" && x.NotAfter.IsZero() {
		c.unread++
		return
	}
	digest := digestOf(x.SHA256)
	m := c.byDigest[digest]
	if m == nil {
		m = c.begin(x)
		c.byDigest[digest] = m
	}
	if served && !m.served {
		m.served = true
		c.served++
	}
	if !served && !m.stored {
		m.stored = true
		c.stored++
	}
	if m.cert != nil && m.last != n {
		m.last = n
		m.Places.add(e, maxCertPlaces)
	}
}

// begin counts a certificate that was not met before, and keeps its facts if
// it is among those that end closest.
func (c *certs) begin(x *scanner.Certificate) *mark {
	days := 0
	if !c.day.IsZero() {
		days = daysBetween(c.day, x.NotAfter)
	}
	c.expiring[bucketOf(days)]++
	m := &mark{key: c.keyOf(x.Key)}
	if m.key != nil {
		m.key.Certificates++
	}
	k := &cert{mark: m, Certificate: Certificate{NotAfter: x.NotAfter, Days: days}}
	if len(c.kept) >= maxCertificates {
		if k.distance() >= c.kept[0].distance() {
			return m
		}
		heap.Pop(&c.kept).(*cert).mark.cert = nil
	}
	k.Certificate = Certificate{SHA256: x.SHA256, Subject: named(x), Issuer: c.word(issuer(x)), NotBefore: x.NotBefore, NotAfter: x.NotAfter,
		Days: days, Key: c.word(KeyName(x.Key)), Signature: c.word(x.SignatureAlgorithm), CA: x.CA}
	m.cert = k
	heap.Push(&c.kept, k)
	return m
}

// keyOf is the count of a sort of key; nil where there are too many sorts.
func (c *certs) keyOf(x scanner.Key) *KeyCount {
	name := clip(KeyName(x), maxText)
	k := c.keys[name]
	if k == nil && len(c.keys) < maxKeys {
		k = &KeyCount{Key: name}
		c.keys[name] = k
	}
	return k
}

// word gives the one copy of a text that many certificates share.
func (c *certs) word(s string) string {
	if kept, ok := c.words[s]; ok {
		return kept
	}
	s = strings.Clone(s)
	if len(c.words) < maxCertificates {
		c.words[s] = s
	}
	return s
}

// digestOf reads a digest; what is none gets one.
func digestOf(s string) [sha256.Size]byte {
	var d [sha256.Size]byte
	if n, err := hex.Decode(d[:], []byte(s[:min(len(s), 2*len(d))])); err != nil || n < len(d) {
		return sha256.Sum256([]byte(s))
	}
	return d
}

// links adds the other paths that lead to a file: the certificate lies there
// too.
func (c *certs) links(o scanner.Observation, n int) {
	for _, item := range o.Store.Items {
		if item.Certificate == nil {
			continue
		}
		m := c.byDigest[digestOf(item.Certificate.SHA256)]
		if m == nil || m.cert == nil || m.last != n {
			continue
		}
		m.last = -n // once for each file, however often the file holds it
		for _, path := range o.Store.Links {
			m.Places.add(scanner.Endpoint{Path: path}, maxCertPlaces)
		}
	}
}

// result orders the certificates.
func (c *certs) result() Certificates {
	r := Certificates{Served: c.served, Stored: c.stored, Unread: c.unread, LeftOut: len(c.byDigest) - len(c.kept)}
	for _, k := range c.kept {
		k.Served, k.Stored = k.mark.served, k.mark.stored
		r.List = append(r.List, k.Certificate)
	}
	slices.SortFunc(r.List, func(a, b Certificate) int {
		return cmp.Or(a.NotAfter.Compare(b.NotAfter), strings.Compare(a.SHA256, b.SHA256))
	})
	for i, x := range expiries {
		r.Expiring = append(r.Expiring, ExpiryBucket{x.label, c.expiring[i]})
	}
	for _, k := range c.keys {
		r.Keys = append(r.Keys, *k)
	}
	slices.SortFunc(r.Keys, func(a, b KeyCount) int {
		return cmp.Or(cmp.Compare(b.Status, a.Status), cmp.Compare(b.Certificates, a.Certificates), strings.Compare(a.Key, b.Key))
	})
	return r
}
