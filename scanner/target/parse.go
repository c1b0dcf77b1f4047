package target

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// Options says how targets are read.
type Options struct {
	Ports   []uint16  // asked where a target names none; empty means DefaultPorts
	Schemes []string  // network schemes that some prober speaks; "file" is always known
	Wide    bool      // allow networks wider than /8 (IPv6: /104)
	Exclude *Excludes // what to leave alone; nil for nothing
	Seed    uint64    // of the order in which they are asked
	Shard   Shard     // the part of them to sweep; zero for all

	// Stat tells whether a path is there; os.Lstat does. Without it every path
	// is taken to be.
	Stat func(path string) (fs.FileInfo, error)
	Home string // what ~ stands for; "" refuses it
}

// A spec is one target as parsed: a place or a path. Without a text it is a form
// of many single addresses, which are written with the same before and behind
// them.
type spec struct {
	text     string
	before   string
	after    string
	order    int // among all that were read
	scheme   string
	place    place
	path     string
	ports    []uint16
	outright bool
}

// textAt is what was written for an address of the spec.
func (s *spec) textAt(a netip.Addr) string {
	if s.text != "" {
		return s.text
	}
	return s.before + a.String() + s.after
}

// Parse reads targets as the operator wrote them. The error joins every
// complaint, and is for the operator to read: nothing may be sent before it is
// nil.
func Parse(args []string, o Options) (*List, error) {
	p := NewParser(o)
	for _, line := range linesOf(args) {
		p.Add(line)
	}
	return p.List()
}

// A Parser reads targets one after the other, so that a long list is nowhere
// kept as it was written.
type Parser struct {
	o       Options
	read    int
	specs   []spec
	singles singles
	errs    []error
	more    int // complaints that are not told
}

// NewParser begins with no target.
func NewParser(o Options) *Parser {
	if len(o.Ports) == 0 {
		o.Ports = DefaultPorts()
	}
	return &Parser{o: o}
}

// Add reads one target.
func (p *Parser) Add(line Line) {
	p.read++
	s, err := p.o.parse(line.Text)
	if err == nil {
		err = s.called(line.Name)
	}
	s.order = p.read
	switch {
	case err != nil && len(p.errs) == maxComplained:
		p.more++
	case err != nil:
		p.errs = append(p.errs, complain(line, "target", err))
	case !p.singles.take(s):
		p.specs = append(p.specs, s)
	}
}

// maxComplained bounds what is told of targets that are none.
const maxComplained = 1000

// Read reads a file of targets: a list, one a line, CSV, or what a port scanner
// wrote. name is the file's, for complaints; each tells its line.
func (p *Parser) Read(r io.Reader, name string) error { return eachTarget(r, name, p.Add) }

// Empty tells that nothing was read.
func (p *Parser) Empty() bool { return p.read == 0 }

// List is all targets that were read, less what is excluded. The error joins
// every complaint. A shard may have none of them.
func (p *Parser) List() (*List, error) {
	if p.Empty() {
		return nil, errors.New("no target: name a network, a host or a path, such as 10.0.0.0/24, mail.example.com:443 or /etc/ssl/certs")
	}
	if p.more > 0 {
		p.errs = append(p.errs, fmt.Errorf("and %d further targets that are none", p.more))
	}
	list, err := plan(p.specs, p.singles, p.o.Exclude)
	if err = errors.Join(append(p.errs, err)...); err != nil {
		return nil, err
	}
	if list.Count() == 0 {
		return nil, errors.New("nothing is left to sweep: every target is excluded; name others or exclude less")
	}
	list.seed, list.shard = p.o.Seed, p.o.Shard
	return list, nil
}

// called gives the target the name that it is asked by, if its line has one.
func (s *spec) called(name string) error {
	if name == "" {
		return nil
	}
	name, err := hostName(name)
	switch p := &s.place; {
	case err != nil:
		return err
	case p.addr.IsValid(): // its zone stays
		p.name = name
	case p.span.from.IsValid() && p.alone():
		*p = place{addr: p.span.from, name: name}
	case p.name != name:
		return fmt.Errorf("only a single address can be asked by another name, here %q", clip(name))
	}
	return nil
}

func linesOf(args []string) []Line {
	lines := make([]Line, 0, len(args))
	for _, a := range args {
		lines = append(lines, Line{Text: a})
	}
	return lines
}

func complain(l Line, what string, err error) error {
	if l.Where != "" {
		return fmt.Errorf("%s: %s %q: %w", l.Where, what, clip(l.Text), err)
	}
	return fmt.Errorf("%s %q: %w", what, clip(l.Text), err)
}

