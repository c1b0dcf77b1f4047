package target

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fipsweep/fipsweep/internal/lab"
)

// read is a file of targets as "where text name", separated by semicolons.
func read(in string) (string, error) {
	lines, err := readTargets(strings.NewReader(in), "f")
	var out []string
	for _, l := range lines {
		_, n, _ := strings.Cut(l.Where, ":")
		out = append(out, strings.TrimSpace(n+" "+l.Text+" "+l.Name))
	}
	return strings.Join(out, "; "), err
}

// readTargets gathers what a file names.
func readTargets(r io.Reader, name string) ([]Line, error) {
	var lines []Line
	if err := eachTarget(r, name, func(l Line) { lines = append(lines, l) }); err != nil {
		return nil, err
	}
	return lines, nil
}

// parseLines is Parse for lines of a file.
func parseLines(o Options, lines []Line) (*List, error) {
	p := NewParser(o)
	for _, l := range lines {
		p.Add(l)
	}
	return p.List()
}

// What each form is by its documentation or source: naabu v2
// (pkg/runner/output.go and issues 69 and 731), httpx (runner/types.go, pull
// request 2333), zmap (module_csv.c; its wiki on output), zgrab2 (README).
func TestReadTargets(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "# ours\n10.0.0.0/24:443,8443\n\nhost # x\n[::1]:443\n/a,b\n./a,b\ntls://h:1,2", "2 10.0.0.0/24:443,8443; 4 host; 5 [::1]:443; 6 /a,b; 7 ./a,b; 8 tls://h:1,2"},
		{"a network in brackets", "[2001:db8::/120]:443,22\n", "1 [2001:db8::/120]:443,22"},
		{"nothing", "", ""},
		{"comments alone", "# x\n\n", ""},
		{"rows without a header", "10.0.0.1,443,www.example\nwww.example,10.0.0.2\n2001:db8::1, host.example, tag\nh,22\n10.0.0.0/24,443\n",
			"1 10.0.0.1:443 www.example; 2 10.0.0.2 www.example; 3 2001:db8::1 host.example; 4 h:22; 5 10.0.0.0/24:443"},
		{"CSV", "ip,name,port\n10.0.0.1,a.example,443\n10.0.0.1,b.example,443\n10.0.0.2,,22\n,c.example,\n\n::1,,8443\n",
			"2 10.0.0.1:443 a.example; 3 10.0.0.1:443 b.example; 4 10.0.0.2:22; 5 c.example; 7 [::1]:8443"},
		{"CSV of a spreadsheet", "\ufeff\"Owner\";\"IP Address\";\"FQDN\";\"Ports\";\"Status\"\r\n\"me; you\";10.0.0.1;A.example.;\"443,8443\";active\r\n", "2 10.0.0.1:443,8443 A.example."},
		{"CSV over two lines", "note,ip\n\"a\nb\",10.0.0.1\nc,10.0.0.2\n", "2 10.0.0.1; 4 10.0.0.2"},
		{"CSV with tabs", "host\tport\nh\t443\n10.0.0.1\t22\n", "2 h:443; 3 10.0.0.1:22"},
		{"CSV of networks", "target,port\n10.0.0.0/24,443\n2001:db8::/120,443\n10.0.0.1-9,443", "2 10.0.0.0/24:443; 3 2001:db8::/120:443; 4 10.0.0.1-9:443"},
		{"CSV with comments", "# exported\nip,name\n# x\n10.0.0.1,a\n", "4 10.0.0.1 a"},
		{"zmap, one column", "saddr\n10.0.0.1\n10.0.0.2\n", "2 10.0.0.1; 3 10.0.0.2"},
		{"zmap without a header", "10.0.0.1\n10.0.0.2\n", "1 10.0.0.1; 2 10.0.0.2"},
		{"zmap, more columns", "saddr, sport, classification, success\n10.0.0.1,443,synack,1\n10.0.0.2,443,rst,0\n", "2 10.0.0.1:443"},
		{"zmap, JSON", `{"saddr":"10.0.0.1","sport":443,"classification":"synack","success":1}` + "\n" + `{"saddr":"10.0.0.2","sport":443,"success":0}`, "1 10.0.0.1:443"},
		{"naabu", `{"host":"a.example","ip":"10.0.0.1","timestamp":"2026-07-06T19:48:56Z","port":443,"protocol":"tcp","tls":true}` + "\n" +
			`{"ip":"10.0.0.2","timestamp":"2026-07-06T19:48:56Z","port":53,"protocol":"udp","tls":false}` + "\n" +
			`{"ip":"10.0.0.3","port":22,"protocol":"tcp","tls":false}` + "\n", "1 10.0.0.1:443 a.example; 3 10.0.0.3:22"},
		{"naabu before 2.1.7", `{"host":"a.example","ip":"10.0.0.1","port":{"Port":443,"Protocol":0,"TLS":false}}`, "1 10.0.0.1:443 a.example"},
		{"naabu, hosts alone", `{"host":"a.example","ip":"10.0.0.1","port":null,"protocol":"tcp","tls":false}`, "1 10.0.0.1 a.example"},
		{"naabu, names alone", `{"host":"a.example","port":8080}`, "1 a.example:8080"},
		{"naabu, CSV", "host,ip,port,protocol,tls,cdn,cdn-name,timestamp\na.example,10.0.0.1,443,tcp,true,false,,2026\n,10.0.0.2,22,tcp,false,false,,2026\n,10.0.0.2,53,udp,false,false,,2026", "2 10.0.0.1:443 a.example; 3 10.0.0.2:22"},
		{"httpx", `{"timestamp":"2025-12-06T22:22:11+05:30","port":"443","url":"https://www.example.com","input":"www.example.com","scheme":"https","host":"www.example.com","host_ip":"2600:140f:5::173f:6cf3","a":["23.54.80.226"],"words":25,"status_code":200,"failed":false,"knowledgebase":{"pHash":0}}`,
			"1 [2600:140f:5::173f:6cf3]:443 www.example.com"},
		{"httpx before 1.7.3", `{"url":"https://a.example:8443/x","port":"8443","host":"10.0.0.1","failed":false}` + "\n" + `{"url":"http://10.0.0.2","host":"10.0.0.2"}`, "1 10.0.0.1:8443 a.example; 2 10.0.0.2:80"},
		{"httpx with SNI", `{"url":"https://10.0.0.1","host":"10.0.0.1","sni":"v.example"}`, "1 10.0.0.1:443 v.example"},
		{"httpx that failed", `{"url":"https://a.example","failed":true}`, ""},
		{"httpx, CSV", "timestamp,port,url,input,host,failed\n2026,443,https://a.example,a.example,10.0.0.1,false\n", "2 10.0.0.1:443 a.example"},
		{"JSON over many lines", "[\n  {\n    \"ip\": \"10.0.0.1\",\n    \"ports\": [{\"port\": 443,\n \"proto\": \"tcp\"}, {\"port\": 53, \"proto\": \"udp\"}]\n  },\n  {\"ip\": \"10.0.0.2\", \"port\": 1}\n]\n", "2 10.0.0.1:443; 7 10.0.0.2:1"},
		{"no JSON records", "[]", ""},
		{"a byte order mark", "\ufeff{\"ip\":\"10.0.0.1\"}", "1 10.0.0.1"},
		{"masscan's list", "open tcp 443 10.0.0.1 1700000000\nbanner tcp 22 10.0.0.2 1700000000 ssh SSH-2.0\nclosed tcp 25 10.0.0.3 1700000000\nopen icmp 0 10.0.0.4 1700000000\nopen tcp 443 2001:db8::1 1700000000\n", "1 10.0.0.1:443; 2 10.0.0.2:22; 5 [2001:db8::1]:443"},
		{"nmap -oG of services", "Host: 10.0.0.1 (x)\tPorts: 22/open/tcp//ssh//OpenSSH 9.2, patched/, 53/open/udp//domain///, 80/filtered/tcp//http///, 443/open/tcp//ssl|http///\tIgnored State: closed (9)\n", "1 10.0.0.1:22,443"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadTargetsComplains(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"nmap for people", "# Nmap 7.93 scan initiated\nNmap scan report for h\n22/tcp open ssh\n", "f:2: nmap's normal output is for people: have it write -oX or -oG"},
		{"nmap's screen", "Starting Nmap 7.93 ( https://nmap.org )\n", "f: nmap's normal output"},
		{"other XML", "<html>\n", "f:1: <html> begins no output of nmap"},
		{"no element", "<!-- x -->\n", "no output of nmap"},
		{"XML that ends", "<nmaprun>\n<host>\n<address addr='10.0.0.1' addrtype='ipv4'/>", "f:3: the file ends in the middle"},
		{"broken XML", "<nmaprun>\n<host><<\n", "f:2: no XML"},
		{"JSON that ends", "[\n{\"ip\":\"10.0.0.1\"},\n{\"ip\"", "f:2: the file ends in the middle"},
		{"an array that ends", "[\n{\"ip\":\"10.0.0.1\"}\n", "f:2: the file ends in the middle"},
		{"broken JSON", "{\"ip\":\"10.0.0.1\"}\n\n{\"ip\":}\n", "f:3: no JSON"},
		{"other JSON", "{\"ip\":\"10.0.0.1\"}\n{\"name\":\"x\"}\n", "f:2: no target is in this record"},
		{"JSON behind an array", "[{\"ip\":\"10.0.0.1\"}]\n[]", "something follows the end"},
		{"no objects", "[{\"ip\":\"10.0.0.1\"}, 7]", "f:1: no record of masscan"},
		{"a list of masscan that is none", "#masscan\nTCP open https[443]\n", "f:2: \"TCP open https[443]\" is no line of masscan's list"},
		{"no line of nmap's", "# Nmap 7\nwhatever\n", "f:2: \"whatever\" is no line of -oG"},
		{"CSV without a place", "ip,port\n,443\n", "f:2: neither an address nor a name"},
		{"a row without a place", "443,22\n", ""},
		{"a long record", "{\"ip\":\"" + strings.Repeat("x", maxRecord+sniffed*2) + "\"}", "one record is longer"},
		{"a long element", "<nmaprun><host x=\"" + strings.Repeat("x", maxRecord+sniffed*2) + "\"/>", "one record is longer"},
		{"a long field", "ip,x\n10.0.0.1,\"" + strings.Repeat("x\n", maxRecord/2+sniffed), "one record is longer"},
		{"many complaints", "[" + strings.Repeat("{},", 250) + "{}]", "and 151 further complaints"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := read(tt.in)
			if tt.want == "" {
				// What looks like a target is left for Parse to complain of.
				_, err = parseLines(Options{}, []Line{{Text: got}})
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%.99q with error %.200v, want %q", got, err, tt.want)
			}
		})
	}
}

