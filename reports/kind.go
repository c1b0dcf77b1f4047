package reports

import "github.com/fipsweep/fipsweep/scanner"

// A Kind is what sort of thing an endpoint is.
type Kind int

// The kinds, in the order of reports. Unknown is an endpoint that was lost
// before it showed what it speaks.
const (
	TLS Kind = iota
	SSH
	Store
	Plain
	Unknown
)

// KindCounts holds one count for each kind.
type KindCounts [Unknown + 1]int

func (k Kind) String() string {
	return [...]string{"TLS", "SSH", "store", "cleartext", "unknown"}[k]
}

// KindOf says what sort of endpoint was observed.
func KindOf(o scanner.Observation) Kind {
	switch {
	case o.TLS != nil:
		return TLS
	case o.SSH != nil:
		return SSH
	case o.Store != nil || o.Endpoint.Path != "":
		return Store
	case o.Plain != nil:
		return Plain
	case o.Probe == "tls":
		return TLS
	case o.Probe == "ssh":
		return SSH
	}
	return Unknown
}
