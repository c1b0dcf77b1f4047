package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long a tool may take for one endpoint.
const patience = 5 * time.Minute

// slow is what is run once, however often is asked for.
const slow = 10 * time.Second

// BenchmarkTLS puts fipsweep beside each peer that is installed, at each
// server, and prints a table. Run it with -benchtime 3x, as make bench does:
// the table shows medians.
func BenchmarkTLS(b *testing.B) {
	beside(b, tlsServers(), ForTLS(fipsweep(b)), Suites, Groups)
}

// BenchmarkSSH does the same for SSH.
func BenchmarkSSH(b *testing.B) {
	beside(b, sshServers(), ForSSH(fipsweep(b)), Algorithms, HostKeys)
}

// fipsweep builds the command as it is shipped.
func fipsweep(b *testing.B) string {
	b.Helper()
	program := filepath.Join(b.TempDir(), "fipsweep")
	build := exec.Command("go", "build", "-o", program, "../../cmd/fipsweep")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("building fipsweep: %v\n%s", err, out)
	}
	return program
}

func beside(b *testing.B, servers []server, tools []Tool, kinds ...string) {
	var rows []Row
	for _, s := range servers {
		b.Run(s.name, func(b *testing.B) {
			at, truth := s.start(b)
			proxy, err := NewProxy(at)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { proxy.Close() })
			for _, tool := range tools {
				if _, err := exec.LookPath(tool.installed()); err != nil {
					rows = append(rows, Row{Server: s.name, Tool: tool.Name, Why: "not installed (apt-get install " + tool.Package + ")"})
					continue
				}
				rows = append(rows, measured(b, s.name, proxy, tool, truth, kinds))
			}
		})
	}
	fmt.Fprintf(os.Stdout, "\n%s, %d processors\n", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU())
	for _, t := range tools {
		fmt.Fprintf(os.Stdout, "%s: %s\n", t.Name, t.Does)
	}
	if err := Table(os.Stdout, rows, kinds...); err != nil {
		b.Fatal(err)
	}
	for _, r := range rows {
		for _, k := range kinds {
			if s := r.Scores[k]; r.Tool == "fipsweep" && len(s.Missed)+len(s.Invented) > 0 {
				b.Errorf("fipsweep at %s, %s: missed %q, invented %q", r.Server, k, s.Missed, s.Invented)
			}
		}
	}
}

// measured runs a tool as often as asked for and gives the medians.
func measured(b *testing.B, server string, proxy *Proxy, tool Tool, truth Found, kinds []string) Row {
	row := Row{Server: server, Tool: tool.Name, Why: "not run"}
	var runs []Row
	b.Run(tool.Name, func(b *testing.B) {
		// The testing package begins with one run; those it asks for then are
		// the whole number.
		for len(runs) < b.N && (len(runs) == 0 || runs[0].Wall < slow) {
			r, err := once(b.Context(), b.TempDir(), proxy, tool, truth, kinds)
			if err != nil {
				row.Why = err.Error()
				b.Skip(err)
			}
			r.Server = server
			runs = append(runs, r)
		}
		row = Median(runs)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(row.Connections), "connections")
		b.ReportMetric(row.Wall.Seconds(), "wall-s")
		b.ReportMetric(row.CPU.Seconds(), "cpu-s")
		b.ReportMetric(float64(row.Peak)/1024, "peak-MiB")
		for _, k := range tool.Kinds {
			b.ReportMetric(float64(len(row.Scores[k].Missed)), "missed-"+strings.ReplaceAll(k, " ", "-"))
		}
	})
	return row
}

// once runs a tool at a server.
func once(ctx context.Context, dir string, proxy *Proxy, tool Tool, truth Found, kinds []string) (Row, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out := filepath.Join(dir, "out")
	before := proxy.Traffic()
	usage, err := Run(ctx, dir, append([]string{tool.Program}, tool.Args(proxy.Addr(), out)...))
	if err != nil {
		return Row{}, err
	}
	r := Row{Tool: tool.Name, Does: tool.Does, Traffic: proxy.Traffic().Minus(before), Usage: usage, Scores: map[string]Score{}}
	text, err := os.ReadFile(out)
	if err != nil {
		return Row{}, fmt.Errorf("%s wrote nothing, exit status %d", tool.Name, usage.Exit)
	}
	found, err := tool.Parse(text)
	if err != nil {
		return Row{}, err
	}
	for _, k := range kinds {
		r.Scores[k] = found.Against(truth, k)
	}
	return r, nil
}
