package target

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
)

// eachTarget reads a file of targets in whatever form it is, which is told by
// how it begins: a plain list as ReadList takes it, CSV, or what nmap (-oX,
// -oG), masscan (-oJ, -oD, -oL, -oG, -oX), zmap (CSV, JSON), naabu or httpx
// (JSON lines, CSV) wrote. Of a port scanner's output the TCP ports that it
// found open are targets, and hosts that it found without looking at ports.
//
// It reads in one pass and hands on each target that it finds. name is the
// file's, for complaints; each tells its line.
func eachTarget(r io.Reader, name string, take func(Line)) error {
	b := bufio.NewReaderSize(r, sniffed)
	head, err := b.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	read, err := formOf(string(head))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if strings.HasPrefix(string(head), byteOrderMark) {
		_, _ = b.Discard(len(byteOrderMark)) // it is buffered
	}
	l := &list{file: name, take: take}
	return l.end(read(l, b))
}

// sniffed is how much of a file is looked at to tell its form. Headers of port
// scanners name their own arguments and can be long.
const sniffed = 16 << 10

// formOf tells what reads a file that begins so.
func formOf(head string) (func(*list, io.Reader) error, error) {
	head = strings.TrimLeft(strings.TrimPrefix(head, byteOrderMark), " \t\r\n")
	switch {
	case strings.HasPrefix(head, "<"):
		return (*list).nmapXML, nil
	case strings.HasPrefix(head, "{"):
		return (*list).json, nil
	case isJSONArray(head):
		return (*list).jsonArray, nil
	case strings.HasPrefix(head, "# Nmap "), strings.HasPrefix(head, "# Masscan "):
		return (*list).greppable, nil
	case strings.HasPrefix(head, "#masscan"):
		return (*list).masscanList, nil
	}
	first := firstLine(head)
	switch {
	case strings.HasPrefix(first, "Starting Nmap "), strings.HasPrefix(first, "Nmap scan report for "):
		return nil, errNmapNormal
	case isGreppable(first):
		return (*list).greppable, nil
	case isMasscanList(first):
		return (*list).masscanList, nil
	}
	if h := headerOf(first); h != nil {
		return h.read, nil
	}
	return (*list).plain, nil
}

var errNmapNormal = errors.New("nmap's normal output is for people: have it write -oX or -oG")

// isJSONArray tells an array of objects from an IPv6 address in brackets.
func isJSONArray(s string) bool {
	s, ok := strings.CutPrefix(s, "[")
	s = strings.TrimLeft(s, " \t\r\n")
	return ok && (s == "" || s[0] == '{' || s[0] == ']')
}

// firstLine is the first line that is neither blank nor a comment.
func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = uncomment(line); line != "" {
			return line
		}
	}
	return ""
}

// plain reads one target a line. A line that begins with an address or a name
// and a comma, which is no target, is a row of address, name and port in any
// order, as zgrab2 takes them.
func (l *list) plain(r io.Reader) error {
	return eachLine(r, l.file, func(n int, text string) {
		if text = uncomment(text); text == "" {
			return
		}
		first, _, ok := strings.Cut(text, ",")
		if _, err := parsePlace(strings.TrimSpace(first)); !ok || err != nil || strings.HasPrefix(first, ".") {
			l.add(n, Line{Text: text})
			return
		}
		l.found(n, rowOf(strings.Split(text, ",")))
	})
}

// rowOf reads the fields of a row without a header by what they look like.
func rowOf(fields []string) found {
	var f found
	for _, s := range fields {
		s = strings.TrimSpace(s)
		p, err := parsePlace(s)
		switch _, portErr := port(s); {
		case portErr == nil && f.port == "":
			f.port = s
		case err == nil && p.name == "" && f.host == "":
			f.host = s
		case err == nil && p.name != "" && f.name == "":
			f.name = s
		}
	}
	return f
}

// A found is one target of a file with fields.
type found struct {
	host string // an address, a network or a name; "" for the name alone
	port string // "" for the usual ones
	name string // what the address is asked by
}

// found takes a target of the n-th line in the form of the grammar.
func (l *list) found(n int, f found) {
	if f.host == "" {
		f.host, f.name = f.name, ""
	}
	if f.host == "" {
		l.fail(n, errors.New("neither an address nor a name stands here"))
		return
	}
	line := Line{Text: f.host, Name: f.name}
	if a, err := netip.ParseAddr(f.host); err == nil {
		line.Text = a.Unmap().String()
	} else if f.name != "" {
		line.Name = f.name
	}
	switch {
	case f.port == "":
	case strings.Count(line.Text, ":") > 1 && !strings.Contains(line.Text, "/"):
		line.Text = net.JoinHostPort(line.Text, f.port)
	default:
		line.Text += ":" + f.port
	}
	l.add(n, line)
}
