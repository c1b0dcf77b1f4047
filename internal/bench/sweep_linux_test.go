package bench

import (
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"
)

// small and large are how many endpoints the tools are put at: a /24 and a
// /22. What an endpoint costs is not the same in both: the slowest takes ten
// seconds for the one and two minutes for the other.
const (
	small = 256
	large = 1024
)

// A sweeper is a tool that is put at a whole network.
type sweeper struct {
	name, program string
	command       func(dir, network string, port uint16) []string
	read          func(dir string) (map[netip.Addr]Found, error)
	mark          float64 // how many times its CPU may be ours at least; 0 for none
	most          int     // how many servers it is put at, where all would take too long; a power of two, 0 for all
}

// sweptFile is where each sweeper writes to, but for sslscan, which writes a
// file for each endpoint.
const sweptFile = "/out"

func sweepers(fipsweep string) []sweeper {
	scan := func(flags ...string) func(dir, network string, port uint16) []string {
		return func(dir, network string, port uint16) []string {
			args := append([]string{fipsweep, "scan", "--quiet", "--progress", "never", "--state", dir, "-o", "jsonl=" + dir + sweptFile}, flags...)
			return append(args, fmt.Sprintf("%s:%d", network, port))
		}
	}
	return []sweeper{
		{"fipsweep", fipsweep, scan(), sweptBy(Swept), 0, 0},
		{"fipsweep --depth verdict", fipsweep, scan("--depth", "verdict"), nil, 0, 0},
		{"tlsx -ve -ce, a few servers", "tlsx", tlsx("auto"), sweptBy(Tlsx), 3, 16},
		{"tlsx -sm ctls -ve -ce", "tlsx", tlsx("ctls"), sweptBy(Tlsx), 3, 0},
		{"nmap -T4 ssl-enum-ciphers", "nmap", func(dir, network string, port uint16) []string {
			return []string{"nmap", "-Pn", "-n", "-T4", "-p", fmt.Sprint(port), "--script", "+ssl-enum-ciphers", "-oX", dir + sweptFile, network}
		}, sweptBy(NmapSwept), 10, 0},
		{"sslscan, 8 at once", "sslscan", func(dir, network string, port uint16) []string {
			return []string{"sh", "-c", `printf '%s\n' $3 | xargs -P 8 -I{} sslscan --no-colour "--xml=$1/{}" "{}:$2"`,
				"sh", dir, fmt.Sprint(port), strings.Join(addresses(network), " ")}
		}, sweptSslscan, 10, 0},
	}
}

// tlsx is its command, by how it connects: "auto", which it does unless told
// otherwise, is by each of its libraries and the program openssl, where there is
// one; "ctls" by Go's own library alone, at a small part of the cost.
func tlsx(mode string) func(dir, network string, port uint16) []string {
	return func(dir, network string, port uint16) []string {
		return []string{"tlsx", "-duc", "-silent", "-u", network, "-p", fmt.Sprint(port), "-sm", mode, "-ve", "-ce", "-json", "-o", dir + sweptFile}
	}
}

// addresses are those of a network, for whoever takes no networks.
func addresses(network string) (all []string) {
	n := netip.MustParsePrefix(network)
	for a := n.Addr(); n.Contains(a); a = a.Next() {
		all = append(all, a.String())
	}
	return all
}

// A swept is one sweep, measured.
type swept struct {
	hosts int
	Usage
	farm  load
	found map[netip.Addr]Found
}

func (s swept) each(d time.Duration) float64 {
	return d.Seconds() * 1000 / float64(s.hosts)
}

// brief is how long a tool may take to be run thrice.
const brief = 15 * time.Second

// at sweeps the first n servers of the farm, and gives the run of three that
// took neither most nor least of the CPU.
func (w sweeper) at(b *testing.B, f *farm, n int) swept {
	b.Helper()
	var runs []swept
	for len(runs) < 3 && (len(runs) == 0 || runs[0].Wall < brief) {
		runs = append(runs, w.once(b, f, n))
	}
	slices.SortFunc(runs, func(a, b swept) int { return cmp.Compare(a.CPU, b.CPU) })
	return runs[len(runs)/2]
}

