package fips

import "fmt"

// Status is what NIST's documents say of an algorithm in one use. The order is
// from best to worst, so that the worse of two is the greater.
type Status int

// The statuses. Unclassified and Unobserved are ours: no rule speaks of the
// name, and nobody saw whether it is there. Neither passes.
const (
	Unobserved Status = iota // outside the order: nothing was seen
	Approved
	Allowed
	Deprecated
	LegacyUse
	Unclassified
	NotApproved
	Disallowed
)

var statusNames = [...]string{"unobserved", "approved", "allowed", "deprecated", "legacy-use", "unclassified", "not-approved", "disallowed"}

// Statuses lists every status in the order, worst first; Unobserved stands
// outside the order and is not in it.
func Statuses() []Status {
	return []Status{Disallowed, NotApproved, Unclassified, LegacyUse, Deprecated, Allowed, Approved}
}

// ParseStatus reads a status by the name String gives it.
func ParseStatus(s string) (Status, error) {
	for i, name := range statusNames {
		if s == name {
			return Status(i), nil
		}
	}
	return 0, fmt.Errorf("unknown status %q: want one of disallowed, not-approved, unclassified, legacy-use, deprecated, allowed, approved", s)
}

func (s Status) String() string {
	if s < 0 || int(s) >= len(statusNames) {
		return fmt.Sprintf("Status(%d)", int(s))
	}
	return statusNames[s]
}

// MarshalText writes the name.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name.
func (s *Status) UnmarshalText(b []byte) error {
	v, err := ParseStatus(string(b))
	*s = v
	return err
}

// Grade is what a status comes to in a report: pass, watch, fail or not seen.
type Grade int

// The grades: fail is disallowed and not-approved; watch is unclassified,
// legacy-use and deprecated; pass is allowed and approved.
const (
	NotSeen Grade = iota
	Pass
	Watch
	Fail
)

// Grade sorts the status into its grade.
func (s Status) Grade() Grade {
	switch {
	case s == Unobserved:
		return NotSeen
	case s <= Allowed:
		return Pass
	case s <= Unclassified:
		return Watch
	}
	return Fail
}

// IsFinding tells whether a ruling of this status is a finding: deprecated or
// worse.
func (s Status) IsFinding() bool { return s >= Deprecated }
