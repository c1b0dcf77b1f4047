package fips

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// A Pattern stands for endpoints, as a target is written: a network
// (10.0.0.0/24), an address, a name or a glob of names (*.example.com), each
// with ports behind it or without (10.0.0.7:443,8443); or a path (/etc/pki,
// which is the file or all that lies beneath) or a glob of paths
// (/srv/*/tls/**). In a glob ? is one character and * any number of them
// within a label or a folder; ** goes beyond.
type Pattern struct {
	text   string
	prefix netip.Prefix   // a network or an address
	zone   netip.Addr     // an address with its zone, which is in no network
	name   string         // a name, lower case, without the final dot
	path   string         // a path without glob
	glob   *regexp.Regexp // of names, or of paths where isPath
	isPath bool
	ports  []portRange // none for all
	weight int
}

type portRange struct{ from, to uint16 }

// String is the pattern as it was written.
func (p Pattern) String() string { return p.text }

// MarshalText writes the pattern as it was written.
func (p Pattern) MarshalText() ([]byte, error) { return []byte(p.text), nil }

// maxPattern bounds a pattern's text: a path has 4096 bytes at most.
const maxPattern = 4096

// ParsePattern reads a pattern.
func ParsePattern(s string) (Pattern, error) {
	p := Pattern{text: s}
	switch {
	case s == "":
		return p, errors.New("it is empty: write a network, an address, a name or a path")
	case len(s) > maxPattern:
		return p, fmt.Errorf("it has %d bytes, and %d is the most", len(s), maxPattern)
	case strings.Contains(s, "://"):
		return p, errors.New("a scheme is no part of an endpoint: leave it off, as in host:443")
	case strings.HasPrefix(s, "./"), strings.HasPrefix(s, "../"), strings.HasPrefix(s, "~"):
		return p, errors.New("write the path in full, beginning with /")
	case strings.HasPrefix(s, "/"):
		return p.paths(s)
	}
	host, ports, hasPorts, err := cutPorts(s)
	if err != nil {
		return p, err
	}
	if hasPorts {
		if p.ports, err = parsePorts(ports); err != nil {
			return p, err
		}
		p.weight += 2000
	}
	return p.hosts(host)
}

// paths reads a path or a glob of paths.
func (p Pattern) paths(s string) (Pattern, error) {
	if strings.ContainsRune(s, 0) {
		return p, errors.New("a path holds no zero byte")
	}
	s = path.Clean(s)
	p.isPath, p.weight = true, len(s)
	if !strings.ContainsAny(s, "*?") {
		p.path = s
		return p, nil
	}
	p.weight = len(strings.TrimRight(s[:strings.IndexAny(s, "*?")], "/"))
	var err error
	p.glob, err = compileGlob(s, "/")
	return p, err
}

// hosts reads what stands where an endpoint has its host.
func (p Pattern) hosts(s string) (Pattern, error) {
	if strings.Contains(s, "/") {
		x, err := netip.ParsePrefix(s)
		if err != nil {
			return p, fmt.Errorf("%.60q is no network: write address/length, as in 10.0.0.0/24, and a path in full", s)
		}
		if x.Addr().Is4In6() && x.Bits() >= 96 {
			x = netip.PrefixFrom(x.Addr().Unmap(), x.Bits()-96)
		}
		p.prefix = x.Masked()
		p.weight += p.bits()
		return p, nil
	}
	if a, err := netip.ParseAddr(s); err == nil {
		if a = a.Unmap(); a.Zone() != "" {
			p.zone = a
		}
		p.prefix = netip.PrefixFrom(a.WithZone(""), a.BitLen())
		p.weight += p.bits()
		return p, nil
	}
	if first, _, ok := strings.Cut(s, "-"); ok {
		if _, err := netip.ParseAddr(first); err == nil {
			return p, errors.New("a range is not taken here: write networks, as in 10.0.0.0/27")
		}
	}
	name := strings.ToLower(strings.TrimSuffix(s, "."))
	if err := checkName(name); err != nil {
		return p, err
	}
	if !strings.ContainsAny(name, "*?") {
		p.name = name
		p.weight += 1000
		return p, nil
	}
	p.weight += 200 + len(strings.Trim(name, "*?."))
	var err error
	p.glob, err = compileGlob(name, ".")
	return p, err
}

// bits is the length of the prefix, by which IPv4 and IPv6 compare.
func (p Pattern) bits() int { return p.prefix.Bits() + 128 - p.prefix.Addr().BitLen() }

