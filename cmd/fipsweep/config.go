package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fipsweep/fipsweep/fips/site"
)

// configFlags are those of every verb that has flags: where other flags may be
// set, and showing what came of it.
type configFlags struct {
	file  string
	print bool
}

// The names of the flags that configure others, and so are set by none.
const (
	configFlag = "config"
	printFlag  = "print-config"
)

func (f *configFlags) add(root *cobra.Command) {
	fl := root.PersistentFlags()
	fl.StringVar(&f.file, configFlag, "", "take flags from this YAML `FILE`, where neither the command line nor FIPSWEEP_* sets them")
	fl.BoolVar(&f.print, printFlag, false, "say what every flag is and whence, as such a file, and do nothing")
}

// maxConfig bounds a configuration file.
const maxConfig = 1 << 20

// envPrefix is what variables of the environment begin with that set flags:
// FIPSWEEP_PER_HOST sets --per-host.
const envPrefix = "FIPSWEEP_"

// A configurator sets the flags of one verb that the command line leaves
// alone: by the environment, else by the file.
type configurator struct {
	root, verb *cobra.Command
	whence     map[string]string // what set each flag
}

// configure is run before a verb, once its command line is read.
func configure(std streams, f *configFlags, verb *cobra.Command, environ []string) error {
	if !hasFlags(verb) {
		return nil
	}
	c := &configurator{root: verb.Root(), verb: verb, whence: map[string]string{}}
	verb.Flags().Visit(func(fl *pflag.Flag) { c.whence[fl.Name] = "command line" })
	env, err := c.environment(environ)
	if err != nil {
		return usage(err)
	}
	if f.file == "" {
		f.file = env[configFlag]
	}
	delete(env, configFlag)
	if err := errors.Join(c.setEnvironment(env), c.setFile(f.file)); err != nil {
		return usage(err)
	}
	if !f.print {
		return nil
	}
	if err := c.print(std.out); err != nil {
		return err
	}
	return &statusError{exitClean, nil}
}

// hasFlags tells a verb that can be configured: not those that the library
// adds, which write completions for shells.
func hasFlags(verb *cobra.Command) bool {
	return verb.HasParent() && verb.Parent().Name() != "completion" && len(configurable(verb)) > 0
}

// configurable is the flags of a verb that may be set elsewhere, by name.
func configurable(verb *cobra.Command) map[string]*pflag.Flag {
	m := map[string]*pflag.Flag{}
	verb.LocalNonPersistentFlags().VisitAll(func(fl *pflag.Flag) {
		if fl.Name != "help" {
			m[fl.Name] = fl
		}
	})
	return m
}

// verbs is every verb that can be configured, scan first, by the words it is
// called by.
func verbs(root *cobra.Command) (names []string, byName map[string]*cobra.Command) {
	byName = map[string]*cobra.Command{}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if hasFlags(c) {
			name := verbName(c)
			names, byName[name] = append(names, name), c
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	slices.SortFunc(names, func(a, b string) int {
		switch {
		case a == b:
			return 0
		case a == "scan":
			return -1
		case b == "scan":
			return 1
		}
		return strings.Compare(a, b)
	})
	return names, byName
}

// verbName is the words that a verb is called by, such as "waivers check".
func verbName(verb *cobra.Command) string {
	return strings.TrimPrefix(verb.CommandPath(), verb.Root().Name()+" ")
}

// general is the flags that can be set for every verb at once. Where verbs
// differ in what a flag takes, it means that of the first, which is scan's.
func (c *configurator) general() map[string]*pflag.Flag {
	m := map[string]*pflag.Flag{}
	names, byName := verbs(c.root)
	for _, name := range names {
		for key, fl := range configurable(byName[name]) {
			if _, ok := m[key]; !ok {
				m[key] = fl
			}
		}
	}
	return m
}

func sortedNames(m map[string]*pflag.Flag) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// environment is the variables that set flags, by the names of these. One that
// sets no flag of any verb is an error; an empty one sets nothing.
func (c *configurator) environment(environ []string) (map[string]string, error) {
	general := c.general()
	env := map[string]string{}
	var errs []error
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		word, ok := strings.CutPrefix(name, envPrefix)
		if !ok || value == "" {
			continue
		}
		key := strings.ReplaceAll(strings.ToLower(word), "_", "-")
		if _, known := general[key]; !known && key != configFlag || word != strings.ToUpper(word) {
			errs = append(errs, fmt.Errorf("the environment has %s, and no verb has a flag --%s: correct it or unset it", name, key))
		}
		env[key] = value
	}
	return env, errors.Join(errs...)
}