func (o *Options) parse(text string) (spec, error) {
	s := strings.TrimSpace(text)
	if s == "" {
		return spec{}, errors.New("it is empty: name a network, a host or a path")
	}
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		if scheme = strings.ToLower(scheme); scheme == "file" {
			return o.fileURL(s)
		}
		return o.schemed(s, scheme, rest)
	}
	// A host may be called "file", so its port is no URL.
	if len(s) > 5 && strings.EqualFold(s[:5], "file:") && (s[5] == '/' || s[5] == '.') {
		return o.fileURL(s)
	}
	if path, ok, err := o.asPath(s); ok || err != nil {
		return o.there(s, path, err)
	}
	return o.network(s, s)
}

// network reads a target without scheme. text is the whole as written.
func (o *Options) network(text, s string) (spec, error) {
	host, ports, hasPorts, err := splitPorts(s)
	if err != nil {
		return spec{}, err
	}
	out := spec{text: text, ports: o.Ports}
	var portErr error
	numbered := false
	if hasPorts {
		out.ports, numbered, portErr = parsePorts(ports)
	}
	out.place, err = parsePlace(host)
	if err := errors.Join(err, portErr); err != nil {
		return spec{}, err
	}
	if !o.Wide && out.place.span.from.IsValid() && out.place.span.wide() {
		return spec{}, errors.New("a network wider than /8 (IPv6: /104) needs --wide")
	}
	out.outright = numbered && out.place.alone()
	return out, nil
}

func (o *Options) schemed(text, scheme, rest string) (spec, error) {
	if !slices.Contains(o.Schemes, scheme) {
		return spec{}, o.unknownScheme(scheme)
	}
	if strings.Contains(rest, "@") {
		return spec{}, fmt.Errorf("a user is not needed: write %s://host or %s://host:port", scheme, scheme)
	}
	s, err := o.network(text, strings.TrimSuffix(rest, "/"))
	if err != nil {
		return spec{}, err
	}
	s.scheme, s.outright = scheme, s.place.alone()
	if _, _, hasPorts, _ := splitPorts(strings.TrimSuffix(rest, "/")); !hasPorts {
		p, ok := SchemePort(scheme)
		if !ok {
			return spec{}, fmt.Errorf("%s has no port of its own: write %s://host:port", scheme, scheme)
		}
		s.ports = []uint16{p}
	}
	return s, nil
}

func (o *Options) unknownScheme(scheme string) error {
	known := append(slices.Clone(o.Schemes), "file")
	slices.Sort(known)
	hint := ""
	if slices.Contains([]string{"https", "imaps", "pop3s", "smtps", "ldaps", "ftps", "nntps", "ircs", "amqps", "rediss", "xmpps", "mqtts"}, scheme) && slices.Contains(known, "tls") {
		hint = "; for TLS from the first byte write tls://host:port"
	}
	return fmt.Errorf("scheme %.20q is not supported: use one of %s%s", scheme, strings.Join(known, ", "), hint)
}

// asPath tells whether s is written as a path, and which.
func (o *Options) asPath(s string) (path string, ok bool, err error) {
	for _, prefix := range []string{"/", "./", "../"} {
		if strings.HasPrefix(s, prefix) {
			return s, true, nil
		}
	}
	if s == "." || s == ".." {
		return s, true, nil
	}
	rest, ok := strings.CutPrefix(s, "~")
	if !ok {
		return "", false, nil
	}
	if rest != "" && rest[0] != '/' {
		return "", false, errors.New("the home of another user is not looked up: write the path in full")
	}
	if o.Home == "" {
		return "", false, errors.New("there is no home directory for ~ to stand for: write the path in full")
	}
	return o.Home + rest, true, nil
}

// fileURL reads a URL of RFC 8089: no authority, or this machine's.
func (o *Options) fileURL(s string) (spec, error) {
	u, err := url.Parse(s)
	if err != nil {
		return spec{}, errors.New("it is no URL: write file:///path, with % as %25, or the path alone")
	}
	if (u.Host != "" && u.Host != "localhost") || u.User != nil || !strings.HasPrefix(u.Path, "/") {
		return spec{}, errors.New("a file URL names a whole path on this machine: write file:///etc/ssl")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return spec{}, errors.New("in a file URL write ? as %3F and # as %23, or write the path alone")
	}
	return o.there(s, u.Path, nil)
}

// there makes the spec of a path, if it is there.
func (o *Options) there(text, path string, err error) (spec, error) {
	if err != nil {
		return spec{}, err
	}
	if strings.ContainsRune(path, 0) {
		return spec{}, errors.New("a path holds no zero byte")
	}
	path = filepath.Clean(path)
	if o.Stat != nil {
		if _, err := o.Stat(path); err != nil {
			return spec{}, pathComplaint(err)
		}
	}
	return spec{text: text, scheme: "file", path: path, outright: true}, nil
}

func pathComplaint(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such file or directory: correct the path")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("permission denied: run as a user who may read it")
	}
	return fmt.Errorf("the path cannot be looked at: %w", err)
}

// key is what makes two places that are not spans the same.
func (p place) key() string {
	if p.addr.IsValid() {
		return p.addr.String() + " " + p.name
	}
	return p.name
}
