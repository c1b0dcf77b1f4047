package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// printed is what --print-config says of a verb, by flag.
func printed(t *testing.T, verb string, args ...string) map[string]string {
	t.Helper()
	var out, errs bytes.Buffer
	args = append(append(strings.Fields(verb), "--print-config"), args...)
	if status := run(args, streams{in: &bytes.Buffer{}, out: &out, err: &errs}); status != exitClean || errs.Len() > 0 {
		t.Fatalf("%v: exit status %d\n%s", args, status, errs.String())
	}
	flags := map[string]string{}
	for line := range strings.Lines(out.String()) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			flags[key] = value
		}
	}
	return flags
}

// sample is a value for a flag: as written on the command line, and as YAML.
func sample(t *testing.T, fl *pflag.Flag) (word, yaml string) {
	t.Helper()
	switch fl.Value.Type() {
	case "bool":
		return "true", "true"
	case "int", "uint64":
		return "7", "7"
	case "float64":
		return "2.5", "2.5"
	case "duration":
		return "9s", "9s"
	case "string":
		return "x y", "x y"
	case "stringArray":
		return "x y", "[x y]"
	}
	t.Fatalf("--%s is of a kind that this test does not know: %s", fl.Name, fl.Value.Type())
	return "", ""
}

// Every flag of every verb can be set by a file, over that by the environment,
// and over that by the command line, and what is printed is such a file.
func TestEveryFlagIsConfigurable(t *testing.T) {
	root := newRoot(streams{in: &bytes.Buffer{}, out: &bytes.Buffer{}, err: &bytes.Buffer{}})
	names, byName := verbs(root)
	general := (&configurator{root: root}).general()
	seen := 0
	for _, verb := range names {
		for _, name := range sortedNames(configurable(byName[verb])) {
			fl := configurable(byName[verb])[name]
			seen++
			t.Run(verb+" "+name, func(t *testing.T) {
				word, yaml := sample(t, fl)
				shared := fl.Value.Type() == general[name].Value.Type()
				file := filepath.Join(t.TempDir(), "c.yaml")
				text := fmt.Sprintf("%s: %s\n", name, yaml)
				if !shared {
					text = fmt.Sprintf("verbs: {%q: {%s: %s}}\n", verb, name, yaml)
				}
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				holds := func(whence string, args ...string) {
					t.Helper()
					if got, want := printed(t, verb, args...)[name], yaml+" # "+whence; got != want {
						t.Errorf("%q, want %q", got, want)
					}
				}
				if got := printed(t, verb)[name]; !strings.HasSuffix(got, " # default") {
					t.Errorf("unset: %q", got)
				}
				holds("file "+file+":1", "--config", file)
				holds("command line", "--config", file, "--"+name+"="+word)
				env := envPrefix + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
				t.Setenv(env, word)
				holds("command line", "--config", file, "--"+name+"="+word)
				if shared {
					holds("environment "+env, "--config", file)
				} else {
					holds("file "+file+":1", "--config", file) // elsewhere it is another flag
				}
			})
		}
	}
	if seen < 40 {
		t.Errorf("only %d flags", seen)
	}
}

// What is printed can be read again, and says the same.
func TestPrintedConfigIsOne(t *testing.T) {
	for _, verb := range []string{"scan", "report", "rules"} {
		args := []string{verb, "--print-config", "--policy", "a: b", "--policy", "#c", "--as-of", "2030-01-01"}
		var first, again, errs bytes.Buffer
		if s := run(args, streams{in: &bytes.Buffer{}, out: &first, err: &errs}); s != exitClean {
			t.Fatal(errs.String())
		}
		file := filepath.Join(t.TempDir(), "c.yaml")
		if err := os.WriteFile(file, first.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if s := run([]string{verb, "--print-config", "--config", file}, streams{in: &bytes.Buffer{}, out: &again, err: &errs}); s != exitClean {
			t.Fatal(errs.String())
		}
		if got, want := uncommented(again.String()), uncommented(first.String()); got != want {
			t.Errorf("%s, read again:\n%s\nwas:\n%s", verb, got, want)
		}
	}
}

// uncommented takes off what set each flag.
func uncommented(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		for _, mark := range []string{" # default", " # command line", " # file "} {
			line, _, _ = strings.Cut(line, mark)
		}
		out = append(out, strings.TrimSpace(line))
	}
	return strings.Join(out, "\n")
}

func TestMasked(t *testing.T) {
	for in, want := range map[string]string{
		"http://bob:hunter2@proxy:3128": "http://***@proxy:3128", "socks5://h:1": "socks5://h:1", "html=a@b": "html=a@b", "http://h/a@b": "http://h/a@b", "http://u:p@ss@h": "http://***@h",
	} {
		if got := masked(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
