package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
	"unique"

	"github.com/fipsweep/fipsweep/scanner"
)

// ties gathers by digest which keys and chains were met in which places: what
// several observations show together. Distinct keys and names make it grow;
// the places that it knows of each are bounded.
type ties struct {
	keys  map[[sha256.Size]byte]*tie
	names map[string]*nameTie
	uses  uses

	halves int // see Facts.Halves
}

// A role is what a key was met as.
type role int

const (
	servedKey  role = iota // in the certificate that a TLS endpoint shows as its own
	hostKey                // as SSH host key
	storedCert             // in a certificate that lies in a file
	privateKey             // private, in a file
	publicKey              // public, in a file
	roles
)

// Bounds of what is known of one key or name.
const (
	maxSightings = 64
	maxTied      = 64 // certificates
	maxVariants  = 16 // chains
)

// A tie is one key.
type tie struct {
	name  string // "RSA 2048"
	certs []tiedCert
	seen  []sighting // the first
	at    []meeting  // all, as anything but a public key
	last  [roles]uint32
	count [roles]int // assessments
}

// A tiedCert is one certificate of a key. Certificates of one identity are
// related: one was issued again, or crosswise.
type tiedCert struct{ sha256, subject, identity string }

// A meeting is one assessment that met a key, in one role and certificate.
type meeting struct {
	n    uint32
	role uint8
	cert int8 // among the tie's certificates; -1 for none
}

// A sighting is one place of a key.
type sighting struct {
	endpoint *scanner.Endpoint
	role     role
	cert     int // among the tie's certificates; -1 for none
}

// A nameTie is the chains behind one name and port.
type nameTie struct {
	variants []variant
	at       []uint32 // every assessment of it
}

type variant struct {
	chain   string // digest of all certificates
	subject string // of the first leaf
	seen    []*scanner.Endpoint
}

func newTies() *ties {
	return &ties{keys: map[[sha256.Size]byte]*tie{}, names: map[string]*nameTie{}, uses: newUses()}
}

// add takes the keys and chains of the observation with the number n.
func (t *ties) add(o scanner.Observation, n int) {
	e := &scanner.Endpoint{ID: o.Endpoint.ID, Address: o.Endpoint.Address, Port: o.Endpoint.Port, Name: o.Endpoint.Name, Path: o.Endpoint.Path}
	see := func(digest, name string, r role, c *scanner.Certificate) {
		if k := t.key(digest, name); k != nil {
			k.see(sighting{e, r, k.certificate(c)}, n)
		}
	}
	switch {
	case o.TLS != nil:
		for i := range o.TLS.Chains {
			if list := o.TLS.Chains[i].Certificates; len(list) > 0 {
				see(list[0].Key.SPKISHA256, KeyName(list[0].Key), servedKey, &list[0])
			}
		}
		t.chain(o, e, n)
	case o.SSH != nil:
		for _, h := range o.SSH.HostKeys {
			digest := h.SPKI
			if digest == "" {
				digest = h.SHA256 // of a kind that X.509 has no form for
			}
			see(digest, hostKeyName(h), hostKey, nil)
		}
	case o.Host != nil:
		t.uses.add(o, e, n)
	case o.Store != nil:
		t.uses.met(o)
		for i := range o.Store.Items {
			item := &o.Store.Items[i]
			if half(item) {
				t.halves++
			}
			switch {
			case item.Certificate != nil:
				see(item.Certificate.Key.SPKISHA256, KeyName(item.Certificate.Key), storedCert, item.Certificate)
			case item.Kind == scanner.ItemPrivateKey && item.Key != nil:
				see(item.Key.SPKISHA256, KeyName(*item.Key), privateKey, nil)
			case item.Key != nil && (item.Kind == scanner.ItemPublicKey || item.SSH != nil):
				see(item.Key.SPKISHA256, KeyName(*item.Key), publicKey, nil)
			}
		}
	}
}

// half tells whether an item is a private key of which neither the public half
// is known nor a certificate beside it.
func half(i *scanner.Item) bool {
	return i.Kind == scanner.ItemPrivateKey && (i.Key == nil || i.Key.SPKISHA256 == "") && i.Pair == ""
}

// key finds the tie of a digest, or begins it; nil where there is no digest.
func (t *ties) key(digest, name string) *tie {
	var d [sha256.Size]byte
	if n, err := hex.Decode(d[:], []byte(digest[:min(len(digest), 2*len(d))])); err != nil || n < len(d) {
		return nil
	}
	k := t.keys[d]
	if k == nil {
		k = &tie{name: unique.Make(clip(name, maxText)).Value()} // few names, many keys
		t.keys[d] = k
	}
	return k
}

