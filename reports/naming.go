package reports

import (
	"net"
	"net/netip"
	"slices"
	"strconv"

	"github.com/fipsweep/fipsweep/scanner"
)

// naming holds the addresses of each name that was asked. Endpoints of a name
// with several read alike, so that their address must be told beside it.
type naming map[string][]netip.Addr

// maxAddresses bounds the addresses that are kept of one name.
const maxAddresses = 64

func (n naming) see(e scanner.Endpoint) {
	if e.Name == "" || !e.Address.IsValid() || slices.Contains(n[e.Name], e.Address) || len(n[e.Name]) >= maxAddresses {
		return
	}
	n[e.Name] = append(n[e.Name], e.Address)
}

// write is the endpoint as people write it, with its address where the name
// has several: "localhost:443 (::1)".
func (n naming) write(e scanner.Endpoint) string {
	return clip(e.String(), maxText) + n.beside(e.Name, e.Address)
}

func (n naming) beside(name string, a netip.Addr) string {
	if len(n[name]) < 2 || !a.IsValid() {
		return ""
	}
	return " (" + a.String() + ")"
}

// find is the same for one that is known by its id and how it is written.
func (n naming) find(id, text string) string {
	name, digits, err := net.SplitHostPort(text)
	if err != nil || len(n[name]) < 2 {
		return text
	}
	port, err := strconv.ParseUint(digits, 10, 16)
	if err != nil {
		return text
	}
	for _, a := range n[name] {
		if e := scanner.Host(a, uint16(port), name); e.ID == id {
			return n.write(e)
		}
	}
	return text
}

// Name is the endpoint as people write it. Where the sweep met several
// addresses of its name, its own is told beside it.
func (r *Report) Name(e scanner.Endpoint) string { return r.names.write(e) }

// Runs names the endpoints as Places.Runs does, each told apart as by Name.
func (r *Report) Runs(p Places) []string { return p.runs(r.names) }