func (w sweeper) once(b *testing.B, f *farm, n int) swept {
	b.Helper()
	dir := b.TempDir()
	f.load(b) // what was before does not count
	u, err := Run(b.Context(), dir, w.command(dir, f.network(n), f.port))
	if err != nil {
		b.Fatal(err)
	}
	s := swept{hosts: n, Usage: u, farm: f.load(b)}
	if w.read != nil {
		if s.found, err = w.read(dir); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

// BenchmarkSweep asks many hosts at once, where start-up and reports are paid
// once, by fipsweep and by each peer that is installed.
func BenchmarkSweep(b *testing.B) {
	all := sweepers(fipsweep(b))
	f := startFarm(b, large)
	for _, n := range []int{small, large} {
		t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(t, "\n%s, %d processors, %d TLS servers of Go's in %d ways; CPU and connections for each server\n", time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), n, len(breeds()))
		fmt.Fprintf(t, "tool\twall s\tCPU ms\tof fipsweep's\tserver's CPU ms\tconnections\tat most\tpeak MiB\tsuites\tgroups\n")
		b.Run(fmt.Sprint(n), func(b *testing.B) { sideBySide(b, t, f, n, all) })
		if err := t.Flush(); err != nil {
			b.Fatal(err)
		}
	}
}

// sideBySide puts each of the tools at n hosts, and tells how it did beside the
// first.
func sideBySide(b *testing.B, t io.Writer, f *farm, n int, all []sweeper) {
	var ours swept
	for _, w := range all {
		if _, err := exec.LookPath(w.program); err != nil {
			fmt.Fprintf(t, "%s\tnot installed\n", w.name)
			continue
		}
		b.Run(w.name, func(b *testing.B) {
			s := w.at(b, f, cmp.Or(w.most, n))
			if ours.hosts == 0 {
				ours = s
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(s.each(s.CPU), "cpu-ms/endpoint")
			fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%s\t%.1f\t%.1f\t%d\t%.0f\t%s\n", w.name, s.Wall.Seconds(), s.each(s.CPU), times(s.each(s.CPU), ours.each(ours.CPU), w.mark), s.each(s.farm.CPU),
				float64(s.farm.Connections)/float64(s.hosts), s.farm.Most, float64(s.Peak)/1024, strings.Join(complete(s), "\t"))
			switch {
			case w.program != all[0].program:
			case w.read != nil:
				faultless(b, s)
			case s.farm.Most > maxVerdict:
				b.Errorf("%s: %d connections at one server, want %d at most", w.name, s.farm.Most, maxVerdict)
			}
		})
	}
}

// maxVerdict is how many connections a verdict may take.
const maxVerdict = 12

// times is how much CPU something took for each server beside ours, and whether
// that meets a mark.
func times(it, ours, mark float64) string {
	ratio := it / ours
	switch {
	case mark == 0:
		return fmt.Sprintf("%.1f ×", ratio)
	case ratio < mark:
		return fmt.Sprintf("%.1f ×, short of %g ×", ratio, mark)
	}
	return fmt.Sprintf("%.1f ×, of %g × at least", ratio, mark)
}

// complete says of suites and of groups how many were found over all servers,
// those without a result among them, and how many were invented.
func complete(s swept) (texts []string) {
	for _, kind := range []string{Suites, Groups} {
		sum := Score{}
		for i := range s.hosts {
			found := s.found[farmAt(i)]
			one := found.Against(breedOf(i).truth, kind)
			sum.Told = sum.Told || one.Told
			sum.Of += one.Of
			sum.Missed, sum.Invented = append(sum.Missed, one.Missed...), append(sum.Invented, one.Invented...)
		}
		texts = append(texts, sum.String())
	}
	return texts
}

// faultless fails where fipsweep missed or invented something.
func faultless(b *testing.B, s swept) {
	b.Helper()
	for i := range s.hosts {
		for _, kind := range []string{Suites, Groups} {
			if score := s.found[farmAt(i)].Against(breedOf(i).truth, kind); len(score.Missed)+len(score.Invented) > 0 {
				b.Errorf("%v, %s, %s: missed %q, invented %q", farmAt(i), breedOf(i).name, kind, score.Missed, score.Invented)
				return // the rest is alike, most likely
			}
		}
	}
}

func breedOf(i int) breed {
	all := breeds()
	return all[i%len(all)]
}

// What a sweep of most servers may take of memory, in MiB, and how many files
// the farm needs beside its listeners.
const (
	peakMark = 64
	spare    = 2048
)

// BenchmarkGrowth is what fipsweep's full depth costs as the endpoints become
// more, and the straight line through it.
func BenchmarkGrowth(b *testing.B) {
	sizes := []int{64, 256, 1024, 8192}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		b.Fatal(err)
	}
	for len(sizes) > 1 && uint64(sizes[len(sizes)-1]+spare) > files.Max {
		fmt.Printf("%d servers need more files than this process may open (ulimit -Hn: %d)\n", sizes[len(sizes)-1], files.Max)
		sizes = sizes[:len(sizes)-1]
	}
	w := sweepers(fipsweep(b))[0]
	f := startFarm(b, sizes[len(sizes)-1])
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\nservers\twall s\tCPU s\tCPU ms each\tserver's CPU ms\tconnections each\tpeak MiB\tsuites\tgroups\n")
	var all []swept
	for _, n := range sizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := w.at(b, f, n)
			all = append(all, s)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(s.each(s.CPU), "cpu-ms/endpoint")
			fmt.Fprintf(t, "%d\t%.1f\t%.1f\t%.2f\t%.1f\t%.1f\t%.0f\t%s\n", n, s.Wall.Seconds(), s.CPU.Seconds(), s.each(s.CPU), s.each(s.farm.CPU),
				float64(s.farm.Connections)/float64(n), float64(s.Peak)/1024, strings.Join(complete(s), "\t"))
			faultless(b, s)
			if s.Peak > peakMark<<10 {
				b.Errorf("%d servers take %d MiB, want %d at most", n, s.Peak>>10, peakMark)
			}
		})
	}
	if err := t.Flush(); err != nil {
		b.Fatal(err)
	}
	fmt.Println(line(all))
}

