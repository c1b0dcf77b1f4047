package certstore

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// place finds the files that a configuration names, and what is there. In an
// archive nothing is looked for: no program reads it.
func (c *content) place(uses []scanner.Use) {
	if c.member != "" {
		return
	}
	for i := range uses {
		if c.ctx.Err() != nil {
			return
		}
		name := uses[i].File
		if uses[i].Path != "" { // completed already
			name = uses[i].Path
		}
		uses[i].Path, uses[i].State = c.locate(name)
	}
}

// locate finds the file that the configuration calls by a name; "" for a name
// that is no path, such as a pattern or one with variables, and for one whose
// place cannot be told.
func (c *content) locate(name string) (path, state string) {
	scheme, _, _ := strings.Cut(name, "/")
	if name == "" || strings.ContainsAny(name, "*?[$%|<>{") || strings.Contains(scheme, ":") {
		return "", ""
	}
	for _, path := range candidates(c.path(), name) {
		if c.excluded(path) {
			return "", ""
		}
		real, err := filepath.EvalSymlinks(path)
		switch {
		case errors.Is(err, fs.ErrPermission):
			return path, scanner.UseUnreadable
		case err == nil:
			return real, stateOf(real)
		}
	}
	switch root := serverRoot(c.path()); {
	case filepath.IsAbs(name):
		return candidates(c.path(), name)[0], scanner.UseMissing
	case strings.HasPrefix(name, "~/"):
	case root != "":
		return filepath.Join(root, name), scanner.UseMissing
	case c.observation.Host != nil && c.observation.Host.Format == "nginx": // beside its first configuration
		return filepath.Join(filepath.Dir(c.path()), name), scanner.UseMissing
	}
	return "", "" // taken from where the program is started, which no file tells
}

// serverRoot is the folder from which nginx and Apache take relative names, by
// the name that it has as it is installed; "" where the configuration lies in
// none.
func serverRoot(config string) string {
	for dir := filepath.Dir(config); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		switch filepath.Base(dir) {
		case "nginx", "apache2", "httpd":
			return dir
		}
	}
	return ""
}

// candidates are where a program may look for a file that its configuration
// names. Below a copy of a whole system, as in a container's root, an absolute
// name is one below that root; a relative one is taken from the folder of the
// configuration or, for one in conf.d or sites-enabled, the folder above, or
// from the server's own.
func candidates(config, name string) []string {
	dir := filepath.Dir(config)
	if home, ok := strings.CutPrefix(name, "~/"); ok {
		if filepath.Base(dir) != ".ssh" {
			return nil
		}
		return []string{filepath.Join(filepath.Dir(dir), home)}
	}
	if !filepath.IsAbs(name) {
		places := []string{filepath.Join(dir, name), filepath.Join(filepath.Dir(dir), name)}
		if root := serverRoot(config); root != "" {
			places = append(places, filepath.Join(root, name))
		}
		return places
	}
	if root, _, ok := strings.Cut(config, "/etc/"); ok && root != "" {
		return []string{filepath.Join(root, name), filepath.Clean(name)}
	}
	return []string{filepath.Clean(name)}
}

// stateOf says what lies at a path. Only a regular file is opened.
func stateOf(path string) string {
	info, err := statFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return scanner.UseMissing
	case err != nil:
		return scanner.UseUnreadable
	case !info.Mode().IsRegular():
		return special(info.Mode())
	}
	f, err := openFile(path)
	if err != nil {
		return scanner.UseUnreadable
	}
	f.Close()
	return scanner.UseFile
}
