package bench

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/fipsweep/fipsweep/scanner/iana"
)

// nmapRun is the part of nmap's XML that scripts fill.
type nmapRun struct {
	Scripts []struct {
		ID     string      `xml:"id,attr"`
		Tables []nmapTable `xml:"table"`
	} `xml:"host>ports>port>script"`
}

type nmapTable struct {
	Key    string      `xml:"key,attr"`
	Tables []nmapTable `xml:"table"`
	Elems  []struct {
		Key  string `xml:"key,attr"`
		Text string `xml:",chardata"`
	} `xml:"elem"`
}

func (t nmapTable) elem(key string) string {
	for _, e := range t.Elems {
		if e.Key == key {
			return e.Text
		}
	}
	return ""
}

func (t nmapTable) texts() (all []string) {
	for _, e := range t.Elems {
		all = append(all, e.Text)
	}
	return all
}

// nmap gives the tables of a script.
func nmap(out []byte, script string) ([]nmapTable, error) {
	var r nmapRun
	if err := xml.Unmarshal(out, &r); err != nil {
		return nil, fmt.Errorf("nmap: %w", err)
	}
	for _, s := range r.Scripts {
		if s.ID == script {
			return s.Tables, nil
		}
	}
	return nil, errors.New("nmap: no result of " + script)
}

// NmapTLS reads ssl-enum-ciphers, one table a version.
func NmapTLS(out []byte) (Found, error) {
	versions, err := nmap(out, "ssl-enum-ciphers")
	f := Found{}
	f.Add(Suites)
	for _, v := range versions {
		for _, list := range v.Tables {
			if list.Key != "ciphers" {
				continue
			}
			for _, c := range list.Tables {
				f.Add(Suites, v.Key+" "+nmapSuite(c.elem("name")))
			}
		}
	}
	return f, err
}

// NmapSwept reads ssl-enum-ciphers of many hosts, by address; one without a
// result is not there.
func NmapSwept(out []byte) (map[netip.Addr]Found, error) {
	var r struct {
		Hosts []struct {
			Address struct {
				Text netip.Addr `xml:"addr,attr"`
			} `xml:"address"`
			Text []byte `xml:",innerxml"`
		} `xml:"host"`
	}
	if err := xml.Unmarshal(out, &r); err != nil {
		return nil, fmt.Errorf("nmap: %w", err)
	}
	all := map[netip.Addr]Found{}
	for _, h := range r.Hosts {
		if f, err := NmapTLS([]byte("<nmaprun><host>" + string(h.Text) + "</host></nmaprun>")); err == nil {
			all[h.Address.Text] = f
		}
	}
	return all, nil
}

// nmapSuite is the registry's name. nmap has old names of its own for the
// suites of TLS 1.3 and for those of integrity alone.
func nmapSuite(name string) string {
	name = strings.TrimSuffix(name, "-draft")
	if rest, ok := strings.CutPrefix(name, "TLS_AKE_WITH_"); ok {
		name = "TLS_" + rest
	}
	if rest, ok := strings.CutPrefix(name, "SSL_"); ok {
		name = "TLS_" + rest
	}
	if s, ok := iana.SuiteByName(name); ok {
		return s.Name
	}
	return name
}

// NmapSSH reads ssh2-enum-algos and ssh-hostkey.
func NmapSSH(out []byte) (Found, error) {
	lists, err := nmap(out, "ssh2-enum-algos")
	if err != nil {
		return nil, err
	}
	f := Found{}
	by := map[string][]string{}
	for _, l := range lists {
		by[l.Key] = l.texts()
	}
	f.addLists(by["kex_algorithms"], by["server_host_key_algorithms"], by["encryption_algorithms"], by["mac_algorithms"])
	f.Add(HostKeys)
	keys, _ := nmap(out, "ssh-hostkey") // no result is no keys
	for _, k := range keys {
		f.Add(HostKeys, k.elem("type"))
	}
	return f, nil
}