// line is the least-squares line of CPU over servers, and how far the largest
// sweep lies from it.
func line(all []swept) string {
	var n, x, y, xx, xy float64
	for _, s := range all {
		at, cpu := float64(s.hosts), s.CPU.Seconds()*1000
		n, x, y, xx, xy = n+1, x+at, y+cpu, xx+at*at, xy+at*cpu
	}
	if n < 2 {
		return "one size is no line"
	}
	slope := (n*xy - x*y) / (n*xx - x*x)
	return fmt.Sprintf("CPU = %.0f ms + %.2f ms × servers; at %d servers %.2f × what each costs at %d", (y-slope*x)/n, slope,
		all[len(all)-1].hosts, all[len(all)-1].each(all[len(all)-1].CPU)/all[0].each(all[0].CPU), all[0].hosts)
}

// sweptBy reads the one file of a sweep.
func sweptBy(read func([]byte) (map[netip.Addr]Found, error)) func(dir string) (map[netip.Addr]Found, error) {
	return func(dir string) (map[netip.Addr]Found, error) {
		text, err := os.ReadFile(dir + sweptFile)
		if err != nil {
			return nil, err
		}
		return read(text)
	}
}

// sweptSslscan reads a file for each endpoint; one that cannot be read found
// nothing.
func sweptSslscan(dir string) (map[netip.Addr]Found, error) {
	files, err := filepath.Glob(dir + "/127.*")
	all := map[netip.Addr]Found{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return all, err
		}
		if f, err := Sslscan(text); err == nil {
			all[netip.MustParseAddr(filepath.Base(name))] = f
		}
	}
	return all, err
}
