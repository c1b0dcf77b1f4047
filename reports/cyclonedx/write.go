package cyclonedx

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// Write writes the inventory of a sweep in a version of CycloneDX. The sweep
// is read again several times, one assessment at a time.
func Write(ctx context.Context, w io.Writer, r *reports.Report, v Version, again reports.Assessments) error {
	return newInventory(r, v, usual).write(ctx, w, again)
}

func (x *inventory) write(ctx context.Context, w io.Writer, again reports.Assessments) error {
	if err := x.gather(ctx, again); err != nil {
		return err
	}
	s := &stream{w: w}
	s.member("$schema", x.version.schemaURL())
	s.member("bomFormat", "CycloneDX")
	s.member("specVersion", x.version)
	s.member("serialNumber", x.serial())
	s.member("version", 1)
	s.member("metadata", x.metadata())
	lists := []struct {
		name string
		fill func(context.Context, reports.Assessments, func(any)) error
	}{{"components", x.components}, {"services", x.services}, {"dependencies", x.dependencies}}
	for _, l := range lists {
		if err := s.list(l.name, func(item func(any)) error { return l.fill(ctx, again, item) }); err != nil {
			return err
		}
	}
	return s.end()
}

// serial names the document by all that it is made from, so that the same is
// written under the same serial number: a UUID of version 8 (RFC 9562 section
// 5.8), since version 5 is made with SHA-1.
func (x *inventory) serial() string {
	r := x.report
	sum := sha256.Sum256([]byte(strings.Join([]string{string(x.version), r.Sweep.ID, r.Evidence, r.Policy, string(r.AsOf), r.Catalogue.Version, r.Sweep.Tool}, "\n")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// metadata says what the document is of, and what it lacks.
func (x *inventory) metadata() metadata {
	r := x.report
	end := r.Sweep.Ended
	if end.IsZero() {
		end = r.Sweep.Started
	}
	m := metadata{Timestamp: stamp(end), Lifecycles: []lifecycle{{"discovery"}}}
	m.Tools.Components = []component{{Type: "application", Ref: "tool/fipsweep", Name: "fipsweep", Version: r.Sweep.Tool}}
	add := func(name string, value any) {
		m.Properties = append(m.Properties, property{"fipsweep:" + name, fmt.Sprint(value)})
	}
	add("sweep", r.Sweep.ID)
	add("policy", r.Policy)
	add("as-of", r.AsOf)
	add("catalogue", r.Catalogue.Version)
	add("module", "not observable")
	add("asked", r.Asked)
	add("answered", r.Answered)
	add("observed", r.Observed)
	add("not-seen", r.NotSeen)
	for _, g := range r.Gaps.Reasons {
		m.Properties = append(m.Properties, property{propIncomplete, fmt.Sprintf("%d endpoints: ", g.Places.Count) + lost(g.What, g.Reason)})
	}
	if r.Sweep.Interrupted {
		stopped := "the sweep was stopped before everything was asked"
		if l := r.Sweep.Left; l != nil && l.Endpoints > 0 {
			stopped += fmt.Sprintf("; endpoints left: %s%d", atLeast(l), l.Endpoints)
		}
		m.Properties = append(m.Properties, property{propIncomplete, stopped})
	}
	for _, c := range []struct {
		n    int
		what string
	}{{x.cut.algorithms, "algorithms"}, {x.cut.assets, "protocols, certificates, keys and other items"}} {
		if c.n > 0 {
			m.Properties = append(m.Properties, property{propLeftOut, fmt.Sprintf("%s that were met %d times, beyond the bounds of this document", c.what, c.n)})
		}
	}
	return m
}

func (x *inventory) components(ctx context.Context, again reports.Assessments, item func(any)) error {
	for _, k := range x.sortedAlgorithms() {
		c := k.component()
		x.version.fit(&c)
		item(c)
	}
	ids := places{}
	return each(ctx, again, func(a fips.Assessment) error {
		x.walk(a.Observation, indexed(a), func(f found) {
			if r := x.assets[digestOf(f.ref)]; r != nil && !r.written {
				r.written = true
				item(x.written(f, r, location(a.Observation.Endpoint)))
			}
		})
		if hasFile(a.Observation) {
			item(x.file(a, ids.ref(a.Observation)))
		}
		return nil
	})
}

// hasFile tells whether a file is a component: one that holds nothing is none.
func hasFile(o scanner.Observation) bool {
	return o.Store != nil && (len(o.Store.Items) > 0 || len(o.Store.Protection) > 0)
}

// hasService tells whether something answered there.
func hasService(o scanner.Observation) bool { return o.TLS != nil || o.SSH != nil || o.Plain != nil }

// places numbers the endpoints that are met more than once, as in sweeps that
// are read together.
type places map[uint64]int

// ref is the reference of an endpoint or a file.
func (p places) ref(o scanner.Observation) string {
	ref := "endpoint/" + o.Endpoint.ID
	if o.Endpoint.Path != "" {
		ref = "file/" + o.Endpoint.ID
	}
	h := fnv.New64a()
	io.WriteString(h, o.Endpoint.ID)
	p[h.Sum64()]++
	if n := p[h.Sum64()]; n > 1 {
		return ref + "/" + strconv.Itoa(n)
	}
	return ref
}

// file is a file that holds cryptography.
func (x *inventory) file(a fips.Assessment, ref string) component {
	s := a.Observation.Store
	c := component{Type: typeFile, Ref: ref, Name: cmp.Or(s.Path, a.Observation.Endpoint.Path), Properties: endpointProperties(a)}
	for _, p := range []property{{propFormat, s.Format}, {propMode, s.Mode}, {propOwner, s.Owner}} {
		if p.Value != "" {
			c.Properties = append(c.Properties, p)
		}
	}
	return c
}

func (x *inventory) services(ctx context.Context, again reports.Assessments, item func(any)) error {
	ids := places{}
	return each(ctx, again, func(a fips.Assessment) error {
		o := a.Observation
		if !hasService(o) {
			return nil
		}
		s := service{Ref: ids.ref(o), Name: x.report.Name(o.Endpoint), Endpoints: []string{location(o.Endpoint)}, Properties: endpointProperties(a)}
		if _, missing := x.rests(a); missing > 0 {
			s.Properties = append(s.Properties, property{propLeftOut, fmt.Sprintf("%d components that this endpoint has", missing)})
		}
		item(s)
		return nil
	})
}

// Bounds of what is told of one endpoint.
const (
	maxIncomplete = 20
	maxWaived     = 20
)

// waivedAt tells which findings about an endpoint are waived.
func waivedAt(a fips.Assessment) (list []property) {
	more := 0
	for i := range a.Findings {
		f := &a.Findings[i]
		switch {
		case f.Waiver == nil:
		case len(list) == maxWaived:
			more++
		default:
			list = append(list, property{propWaived, fmt.Sprintf("%s, %s, %s, %s", f.Status, cmp.Or(f.Rule, "no rule"), f.Subject.Name, waiverOf(f.Waiver))})
		}
	}
	if more > 0 {
		list = append(list, property{propWaived, fmt.Sprintf("and %d more", more)})
	}
	return list
}

// endpointProperties tell how an endpoint comes off.
func endpointProperties(a fips.Assessment) []property {
	o := a.Observation
	status := a.Worst
	if a.ByWaiver() {
		status = a.Waived // it neither fails nor passes
	}
	list := []property{{propStatus, status.String()}, {propKind, reports.KindOf(o).String()}}
	list = append(list, waivedAt(a)...)
	if e := o.Endpoint; e.Address.IsValid() && (e.Name != "" || e.Address.Zone() != "") {
		list = append(list, property{"fipsweep:address", o.Endpoint.Address.String()})
	}
	if o.Plain != nil {
		list = append(list, property{"fipsweep:protocol", o.Plain.Protocol})
	}
	for n, i := range o.Incomplete {
		if n == maxIncomplete {
			list = append(list, property{propIncomplete, fmt.Sprintf("and %d more", len(o.Incomplete)-n)})
			break
		}
		list = append(list, property{propIncomplete, lost(i.What, i.Reason)})
	}
	return list
}

func lost(what string, why scanner.Reason) string {
	return strings.TrimSuffix(what+", "+string(why), ", ")
}

// location is where something was met: a path, or tcp://host:port. The zone of
// an address is left out: no URI has a place for it (RFC 9844).
func location(e scanner.Endpoint) string {
	if e.Path != "" {
		return e.Path
	}
	host := e.Name
	if host == "" && e.Address.IsValid() {
		host = e.Address.WithZone("").String()
	}
	u := url.URL{Scheme: "tcp", Host: net.JoinHostPort(host, strconv.Itoa(int(e.Port)))}
	return u.String()
}

// rests is what an endpoint or a file rests on, and how much of it was left
// out.
func (x *inventory) rests(a fips.Assessment) (refs []string, missing int) {
	i := indexed(a)
	add := func(ref string, kept bool) {
		switch {
		case !kept:
			missing++
		case !slices.Contains(refs, ref):
			refs = append(refs, ref)
		}
	}
	x.walk(a.Observation, i, func(f found) { add(f.ref, x.kept(f.ref)) })
	return append(refs, x.refs(x.keeping(a.Observation, i))...), missing
}

func (x *inventory) dependencies(ctx context.Context, again reports.Assessments, item func(any)) error {
	for _, k := range x.sortedAlgorithms() {
		item(dependency{Ref: k.ref})
	}
	ids := places{}
	return each(ctx, again, func(a fips.Assessment) error {
		x.walk(a.Observation, indexed(a), func(f found) {
			if r := x.assets[digestOf(f.ref)]; r != nil && !r.linked {
				r.linked = true
				d := dependency{Ref: f.ref, DependsOn: x.refs(f.algorithms)}
				for _, ref := range f.depends {
					if x.kept(ref) && !slices.Contains(d.DependsOn, ref) {
						d.DependsOn = append(d.DependsOn, ref)
					}
				}
				item(d)
			}
		})
		if hasFile(a.Observation) || hasService(a.Observation) {
			d := dependency{Ref: ids.ref(a.Observation)}
			d.DependsOn, _ = x.rests(a)
			for _, ref := range d.DependsOn {
				if strings.HasPrefix(ref, protocolPrefix) {
					d.Provides = append(d.Provides, ref)
				}
			}
			item(d)
		}
		return nil
	})
}

// atLeast goes before a number that may be greater.
func atLeast(l *scanner.Left) string {
	if l.AtLeast {
		return "at least "
	}
	return ""
}
