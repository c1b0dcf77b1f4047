package bench

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// hosts is how many endpoints the sweep has, each with an address of its own.
const hosts = 256

// farmEnv makes the test program the farm: certificate, key and port.
const farmEnv = "BENCH_FIPSWEEP_FARM"

// BenchmarkSweep asks many hosts at once, where start-up and reports are paid
// once. The hosts are Go's server in another process, on the same processors.
func BenchmarkSweep(b *testing.B) {
	fipsweep := fipsweep(b)
	truth, at, spent := serveFarm(b)
	network := fmt.Sprintf("%s/24", at.Addr())
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\n%d hosts, %d processors\ntool\tendpoints/s\tCPU ms each\tits server's\tpeak MiB\tfound, of what it tells\n", hosts, runtime.NumCPU())
	for _, tool := range []struct {
		name, program string
		args          func(dir string) []string
		read          func(dir string) ([]Found, error)
	}{
		{"fipsweep", fipsweep, func(dir string) []string {
			return []string{"scan", "--quiet", "--progress", "never", "--state", dir, "-o", "jsonl=" + dir + "/out", fmt.Sprintf("%s:%d", network, at.Port())}
		}, sweptOurs},
		{"sslscan, 8 at once", "sslscan", func(dir string) []string {
			return []string{"-c", `i=0; while [ $i -lt 256 ]; do echo 127.1.0.$i; i=$((i+1)); done | xargs -P 8 -I{} sslscan --no-colour "--xml=$1/{}" "{}:$2"`,
				"sh", dir, port(at)}
		}, sweptSslscan},
		{"nmap -T4", "nmap", func(dir string) []string {
			return []string{"-Pn", "-n", "-T4", "-p", port(at), "--script", "+ssl-enum-ciphers", "-oX", dir + "/out", network}
		}, sweptNmap},
	} {
		if _, err := exec.LookPath(tool.program); err != nil {
			fmt.Fprintf(t, "%s\tnot installed\n", tool.name)
			continue
		}
		b.Run(tool.name, func(b *testing.B) {
			dir := b.TempDir()
			program := tool.program
			if program == "sslscan" {
				program = "sh"
			}
			before := spent()
			u, err := Run(b.Context(), dir, append([]string{program}, tool.args(dir)...))
			if err != nil {
				b.Fatal(err)
			}
			all, err := tool.read(dir)
			if err != nil {
				b.Fatal(err)
			}
			server := float64((spent() - before).Milliseconds()) / hosts
			rate, each := hosts/u.Wall.Seconds(), float64(u.CPU.Milliseconds())/hosts
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(rate, "endpoints/s")
			b.ReportMetric(each, "cpu-ms/endpoint")
			fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%.1f\t%.0f\t%s\n", tool.name, rate, each, server, float64(u.Peak)/1024, swept(all, truth))
		})
	}
	if err := t.Flush(); err != nil {
		b.Fatal(err)
	}
}

// swept sums up over all hosts, those without a result among them, what was
// found of each kind.
func swept(all []Found, truth Found) string {
	var parts []string
	for _, kind := range []string{Suites, Groups} {
		found, told := 0, false
		for _, f := range all {
			if s := f.Against(truth, kind); s.Told {
				told, found = true, found+s.Found()
			}
		}
		if told {
			parts = append(parts, fmt.Sprintf("%s %d/%d", kind, found, hosts*len(truth[kind])))
		}
	}
	return strings.Join(parts, ", ")
}

func sweptOurs(dir string) (all []Found, err error) {
	text, err := os.ReadFile(dir + "/out")
	for line := range bytes.Lines(text) {
		if f, err := Fipsweep(line); err == nil {
			all = append(all, f)
		}
	}
	return all, err
}

func sweptSslscan(dir string) (all []Found, err error) {
	files, err := filepath.Glob(dir + "/127.*")
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return all, err
		}
		if f, err := Sslscan(text); err == nil {
			all = append(all, f)
		}
	}
	return all, err
}

func sweptNmap(dir string) (all []Found, err error) {
	file, err := os.Open(dir + "/out")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var r struct {
		Hosts []struct {
			Text []byte `xml:",innerxml"`
		} `xml:"host"`
	}
	if err := xml.NewDecoder(file).Decode(&r); err != nil {
		return nil, err
	}
	for _, h := range r.Hosts {
		one := "<nmaprun><host>" + string(h.Text) + "</host></nmaprun>"
		if f, err := NmapTLS([]byte(one)); err == nil {
			all = append(all, f)
		}
	}
	return all, nil
}

// serveFarm starts the farm and returns what each of its hosts has, where the
// first is, and what reads how much CPU all have taken.
func serveFarm(b *testing.B) (Found, netip.AddrPort, func() time.Duration) {
	cert, key := ecPair(b)
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), farmEnv+"="+cert+" "+key)
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("the farm did not start: %v", err)
	}
	return goTruth(), netip.MustParseAddrPort(strings.TrimSpace(line)), func() time.Duration { return taken(b, cmd.Process.Pid) }
}

// taken is the CPU of a running process: proc(5), utime and stime, in
// hundredths of a second.
func taken(b *testing.B, pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), ") ") // the name before may hold anything
	fields := strings.Fields(rest)
	var ticks time.Duration
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			b.Fatal(err)
		}
		ticks += time.Duration(n)
	}
	return ticks * 10 * time.Millisecond
}

// farm serves on 127.1.0.0 to 127.1.0.255 until its standard input ends.
func farm(pair string) error {
	cert, key, _ := strings.Cut(pair, " ")
	config, err := goConfig(cert, key)
	if err != nil {
		return err
	}
	at := "127.1.0.0:0"
	for i := range hosts {
		l, err := net.Listen("tcp", at)
		if err != nil {
			return err
		}
		first := l.Addr().(*net.TCPAddr).AddrPort()
		at = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 1, 0, byte(i + 1)}), first.Port()).String()
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer c.Close()
					_ = c.SetDeadline(time.Now().Add(20 * time.Second))
					_ = tls.Server(c, config).Handshake()
				}()
			}
		}()
		if i == hosts-1 {
			fmt.Println(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 1, 0, 0}), first.Port()))
		}
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
