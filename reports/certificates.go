package reports

import (
	"fmt"
	"math"
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
	LeftOut  int           // counted and not listed, since the list is bounded: those that end, or ended, farthest from the day of judging
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
func (c Certificates) Distinct() int { return len(c.List) + c.LeftOut }

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
	if len(c.Expiring) == 0 {
		return 0
	}
	return c.Expiring[0].Certificates
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

// expiries are the buckets, by the most days left.
var expiries = [...]struct {
	upTo  int
	label string
}{{-1, "expired"}, {7, "within 7 days"}, {30, "8 to 30 days"}, {90, "31 to 90 days"}, {200, "91 to 200 days"},
	{398, "201 to 398 days"}, {1095, "399 days to 3 years"}, {math.MaxInt, "over 3 years"}}

func bucketOf(days int) int {
	i := 0
	for days > expiries[i].upTo {
		i++
	}
	return i
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