// certificate finds the place of a certificate among those of the key.
func (k *tie) certificate(c *scanner.Certificate) int {
	if c == nil {
		return -1
	}
	for i := range k.certs {
		if k.certs[i].sha256 == c.SHA256 {
			return i
		}
	}
	if len(k.certs) >= maxTied {
		return -1
	}
	names := slices.Sorted(slices.Values(c.Names))
	identity := strings.Clone(scanner.Digest([]byte(c.Subject + "\x00" + strings.Join(names, "\x00")))[:16])
	k.certs = append(k.certs, tiedCert{c.SHA256, named(c), identity})
	return len(k.certs) - 1
}

func (k *tie) see(s sighting, n int) {
	if k.last[s.role] != uint32(n) {
		k.last[s.role] = uint32(n)
		k.count[s.role]++
	}
	k.meet(meeting{uint32(n), uint8(s.role), int8(s.cert)})
	same := func(x sighting) bool {
		return x.endpoint.ID == s.endpoint.ID && x.role == s.role && x.cert == s.cert
	}
	if len(k.seen) < maxSightings && !slices.ContainsFunc(k.seen, same) {
		k.seen = append(k.seen, s)
	}
}

// meet keeps a meeting, once. Those of one assessment stand together.
func (k *tie) meet(m meeting) {
	if role(m.role) == publicKey {
		return
	}
	for i := len(k.at) - 1; i >= 0 && k.at[i].n == m.n; i-- {
		if k.at[i] == m {
			return
		}
	}
	k.at = append(k.at, m)
}

// met lists the assessments of the meetings that are meant, each once.
func (k *tie) met(meant func(meeting) bool) []uint32 {
	var list []uint32
	for _, m := range k.at {
		if meant(m) && (len(list) == 0 || list[len(list)-1] != m.n) {
			list = append(list, m.n)
		}
	}
	return list
}

// chain notes all chains that an address of a name shows. One that was not
// wholly observed says nothing of differences.
func (t *ties) chain(o scanner.Observation, e *scanner.Endpoint, n int) {
	lost := func(i scanner.Incomplete) bool { return strings.Contains(i.What, "chain") }
	if e.Name == "" || !e.Address.IsValid() || len(o.TLS.Chains) == 0 || slices.ContainsFunc(o.Incomplete, lost) {
		return
	}
	var all []string
	subject := ""
	for _, c := range o.TLS.Chains {
		one := ""
		for i := range c.Certificates {
			if one += c.Certificates[i].SHA256; subject == "" {
				subject = named(&c.Certificates[i])
			}
		}
		all = append(all, one)
	}
	slices.Sort(all)
	digest := scanner.Digest([]byte(strings.Join(slices.Compact(all), "\x00")))[:16]
	key := e.Name + ":" + strconv.Itoa(int(e.Port))
	x := t.names[key]
	if x == nil {
		x = &nameTie{}
		t.names[key] = x
	}
	x.at = append(x.at, uint32(n))
	x.see(variant{digest, subject, []*scanner.Endpoint{e}})
}

func (x *nameTie) see(v variant) {
	i := slices.IndexFunc(x.variants, func(y variant) bool { return y.chain == v.chain })
	switch {
	case i < 0 && len(x.variants) < maxVariants:
		x.variants = append(x.variants, v)
	case i >= 0 && len(x.variants[i].seen) < maxVariants:
		x.variants[i].seen = append(x.variants[i].seen, v.seen...)
	}
}

// with picks the sightings of some roles.
func (k *tie) with(of ...role) []sighting {
	var list []sighting
	for _, s := range k.seen {
		if slices.Contains(of, s.role) {
			list = append(list, s)
		}
	}
	return list
}

// hosts counts the hosts of sightings. Endpoints of one name or of one address
// are one host: two ports, or two addresses of one machine, are no sharing.
func hosts(list []sighting) int {
	group := make([]int, len(list))
	names, addrs := map[string]int{}, map[netip.Addr]int{}
	join := func(from, to int) {
		for i, g := range group {
			if g == from {
				group[i] = to
			}
		}
	}
	for i, s := range list {
		group[i] = i
		e := s.endpoint
		if j, ok := addrs[e.Address]; ok && e.Address.IsValid() {
			join(group[i], group[j])
		}
		if j, ok := names[e.Name]; ok && e.Name != "" {
			join(group[i], group[j])
		}
		addrs[e.Address], names[e.Name] = i, i
	}
	slices.Sort(group)
	return len(slices.Compact(group))
}

// beside tells whether a certificate of the key lies in the folder of its
// private half.
func (k *tie) beside() bool {
	for _, p := range k.with(privateKey) {
		for _, c := range k.with(storedCert) {
			if path.Dir(p.endpoint.Path) == path.Dir(c.endpoint.Path) {
				return true
			}
		}
	}
	return false
}

// hostKeyName is a host key as people name it.
func hostKeyName(h scanner.HostKey) string {
	if h.Bits > 0 && h.Curve == "" {
		return h.Type + " " + strconv.Itoa(h.Bits)
	}
	return h.Type
}
