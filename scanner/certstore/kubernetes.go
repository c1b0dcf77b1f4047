package certstore

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/fipsweep/fipsweep/scanner"
)

// kubernetesText tells a manifest or a kubeconfig, in YAML or JSON.
var kubernetesText = regexp.MustCompile(`(?m)^[ \t{,]*"?apiVersion"?[ \t]*:`)

// firstLine is how a manifest begins, unlike a page about manifests.
var firstLine = regexp.MustCompile(`^(?:---|%YAML|\{|[A-Za-z]+:)`)

func isKubernetes(prefix []byte, _ string) bool {
	if !bytes.Contains(prefix, []byte("apiVersion")) {
		return false
	}
	lines := said(prefix) // the first may be all that there is
	return len(lines) > 0 && firstLine.Match(lines[0]) && kubernetesText.Match(prefix) && bytes.Contains(prefix, []byte("kind"))
}

// maxDocuments bounds the objects of one file, and maxValues its lines and the values
// within them: each takes some hundred bytes of memory until its object is read.
const (
	maxDocuments = 20_000
	maxValues    = 1 << 19
)

// kubernetes reads the objects of a file: what Secrets and ConfigMaps hold,
// the material in a kubeconfig, and the bundles of any other kind. Tokens and
// passwords are not looked at.
func (c *content) kubernetes(data []byte) {
	values := 0
	for _, mark := range []string{"\n", ",", "{", "["} {
		values += bytes.Count(data, []byte(mark))
	}
	if values > maxValues {
		c.incomplete("Kubernetes objects", scanner.ReasonTooLarge, fmt.Sprintf("some %d values, and no more than %d are read", values, maxValues))
		return
	}
	next := yamlObjects(data)
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		next = jsonObjects(data)
	}
	for range maxDocuments {
		object, err := next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil && bytes.Contains(data, []byte("{{")) {
			return // a template: what it will hold is not here
		}
		if err != nil {
			c.incomplete("Kubernetes objects", scanner.ReasonGarbage, scanner.Escape(err.Error()))
			return
		}
		c.object(object)
	}
	c.incomplete("more Kubernetes objects", scanner.ReasonTooLarge, "")
}

// yamlObjects reads the documents of a stream. The decoder refuses aliases
// that would grow without measure.
func yamlObjects(data []byte) func() (object, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	return func() (o object, err error) { return o, d.Decode(&o) }
}

func jsonObjects(data []byte) func() (object, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	return func() (o object, err error) { return o, d.Decode(&o) }
}

// An object is a map of Kubernetes's, of which only some fields are read; what
// has another shape than they have is not there.
type object map[string]any

func (o object) in(name string) object {
	switch m := o[name].(type) {
	case object: // what yaml makes of a map in one
		return m
	case map[string]any:
		return m
	}
	return nil
}

func (o object) list(name string) (list []object) {
	values, _ := o[name].([]any)
	for _, v := range values {
		switch m := v.(type) {
		case object:
			list = append(list, m)
		case map[string]any:
			list = append(list, m)
		}
	}
	return list
}

func (o object) text(name string) string {
	s, _ := o[name].(string)
	return s
}

// object reads one object, or those of a list.
func (c *content) object(o object) {
	metadata := o.in("metadata")
	where := metadata.text("name")
	if ns := metadata.text("namespace"); ns != "" {
		where = ns + "/" + where
	}
	switch kind := o.text("kind"); kind {
	case "List", "SecretList", "ConfigMapList":
		for _, item := range o.list("items") {
			if item.text("kind") != kind { // no list in itself
				c.object(item)
			}
		}
	case "Secret":
		c.served(o)
		c.values("Kubernetes Secret", where, o.in("data"), true)
		c.values("Kubernetes Secret", where, o.in("stringData"), false)
	case "ConfigMap":
		c.values("Kubernetes ConfigMap", where, o.in("data"), false)
		c.values("Kubernetes ConfigMap", where, o.in("binaryData"), true)
	case "Config":
		c.kubeconfig(o)
	default:
		c.bundles(scanner.Escape(kind), where, o, 0)
	}
}

// tlsSecret is the type of a Secret that holds what a server shows, and the
// values that it has then.
const tlsSecret, tlsSecretChain = "kubernetes.io/tls", "tls.crt"

// served notes the certificate that a TLS Secret hands to a server, which is
// the first of its chain.
func (c *content) served(secret object) {
	if secret.text("type") != tlsSecret {
		return
	}
	chain, err := base64.StdEncoding.DecodeString(secret.in("data").text(tlsSecretChain))
	if err != nil || len(chain) == 0 {
		chain = []byte(secret.in("stringData").text(tlsSecretChain))
	}
	if first, err := newBlockReader(bytes.NewReader(chain), c.maxSize).next(); err == nil {
		c.secrets[scanner.Digest(first.data)] = true
	}
}

// kubeconfig reads what is embedded; files that it names are not in it.
func (c *content) kubeconfig(o object) {
	for _, part := range []struct{ list, in string }{{"clusters", "cluster"}, {"users", "user"}} {
		for _, entry := range o.list(part.list) {
			values := object{}
			for _, name := range []string{"certificate-authority-data", "client-certificate-data", "client-key-data"} {
				if v, ok := entry.in(part.in)[name]; ok {
					values[name] = v
				}
			}
			c.values("kubeconfig", part.in+" "+entry.text("name"), values, true)
		}
	}
}

// bundles reads the caBundle of whatever has one: webhooks, API services,
// conversions.
func (c *content) bundles(kind, where string, o object, depth int) {
	const deep = 32
	if depth > deep {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if name == "caBundle" {
			c.values("Kubernetes "+kind, where, object{name: o[name]}, true)
			continue
		}
		if m := o.in(name); m != nil {
			c.bundles(kind, where, m, depth+1)
		}
		for _, m := range o.list(name) {
			c.bundles(kind, where, m, depth+1)
		}
	}
}

// values reads each value as a file of its own, in the order of their names.
func (c *content) values(format, where string, values object, encoded bool) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		data := []byte(values.text(name))
		if encoded {
			var err error
			if data, err = base64.StdEncoding.DecodeString(string(data)); err != nil {
				continue // sealed, templated, or nothing of ours
			}
		}
		before := len(c.observation.Store.Items) + len(c.observation.Incomplete)
		if err := c.inside(context.Background(), where+":"+name, bytes.NewReader(data), int64(len(data))); err != nil {
			c.incomplete("rest of the file", scanner.ReasonTooLarge, err.Error())
			return
		}
		if len(c.observation.Store.Items)+len(c.observation.Incomplete) > before {
			c.format(format)
		}
	}
}