func checkName(name string) error {
	if name == "" {
		return errors.New("the host is missing: write host, host:443 or an address")
	}
	if len(name) > 253 { // RFC 1035 section 2.3.4
		return fmt.Errorf("the name has %d bytes: a host name has 253 at most", len(name))
	}
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', strings.ContainsRune("-_.*?", r):
		case r > 0x7f:
			return errors.New("write an international name in its ASCII form (xn--...)")
		default:
			return fmt.Errorf("%.60q is no host name: it holds %q", name, r)
		}
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	if strings.Trim(last, "0123456789") == "" {
		return fmt.Errorf("%.60q is no address: write four octets from 0 to 255, or a network", name)
	}
	return nil
}

// cutPorts cuts a pattern into its host and its ports, as in a target.
func cutPorts(s string) (host, ports string, hasPorts bool, err error) {
	if inner, ok := strings.CutPrefix(s, "["); ok {
		host, rest, closed := strings.Cut(inner, "]")
		ports, hasPorts = strings.CutPrefix(rest, ":")
		if !closed || rest != "" && !hasPorts || !strings.Contains(host, ":") {
			return "", "", false, fmt.Errorf("%.60q: write an IPv6 address with its port as [::1]:443", s)
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

// parsePorts reads a list of ports and ranges of them.
func parsePorts(s string) ([]portRange, error) {
	var list []portRange
	for part := range strings.SplitSeq(s, ",") {
		first, last, ranged := strings.Cut(part, "-")
		if !ranged {
			last = first
		}
		from, err1 := strconv.ParseUint(first, 10, 16)
		to, err2 := strconv.ParseUint(last, 10, 16)
		if err1 != nil || err2 != nil || from == 0 || to < from {
			return nil, fmt.Errorf("%.40q is no port: write numbers from 1 to 65535, as in 443,8000-8010", part)
		}
		list = append(list, portRange{uint16(from), uint16(to)})
	}
	return list, nil
}

// compileGlob makes of a glob an expression that Go's engine matches in time
// linear in the text, whatever the glob.
func compileGlob(glob, separator string) (*regexp.Regexp, error) {
	one := "[^" + regexp.QuoteMeta(separator) + "]"
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for len(glob) > 0 {
		switch {
		case separator == "/" && strings.HasPrefix(glob, "/**/"): // no folder between is one way
			b.WriteString("/(?:.*/)?")
			glob = glob[4:]
		case strings.HasPrefix(glob, "**"):
			b.WriteString(".*")
			glob = strings.TrimLeft(glob, "*")
		case glob[0] == '*':
			b.WriteString(one + "*")
			glob = glob[1:]
		case glob[0] == '?':
			b.WriteString(one)
			glob = glob[1:]
		default:
			n := strings.IndexAny(glob[1:], "*?/") + 1
			if n == 0 {
				n = len(glob)
			}
			b.WriteString(regexp.QuoteMeta(glob[:n]))
			glob = glob[n:]
		}
	}
	b.WriteString(`\z`)
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, fmt.Errorf("the glob cannot be read: %w", err)
	}
	return re, nil
}

// Fits tells whether the pattern stands for the endpoint: a file under any of
// the names that lead to it.
func (p Pattern) Fits(e scanner.Endpoint) bool {
	if e.Path != "" || p.isPath {
		return e.Path != "" && p.isPath && (p.fitsPath(e.Path) || slices.ContainsFunc(e.Links, p.fitsPath))
	}
	return p.fitsPort(e.Port) && p.fitsHost(e)
}

func (p Pattern) fitsPath(file string) bool {
	if p.glob != nil {
		return p.glob.MatchString(file)
	}
	rest, ok := strings.CutPrefix(file, p.path)
	return ok && (rest == "" || rest[0] == '/' || p.path == "/")
}

func (p Pattern) fitsPort(port uint16) bool {
	for _, r := range p.ports {
		if r.from <= port && port <= r.to {
			return true
		}
	}
	return len(p.ports) == 0
}

func (p Pattern) fitsHost(e scanner.Endpoint) bool {
	switch {
	case p.zone.IsValid():
		return e.Address == p.zone
	case p.prefix.IsValid():
		return p.prefix.Contains(e.Address.Unmap().WithZone(""))
	}
	name := strings.ToLower(strings.TrimSuffix(e.Name, "."))
	if p.glob != nil {
		return name != "" && p.glob.MatchString(name)
	}
	return name == p.name
}

// Compare orders patterns that stand for one endpoint, the narrower first: a
// port before none, a name before an address, a long prefix or path before a
// short one.
func (p Pattern) Compare(q Pattern) int { return cmp.Compare(q.weight, p.weight) }