func (c *configurator) setEnvironment(env map[string]string) error {
	general := c.general()
	var errs []error
	for _, key := range sortedNames(general) {
		value, ok := env[key]
		if !ok {
			continue
		}
		values := []string{value}
		if isList(general[key]) {
			values = strings.Split(value, ",")
		}
		name := envPrefix + strings.ToUpper(strings.ReplaceAll(key, "-", "_"))
		errs = append(errs, c.setGeneral(general, key, values, "environment "+name))
	}
	return errors.Join(errs...)
}

// setFile sets what a file says, the verb's own part of it before the rest.
func (c *configurator) setFile(name string) error {
	if name == "" {
		return nil
	}
	data, err := readBounded(name, maxConfig)
	if err != nil {
		return fmt.Errorf("--config: %w", err)
	}
	general := c.general()
	own := map[string][]string{}
	names, byName := verbs(c.root)
	for _, v := range names {
		own[v] = sortedNames(configurable(byName[v]))
	}
	settings, err := site.ParseSettings(site.Source{Name: name, Data: data}, sortedNames(general), own)
	if err != nil {
		return err
	}
	var errs []error
	slices.SortStableFunc(settings, func(a, b site.Setting) int { return strings.Compare(b.Verb, a.Verb) })
	for _, s := range settings {
		where := fmt.Sprintf("file %s:%d", name, s.Line)
		switch target := byName[s.Verb]; {
		case s.Verb == "":
			err = c.fits(general[s.Key], s, name)
			if err == nil {
				err = c.setGeneral(general, s.Key, s.Values, where)
			}
		case target == c.verb:
			fl := configurable(target)[s.Key]
			if err = c.fits(fl, s, name); err == nil {
				err = c.set(fl, s.Values, where)
			}
		default:
			err = c.fits(configurable(target)[s.Key], s, name)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// fits tells a list where one value belongs.
func (c *configurator) fits(fl *pflag.Flag, s site.Setting, file string) error {
	if s.List && !isList(fl) {
		return fmt.Errorf("%s:%d:%d: %s is a list: --%s takes one value", file, s.Line, s.Column, s.Key, fl.Name)
	}
	return nil
}

// setGeneral sets a flag of the verb if it has one of that name and meaning.
func (c *configurator) setGeneral(general map[string]*pflag.Flag, key string, values []string, whence string) error {
	fl, ok := configurable(c.verb)[key]
	if !ok || fl.Value.Type() != general[key].Value.Type() {
		return nil
	}
	return c.set(fl, values, whence)
}

// set sets a flag that nothing before has set.
func (c *configurator) set(fl *pflag.Flag, values []string, whence string) error {
	if _, set := c.whence[fl.Name]; set {
		return nil
	}
	c.whence[fl.Name] = whence
	if list, ok := fl.Value.(pflag.SliceValue); ok {
		return list.Replace(values)
	}
	for _, v := range values {
		if err := c.verb.Flags().Set(fl.Name, v); err != nil {
			return fmt.Errorf("%s: %s %q: want %s", strings.TrimPrefix(whence, "file "), fl.Name, masked(v), wanted(fl))
		}
	}
	return nil
}

func isList(fl *pflag.Flag) bool {
	_, ok := fl.Value.(pflag.SliceValue)
	return ok
}

// wanted says what a flag takes.
func wanted(fl *pflag.Flag) string {
	switch fl.Value.Type() {
	case "bool":
		return "true or false"
	case "duration":
		return "a duration, such as 5s or 2m"
	case "float64":
		return "a number"
	case "int":
		return "a whole number"
	case "uint64":
		return "a whole number from 0 to 2^64-1"
	}
	return "another value"
}

// configHelp is what help says of all this once.
const configHelp = `Every flag can also be set by the environment (--per-host by FIPSWEEP_PER_HOST;
several values with commas) and in a YAML file that --config or FIPSWEEP_CONFIG
names: the command line comes first, then the environment, then the file.
`
