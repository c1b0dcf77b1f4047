package detect

// speaksFirst tells the ports on which the server usually greets, so that it
// is worth while to listen first. Mail servers turn away a client that talks
// before their greeting.
func speaksFirst(port uint16) bool {
	switch port {
	case 22, 222, 2200, 2022, 2222, 22222, 8022, 8101, 29418, 830: // SSH, SFTP, Gerrit, NETCONF
		return true
	case 21, 2121: // FTP
		return true
	case 25, 26, 587, 1025, 2525, 10025: // SMTP, submission
		return true
	case 24, 2003: // LMTP
		return true
	case 110, 143: // POP3, IMAP
		return true
	case 119, 433: // NNTP
		return true
	case 2000, 4190: // ManageSieve
		return true
	case 23, 2323: // telnet
		return true
	case 3306, 3307: // MySQL
		return true
	case 5900, 5901, 5902, 5903: // VNC
		return true
	case 194, 6665, 6666, 6667, 6668, 6669, 7000: // IRC
		return true
	}
	return false
}

// clientFirst names the protocol of a port on which a server waits for its
// client, so that no greeting tells what it is, and a ClientHello that it does
// not understand only makes it hang up.
func clientFirst(port uint16) string {
	switch port {
	case 389, 3268: // LDAP, and Active Directory's global catalogue
		return "ldap"
	case 1433:
		return "mssql"
	case 3389:
		return "rdp"
	case 5222:
		return "xmpp-client"
	case 5269:
		return "xmpp-server"
	case 5432, 5433:
		return "postgres"
	case 5671, 5672: // with TLS and without
		return "amqp"
	case 6379, 6380: // likewise
		return "redis"
	case 27017, 27018, 27019: // server, shard, configuration
		return "mongodb"
	}
	return ""
}

// expectsSSH tells the ports on which unknown lines are likely to be those
// that a server may send before its identification (RFC 4253 section 4.2).
func expectsSSH(port uint16) bool {
	switch port {
	case 22, 222, 2022, 2200, 2222, 8022, 22222:
		return true
	}
	return false
}

// expectsTLS tells the ports on which a server that hangs up on a ClientHello
// is likely to be a TLS server that dislikes this one: SSLv2 knows no other
// way to say so.
func expectsTLS(port uint16) bool {
	switch port {
	case 443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 3269, 4433, 5061, 5223, 5270, 5671, 6443, 6697, 8443, 8883, 9443:
		return true
	}
	return false
}

// protocolOfPort settles a greeting that FTP and SMTP share.
func protocolOfPort(port uint16) string {
	switch port {
	case 21, 2121:
		return "ftp"
	case 25, 26, 587, 1025, 2525, 10025:
		return "smtp"
	case 24, 2003:
		return "lmtp"
	}
	return ""
}
