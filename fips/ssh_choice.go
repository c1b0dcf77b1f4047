package fips

import (
	"slices"
	"strings"

	"github.com/fipsweep/fipsweep/scanner"
)

// sshClients tells what an approved-only client and a stock one come to with a
// server. In SSH the client's order decides (RFC 4253 section 7.1).
func sshClients(server *scanner.SSH, held standings) []Negotiation {
	approved := unseen("its lists of algorithms were not observed")
	if protocols := server.Protocols(); len(protocols) > 0 && !slices.Contains(protocols, "2") {
		approved = refused("it does not speak protocol 2")
	}
	stock := approved
	if server.Kexinit != nil {
		approved, stock = held.approvedSSH(server), held.stockSSH(server)
	}
	approved.Client, stock.Client = ApprovedClient, StockClient
	return []Negotiation{approved, stock}
}

// stockSSH tells what a stock client comes to.
func (s standings) stockSSH(server *scanner.SSH) Negotiation {
	client := stockLists()
	if lacks := server.Kexinit.Choose(client).Lacks(); len(lacks) > 0 {
		return refused("no " + strings.Join(bothWays(lacks), ", no ") + " in common")
	}
	return s.sshOutcome(server, client)
}

// approvedSSH tells what an approved-only client comes to. A host key is the
// server's to send and the client's to refuse: it connects if it puts in front
// what serves.
func (s standings) approvedSSH(server *scanner.SSH) Negotiation {
	client := s.approvedLists(server.Kexinit)
	if lacks := server.Kexinit.Choose(client).Lacks(); len(lacks) > 0 {
		return refused("no approved " + strings.Join(bothWays(lacks), ", no approved "))
	}
	var good, breaks, unobserved []string
	for _, name := range client.ServerHostKeyAlgorithms {
		switch answer, why := s.hostKeyPasses(server, name); answer {
		case Yes:
			good = append(good, name)
		case No:
			breaks = append(breaks, name+": "+why)
		default:
			unobserved = append(unobserved, why)
		}
	}
	switch {
	case len(good) > 0:
		client.ServerHostKeyAlgorithms = good
		n := s.sshOutcome(server, client)
		n.Breaks = breaks
		return n
	case len(unobserved) > 0:
		return unseen(unobserved[0])
	}
	return refused("host key " + breaks[0])
}

// sshOutcome is what a client and a server come to that lack nothing.
func (s standings) sshOutcome(server *scanner.SSH, client scanner.Kexinit) Negotiation {
	k := server.Kexinit
	c := k.Choose(client)
	n := Negotiation{Connects: Yes}
	add := func(part, kind, chosen string, client, server []string) {
		if chosen != "" {
			n.Choices = append(n.Choices, choice(part, common(client, server), ByClient))
			n.Status = max(n.Status, s.names[Subject{kind, chosen}])
		}
	}
	add("key exchange", "ssh-kex", c.Kex, client.KeyExchanges(), k.KexAlgorithms)
	add("host key algorithm", "ssh-hostkey", c.HostKey, client.ServerHostKeyAlgorithms, k.ServerHostKeyAlgorithms)
	if key, digests := hostKeyOf(server, c.HostKey); key != "" {
		n.Choices = append(n.Choices, choice("host key", []string{key}, ByOnly))
		for _, d := range digests {
			n.Status = max(n.Status, s.digests[d].Status)
		}
	}
	add("cipher"+toServer, "ssh-cipher", c.CipherClientServer, client.EncryptionClientServer, k.EncryptionClientServer)
	add("cipher"+toClient, "ssh-cipher", c.CipherServerClient, client.EncryptionServerClient, k.EncryptionServerClient)
	add("MAC"+toServer, "ssh-mac", c.MACClientServer, client.MACClientServer, k.MACClientServer)
	add("MAC"+toClient, "ssh-mac", c.MACServerClient, client.MACServerClient, k.MACServerClient)
	if answer, _ := s.hostKeyPasses(server, c.HostKey); answer == Unseen && n.Status.Grade() == Pass {
		n.Status = Unobserved
	}
	n.Choices = alike(n.Choices)
	return n
}

