package certstore

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
	"github.com/fipsweep/fipsweep/scanner/sshfile"
)

// sshLists are the settings whose argument is a list of algorithms, by the
// kind of rule that speaks of them.
var sshLists = map[string]string{
	"ciphers":                     "ssh-cipher",
	"macs":                        "ssh-mac",
	"kexalgorithms":               "ssh-kex",
	"hostkeyalgorithms":           "ssh-hostkey",
	"hostbasedacceptedalgorithms": "ssh-hostkey",
	"hostbasedkeytypes":           "ssh-hostkey", // the names of before 8.5
	"hostbasedacceptedkeytypes":   "ssh-hostkey",
	"pubkeyacceptedalgorithms":    "ssh-hostkey",
	"pubkeyacceptedkeytypes":      "ssh-hostkey",
	"casignaturealgorithms":       "ssh-hostkey",
}

// sshFacts are settings that bear on cryptography and are not ruled on.
var sshFacts = []string{"requiredrsasize", "rekeylimit", "fingerprinthash", "protocol", "include",
	"stricthostkeychecking", "gssapikexalgorithms", "minimumrsasize", "compression", "passwordauthentication"}

// sshFiles are the settings that name files of keys.
var sshFiles = map[string]string{
	"hostkey": scanner.UsePrivateKey, "hostcertificate": scanner.UseCertificate, "trustedusercakeys": scanner.UseTrust,
	"authorizedkeysfile": scanner.UseTrust, "revokedkeys": scanner.UseCRL, "revokedhostkeys": scanner.UseCRL,
	"modulifile": scanner.UseParameters, "identityfile": scanner.UsePrivateKey, "certificatefile": scanner.UseCertificate,
	"userknownhostsfile": scanner.UseTrust, "globalknownhostsfile": scanner.UseTrust, "include": scanner.UseConfiguration,
}

// sshdWords and sshWords are other settings that only the server or only the
// client has, and both the rest: enough to know a file by.
var (
	sshdWords = strings.Fields(`acceptenv allowagentforwarding allowgroups allowstreamlocalforwarding allowusers
		authenticationmethods authorizedkeyscommand authorizedkeyscommanduser authorizedprincipalscommand
		authorizedprincipalsfile banner chrootdirectory clientalivecountmax clientaliveinterval denygroups denyusers
		disableforwarding exposeauthinfo forcecommand gssapistrictacceptorcheck hostkeyagent ignorerhosts
		ignoreuserknownhosts kerberosauthentication listenaddress logingracetime loglevel maxauthtries maxsessions
		maxstartups match modulifile permitemptypasswords permitlisten permitopen permitrootlogin permittty permittunnel
		permituserenvironment permituserrc persourcemaxstartups pidfile printlastlog printmotd pubkeyauthoptions
		strictmodes subsystem tcpkeepalive trustedusercakeys unusedconnectiontimeout usedns usepam versionaddendum
		x11displayoffset x11forwarding x11uselocalhost xauthlocation authorizedkeysfile hostkey hostcertificate
		useprivilegeseparation keyregenerationinterval serverkeybits uselogin debianbanner sshdsessionpath`)
	sshWords = strings.Fields(`host addkeystoagent batchmode bindaddress bindinterface canonicaldomains
		canonicalizehostname certificatefile checkhostip clearallforwardings connectionattempts connecttimeout
		controlmaster controlpath controlpersist dynamicforward enablesshkeysign escapechar exitonforwardfailure
		forkafterauthentication forwardagent forwardx11 forwardx11timeout forwardx11trusted globalknownhostsfile
		hashknownhosts hostkeyalias hostname identitiesonly identityagent identityfile ignoreunknown ipqos
		knownhostscommand localcommand localforward loglevel nohostauthenticationforlocalhost numberofpasswordprompts
		permitlocalcommand permitremoteopen preferredauthentications proxycommand proxyjump proxyusefdpass remotecommand
		remoteforward requesttty sendenv serveralivecountmax serveraliveinterval sessiontype setenv stdinnull
		streamlocalbindmask streamlocalbindunlink syslogfacility tag tunnel tunneldevice updatehostkeys user
		userknownhostsfile verifyhostkeydns visualhostkey match tcpkeepalive usekeychain`)
	sshBoth = strings.Fields(`addressfamily challengeresponseauthentication gatewayports gssapiauthentication
		gssapicleanupcredentials gssapidelegatecredentials gssapikeyexchange hostbasedauthentication
		hostbasedusesnamefrompacketonly kbdinteractiveauthentication port pubkeyauthentication securitykeyprovider
		skeyauthentication rsaauthentication rhostsrsaauthentication usekeychain syslogfacility setenv ipqos
		channeltimeout obscurekeystroketiming refuseconnection logverbose persourcepenalties`)
)