// A complaint about a target of any form tells the line it stands in.
func TestImportedTargetsComplainWithLine(t *testing.T) {
	for name, in := range map[string]string{
		"f:2": "ip,name\n10.0.0.300,a\n", "f:3": "[\n\n{\"ip\":\"10.0.0.300\"}]", "f:1": "Host: 10.0.0.300 ()\tStatus: Up\n",
	} {
		lines, err := readTargets(strings.NewReader(in), "f")
		if err != nil {
			t.Fatal(err)
		}
		if _, err = parseLines(Options{}, lines); err == nil || !strings.HasPrefix(err.Error(), name+": target \"10.0.0.300\"") {
			t.Errorf("%v, want it to begin with %s", err, name)
		}
	}
}

// Files as masscan 1.3.2 wrote them from one scan, in each of its formats. Its
// XML has carriage returns, its JSON a comma on a line of its own.
func TestMasscan(t *testing.T) {
	want := []string{"127.0.0.1:443", "127.0.0.2:22", "127.0.0.2:8443"}
	for _, name := range []string{"masscan.json", "masscan.ndjson", "masscan.list", "masscan.gnmap", "masscan.xml"} {
		t.Run(name, func(t *testing.T) { sameTargets(t, filepath.Join("testdata", name), want) })
	}
}

