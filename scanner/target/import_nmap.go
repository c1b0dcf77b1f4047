package target

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// nmapXML reads what nmap writes with -oX, and masscan after it. A host with
// ports stands for those that are open; a host that is up and at which no port
// was looked stands for itself. An address is asked by the names that the
// operator gave nmap for it, not by those that it looked up.
func (l *list) nmapXML(r io.Reader) error {
	in := newCounted(r)
	d := xml.NewDecoder(in)
	root := false
	var h nmapHost
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && root {
			return nil
		}
		if err != nil {
			l.xmlWrong(in, err)
			return nil
		}
		n := in.next(d.InputOffset())
		switch t := t.(type) {
		case xml.StartElement:
			if !root && t.Name.Local != "nmaprun" {
				l.fail(n, fmt.Errorf("<%s> begins no output of nmap, which has <nmaprun>", clip(t.Name.Local)))
				return nil
			}
			root = true
			h.element(t, n)
		case xml.EndElement:
			if t.Name.Local == "host" {
				h.end(l)
			}
		}
	}
}

func (l *list) xmlWrong(in *counted, err error) {
	n := in.line
	var syntax *xml.SyntaxError
	switch {
	case errors.Is(err, io.EOF):
		err = errors.New("the file holds no output of nmap")
	case errors.As(err, &syntax) && syntax.Msg == "unexpected EOF":
		n, err = syntax.Line, errors.New("the file ends in the middle: whoever wrote it had not finished")
	case errors.As(err, &syntax):
		n, err = syntax.Line, fmt.Errorf("no XML: %s", clip(syntax.Msg))
	}
	l.fail(n, err)
}

// A nmapHost is the host element now being read.
type nmapHost struct {
	line   int
	addr   string
	names  []string
	down   bool
	looked bool // at ports
	tcp    bool // the port now being read
	port   string
	open   []string
}

func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (h *nmapHost) element(t xml.StartElement, n int) {
	switch t.Name.Local {
	case "host":
		*h = nmapHost{line: n}
	case "status":
		h.down = attr(t, "state") != "up"
	case "address":
		if kind := attr(t, "addrtype"); kind == "ipv4" || kind == "ipv6" {
			h.addr = attr(t, "addr")
		}
	case "hostname":
		if attr(t, "type") == "user" {
			h.names = append(h.names, attr(t, "name"))
		}
	case "ports":
		h.looked = true
	case "port":
		h.tcp, h.port = attr(t, "protocol") == "tcp", attr(t, "portid")
	case "state":
		if h.tcp && h.port != "" && attr(t, "state") == "open" {
			h.open = append(h.open, h.port)
		}
		h.port = ""
	}
}

func (h *nmapHost) end(l *list) {
	if h.addr == "" || h.down || h.looked && len(h.open) == 0 {
		return
	}
	ports := strings.Join(h.open, ",")
	for _, name := range h.names {
		l.found(h.line, found{host: h.addr, port: ports, name: name})
	}
	if len(h.names) == 0 {
		l.found(h.line, found{host: h.addr, port: ports})
	}
}

// greppable reads what nmap and masscan write with -oG.
func (l *list) greppable(r io.Reader) error {
	type up struct {
		line int
		addr string
	}
	var hosts []up // that say no more than that
	looked := false
	var normal error
	err := eachLine(r, l.file, func(n int, text string) {
		if text == "" || text[0] == '#' || normal != nil {
			return
		}
		if strings.HasPrefix(text, "Nmap scan report for ") {
			normal = fmt.Errorf("%s: %w", l.where(n), errNmapNormal)
			return
		}
		addr, ports, rest := grepped(text)
		switch {
		case addr == "":
			l.fail(n, fmt.Errorf("%q is no line of -oG, where each begins with Host", clip(text)))
		case ports:
			looked = true
			if open := openPorts(rest); open != "" {
				l.found(n, found{host: addr, port: open})
			}
		case rest == "Up" && len(hosts) < maxTargets:
			hosts = append(hosts, up{n, addr})
		}
	})
	if !looked {
		for _, h := range hosts {
			l.found(h.line, found{host: h.addr})
		}
	}
	return errors.Join(normal, err)
}

// grepped takes apart a line such as
//
//	Host: 10.0.0.1 (name)	Ports: 443/open/tcp//https///, 80/closed/tcp//http///
//	Host: 10.0.0.1 (name)	Status: Up
func grepped(text string) (addr string, ports bool, rest string) {
	for field := range strings.SplitSeq(text, "\t") {
		key, value, _ := strings.Cut(field, ": ")
		switch key {
		case "Host":
			addr, _, _ = strings.Cut(value, " ")
		case "Ports":
			ports, rest = true, value
		case "Status":
			rest = value
		}
	}
	return addr, ports, rest
}

func isGreppable(line string) bool {
	addr, _, _ := grepped(line)
	return addr != ""
}

// openPorts is the open TCP ports of a list of -oG, with commas between them.
func openPorts(s string) string {
	var open []string
	for entry := range strings.SplitSeq(s, ", ") {
		part := strings.Split(strings.TrimSpace(entry), "/")
		if len(part) >= 3 && part[1] == "open" && part[2] == "tcp" {
			open = append(open, part[0])
		}
	}
	return strings.Join(open, ",")
}

// masscanList reads what masscan writes with -oL:
//
//	open tcp 443 10.0.0.1 1700000000
func (l *list) masscanList(r io.Reader) error {
	return eachLine(r, l.file, func(n int, text string) {
		if text = strings.TrimSpace(text); text == "" || text[0] == '#' {
			return
		}
		if !isMasscanList(text) {
			l.fail(n, fmt.Errorf("%q is no line of masscan's list: have it write -oL or -oJ", clip(text)))
			return
		}
		if f := strings.Fields(text); f[1] == "tcp" && f[0] != "closed" {
			l.found(n, found{host: f[3], port: f[2]})
		}
	})
}

// isMasscanList tells a line of masscan's list from a target.
func isMasscanList(line string) bool {
	f := strings.Fields(line)
	if len(f) < 5 || f[0] != "open" && f[0] != "closed" && f[0] != "banner" {
		return false
	}
	_, err := port(f[2])
	return err == nil || f[2] == "0" // of a protocol without ports
}
