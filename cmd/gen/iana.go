package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"go/format"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// A registry is everything the files say, ordered as the tables will be.
type registry struct {
	suites  []iana.Suite
	aliases [][2]string // registry name, other spelling
	signals []iana.Signal
	groups  []iana.Group
	schemes []iana.Scheme
	version []iana.Version
	ssl2    []iana.SSL2Kind
	ssh     []iana.SSHName
	dnssec  []iana.DNSSECAlgorithm
	oids    []iana.OID
}

// tables reads the registry files and returns the Go source of the tables.
func tables(dir fs.FS) ([]byte, error) {
	r, err := readAll(dir)
	if err != nil {
		return nil, err
	}
	return r.source()
}

func readAll(dir fs.FS) (*registry, error) {
	r := new(registry)
	files := []struct {
		name string
		row  func([]string) error
	}{
		{"tls-parameters-4.csv", r.suite},
		{"private-suites.csv", r.privateSuite},
		{"suite-aliases.csv", func(f []string) error { r.aliases = append(r.aliases, [2]string{f[0], f[1]}); return nil }},
		{"tls-supported-groups.csv", func(f []string) error { return r.group(f, false) }},
		{"private-groups.csv", func(f []string) error { return r.group(f, true) }},
		{"tls-signature-schemes.csv", func(f []string) error { return r.scheme(f, false) }},
		{"private-signature-schemes.csv", func(f []string) error { return r.scheme(f, true) }},
		{"protocol-versions.csv", r.protocol},
		{"ssl2-kinds.csv", r.ssl2Kind},
		{"ssh-names.csv", func(f []string) error { r.ssh = append(r.ssh, iana.SSHName{Kind: f[0], Name: f[1]}); return nil }},
		{"dnssec-algorithms.csv", r.algorithm},
		{"pkix-oids.csv", func(f []string) error {
			r.oids = append(r.oids, iana.OID{OID: f[0], Name: f[1], Kind: f[2]})
			return nil
		}},
	}
	for _, f := range files {
		if err := eachRow(dir, f.name, f.row); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(r.suites, func(a, b iana.Suite) int { return cmp.Compare(a.Code, b.Code) })
	slices.SortFunc(r.groups, func(a, b iana.Group) int { return cmp.Compare(a.Code, b.Code) })
	slices.SortFunc(r.schemes, func(a, b iana.Scheme) int { return cmp.Compare(a.Code, b.Code) })
	return r, r.unique()
}

// eachRow calls row for each record under the heading.
func eachRow(dir fs.FS, name string, row func([]string) error) error {
	data, err := fs.ReadFile(dir, name)
	if err != nil {
		return err
	}
	records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, rec := range records {
		if i == 0 {
			continue
		}
		if err := row(rec); err != nil {
			return fmt.Errorf("%s: record %d: %w", name, i, err)
		}
	}
	return nil
}

// suite reads a row of the registry proper, where unassigned and reserved
// ranges stand among suites and signalling values.
func (r *registry) suite(f []string) error {
	name := f[1]
	if !strings.HasPrefix(name, "TLS_") {
		return nil
	}
	code, err := number(f[0], 16)
	if err != nil {
		return err
	}
	if strings.HasSuffix(name, "_SCSV") {
		r.signals = append(r.signals, iana.Signal{Code: uint16(code), Name: name})
		return nil
	}
	return r.addSuite(uint16(code), name, false)
}

func (r *registry) privateSuite(f []string) error {
	code, err := number(f[0], 16)
	if err != nil {
		return err
	}
	return r.addSuite(uint16(code), f[1], true)
}

func (r *registry) addSuite(code uint16, name string, private bool) error {
	s, err := parts(name)
	s.Code, s.Private = code, private
	r.suites = append(r.suites, s)
	return err
}

func (r *registry) group(f []string, private bool) error {
	code, err := number(f[0], 16)
	r.groups = append(r.groups, iana.Group{Code: uint16(code), Name: f[1], Kind: groupKind(f[1]), Private: private})
	return err
}

// groupKind tells what a group is from its name.
func groupKind(name string) string {
	lower := strings.ToLower(name)
	switch {
	case strings.HasPrefix(lower, "ffdhe"):
		return "ff"
	case strings.HasPrefix(lower, "mlkem"), strings.HasPrefix(lower, "kyber"):
		return "kem"
	case strings.Contains(lower, "mlkem"), strings.Contains(lower, "kyber"), lower == "cecpq2":
		return "hybrid"
	}
	return "ec"
}

func (r *registry) scheme(f []string, private bool) error {
	code, err := number(f[0], 16)
	r.schemes = append(r.schemes, iana.Scheme{Code: uint16(code), Name: f[1], Private: private})
	return err
}

func (r *registry) protocol(f []string) error {
	code, err := number(f[0], 16)
	r.version = append(r.version, iana.Version{Code: uint16(code), Name: f[1]})
	return err
}

func (r *registry) ssl2Kind(f []string) error {
	code, err := number(f[0], 24)
	r.ssl2 = append(r.ssl2, iana.SSL2Kind{Code: uint32(code), Name: f[1]})
	return err
}

func (r *registry) algorithm(f []string) error {
	code, err := number(f[0], 8)
	r.dnssec = append(r.dnssec, iana.DNSSECAlgorithm{Number: uint8(code), Name: f[1]})
	return err
}

// number reads 29, 0x0201 or, as the suite registry writes it, 0x02,0x01.
func number(s string, bits int) (uint64, error) {
	joined := strings.ReplaceAll(s, ",0x", "")
	n, err := strconv.ParseUint(joined, 0, bits)
	if err != nil {
		return 0, fmt.Errorf("code point %q: %w", s, err)
	}
	return n, nil
}

// unique makes sure that no code point and no name is there twice.
func (r *registry) unique() error {
	seen := map[string]bool{}
	var err error
	once := func(key string) {
		if seen[key] && err == nil {
			err = fmt.Errorf("%s is listed twice", key)
		}
		seen[key] = true
	}
	for _, s := range r.suites {
		once(fmt.Sprintf("suite %#04x", s.Code))
		once("suite " + s.Name)
	}
	for _, g := range r.groups {
		once(fmt.Sprintf("group %#04x", g.Code))
		once("group " + g.Name)
	}
	for _, s := range r.schemes {
		once(fmt.Sprintf("signature scheme %#04x", s.Code))
		once("signature scheme " + s.Name)
	}
	for _, n := range r.ssh {
		once(n.Kind + " " + n.Name)
	}
	for _, o := range r.oids {
		once(o.Kind + " " + o.OID)
	}
	return err
}

func (r *registry) source() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("// Code generated by cmd/gen from testdata/iana; DO NOT EDIT.\n\npackage iana\n")
	write(&b, "suites", r.suites)
	names, err := r.names()
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&b, "\n// suiteNames is ordered by name.\nvar suiteNames = [...]suiteName{\n%s}\n", names)
	write(&b, "signals", r.signals)
	write(&b, "groups", r.groups)
	write(&b, "schemes", r.schemes)
	write(&b, "versions", r.version)
	write(&b, "ssl2Kinds", r.ssl2)
	write(&b, "sshNames", r.ssh)
	write(&b, "dnssecAlgorithms", r.dnssec)
	write(&b, "oids", r.oids)
	return format.Source(b.Bytes())
}

// names is the index of suites by name, other spellings included.
func (r *registry) names() (string, error) {
	codes := map[string]uint16{}
	var names []string
	for _, s := range r.suites {
		codes[s.Name] = s.Code
		names = append(names, s.Name)
	}
	for _, a := range r.aliases {
		code, ok := codes[a[0]]
		if !ok {
			return "", fmt.Errorf("suite-aliases.csv: no suite %s", a[0])
		}
		codes[a[1]] = code
		names = append(names, a[1])
	}
	slices.Sort(names)
	var b strings.Builder
	for _, n := range names {
		fmt.Fprintf(&b, "{%q, %#04x},\n", n, codes[n])
	}
	return b.String(), nil
}

// write writes one table. %#v of a struct names its fields, so a reader needs
// no key to the columns; the package's own name is taken off.
func write[T any](b *bytes.Buffer, name string, rows []T) {
	fmt.Fprintf(b, "\nvar %s = [...]%s{\n", name, strings.TrimPrefix(fmt.Sprintf("%T", *new(T)), "iana."))
	for _, row := range rows {
		text := fmt.Sprintf("%#v", row)
		b.WriteString(text[strings.IndexByte(text, '{'):] + ",\n")
	}
	b.WriteString("}\n")
}
