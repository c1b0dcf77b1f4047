package target

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// A place is what stands where a target has its host: a span of addresses, a
// name, or one address that is in no span since it has a zone or is asked by a
// name.
type place struct {
	span span
	addr netip.Addr // with its zone, or with a name
	name string     // lower case, without the final dot
}

// alone tells whether the place is one host rather than a network or a range.
func (p place) alone() bool {
	return !p.span.from.IsValid() || p.span.from == p.span.to
}

// splitPorts cuts a target into its place and its ports. Colons are read by
// where they stand: after a bracket or a prefix length they begin ports, and
// where there is more than one they belong to an IPv6 address.
func splitPorts(s string) (host, ports string, hasPorts bool, err error) {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		host, rest, closed := strings.Cut(inner, "]")
		if !closed {
			return "", "", false, errors.New("the bracket is not closed: write [::1] or [::1]:443")
		}
		if !strings.Contains(host, ":") {
			return "", "", false, errors.New("brackets are for IPv6 addresses only: leave them off")
		}
		ports, hasPorts = strings.CutPrefix(rest, ":")
		if rest != "" && !hasPorts {
			return "", "", false, fmt.Errorf("%.40q after the bracket: write [::1]:443", rest)
		}
		return host, ports, hasPorts, nil
	}
	if addr, length, ok := strings.Cut(s, "/"); ok {
		length, ports, hasPorts = strings.Cut(length, ":")
		return addr + "/" + length, ports, hasPorts, nil
	}
	if strings.Count(s, ":") > 1 {
		return s, "", false, nil
	}
	host, ports, hasPorts = strings.Cut(s, ":")
	return host, ports, hasPorts, nil
}

// parsePlace reads a place without ports.
func parsePlace(s string) (place, error) {
	if strings.Contains(s, "/") {
		sp, err := parsePrefix(s)
		return place{span: sp}, err
	}
	if a, err := netip.ParseAddr(s); err == nil {
		if a.Zone() != "" {
			return place{addr: a}, checkZone(a.Zone())
		}
		if a = a.Unmap(); a.IsUnspecified() {
			return place{}, fmt.Errorf("%s is no host's address: for this machine write %s", a, loopback(a))
		}
		return place{span: single(a)}, nil
	}
	if before, after, ok := strings.Cut(s, "-"); ok {
		if first, err := netip.ParseAddr(before); err == nil {
			sp, err := parseRange(first.Unmap(), after)
			return place{span: sp}, err
		}
	}
	if strings.Contains(s, ":") {
		return place{}, fmt.Errorf("%q is no IPv6 address; ports are separated by commas, as in host:443,8443", clip(s))
	}
	name, err := hostName(s)
	return place{name: name}, err
}

// checkZone bounds what may stand behind %: netip takes anything, and an
// interface's name is short and plain.
func checkZone(z string) error {
	for _, r := range z {
		plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r)
		if !plain || len(z) > 32 {
			return fmt.Errorf("%.40q is no zone: write the name of an interface, as in fe80::1%%eth0; a range has no zone", z)
		}
	}
	return nil
}

// hostName validates a name by the rules of RFC 1123 section 2.1, with the
// underscore that names in use have, and brings it into one form.
func hostName(s string) (string, error) {
	name := strings.ToLower(strings.TrimSuffix(s, "."))
	if name == "" {
		return "", errors.New("the host is missing: write host, host:443 or an address")
	}
	if len(name) > 253 { // RFC 1035 section 2.3.4
		return "", fmt.Errorf("the name has %d bytes: a host name has 253 at most", len(name))
	}
	last := ""
	for label := range strings.SplitSeq(name, ".") {
		if err := hostLabel(label); err != nil {
			return "", fmt.Errorf("%q is no host name: %w", clip(s), err)
		}
		last = label
	}
	// No top-level domain is a number, so a name that ends in one is an
	// address gone wrong.
	if strings.Trim(last, "0123456789") == "" {
		return "", fmt.Errorf("%q is no address: write four octets from 0 to 255 without leading zeros", clip(s))
	}
	return name, nil
}

func hostLabel(label string) error {
	if label == "" {
		return errors.New("two dots have nothing between them")
	}
	if len(label) > 63 { // RFC 1035 section 2.3.4
		return fmt.Errorf("a part has %d bytes, and 63 is the most", len(label))
	}
	for _, r := range label {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
		case r > 0x7f:
			return errors.New("write an international name in its ASCII form (xn--...)")
		default:
			return fmt.Errorf("it holds %q; for a file write ./ in front", r)
		}
	}
	if strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
		return fmt.Errorf("%q begins or ends with a hyphen", label)
	}
	return nil
}
