package reports

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// maxPlaces bounds the endpoints that one list names.
const maxPlaces = 256

// Places is a count of endpoints and the first of them by name.
type Places struct {
	Count int
	first []place
}

// A place is an endpoint as it is written: an address and port, or text. That
// of a name has both.
type place struct {
	addr netip.AddrPort
	text string
}

// add counts the endpoint and keeps it if there is room.
func (p *Places) add(e scanner.Endpoint, room int) {
	p.Count++
	if len(p.first) >= room {
		return
	}
	if e.Path == "" && e.Name == "" && e.Address.IsValid() && e.Port != 0 {
		p.first = append(p.first, place{addr: e.AddrPort()})
		return
	}
	p.first = append(p.first, place{e.AddrPort(), clip(e.String(), maxText)})
}

// Left is how many endpoints are counted and not named.
func (p Places) Left() int { return p.Count - len(p.first) }

// Has tells whether the endpoint is among those named.
func (p Places) Has(e scanner.Endpoint) bool {
	var one Places
	one.add(e, 1)
	return slices.Contains(p.first, one.first[0])
}

// Runs names the endpoints in the grammar of targets, neighbours together:
// 10.20.1.41-51:443. They can be pasted into a scan.
func (p Places) Runs() []string { return p.runs(nil) }

// runs tells by their addresses the endpoints of a name that has several.
func (p Places) runs(names naming) []string {
	list := slices.Clone(p.first)
	slices.SortFunc(list, func(a, b place) int {
		if c := strings.Compare(a.text, b.text); c != 0 {
			return c
		}
		if a.addr.Port() != b.addr.Port() {
			return int(a.addr.Port()) - int(b.addr.Port())
		}
		return a.addr.Addr().Compare(b.addr.Addr())
	})
	var runs []string
	for i := 0; i < len(list); {
		j := i + 1
		for j < len(list) && follows(list[j-1], list[j]) {
			j++
		}
		runs = append(runs, run(list[i], list[j-1])+names.beside(list[i].name(), list[i].addr.Addr()))
		i = j
	}
	return runs
}

// follows tells whether b is the next IPv4 address in the same /24 on the same
// port, which is as far as a range of the grammar reaches.
func follows(a, b place) bool {
	if a.text != "" || b.text != "" || !a.addr.Addr().Is4() || !b.addr.Addr().Is4() || a.addr.Port() != b.addr.Port() {
		return false
	}
	x, y := a.addr.Addr().As4(), b.addr.Addr().As4()
	return [3]byte(x[:3]) == [3]byte(y[:3]) && int(x[3])+1 == int(y[3])
}

// name is the name of which the place is, "" where it has none.
func (x place) name() string {
	if !x.addr.Addr().IsValid() || x.text == "" {
		return ""
	}
	if name, _, err := net.SplitHostPort(x.text); err == nil {
		return name
	}
	return x.text
}

func run(a, b place) string {
	switch {
	case a.text != "":
		return a.text
	case a.addr == b.addr:
		return a.addr.String()
	}
	return fmt.Sprintf("%s-%d:%d", a.addr.Addr(), b.addr.Addr().As4()[3], a.addr.Port())
}

// maxText bounds every text that came from a peer or a file.
const maxText = 200

// clip shortens s to n runes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