// configWord tells whose setting a keyword is.
func configWord(word string) (server, client bool) {
	if sshLists[word] != "" || slices.Contains(sshBoth, word) || slices.Contains(sshFacts, word) {
		return true, true
	}
	server, client = slices.Contains(sshdWords, word), slices.Contains(sshWords, word)
	if sshFiles[word] != "" && !server {
		client = true
	}
	return server, client
}

// sshConfigKind is "sshd_config" or "ssh_config" for a text of which every
// line is a setting of the program's; "" for any other. One line alone could
// be anything, and is taken for one where ssh would look for it.
func sshConfigKind(text []byte, path string) string {
	if first, ok := firstWord(text); ok { // of most texts no setting
		if s, c := configWord(first); !s && !c {
			return ""
		}
	}
	lines := said(text)
	server, client := len(lines) > 0, len(lines) > 0
	for _, line := range lines {
		i := bytes.IndexAny(line, " \t=\"")
		if i < 0 || i > 40 {
			return ""
		}
		s, c := configWord(strings.ToLower(string(line[:i])))
		server, client = server && s, client && c
	}
	named := namedConfig(path)
	switch {
	case !server && !client, len(lines) < 2 && named == "":
		return ""
	case server && client: // the words of both
		if named == "" && len(lines) < 4 {
			return ""
		}
		if named != "" {
			return named
		}
		return "sshd_config"
	case server:
		return "sshd_config"
	}
	return "ssh_config"
}

// firstWord is the first keyword of a text, in lower case; false for none.
func firstWord(text []byte) (string, bool) {
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			i := bytes.IndexAny(line, " \t=\"")
			return strings.ToLower(string(line[:max(0, min(i, 40))])), true
		}
	}
	return "", false
}

// namedConfig is what the name of a file says it is.
func namedConfig(path string) string {
	switch name, dir := base(path), folder(path); {
	case strings.HasPrefix(name, "sshd_config"), dir == "sshd_config.d":
		return "sshd_config"
	case strings.HasPrefix(name, "ssh_config"), dir == "ssh_config.d", dir == ".ssh" && name == "config":
		return "ssh_config"
	}
	return ""
}

func isSSHConfig(prefix []byte, path string) bool {
	text := wholeLines(prefix)
	if _, ok := firstWord(text); !ok { // all of it comments, so far
		return namedConfig(path) != ""
	}
	return sshConfigKind(text, path) != ""
}

// sshConfig tells of a configuration what bears on cryptography.
func (c *content) sshConfig(data []byte) {
	kind := sshConfigKind(data, c.path())
	if kind == "" {
		return
	}
	h := c.host(kind)
	list, problems := sshfile.ParseConfig(data)
	for _, s := range list {
		set := scanner.Setting{Line: s.Line, Name: s.Keyword, Scope: s.Block, Values: s.Args}
		switch {
		case sshLists[s.Keyword] != "":
			l := s.Algorithms()
			set.Kind, set.Values = sshLists[s.Keyword], l.Names
			if l.Change != 0 {
				set.Change = string(l.Change)
			}
			h.Settings = append(h.Settings, set)
		case slices.Contains(sshFacts, s.Keyword):
			h.Settings = append(h.Settings, set)
		}
		if sshFiles[s.Keyword] != "" {
			for _, file := range s.Args {
				h.Uses = append(h.Uses, scanner.Use{Line: s.Line, Name: s.Keyword, What: sshFiles[s.Keyword], File: file})
			}
		}
	}
	c.place(h.Uses)
	c.keep(h)
	c.lines(problems)
}

// host makes the observation one of the machine's own configuration. In an
// archive no program reads it, and what it says is no fact of this machine: it
// is one of the archive's (see keep).
func (c *content) host(format string) *scanner.Machine {
	h := &scanner.Machine{Format: format, Settings: []scanner.Setting{}}
	if c.member != "" || len(c.observation.Store.Items) > 0 {
		return h
	}
	s := c.observation.Store
	h.Path, h.Links = s.Path, s.Links
	c.observation.Store, c.observation.Host = nil, h
	return h
}

// keep adds a configuration that lies in an archive to what the archive holds.
func (c *content) keep(h *scanner.Machine) {
	if c.member == "" || len(h.Settings)+len(h.Uses) == 0 {
		return
	}
	s := c.observation.Store
	told := len(s.Items)
	for _, m := range s.Machines {
		told += len(m.Settings) + len(m.Uses)
	}
	if told >= maxItems || len(s.Machines) >= maxMachines {
		c.incomplete("configurations", scanner.ReasonTooLarge, fmt.Sprintf("more than %d of them, or %d settings, in one file", maxMachines, maxItems))
		return
	}
	c.recognised = true
	h.Path = c.member
	s.Machines = append(s.Machines, h)
}
