package reports_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/fips"
	"github.com/fipsweep/fipsweep/reports"
	"github.com/fipsweep/fipsweep/scanner"
)

// names is a configuration of nginx that names files, all of one sort.
func names(path, what, state string, files ...string) fips.Assessment {
	o := scanner.Observe(scanner.File(path), "store")
	o.Host = &scanner.Machine{Path: path, Format: "nginx"}
	for i, f := range files {
		o.Host.Uses = append(o.Host.Uses, scanner.Use{Line: i + 1, Name: "ssl_x", What: what, File: f, Path: f, State: state})
	}
	return assessed(o)
}

// TestNamedFiles: a file is told with the configurations that name it,
// whichever was met first.
func TestNamedFiles(t *testing.T) {
	key, conf := holds("/k", scanner.ItemPrivateKey, "k"), names("/etc/nginx/a", scanner.UsePrivateKey, scanner.UseFile, "/k")
	const by = "Named as private-key: ssl_x of nginx in /etc/nginx/a, line 1."
	for _, test := range []struct {
		name string
		all  []fips.Assessment
		want []string
	}{
		{"read before", []fips.Assessment{key, conf}, []string{"named-file /k: " + by + " @ /etc/nginx/a /k"}},
		{"read after", []fips.Assessment{conf, key}, []string{"named-file /k: " + by + " @ /etc/nginx/a /k"}},
		{"not read", []fips.Assessment{conf}, []string{"named-file /k: " + by + " Nothing was found in it in this sweep, or it was not asked. @ /etc/nginx/a"}},
		{"missing", []fips.Assessment{names("/etc/nginx/a", scanner.UsePrivateKey, scanner.UseMissing, "/k")},
			[]string{"named-file-missing /k: " + by + " It is not there. @ /etc/nginx/a"}},
		{"unreadable", []fips.Assessment{names("/etc/nginx/a", scanner.UsePrivateKey, scanner.UseUnreadable, "/k")},
			[]string{"named-file-missing /k: " + by + " It may not be read by this sweep's user. @ /etc/nginx/a"}},
		{"a folder, by two", []fips.Assessment{names("/b", scanner.UseTrust, scanner.UseDirectory, "/d"), names("/a", scanner.UseTrust, scanner.UseDirectory, "/d", "/d")},
			[]string{"named-file /d: Named as trust: ssl_x of nginx in /a, line 1, ssl_x of nginx in /a, line 2, ssl_x of nginx in /b, line 1. @ /a /b"}},
		{"its own folder of configurations", []fips.Assessment{names("/a", scanner.UseConfiguration, scanner.UseDirectory, "/d")}, nil},
		{"a pattern", []fips.Assessment{names("/a", scanner.UseTrust, "", "")}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := judged(t, nil, test.all)
			var got []string
			for f := range r.Facts.All() {
				if f.Kind != reports.FileNamed && f.Kind != reports.FileMissing {
					continue
				}
				line := string(f.Kind) + " " + f.Subject + ": " + f.Says + " @"
				for _, e := range f.Endpoints {
					line += " " + e.Path
				}
				got = append(got, line)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
	if got := judged(t, nil, []fips.Assessment{conf, key}).Facts.UseOf(key.Observation.Endpoint); !strings.Contains(got, by) {
		t.Errorf("use of the key: %q", got)
	}
}
