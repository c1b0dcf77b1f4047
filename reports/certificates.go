package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/scanner"
)

// Certificates is every distinct certificate, told once.
type Certificates struct {
	Served   int // distinct ones that endpoints showed
	Stored   int // distinct ones that files hold, those served included
	Unread   int // ones that no parser reads, by place
	Expiring []ExpiryBucket
	Keys     []KeyCount
	List     []Certificate // soonest end first
}

// An ExpiryBucket is the certificates with so many days left on the day of
// judging.
type ExpiryBucket struct {
	Label        string
	Certificates int
}

// A KeyCount is the certificates with one sort of key.
type KeyCount struct {
	Key          string
	Certificates int
	Status       fips.Status
	Next         *fips.Transition // what follows, and when
}

// A Certificate is the facts of one certificate and where it lies.
type Certificate struct {
	SHA256    string
	Subject   string
	Issuer    string
	NotBefore time.Time
	NotAfter  time.Time
	Key       string
	Signature string
	Status    fips.Status // of the worst ruling about it
	Served    bool
	Stored    bool
	CA        bool
	Days      int // left on the day of judging; negative when it has ended
	Places    Places
}

// Distinct is how many certificates there are.
func (c Certificates) Distinct() int { return len(c.List) }

// Within lists the certificates that end in at most so many days and have not
// ended yet.
func (c Certificates) Within(days int) []Certificate {
	var soon []Certificate
	for _, x := range c.List {
		if x.Days >= 0 && x.Days <= days {
			soon = append(soon, x)
		}
	}
	return soon
}

// Expired is how many had ended on the day of judging.
func (c Certificates) Expired() int {
	n := 0
	for _, x := range c.List {
		if x.Days < 0 {
			n++
		}
	}
	return n
}

// maxCertPlaces bounds the places named for one certificate.
const maxCertPlaces = 64

// certs gathers certificates by digest.
type certs struct {
	byDigest map[string]*cert
	keys     map[string]*KeyCount
	unread   int
}

type cert struct {
	Certificate
	last int // the assessment that was counted last
}

func newCerts() *certs { return &certs{byDigest: map[string]*cert{}, keys: map[string]*KeyCount{}} }

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
		x := c.byDigest[r.Certificate]
		if x == nil || !counts {
			continue
		}
		x.Status = max(x.Status, r.Status)
		if k := c.keys[x.Key]; k != nil && r.Class == fips.ClassCertKey {
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
	k := c.byDigest[x.SHA256]
	if k == nil {
		k = &cert{Certificate: Certificate{SHA256: x.SHA256, Subject: named(x), Issuer: issuer(x), NotBefore: x.NotBefore,
			NotAfter: x.NotAfter, Key: KeyName(x.Key), Signature: x.SignatureAlgorithm, CA: x.CA}}
		c.byDigest[x.SHA256] = k
		if c.keys[k.Key] == nil {
			c.keys[k.Key] = &KeyCount{Key: k.Key}
		}
		c.keys[k.Key].Certificates++
	}
	k.Served = k.Served || served
	k.Stored = k.Stored || !served
	if k.last != n {
		k.last = n
		k.Places.add(e, maxCertPlaces)
	}
}

// links adds the other paths that lead to a file: the certificate lies there
// too.
func (c *certs) links(o scanner.Observation, n int) {
	for _, item := range o.Store.Items {
		if item.Certificate == nil {
			continue
		}
		k := c.byDigest[item.Certificate.SHA256]
		if k == nil || k.last != n {
			continue
		}
		k.last = -n // once for each file, however often the file holds it
		for _, path := range o.Store.Links {
			k.Places.add(scanner.Endpoint{Path: path}, maxCertPlaces)
		}
	}
}

// result orders the certificates and counts days from the day of judging.
func (c *certs) result(asOf fips.Date) Certificates {
	day, err := time.Parse(time.DateOnly, string(asOf))
	r := Certificates{Unread: c.unread}
	for _, k := range c.byDigest {
		x := k.Certificate
		if err == nil {
			x.Days = daysBetween(day, x.NotAfter)
		}
		if x.Served {
			r.Served++
		}
		if x.Stored {
			r.Stored++
		}
		r.List = append(r.List, x)
	}
	slices.SortFunc(r.List, func(a, b Certificate) int {
		return cmp.Or(a.NotAfter.Compare(b.NotAfter), strings.Compare(a.SHA256, b.SHA256))
	})
	r.Expiring = buckets(r.List)
	for _, k := range c.keys {
		r.Keys = append(r.Keys, *k)
	}
	slices.SortFunc(r.Keys, func(a, b KeyCount) int {
		return cmp.Or(cmp.Compare(b.Status, a.Status), cmp.Compare(b.Certificates, a.Certificates), strings.Compare(a.Key, b.Key))
	})
	return r
}

// daysBetween is the whole days from the start of a day to a moment, rounded
// down, so that a certificate which ends today has 0 left.
func daysBetween(day, end time.Time) int {
	hours := end.Sub(day).Hours()
	days := int(hours / 24)
	if hours < 0 && hours != float64(days*24) {
		days--
	}
	return days
}

func buckets(list []Certificate) []ExpiryBucket {
	b := []struct {
		upTo  int
		label string
	}{{-1, "expired"}, {7, "within 7 days"}, {30, "8 to 30 days"}, {90, "31 to 90 days"}, {200, "91 to 200 days"},
		{398, "201 to 398 days"}, {1095, "399 days to 3 years"}, {1 << 40, "over 3 years"}}
	var out []ExpiryBucket
	i := 0
	for _, limit := range b {
		start := i
		for i < len(list) && list[i].Days <= limit.upTo {
			i++
		}
		out = append(out, ExpiryBucket{limit.label, i - start})
	}
	return out
}

// named is what people call the certificate.
func named(x *scanner.Certificate) string {
	for _, s := range append([]string{x.CommonName}, x.Names...) {
		if s != "" {
			return clip(s, maxText)
		}
	}
	return clip(x.Subject, maxText)
}

// issuer is the issuer's common name where its name has one.
func issuer(x *scanner.Certificate) string {
	for part := range strings.SplitSeq(x.Issuer, ",") {
		if cn, ok := strings.CutPrefix(strings.TrimSpace(part), "CN="); ok && cn != "" {
			return clip(cn, maxText)
		}
	}
	return clip(x.Issuer, maxText)
}

// KeyName writes a key as people do: "RSA 2048", "EC secp256r1".
func KeyName(k scanner.Key) string {
	switch {
	case k.Curve != "":
		return k.Algorithm + " " + k.Curve
	case k.Bits != 0 && !strings.HasPrefix(k.Algorithm, "Ed") && !strings.HasPrefix(k.Algorithm, "ML-") && !strings.HasPrefix(k.Algorithm, "SLH-"):
		return fmt.Sprintf("%s %d", k.Algorithm, k.Bits)
	}
	return k.Algorithm
}