// Files as nmap 7.93 wrote them.
func TestNmapFiles(t *testing.T) {
	for _, tt := range []struct {
		file string
		want []string
	}{
		{"nmap.xml", []string{"127.0.0.1:18080 localhost"}},
		{"nmap.gnmap", []string{"127.0.0.1:18080"}},
		{"nmap-ping.xml", []string{"127.0.0.1", "127.0.0.2", "127.0.0.3"}},
		{"nmap-ping.gnmap", []string{"127.0.0.1", "127.0.0.2", "127.0.0.3"}},
		{"nmap-closed.xml", nil},
		{"nmap-closed.gnmap", nil},
	} {
		t.Run(tt.file, func(t *testing.T) { sameTargets(t, filepath.Join("testdata", tt.file), tt.want) })
	}
}

func sameTargets(t *testing.T, path string, want []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := readTargets(f, "f")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lines {
		got = append(got, strings.TrimSpace(l.Text+" "+l.Name))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// What nmap on this machine finds of listeners that are known is what is read.
func TestNmap(t *testing.T) {
	nmap := lab.Program(t, "nmap")
	var ports []string
	for range 2 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		ports = append(ports, fmt.Sprint(netip.MustParseAddrPort(ln.Addr().String()).Port()))
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "scan")
	cmd := exec.Command(nmap, "-n", "-sT", "-p", strings.Join(ports, ",")+",1", "-oA", out, "127.0.0.1-2")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, form := range []string{".xml", ".gnmap"} {
		data, err := os.ReadFile(out + form)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := readTargets(bytes.NewReader(data), "scan")
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{"127.0.0.1:" + ports[0]: true, "127.0.0.1:" + ports[1]: true}
		l, err := parseLines(Options{}, lines)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for tg := range l.All() {
			for _, p := range tg.Ports {
				got[netip.AddrPortFrom(tg.Addr, p).String()] = true
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", form, diff)
		}
	}
	if _, err := readTargets(strings.NewReader("# Nmap x\n"+mustRead(t, out+".nmap")), "f"); err == nil {
		t.Error("nmap's normal output is taken for something")
	}
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func FuzzReadTargets(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.*"))
	if err != nil || len(files) == 0 {
		f.Fatalf("%v, %v", files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	for _, s := range []string{"ip,name,port\n10.0.0.1,a,443\n", "saddr, sport\n::1,1\n", `{"host":"a","ip":"::1","port":{"Port":1}}`,
		`{"url":"https://[::1]:1/","host_ip":"::1"}`, "10.0.0.1,443,a\n", "#masscan\nopen tcp 0 ::1 1\n", "[{}]", "<nmaprun>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		lines, err := readTargets(strings.NewReader(s), "f")
		if err != nil && lines != nil {
			t.Fatalf("lines beside %v", err)
		}
		rows := strings.Count(s, "\n") + 1
		for _, l := range lines {
			var n int
			if _, err := fmt.Sscanf(l.Where, "f:%d", &n); err != nil || n < 1 || n > rows {
				t.Fatalf("%q is said to stand in %s of %d lines", l.Text, l.Where, rows)
			}
			if strings.TrimSpace(l.Text) == "" {
				t.Fatalf("an empty target: %+v", l)
			}
		}
		_, _ = parseLines(Options{}, lines)
	})
}