// The ends of what is told of each direction.
const (
	toServer = " client to server"
	toClient = " server to client"
)

// alike tells once what is chosen in both directions alike.
func alike(choices []Choice) []Choice {
	var all []Choice
	for i := 0; i < len(choices); i++ {
		c := choices[i]
		part, ok := strings.CutSuffix(c.Part, toServer)
		if ok && i+1 < len(choices) && choices[i+1].Part == part+toClient && slices.Equal(c.Among, choices[i+1].Among) {
			c.Part = part
			i++
		}
		all = append(all, c)
	}
	return all
}

// bothWays tells once what is lacking in both directions.
func bothWays(lacks []string) []string {
	var all []string
	for _, l := range lacks {
		if part, ok := strings.CutSuffix(l, toClient); ok && slices.Contains(lacks, part+toServer) {
			continue
		}
		if part, ok := strings.CutSuffix(l, toServer); ok && slices.Contains(lacks, part+toClient) {
			l = part
		}
		all = append(all, l)
	}
	return all
}

// hostKey is the key that the server sends under an algorithm, and the digests
// of all that it rests on: of a certificate its signer too.
func hostKeyOf(server *scanner.SSH, algorithm string) (name string, digests []string) {
	for _, h := range server.HostKeys {
		if c := h.Certificate; c != nil && certified(algorithm, c.Type) {
			return keyName(hostKey(h)), []string{h.SHA256, c.CA.SHA256, c.SHA256}
		}
		if plainly(algorithm, h.Type) {
			return keyName(hostKey(h)), []string{h.SHA256}
		}
	}
	return "", nil
}

// hostKeyPasses tells whether that passes, and if not, why.
func (s standings) hostKeyPasses(server *scanner.SSH, algorithm string) (Answer, string) {
	_, digests := hostKeyOf(server, algorithm)
	for _, d := range digests {
		if answer, why := s.of(d); answer != Yes {
			return answer, why
		}
	}
	if len(digests) == 0 {
		return Unseen, "the host key for " + algorithm + " was not observed"
	}
	return Yes, ""
}

// plainly tells whether a key of the type signs by the algorithm: there are
// several for RSA (RFC 8332 section 3).
func plainly(algorithm, keyType string) bool {
	return algorithm == keyType || keyType == "ssh-rsa" && (algorithm == "rsa-sha2-256" || algorithm == "rsa-sha2-512")
}

// certified is the same of certificates (OpenSSH's PROTOCOL.certkeys).
func certified(algorithm, certificateType string) bool {
	const suffix = "-cert-v01@openssh.com"
	plain, ok := strings.CutSuffix(algorithm, suffix)
	of, also := strings.CutSuffix(certificateType, suffix)
	return ok && also && plainly(plain, of)
}

// approvedLists is the lists of an approved-only client: what passes of the
// stock lists, and of the server's behind them.
func (s standings) approvedLists(k *scanner.Kexinit) scanner.Kexinit {
	stock := stockLists()
	passing := func(kind string, stock, server []string) []string {
		return s.passing(kind, common(addNew(slices.Clone(stock), server...), server))
	}
	return scanner.Kexinit{
		KexAlgorithms:           passing("ssh-kex", stock.KexAlgorithms, k.KeyExchanges()),
		ServerHostKeyAlgorithms: passing("ssh-hostkey", stock.ServerHostKeyAlgorithms, k.ServerHostKeyAlgorithms),
		EncryptionClientServer:  passing("ssh-cipher", stock.EncryptionClientServer, k.EncryptionClientServer),
		EncryptionServerClient:  passing("ssh-cipher", stock.EncryptionServerClient, k.EncryptionServerClient),
		MACClientServer:         passing("ssh-mac", stock.MACClientServer, k.MACClientServer),
		MACServerClient:         passing("ssh-mac", stock.MACServerClient, k.MACServerClient),
	}
}

// common is those of the client's names that the server has, in the client's
// order.
func common(client, server []string) []string {
	return slices.DeleteFunc(slices.Clone(client), func(name string) bool { return !slices.Contains(server, name) })
}
