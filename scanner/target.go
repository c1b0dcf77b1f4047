package scanner

import (
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/netip"
	"strconv"
)

// A Target is one unit of what the operator asked for: one address, one name
// or one path, with the ports to try there. A network is written once and
// yields one Target for each of its addresses.
type Target struct {
	Text     string     // as the operator wrote it; shared by all addresses of a network
	Scheme   string     // what is expected to speak: "tls", "ssh", "smtp", "file", ...; "" asks the port
	Addr     netip.Addr // the literal address; zero for a path, or a name to resolve
	Name     string     // the name to resolve, or with Addr the name to ask it by; "" for none
	Ports    []uint16   // ports to try; shared between targets and never modified
	Path     string     // a file or directory; "" for a network target
	Outright bool       // one thing named outright (host:port, scheme, path): its loss is a gap in the sweep

	Single bool // one host or path that was named, and not an address of a network or range

	// Known is addresses of a name to resolve that are targets of their own,
	// by the same name, and so are not asked here again.
	Known []netip.Addr
}

// An Endpoint is what answered, or should have. Address, Port and Name, or
// Path, are its identity; the other fields are for whoever probes it.
type Endpoint struct {
	ID      string     `json:"id"`
	Address netip.Addr `json:"address,omitzero"`
	Port    uint16     `json:"port,omitempty"`
	Name    string     `json:"name,omitempty"`
	Path    string     `json:"path,omitempty"`

	Target   string   `json:"-"` // the text of the target it came from
	Scheme   string   `json:"-"` // as in Target
	Outright bool     `json:"-"` // as in Target
	Links    []string `json:"-"` // other paths in the same tree that lead to this file
}

// Host returns an endpoint at an address, with the name it was resolved from
// or "". The ID depends on nothing else, so it is the same in every sweep.
func Host(addr netip.Addr, port uint16, name string) Endpoint {
	addr = addr.Unmap()
	e := Endpoint{Address: addr, Port: port, Name: name}
	e.ID = stableID("host", addr.String(), strconv.Itoa(int(port)), name)
	return e
}

// File returns the endpoint of a file. The path is absolute and clean; an
// observation of it names the same file in every sweep of the same machine.
func File(path string) Endpoint {
	return Endpoint{Path: path, ID: stableID("file", path)}
}

// String is how people write the endpoint: in the target grammar, so that it
// can be pasted into a scan.
func (e Endpoint) String() string {
	switch {
	case e.Path != "":
		return e.Path
	case e.Name != "" && e.Port != 0:
		return net.JoinHostPort(e.Name, strconv.Itoa(int(e.Port)))
	case e.Name != "":
		return e.Name
	case e.Address.IsValid() && e.Port != 0:
		return netip.AddrPortFrom(e.Address, e.Port).String()
	case e.Address.IsValid():
		return e.Address.String()
	}
	return e.Target
}

// AddrPort is where to connect; invalid for a file or an unresolved name.
func (e Endpoint) AddrPort() netip.AddrPort { return netip.AddrPortFrom(e.Address, e.Port) }

// stableID is 16 hex digits of SHA-256 over the parts, each ended by a zero
// byte so that no two lists of parts read alike.
func stableID(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
